"""Everything about OpenAI: builds the client and runs its checks."""

from collections.abc import Sequence

from app.doctor import vendors
from app.doctor.attempts import Attempts, cure_of, said
from app.doctor.drawing import draw, small_order
from app.doctor.finding import Finding, failed, ok, skipped
from app.doctor.models import ask_about, common_error, first_living, look_at_limit, look_at_models
from app.openai_images import OpenAIImages
from app.settings import Settings


async def look(settings: Settings, *, draws: bool) -> Sequence[Finding]:
    """Ask about the models; with `draws`, have the first that lives draw."""
    images = OpenAIImages(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        timeout_s=settings.openai_timeout_s,
    )
    try:
        return await _look(settings, images, draws=draws)
    finally:
        await images.aclose()


async def _look(settings: Settings, images: OpenAIImages, *, draws: bool) -> Sequence[Finding]:
    lives = await ask_about(images, settings.image_models)
    if error := common_error(lives):
        return [failed("key", said(error), cure=cure_of(error, vendors.openai(settings.openai_base_url)))]
    found = [ok("key", "OpenAI takes it"), *look_at_models(lives)]
    model = first_living(lives)
    if model is None:
        return found
    found += await look_at_limit(
        base_url=settings.openai_base_url,
        api_key=settings.openai_api_key.get_secret_value(),
        model=model,
        per_minute=settings.pictures_per_minute,
    )
    return [*found, *await _drawing(settings, images, model=model, draws=draws)]


async def _drawing(settings: Settings, images: OpenAIImages, *, model: str, draws: bool) -> Sequence[Finding]:
    if not draws:
        cure = "easel doctor --draw: one small picture, about a cent"
        return [skipped("drawing", "only a picture shows whether the organisation is verified and pays", cure=cure)]
    attempts = Attempts(vendors.openai(settings.openai_base_url), limit_s=settings.openai_timeout_s)
    return await attempts.make("drawing", draw(images, small_order(settings.picture_defaults), model=model))

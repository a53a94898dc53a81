"""The checks of OpenAI, and the client that they share."""

from collections.abc import Sequence
from typing import Final

from app.openai import ModelStatus, OpenAIImages
from app.ops.doctor import cures
from app.ops.doctor.attempts import Attempts, cure_of, said
from app.ops.doctor.check_drawing import check_drawing, small_order
from app.ops.doctor.check_models import ask_about, check_limit, check_models, common_error, first_available
from app.ops.doctor.check_reader import check_reader
from app.ops.doctor.finding import Finding, any_failed, failed, ok, skipped, warning
from app.settings import Settings

# What a restricted key gets that may not read Models; it may still be able to draw.
NO_RIGHT_TO_ASK: Final = {"http_403", "missing_scope"}


async def check_openai(settings: Settings, *, draws: bool) -> Sequence[Finding]:
    """Ask about the models; with `draws`, have the first available one draw."""
    images = OpenAIImages(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        timeout_s=settings.openai_timeout_s,
        url_hosts=settings.image_url_hosts,
    )
    try:
        found = await _check(settings, images, draws=draws)
        return found if any_failed(found) else [*found, await check_reader(settings, reads=draws)]
    finally:
        await images.aclose()


async def _check(settings: Settings, images: OpenAIImages, *, draws: bool) -> Sequence[Finding]:
    results = await ask_about(images, settings.image_models)
    error = common_error(results)
    if error is None:
        found, first = [ok("key", "OpenAI takes it"), *check_models(results)], first_available(results)
        return [*found, *await _beyond(settings, images, first, draws=draws)] if first else found
    if error.code in NO_RIGHT_TO_ASK:
        cure = "Give it the right to read Models, or nobody sees their end; easel doctor --draw shows whether it draws"
        seen = warning("key", "OpenAI knows it, but it may not ask about models", cure=cure)
        first = ModelStatus(id=settings.image_models[0], shutdown_date=None)
        return [seen, *await _beyond(settings, images, first, draws=draws)]
    return [failed("key", said(error), cure=cure_of(error, cures.openai(settings.openai_base_url)))]


async def _beyond(settings: Settings, images: OpenAIImages, first: ModelStatus, *, draws: bool) -> Sequence[Finding]:
    """Check what asking about models cannot show."""
    if draws:
        return await _drawing(settings, images, model=first.id)
    cure = "easel doctor --draw: one small picture"
    return [
        check_limit(first.limit_per_minute, per_minute=settings.pictures_per_minute),
        skipped("drawing", "only a picture shows whether the organisation is verified and pays", cure=cure),
    ]


async def _drawing(settings: Settings, images: OpenAIImages, *, model: str) -> Sequence[Finding]:
    async def work() -> Sequence[Finding]:
        drawn = await images.generate(small_order(settings.picture_defaults), model=model)
        return [
            check_limit(drawn.limit_per_minute, per_minute=settings.pictures_per_minute),
            check_drawing(drawn),
        ]

    attempts = Attempts(cures.openai(settings.openai_base_url), limit_s=settings.openai_timeout_s)
    return await attempts.make("drawing", work())

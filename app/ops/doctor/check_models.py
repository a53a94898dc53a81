"""OpenAI: the key, each model of the list, the pictures allowed per minute. Asks about models only, which is free."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from app import prices
from app.errors import EaselError, ModelGone, OutcomeUnknown
from app.openai import SHUT_DOWN, ModelStatus, OpenAIImages
from app.ops.doctor.finding import Finding, failed, ok, skipped, warning

SOON_DAYS: Final = 30
ASK_S: Final = 10.0

Life = ModelStatus | EaselError


async def ask_about(images: OpenAIImages, models: Sequence[str]) -> dict[str, Life]:
    """Ask about all models concurrently; an error is an answer, too."""

    async def life(model: str) -> Life:
        try:
            async with asyncio.timeout(ASK_S):
                return await images.model(model)
        except TimeoutError:
            return OutcomeUnknown(f"no answer about {model} within {ASK_S:g} s", code="timeout")
        except EaselError as error:
            return error

    return dict(zip(models, await asyncio.gather(*map(life, models)), strict=True))


def common_error(lives: dict[str, Life]) -> EaselError | None:
    """Return what is wrong with all models that are not gone, such as a bad key; None if one lives or all are gone."""
    errors = [life for life in lives.values() if isinstance(life, EaselError) and not isinstance(life, ModelGone)]
    return errors[0] if errors and not any(isinstance(life, ModelStatus) for life in lives.values()) else None


def look_at_models(lives: dict[str, Life]) -> list[Finding]:
    """Report for each model whether it lives, until when, and whether its price is known."""
    today = datetime.now(UTC).date()
    lives_one = first_living(lives) is not None
    found = [_look_at(model, life, today, known=lives_one) for model, life in lives.items()]
    if lives_one:
        return found
    cure = "Set IMAGE_MODELS to models that live; https://developers.openai.com/api/docs/models names them"
    return [*found, failed("models", "none of IMAGE_MODELS can draw", cure=cure)]


def first_living(lives: dict[str, Life]) -> ModelStatus | None:
    """Return the model that Easel would ask; None if none lives."""
    return next((life for life in lives.values() if isinstance(life, ModelStatus)), None)


def look_at_limit(limit: int | None, *, per_minute: int) -> Finding:
    """Compare PICTURES_PER_MINUTE with the vendor's limit, which is None if no answer has stated it."""
    if limit is None:
        cure = "https://platform.openai.com/settings/organization/limits shows it; set PICTURES_PER_MINUTE to it"
        return skipped("rate limit", "OpenAI did not tell how many pictures a minute this key may have", cure=cure)
    if 0 < per_minute <= limit:
        return ok("rate limit", f"{limit} pictures a minute; PICTURES_PER_MINUTE is {per_minute}")
    if per_minute == 0:
        return ok("rate limit", f"{limit} pictures a minute; what is refused above that is tried again")
    cure = f"Set PICTURES_PER_MINUTE={limit}, so that nobody waits for refusals"
    return warning("rate limit", f"{limit} pictures a minute; PICTURES_PER_MINUTE is {per_minute}", cure=cure)


def _look_at(model: str, life: Life, today: date, *, known: bool) -> Finding:
    """Judge one model. `known`: another one lives, so nobody has to act on a shutdown that was announced."""
    if isinstance(life, ModelGone) and known and model in SHUT_DOWN:
        return ok(model, f"shut down by its maker on {SHUT_DOWN[model]}; Easel asks the next one")
    if isinstance(life, ModelGone):
        seen = "does not exist any more, or is not for this key"
        return warning(model, seen, cure="Easel asks the next one; take it out of IMAGE_MODELS")
    if isinstance(life, EaselError):
        return warning(model, str(life), cure="Try again; Easel asks the next model meanwhile")
    if life.shutdown_date is not None:
        days = (life.shutdown_date - today).days
        if days < SOON_DAYS:
            cure = "Put a later model before it in IMAGE_MODELS"
            when = f"in {days} days" if days >= 0 else "which has passed"
            return warning(model, f"alive, to be shut down on {life.shutdown_date}, {when}", cure=cure)
        return _priced(model, f"alive until {life.shutdown_date}, {days} days")
    return _priced(model, "alive, no end announced")


def _priced(model: str, seen: str) -> Finding:
    if prices.is_known(model):
        return ok(model, f"{seen}; its price is known")
    cure = "Budgets count it at the dearest price that is known; a later Easel may know it"
    return warning(model, f"{seen}; its price is not known", cure=cure)

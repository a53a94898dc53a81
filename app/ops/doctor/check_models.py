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

ModelResult = ModelStatus | EaselError


async def ask_about(images: OpenAIImages, models: Sequence[str]) -> dict[str, ModelResult]:
    """Ask about all models concurrently; an error is an answer, too."""

    async def ask(model: str) -> ModelResult:
        try:
            async with asyncio.timeout(ASK_S):
                return await images.model(model)
        except TimeoutError:
            return OutcomeUnknown(f"no answer about {model} within {ASK_S:g} s", code="timeout")
        except EaselError as error:
            return error

    return dict(zip(models, await asyncio.gather(*map(ask, models)), strict=True))


def common_error(results: dict[str, ModelResult]) -> EaselError | None:
    """Return what is wrong with all models that are not gone, say a bad key; None if one is available or all gone."""
    errors = [one for one in results.values() if isinstance(one, EaselError) and not isinstance(one, ModelGone)]
    return errors[0] if errors and not any(isinstance(one, ModelStatus) for one in results.values()) else None


def check_models(results: dict[str, ModelResult]) -> list[Finding]:
    """Report for each model whether it is available, until when, and whether its price is known."""
    today = datetime.now(UTC).date()
    any_available = first_available(results) is not None
    found = [_check_model(model, result, today, known=any_available) for model, result in results.items()]
    if any_available:
        return found
    cure = "Set IMAGE_MODELS to models that live; https://developers.openai.com/api/docs/models names them"
    return [*found, failed("models", "none of IMAGE_MODELS can draw", cure=cure)]


def first_available(results: dict[str, ModelResult]) -> ModelStatus | None:
    """Return the model that Easel would ask; None if none is available."""
    return next((one for one in results.values() if isinstance(one, ModelStatus)), None)


def check_limit(limit: int | None, *, per_minute: int) -> Finding:
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


def _check_model(model: str, result: ModelResult, today: date, *, known: bool) -> Finding:
    """Judge one model. `known`: another one is available, so nobody has to act on a shutdown that was announced."""
    if isinstance(result, ModelGone) and known and model in SHUT_DOWN:
        return ok(model, f"shut down by its maker on {SHUT_DOWN[model]}; Easel asks the next one")
    if isinstance(result, ModelGone):
        seen = "does not exist any more, or is not for this key"
        return warning(model, seen, cure="Easel asks the next one; take it out of IMAGE_MODELS")
    if isinstance(result, EaselError):
        return warning(model, str(result), cure="Try again; Easel asks the next model meanwhile")
    if result.shutdown_date is not None:
        days = (result.shutdown_date - today).days
        if days < SOON_DAYS:
            cure = "Put a later model before it in IMAGE_MODELS"
            when = f"in {days} days" if days >= 0 else "which has passed"
            return warning(model, f"alive, to be shut down on {result.shutdown_date}, {when}", cure=cure)
        return _priced(model, f"alive until {result.shutdown_date}, {days} days")
    return _priced(model, "alive, no end announced")


def _priced(model: str, seen: str) -> Finding:
    if prices.is_known(model):
        return ok(model, f"{seen}; its price is known")
    cure = "Budgets count it at the dearest price that is known; a later Easel may know it"
    return warning(model, f"{seen}; its price is not known", cure=cure)

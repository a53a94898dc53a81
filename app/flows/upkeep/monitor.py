"""Looks out for what admins should hear of before it hurts: budgets, and models that are about to end."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.errors import EaselError, ModelGone
from app.flows.upkeep.alerts import Alarm
from app.openai import OpenAIImages
from app.store.models import Models
from app.store.money.ledger import Ledger

log = structlog.get_logger()

LOOK_EVERY_S = 60.0
MODELS_EVERY_S = 86_400.0
SHARES = (100, 80)  # percent of a budget
DAYS_LEFT = (1, 7, 30)


class Lookout:
    """One for each process; the store sees to it that each alarm rings once."""

    def __init__(
        self, *, ledger: Ledger, models: Models, images: OpenAIImages, alarm: Alarm, names: Sequence[str]
    ) -> None:
        """Keep the parts. `names` are the models in use."""
        self._ledger = ledger
        self._models = models
        self._images = images
        self._alarm = alarm
        self._names = names
        self._models_read_at = 0.0

    async def keep(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self._look_at_budgets()
                if time.monotonic() - self._models_read_at > MODELS_EVERY_S or not self._models_read_at:
                    self._models_read_at = time.monotonic() if await self._read_models() else 0.0
                await self._look_at_models()
                log.debug("looked_out")
            except SQLAlchemyError as error:
                log.warning("lookout_failed", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look_at_budgets(self) -> None:
        for budget in await self._ledger.budgets():
            used = 100 * budget.spent_microusd
            share = next((share for share in SHARES if used >= share * budget.cap_microusd), None)
            if budget.cap_microusd and share:
                spent, cap = _usd(budget.spent_microusd), _usd(budget.cap_microusd)
                await self._alarm.ring(f"budget_{share}", case=budget.name, budget=budget.name, spent=spent, cap=cap)

    async def _read_models(self) -> bool:
        """Ask the maker when each model ends. False: it did not tell, and is asked again soon."""
        for name in self._names:
            try:
                model = await self._images.model(name)
            except ModelGone:
                continue
            except EaselError as error:
                log.info("model_not_read", model=name, code=error.code)
                return False
            await self._models.ends(name, model.shutdown_date)
        return True

    async def _look_at_models(self) -> None:
        today = datetime.now(UTC).date()
        dates = await self._models.dates()
        for name in self._names:
            days = days_left(dates.get(name), today)
            limit = next((limit for limit in DAYS_LEFT if days is not None and 0 <= days <= limit), None)
            if limit:
                await self._alarm.ring("model_ends", case=f"{name} within {limit}", once=True, model=name, days=days)


def days_left(ends_on: date | None, today: date) -> int | None:
    """Count the days that a model still has; None when no end is known."""
    return (ends_on - today).days if ends_on else None


def _usd(microusd: int) -> str:
    return f"{microusd / 1_000_000:.2f}"

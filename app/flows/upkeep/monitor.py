"""Watches for what admins should know in time: budgets, and models or access tokens that are about to end."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.days import days_left
from app.errors import EaselError, ModelGone
from app.flows.upkeep.admin_alerts import AdminAlerts
from app.openai import OpenAIImages
from app.prices.dollars import usd
from app.store.models import Models
from app.store.money.ledger import Ledger

log = structlog.get_logger()

LOOK_EVERY_S = 60.0
DAY_S = 86_400.0
MODELS_EVERY_S = DAY_S
TOKEN_EVERY_S = DAY_S
TOKEN_SHORT_S = 7 * DAY_S
SHARES = (100, 80)  # percent of a budget
DAYS_LEFT = (1, 7, 30)


class Monitor:
    """One for each process; the store makes sure that each alert is sent only once."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        models: Models,
        images: OpenAIImages,
        alarm: AdminAlerts,
        names: Sequence[str],
        token_life: Callable[[], Awaitable[int | None]],
    ) -> None:
        """`names` are the models in use; `token_life` tells how many seconds LINE's token has left."""
        self._ledger = ledger
        self._models = models
        self._images = images
        self._alarm = alarm
        self._names = names
        self._token_life = token_life
        self._models_read_at = 0.0
        self._token_read_at = 0.0

    async def keep(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self._look_at_budgets()
                if time.monotonic() - self._models_read_at > MODELS_EVERY_S or not self._models_read_at:
                    self._models_read_at = time.monotonic() if await self._read_models() else 0.0
                await self._look_for_life()
                await self._look_at_models()
                if time.monotonic() - self._token_read_at > TOKEN_EVERY_S or not self._token_read_at:
                    self._token_read_at = time.monotonic() if await self._look_at_token() else 0.0
                log.debug("looked_out")
            except SQLAlchemyError as error:
                log.warning("lookout_failed", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look_at_budgets(self) -> None:
        for budget in await self._ledger.budgets():
            used = 100 * budget.spent_microusd
            share = next((share for share in SHARES if used >= share * budget.cap_microusd), None)
            if budget.cap_microusd and share:
                spent, cap = usd(budget.spent_microusd, digits=2), usd(budget.cap_microusd, digits=2)
                await self._alarm.ring(f"budget_{share}", case=budget.name, budget=budget.name, spent=spent, cap=cap)

    async def _read_models(self) -> bool:
        """Ask the vendor when each model ends. False: it did not say, and is asked again soon."""
        for name in self._names:
            try:
                model = await self._images.model(name)
            except ModelGone:
                continue
            except EaselError as error:
                log.info("model_not_read", model=name, code=error.code)
                return False
            await self._models.ends(name, model.shutdown_date)
            await self._models.mark_alive(name)
        return True

    async def _look_for_life(self) -> None:
        """If no model is left, see whether one is back: a right may have been granted meanwhile."""
        if not set(self._names) <= await self._models.gone():
            return
        for name in self._names:
            try:
                await self._images.model(name)
            except EaselError as error:
                log.debug("model_not_back", model=name, code=error.code)
            else:
                await self._models.mark_alive(name)
                log.info("model_back", model=name)

    async def _look_at_token(self) -> bool:
        """Ask LINE how long our access token lives. False: it did not say, and is asked again soon."""
        try:
            left_s = await self._token_life()
        except EaselError as error:
            log.info("token_not_read", code=error.code)
            return False
        if left_s is not None and left_s < TOKEN_SHORT_S:
            days = int(left_s // DAY_S)
            log.error("line_token_ends", days=days, cure="issue a long-lived one in the LINE Developers console")
            await self._alarm.ring("token_ends", days=days)
        return True

    async def _look_at_models(self) -> None:
        today = datetime.now(UTC).date()
        dates = await self._models.dates()
        for name in self._names:
            days = days_left(dates.get(name), today)
            limit = next((limit for limit in DAYS_LEFT if days is not None and 0 <= days <= limit), None)
            if limit:
                await self._alarm.ring("model_ends", case=f"{name} within {limit}", once=True, model=name, days=days)

"""What admins do in LINE and on the dashboard: see the status, pause, give somebody more pictures, block."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from app.days import day_of, days_left, month_of
from app.errors import EaselError
from app.line.client import LineClient
from app.reports.totals import Totals
from app.store.models import Models
from app.store.money.allowances import Allowances
from app.words.answers import AdminStatus

log = structlog.get_logger()

GIVEN_MAX = 1000  # pictures at once


class Admins:
    """What admins can do, from a chat or the dashboard. All but `give` are safe to call again.

    A holder is LINE's id of a person, group or room.
    """

    def __init__(
        self,
        *,
        admin_ids: frozenset[str],
        allowances: Allowances,
        reports: Totals,
        models: Models,
        line: LineClient,
        names: Sequence[str],
        zone: ZoneInfo,
    ) -> None:
        """`names`: the models, in the order in which they are asked."""
        self._admin_ids = admin_ids
        self._allowances = allowances
        self._reports = reports
        self._models = models
        self._line = line
        self._names = names
        self._zone = zone

    def knows(self, user_id: str | None) -> bool:
        """Whether this person is an admin."""
        return user_id in self._admin_ids

    async def pause(self) -> None:
        """Let nothing new be drawn; what is being drawn is still delivered."""
        await self._allowances.pause()
        log.warning("drawing_paused")

    async def resume(self) -> None:
        """End the pause. Wishes that came meanwhile were declined, and are not drawn now."""
        await self._allowances.resume()
        log.warning("drawing_resumed")

    async def block(self, holder: str) -> bool:
        """Stop answering a person, group or room. False: it is an admin, who could not undo it, so is not blocked."""
        if self.knows(holder):
            return False
        await self._allowances.block(holder)
        return True

    async def unblock(self, holder: str) -> None:
        """Answer this person, group or room again."""
        await self._allowances.unblock(holder)

    async def give(self, holder: str, *, count: int) -> int:
        """Let somebody have more pictures today. Return how many they were given today in all."""
        return await self._allowances.give(holder, count=count, day=day_of(time.time(), self._zone))

    async def status(self) -> AdminStatus:
        """Return what was spent and drawn, what failed, what waits, and how long the model in use has left."""
        now = time.time()
        today, month = day_of(now, self._zone), month_of(now, self._zone)
        status = await self._reports.status(day=today, month=month, now_at=now)
        model, days = await self._model()
        return AdminStatus(
            today=status.today_usd,
            month=status.month_usd,
            pictures=status.pictures_today,
            failures=status.failures or "0",
            queue=status.queued,
            model=model,
            days="?" if days is None else str(days),
            pushes=await self._pushes(),
            saved=status.pushes_saved,
            paused=await self._allowances.is_paused(),
        )

    async def _model(self) -> tuple[str, int | None]:
        """Return the model in use, and how many days it has left."""
        gone, dates = await self._models.gone(), await self._models.dates()
        model = next((name for name in self._names if name not in gone), "-")
        return model, days_left(dates.get(model), datetime.now(UTC).date())

    async def _pushes(self) -> str:
        try:
            left = await self._line.remaining_pushes()
        except EaselError:
            return "?"
        return "∞" if left is None else str(left)

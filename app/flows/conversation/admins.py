"""What admins do in LINE: ask how things are, pause and resume, give somebody more, block and unblock."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from app.days import day_of, month_of
from app.errors import EaselError
from app.flows.conversation.saying import saying
from app.flows.upkeep.monitor import days_left
from app.line.client import LineClient
from app.line.ids import LINE_ID
from app.reading.commands import Command, Name
from app.reports.totals import Reports
from app.store.models import Models
from app.store.money.allowances import Allowances
from app.store.receiving import NewRequest
from app.words.answers import AdminStatus, Sentence

log = structlog.get_logger()

GIVEN = 10  # pictures, where an admin names no number
GIVEN_MAX = 1000


class Admins:
    """Runs the commands of `ADMIN_USER_IDS`."""

    def __init__(
        self,
        *,
        admin_ids: frozenset[str],
        allowances: Allowances,
        reports: Reports,
        models: Models,
        line: LineClient,
        names: Sequence[str],
        zone: ZoneInfo,
    ) -> None:
        """`names` of the models are in the order in which they are asked."""
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

    async def run(self, command: Command, *, about: str | None = None, alone: bool = True) -> NewRequest:
        """Run one. Return what the admin is told: in a group nothing about money, and no ids anywhere.

        `about`: the person whose message the command quotes; then it needs no id. `alone`: nobody else reads it.
        """
        match command.name:
            case Name.STATUS:
                return await self._status() if alone else NewRequest(words="admin_alone")
            case Name.PAUSE | Name.RESUME:
                return await self._switch(pause=command.name is Name.PAUSE)
        holder, _, rest = command.argument.strip().partition(" ")
        if about and not LINE_ID.fullmatch(holder):
            holder, rest = about, command.argument
        return await self._decide(command.name, holder, rest.strip())

    async def _switch(self, *, pause: bool) -> NewRequest:
        await (self._allowances.pause() if pause else self._allowances.resume())
        log.warning("drawing_paused" if pause else "drawing_resumed")
        return NewRequest(words="admin_paused" if pause else "admin_resumed")

    async def _decide(self, name: Name, holder: str, rest: str) -> NewRequest:
        """Give a person or chat more, block or unblock it. Admins are not blocked: nobody could undo it."""
        if not LINE_ID.fullmatch(holder) or (name is Name.BLOCK and self.knows(holder)):
            return NewRequest(words="admin_unknown")
        match name:
            case Name.GIVE:
                count = min(int(rest), GIVEN_MAX) if rest.isdecimal() else GIVEN
                count = await self._allowances.give(holder, count=count, day=day_of(time.time(), self._zone))
                return saying(Sentence(key="admin_given", parts={"count": count}))
            case Name.BLOCK:
                await self._allowances.block(holder)
                return NewRequest(words="admin_blocked")
        await self._allowances.unblock(holder)
        return NewRequest(words="admin_unblocked")

    async def _status(self) -> NewRequest:
        now = time.time()
        today, month = day_of(now, self._zone), month_of(now, self._zone)
        status = await self._reports.status(day=today, month=month, now_at=now)
        model, days = await self._model()
        return saying(
            AdminStatus(
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

"""The ledger: every call that may cost money, recorded before it is made, with its estimated cost reserved.

asked ──> paid               the tokens are known: their exact price replaces the estimate
  ├─────> failed             nothing was charged: the estimate is given back
  ├─────> bad                charged, but the answer was of no use: the estimate stays
  └─────> unknown            perhaps charged: the estimate stays, unless a late answer settles it
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.days import day_of, month_of, next_day_at, next_month_at
from app.prices import cost, is_known, is_text_known, text_cost
from app.store.database import Database
from app.store.money import budget_notices as remains
from app.store.money import budgets as money
from app.store.money.budget_notices import Budget, Note
from app.store.money.budgets import BOT, Capped, CapReached, Caps
from app.store.money.call_outcome import READ, CallOutcome
from app.store.requests import State, give_back, may_be_paid
from app.store.tables import calls, requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A call that is about to be made. Fields as in `tables.calls`."""

    request_id: str
    chat_id: str
    chat_kind: str
    user_id: str | None
    model: str
    kind: str
    size: str
    quality: str
    count: int
    estimate_microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens that a call used, by what they are charged as."""

    text_in: int
    image_in: int
    image_out: int
    text_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTokens:
    """Tokens that a text model used; `cached` and `written` are parts of `text_in`."""

    text_in: int
    text_out: int
    cached: int = 0
    written: int = 0


class Ledger:
    """Books a call before it is made, settles it afterwards, and knows what is left of each budget.

    Each method is safe to call again with the same arguments, but each `begin` books another call.
    """

    def __init__(self, database: Database, *, zone: ZoneInfo, caps: Caps) -> None:
        self._database = database
        self._zone = zone
        self._caps = caps

    async def begin(self, booking: Booking, *, now_at: float | None = None) -> int | Capped:
        """Record that a model is about to be asked, and reserve the estimate. Return the call's id.

        If a cap would be exceeded, nothing is written, and that cap is returned.
        """
        at = time.time() if now_at is None else now_at
        try:
            return await self._database.run(lambda connection: self._begun(connection, booking, at))
        except CapReached as reached:
            return reached.capped

    async def begin_wanted(
        self, booking: Booking, *, is_wanted: Callable[[sa.Connection], bool]
    ) -> int | Capped | None:
        """Do the same as `begin` if `is_wanted` returns True in the same transaction. None: it does not."""
        at = time.time()

        def write(connection: sa.Connection) -> int | None:
            return self._begun(connection, booking, at) if is_wanted(connection) else None

        try:
            return await self._database.run(write)
        except CapReached as reached:
            return reached.capped

    def settlement(
        self, call_id: int, tokens: Tokens | None, *, vendor_request_id: str | None
    ) -> Callable[[sa.Connection], None]:
        """Return a function that settles a call with a picture, for the transaction that keeps the picture.

        Without tokens the estimate stays and is marked as one; also if the database cannot store the tokens, since no
        fault in the bookkeeping may cost us a paid picture.
        """

        def settle(connection: sa.Connection) -> None:
            try:
                with connection.begin_nested():
                    _settle(connection, call_id, CallOutcome.PAID, tokens, vendor_request_id)
            except (ArithmeticError, ValueError, sa.exc.DataError):
                _settle(connection, call_id, CallOutcome.PAID, None, vendor_request_id)

        return settle

    async def end(self, call_id: int, outcome: CallOutcome, *, vendor_request_id: str | None) -> None:
        """Record how a call without a picture ended: failed (not charged), unknown or bad (charged).

        A wish that was taken back meanwhile still counts for its person; if nothing was charged, it no longer does.
        """

        def write(connection: sa.Connection) -> None:
            # First, since drawing and taking back lock the request before the calls and the budgets.
            wish = connection.execute(_WISH_OF, {"call": call_id}).first() if outcome is CallOutcome.FAILED else None
            _settle(connection, call_id, outcome, None, vendor_request_id)
            if wish and wish.state == State.CANCELLED and not may_be_paid(connection, wish.id):
                give_back(connection, wish.id)

        await self._database.run(write)

    async def read(self, call_id: int, reading: ReadTokens | None, *, vendor_request_id: str | None) -> None:
        """Settle the call of a text model that has read a message. Without tokens the estimate stays."""
        await self._database.run(
            lambda connection: _settle(connection, call_id, CallOutcome.PAID, reading, vendor_request_id)
        )

    async def close_cut_off(self, request_id: str) -> int:
        """Close the calls of a request that a crash or a stop cut off: their outcome is unknown from now on.

        Return how many of its calls, including these, we may have paid for without getting a picture.
        """
        asked = {"request": request_id}
        outcomes = await self._database.look(lambda connection: connection.execute(_OUTCOMES, asked).scalars().all())
        if CallOutcome.ASKED in outcomes:
            await self._database.run(lambda connection: _cut_off(connection, request_id))
        return sum(one in {CallOutcome.ASKED, CallOutcome.UNKNOWN, CallOutcome.BAD} for one in outcomes)

    async def spent(self, period: str, *, holder: str = BOT) -> int:
        """Return what was spent or is reserved in a day (YYYY-MM-DD) or month (YYYY-MM), in micro-dollars."""
        return await self._database.look(lambda connection: money.read_budget(connection, holder, period))

    async def budgets(self, *, now_at: float | None = None) -> list[Budget]:
        """Return the bot's budgets for the day and the month."""
        at = time.time() if now_at is None else now_at
        day, month = day_of(at, self._zone), month_of(at, self._zone)
        return [
            Budget(
                name="bot_day",
                spent_microusd=await self.spent(day),
                cap_microusd=self._caps.bot_daily_microusd,
                until_at=next_day_at(at, self._zone),
            ),
            Budget(
                name="bot_month",
                spent_microusd=await self.spent(month),
                cap_microusd=self._caps.bot_monthly_microusd,
                until_at=next_month_at(at, self._zone),
            ),
        ]

    async def chat_budgets(
        self, chat_id: str, *, chat_kind: str, user_id: str | None, now_at: float | None = None
    ) -> list[Budget]:
        """Return the chat's budget for the month and, in a group, the person's share of it."""
        at = time.time() if now_at is None else now_at
        whose: dict[str, Any] = {"chat_id": chat_id, "chat_kind": chat_kind, "user_id": user_id}
        cap = self._caps.chat_monthly_microusd
        return await self._database.look(
            lambda connection: remains.chat_budgets(connection, **whose, cap=cap, at=at, zone=self._zone)
        )

    def notes_beside(self, connection: sa.Connection, request: sa.RowMapping) -> Sequence[Note]:
        """Return the notes on what is left to send with a picture, in the transaction that makes it ready."""
        return remains.notes_beside(connection, request, caps=self._caps, at=time.time(), zone=self._zone)

    async def usage_of(
        self, chat_id: str, *, chat_kind: str, user_id: str | None, now_at: float | None = None
    ) -> dict[str, Any]:
        """Return the details of the sentences about usage, ready for JSON.

        `pictures` of today, `pictures_max` (0: no limit) and `pictures_until_at`; under the name of each budget that
        has a cap (`chat_month`, `share`), the percent that is left and when its next period begins.
        """
        at = time.time() if now_at is None else now_at
        used, most = await self._today(user_id or chat_id, at)
        budgets = await self.chat_budgets(chat_id, chat_kind=chat_kind, user_id=user_id, now_at=at)
        return {
            "pictures": used,
            "pictures_max": most,
            "pictures_until_at": next_day_at(at, self._zone),
        } | {
            one.name: {"left_percent": one.left_percent, "until_at": one.until_at}
            for one in budgets
            if one.cap_microusd
        }

    async def _today(self, user_or_chat_id: str, at: float) -> tuple[int, int]:
        day, cap = day_of(at, self._zone), self._caps.user_daily_pictures
        return await self._database.look(
            lambda connection: money.counted(connection, user_or_chat_id, day=day, cap=cap)
        )

    def _begun(self, connection: sa.Connection, booking: Booking, at: float) -> int:
        same = {"request": booking.request_id, "at": at}
        if (there := connection.execute(_BEGUN_AT, same).scalar()) is not None:
            return int(there)  # the commit of an earlier try went through, only its answer was lost
        fields = asdict(booking)
        microusd, chat_kind = fields.pop("estimate_microusd"), fields.pop("chat_kind")
        booked = money.of_call(
            chat_id=booking.chat_id, chat_kind=chat_kind, user_id=booking.user_id, at=at, zone=self._zone
        )
        money.reserve(connection, booked, microusd=microusd, caps=self._caps, at=at, zone=self._zone)
        row = fields | {
            "began_at": at,
            "outcome": CallOutcome.ASKED,
            "microusd": microusd,
            "is_estimate": True,
            "day": day_of(at, self._zone),
            "purses": booked,
        }
        return int(connection.execute(_BEGIN, row).scalar_one())


_OUTCOMES = sa.select(calls.c.outcome).where(calls.c.request_id == sa.bindparam("request"), calls.c.kind != READ)
_BEGIN = sa.insert(calls).returning(calls.c.id)
_BEGUN_AT = sa.select(calls.c.id).where(
    calls.c.request_id == sa.bindparam("request"),
    calls.c.began_at == sa.bindparam("at"),
    calls.c.outcome == CallOutcome.ASKED,
)


def _settle(
    connection: sa.Connection,
    call_id: int,
    outcome: CallOutcome,
    tokens: Tokens | ReadTokens | None,
    vendor_request_id: str | None,
) -> None:
    """Record an end, and correct the budgets from the estimate to the real cost. A second end changes nothing."""
    # A call that was closed as cut off may still report how it ended.
    open_ones = [CallOutcome.ASKED] if outcome is CallOutcome.UNKNOWN else [CallOutcome.ASKED, CallOutcome.UNKNOWN]
    row = connection.execute(_OPEN_CALL, {"call": call_id, "open": open_ones}).mappings().first()
    if row is None:
        return
    values: dict[str, Any] = {"outcome": outcome, "ended_at": time.time(), "vendor_request_id": vendor_request_id}
    if outcome is CallOutcome.FAILED:
        values |= {"microusd": 0, "is_estimate": False}
    elif isinstance(tokens, ReadTokens):
        counts = {"text_in": tokens.text_in, "text_out": tokens.text_out}
        microusd = text_cost(row["model"], **asdict(tokens))
        values |= counts | {"microusd": microusd, "is_estimate": not is_text_known(row["model"])}
    elif tokens:
        microusd = cost(row["model"], **asdict(tokens))
        values |= asdict(tokens) | {"microusd": microusd, "is_estimate": not is_known(row["model"])}
    more = values.get("microusd", row["microusd"]) - row["microusd"]
    money.shift(connection, row["purses"] or (), more, pictures=row["count"] if outcome is CallOutcome.PAID else 0)
    _end(connection, row, values)


def _cut_off(connection: sa.Connection, request_id: str) -> None:
    asked = sa.select(calls).where(calls.c.request_id == request_id, calls.c.outcome == CallOutcome.ASKED)
    for row in connection.execute(asked.with_for_update()).mappings().all():
        _end(connection, row, {"outcome": CallOutcome.UNKNOWN, "ended_at": time.time()})


def _end(connection: sa.Connection, call: sa.RowMapping, values: Mapping[str, Any]) -> None:
    """Record an end. If the chat or person was forgotten meanwhile, drop the budgets, which alone still name them."""
    booked = call["purses"] or ()
    of_a_member = any(holder.startswith("member:") for holder, _ in booked)
    if not call["chat_id"] or (call["user_id"] is None and of_a_member):
        # All but the bot's: a late answer still has to find those.
        values = {**values, "purses": [[holder, period] for holder, period in booked if holder == BOT]}
    connection.execute(_END_CALL, {"call": call["id"], **values})  # SQLAlchemy sets the columns that `values` names


_OPEN_CALL = (
    sa.select(calls)
    .where(calls.c.id == sa.bindparam("call"), calls.c.outcome.in_(sa.bindparam("open", expanding=True)))
    .with_for_update()
)
_WISH_OF = (
    sa.select(requests.c.id, requests.c.state)
    .where(requests.c.id == sa.select(calls.c.request_id).where(calls.c.id == sa.bindparam("call")).scalar_subquery())
    .with_for_update()
)
_END_CALL = sa.update(calls).where(calls.c.id == sa.bindparam("call"))

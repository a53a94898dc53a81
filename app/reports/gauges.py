"""What operators watch, read from the tables. Every query uses an index and is bounded, however full the tables are."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.days import day_of, month_of
from app.store.database import Database
from app.store.money.allowances import PAUSED
from app.store.money.budgets import BOT, Caps, read_budget
from app.store.requests import UNFINISHED, State
from app.store.switches import LINE_REFUSES, PICTURES_UNSERVED
from app.store.tables import UNSETTLED, gone_models, inbox, model_dates, requests, switches

BACKLOG_MAX = 10_000  # counted no further
ENDED_MAX = 20_000  # the newest requests that are looked at
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUse:
    """What was spent or is reserved in the current period (day, month). Cap 0: no limit."""

    period: str
    spent_microusd: int
    cap_microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreState:
    """The store at one moment.

    Attributes:
        unfinished: How many requests are in each state that is not final.
        queued_since: When the oldest request in the queue was made, Unix seconds; None: the queue is empty.
        backlog: How many events nobody has begun to read, counted up to `BACKLOG_MAX`.
        backlog_since: When the oldest of them arrived, Unix seconds; None: there is none.
        budgets: Those of the whole bot: day and month.
        ends_on: When models will be shut down, for those of which it is known.
        gone: The models that are shut down.
        paused: Whether an admin has paused drawing.
        line_refuses: Whether LINE refuses our token, so that nothing is drawn.
        unserved: Whether the bucket's public address does not serve pictures, so that nobody sees them.
        read_s: How long reading this took.
    """

    unfinished: Mapping[str, int]
    queued_since: float | None
    backlog: int
    backlog_since: float | None
    budgets: Sequence[BudgetUse]
    ends_on: Mapping[str, date]
    gone: frozenset[str]
    paused: bool
    line_refuses: bool
    unserved: bool
    read_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCount:
    """How many requests of a period are in a state and were told these words (a key of the sentences)."""

    state: str
    words: str
    count: int


class Gauges:
    """Reads what a scrape and the first page of the dashboard show.

    An unreachable database is not waited for: the next reading will do.
    """

    def __init__(self, database: Database, *, zone: ZoneInfo, caps: Caps) -> None:
        self._database = database
        self._zone = zone
        self._caps = caps

    async def store_state(self, *, now_at: float | None = None) -> StoreState:
        """Return the current state of the store."""
        at = time.time() if now_at is None else now_at
        return await self._database.read(lambda connection: self._read_state(connection, at))

    async def last_day(self) -> Sequence[EndedCount]:
        """Return what became of the requests of the last 24 hours."""
        return await self.ended_counts(time.time() - DAY_S)

    async def ended_counts(self, since_at: float) -> Sequence[EndedCount]:
        """Return what became of the requests since `since_at`, of the newest `ENDED_MAX` at most."""
        return await self._database.read(lambda connection: _ended_counts(connection, since_at))

    def _read_state(self, connection: sa.Connection, at: float) -> StoreState:
        began = time.perf_counter()
        counts, queued_since = _unfinished(connection)
        backlog, backlog_since = _backlog(connection)
        day, month = day_of(at, self._zone), month_of(at, self._zone)
        dates = sa.select(model_dates.c.model, model_dates.c.shutdown_on).where(model_dates.c.shutdown_on.is_not(None))
        gone = sa.select(gone_models.c.model).where(gone_models.c.until > at)
        on = set(connection.execute(sa.select(switches.c.name)).scalars())
        return StoreState(
            unfinished=counts,
            queued_since=queued_since,
            backlog=backlog,
            backlog_since=backlog_since,
            budgets=[
                _budget_use(connection, "day", day, self._caps.bot_daily_microusd),
                _budget_use(connection, "month", month, self._caps.bot_monthly_microusd),
            ],
            ends_on={row.model: date.fromisoformat(row.shutdown_on) for row in connection.execute(dates)},
            gone=frozenset(connection.execute(gone).scalars()),
            paused=PAUSED in on,
            line_refuses=LINE_REFUSES in on,
            unserved=PICTURES_UNSERVED in on,
            read_s=time.perf_counter() - began,
        )


def _unfinished(connection: sa.Connection) -> tuple[dict[str, int], float | None]:
    """Count by the index on the state: few requests are unfinished, and those that have ended are never scanned."""
    found = sa.select(requests.c.state, sa.func.count().label("total"), sa.func.min(requests.c.created_at).label("at"))
    rows = connection.execute(found.where(requests.c.state.in_(UNFINISHED)).group_by(requests.c.state)).all()
    counts = dict.fromkeys((str(state) for state in UNFINISHED), 0) | {row.state: int(row.total) for row in rows}
    return counts, next((row.at for row in rows if row.state == State.QUEUED), None)


def _backlog(connection: sa.Connection) -> tuple[int, float | None]:
    waiting = sa.select(inbox.c.arrived_at).where(UNSETTLED)
    oldest = connection.execute(waiting.order_by(inbox.c.arrived_at).limit(1)).scalar()
    some = waiting.limit(BACKLOG_MAX).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()), oldest


def _budget_use(connection: sa.Connection, name: str, period: str, cap_microusd: int) -> BudgetUse:
    spent = read_budget(connection, BOT, period)
    return BudgetUse(period=name, spent_microusd=spent, cap_microusd=cap_microusd)


def _ended_counts(connection: sa.Connection, since_at: float) -> list[EndedCount]:
    lately = sa.select(requests.c.state, requests.c.words).where(requests.c.created_at >= since_at)
    newest = lately.order_by(requests.c.created_at.desc()).limit(ENDED_MAX).subquery()
    total = sa.func.count().label("total")
    grouped = sa.select(newest.c.state, newest.c.words, total).group_by(newest.c.state, newest.c.words)
    return [
        EndedCount(state=row.state, words=row.words or "", count=int(row.total)) for row in connection.execute(grouped)
    ]

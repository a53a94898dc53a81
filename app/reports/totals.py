"""What admins ask: money, pictures, failures and the queue. Only reads, each by an index."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.money.budgets import BOT
from app.store.money.ledger import Outcome
from app.store.requests import UNDRAWN, State
from app.store.tables import calls, purses, requests
from app.store.tallies import PUSH_SAVED, counted_in

FAILURES_WITHIN_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How things are. Money is in USD; `failures` of the last 24 hours by reason, "" for none."""

    today_usd: str
    month_usd: str
    pictures_today: int
    failures: str
    queued: int
    pushes_saved: int


class Reports:
    """The questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def status(self, *, day: str, month: str, now_at: float) -> Status:
        """Return how things are on a day (YYYY-MM-DD) of a month (YYYY-MM)."""

        def read(connection: sa.Connection) -> Status:
            paid = sa.select(sa.func.coalesce(sa.func.sum(calls.c.count), 0))
            undrawn = sa.select(sa.func.count()).where(requests.c.state.in_(UNDRAWN))
            return Status(
                today_usd=_usd(_spent(connection, day)),
                month_usd=_usd(_spent(connection, month)),
                pictures_today=_one(connection, paid.where(calls.c.day == day, calls.c.outcome == Outcome.PAID)),
                failures=_failures(connection, since=now_at - FAILURES_WITHIN_S),
                queued=_one(connection, undrawn),
                pushes_saved=counted_in(connection, PUSH_SAVED, month=month),
            )

        return await self._database.run(read)


def _spent(connection: sa.Connection, period: str) -> int:
    spent = sa.select(purses.c.microusd).where(purses.c.holder == BOT, purses.c.period == period)
    return int(connection.execute(spent).scalar() or 0)


def _failures(connection: sa.Connection, *, since: float) -> str:
    ended = requests.c.state.in_([State.FAILED, State.REFUSED])
    counted = (
        sa.select(requests.c.words, sa.func.count().label("times"))
        .where(ended, requests.c.created_at >= since)
        .group_by(requests.c.words)
        .order_by(sa.desc("times"))
    )
    return ", ".join(f"{row.words} {row.times}" for row in connection.execute(counted))


def _one(connection: sa.Connection, wanted: sa.Select[int]) -> int:
    return int(connection.execute(wanted).scalar_one())


def _usd(microusd: int) -> str:
    return f"{microusd / 1_000_000:.4f}".rstrip("0").rstrip(".")

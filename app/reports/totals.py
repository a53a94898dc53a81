"""What admins ask for: money, pictures, failures and the queue. Read-only, each query by an index."""

import math
from dataclasses import dataclass

import sqlalchemy as sa

from app.prices.dollars import usd
from app.reports.spending import failures
from app.store.database import Database
from app.store.money.budgets import BOT, read_budget
from app.store.money.call_outcome import CallOutcome
from app.store.requests import UNDRAWN
from app.store.tables import calls, requests
from app.store.tallies import PUSH_SAVED, counted_in

FAILURES_WITHIN_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How things are. Money is in USD; `failures` lists those of the last 24 hours by reason, "" for none."""

    today_usd: str
    month_usd: str
    pictures_today: int
    failures: str
    queued: int
    pushes_saved: int


class Totals:
    """Answers the admin command `status`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def status(self, *, day: str, month: str, now_at: float) -> Status:
        """Return how things are; `day` is today (YYYY-MM-DD), `month` this month (YYYY-MM)."""

        def read(connection: sa.Connection) -> Status:
            paid = sa.select(sa.func.coalesce(sa.func.sum(calls.c.count), 0))
            failed = failures(connection, from_at=now_at - FAILURES_WITHIN_S, until_at=math.inf)
            undrawn = sa.select(sa.func.count()).where(requests.c.state.in_(UNDRAWN))
            return Status(
                today_usd=_written(read_budget(connection, BOT, day)),
                month_usd=_written(read_budget(connection, BOT, month)),
                pictures_today=_one(connection, paid.where(calls.c.day == day, calls.c.outcome == CallOutcome.PAID)),
                failures=", ".join(f"{reason} {times}" for reason, times in failed.items()),
                queued=_one(connection, undrawn),
                pushes_saved=counted_in(connection, PUSH_SAVED, month=month),
            )

        return await self._database.run(read)


def _one(connection: sa.Connection, wanted: sa.Select[int]) -> int:
    return int(connection.execute(wanted).scalar_one())


def _written(microusd: int) -> str:
    return usd(microusd).rstrip("0").rstrip(".")

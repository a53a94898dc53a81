"""How the last weeks went: money and pictures by day, and how long each stage took. Read-only, each query bounded."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.money.budgets import BOT
from app.store.money.call_outcome import READ, CallOutcome
from app.store.tables import budgets, calls, requests
from app.store.tallies import PUSH_SAVED, counted_in

NEWEST = 2_000  # requests and calls whose durations are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day YYYY-MM-DD or a month YYYY-MM of the whole bot: what was spent or is reserved, and pictures paid for."""

    period: str
    microusd: int
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDurations:
    """How long one stage took. Percentiles are None if nothing passed it.

    Attributes:
        name: queue (asked until a model is asked), model (one call with a picture), store (paid until the bucket has
            it), answer (ready until LINE has it), all (asked until LINE has it).
    """

    name: str
    count: int
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None


class Trends:
    """Returns the totals of days and months, and percentiles of how long things took."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def periods(self, wanted: Sequence[str]) -> list[Period]:
        """Return these days or months, in the same order; a period without entries has zeros."""
        rows = sa.select(budgets.c.period, budgets.c.microusd, budgets.c.pictures)
        rows = rows.where(budgets.c.holder == BOT, budgets.c.period.in_(wanted))
        found = {row.period: row for row in await self._database.read(lambda db: db.execute(rows).all())}
        return [
            Period(period=one, microusd=int(found[one].microusd), pictures=int(found[one].pictures))
            if one in found
            else Period(period=one, microusd=0, pictures=0)
            for one in wanted
        ]

    async def pushes_saved(self, month: str) -> int:
        """Return how many late answers of a month went out on a free reply token."""
        return await self._database.read(lambda connection: counted_in(connection, PUSH_SAVED, month=month))

    async def stages(self, *, since: float) -> list[StageDurations]:
        """Return how long each stage took, for pictures among the newest `NEWEST` requests and calls since `since`."""
        asked = sa.select(
            requests.c.draws,
            requests.c.created_at,
            requests.c.drawing_at,
            requests.c.kept_at,
            requests.c.ready_at,
            requests.c.sent_at,
        )
        asked = asked.where(requests.c.created_at >= since).order_by(requests.c.created_at.desc()).limit(NEWEST)
        made = sa.select(calls.c.outcome, calls.c.began_at, calls.c.ended_at).where(calls.c.began_at >= since)
        made = made.where(calls.c.kind != READ).order_by(calls.c.began_at.desc()).limit(NEWEST)

        def read(connection: sa.Connection) -> list[StageDurations]:
            drawn = [row for row in connection.execute(asked) if row.draws]
            paid = [row for row in connection.execute(made) if row.outcome == CallOutcome.PAID]
            return [
                _stage("queue", ((row.created_at, row.drawing_at) for row in drawn)),
                _stage("model", ((row.began_at, row.ended_at) for row in paid)),
                _stage("store", ((row.kept_at, row.ready_at) for row in drawn)),
                _stage("answer", ((row.ready_at, row.sent_at) for row in drawn)),
                _stage("all", ((row.created_at, row.sent_at) for row in drawn)),
            ]

        return await self._database.read(read)


def _stage(name: str, spans: Iterable[tuple[float | None, float | None]]) -> StageDurations:
    # Clocks of two machines may differ a little: no duration is below 0.
    took = sorted(max(0.0, until - since) for since, until in spans if since is not None and until is not None)
    return StageDurations(
        name=name,
        count=len(took),
        p50_s=_percentile(took, 50),
        p95_s=_percentile(took, 95),
        p99_s=_percentile(took, 99),
    )


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Return the smallest value that at least `percent` % of the values do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else None

"""What a month cost: by day, model and quality, by person and chat, and what failed. Read-only, by an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.money.call_outcome import CallOutcome
from app.store.requests import State
from app.store.tables import calls, requests


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentGroup:
    """Calls that have the same day, model and so on. `pictures` is how many were paid for with them."""

    day: str
    model: str
    quality: str
    outcome: str
    is_estimate: bool
    refunded: bool
    calls: int
    pictures: int
    microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spender:
    """A person or chat, "" if forgotten or not told by LINE. `refunded_microusd` is included in `microusd`."""

    id: str
    pictures: int
    microusd: int
    refunded_microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month's ledger. `failures` counts, by reason, requests that ended without a picture."""

    spent: Sequence[SpentGroup]
    people: Sequence[Spender]
    chats: Sequence[Spender]
    failures: Mapping[str, int]


class Spending:
    """Adds up a month of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_month(self, month: str, *, from_at: float, until_at: float, dearest: int) -> Month:
        """Return a month YYYY-MM, `from_at` until `until_at`, with the `dearest` people and chats that cost most."""

        def read(connection: sa.Connection) -> Month:
            return Month(
                spent=_spent(connection, month),
                people=_spenders(connection, month, calls.c.user_id, limit=dearest),
                chats=_spenders(connection, month, calls.c.chat_id, limit=dearest),
                failures=failures(connection, from_at=from_at, until_at=until_at),
            )

        return await self._database.read(read)


PICTURES = sa.func.sum(sa.case((calls.c.outcome == CallOutcome.PAID, calls.c.count), else_=0))
MICROUSD = sa.func.sum(calls.c.microusd)
REFUNDED = calls.c.refunded_at.is_not(None)


def _of(month: str) -> sa.ColumnElement[bool]:
    return calls.c.day.between(f"{month}-01", f"{month}-31")


def _spent(connection: sa.Connection, month: str) -> Sequence[SpentGroup]:
    group_columns = (
        *(calls.c.day, calls.c.model, calls.c.quality, calls.c.outcome),
        *(calls.c.is_estimate, REFUNDED.label("refunded")),
    )
    wanted = (
        sa.select(
            *group_columns, sa.func.count().label("calls"), PICTURES.label("pictures"), MICROUSD.label("microusd")
        )
        .where(_of(month))
        .group_by(*group_columns)
    )
    numbers = ("calls", "pictures", "microusd")
    rows = connection.execute(wanted).mappings().all()
    return [
        SpentGroup(**{**row, "refunded": bool(row["refunded"])} | {name: int(row[name]) for name in numbers})
        for row in rows
    ]


def _spenders(
    connection: sa.Connection, month: str, who: "sa.Column[str] | sa.Column[str | None]", *, limit: int
) -> Sequence[Spender]:
    refunded = sa.func.sum(sa.case((REFUNDED, calls.c.microusd), else_=0)).label("refunded")
    wanted = (
        sa.select(who.label("id"), PICTURES.label("pictures"), MICROUSD.label("microusd"), refunded)
        .where(_of(month))
        .group_by(who)
        .order_by(sa.desc("microusd"), who)
        .limit(limit)
    )
    return [
        Spender(
            id=row.id or "",
            pictures=int(row.pictures),
            microusd=int(row.microusd),
            refunded_microusd=int(row.refunded),
        )
        for row in connection.execute(wanted)
    ]


def failures(connection: sa.Connection, *, from_at: float, until_at: float) -> Mapping[str, int]:
    """Count requests that ended without a picture, by reason, the most frequent first."""
    ended = requests.c.state.in_([State.FAILED, State.REFUSED])
    counted = (
        sa.select(requests.c.words, sa.func.count().label("times"))
        .where(ended, requests.c.created_at >= from_at, requests.c.created_at < until_at)
        .group_by(requests.c.words)
        .order_by(sa.desc("times"), requests.c.words)
    )
    return {row.words or "": int(row.times) for row in connection.execute(counted)}

"""The ledger as a list, to be exported or shown. Read-only, some rows at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import calls

ID_MAX = 2**31 - 1  # what the column holds on Postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One call of a model. Fields as in `tables.calls`."""

    id: int
    day: str
    began_at: float
    ended_at: float | None
    request_id: str
    vendor_request_id: str | None
    chat_id: str
    user_id: str | None
    kind: str
    model: str
    size: str
    quality: str
    count: int
    text_in: int | None
    image_in: int | None
    image_out: int | None
    text_out: int | None
    outcome: str
    is_estimate: bool
    microusd: int
    refunded_at: float | None


class Statement:
    """Reads the ledger line by line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_day(self, day: str, *, after_id: int, limit: int) -> Sequence[LedgerLine]:
        """Return the calls of a day (YYYY-MM-DD in TIMEZONE) whose ids are above `after_id`, in order of their ids."""
        return await self._read(lines_of(calls.c.day == day, calls.c.id > after_id).order_by(calls.c.id).limit(limit))

    async def newest(self, *, limit: int, before_id: int = ID_MAX, day: str = "") -> Sequence[LedgerLine]:
        """Return the newest calls whose ids are below `before_id`, newest first; of one day, or of all."""
        earlier = lines_of(calls.c.id < min(before_id, ID_MAX), *([calls.c.day == day] if day else []))
        return await self._read(earlier.order_by(calls.c.id.desc()).limit(limit))

    async def _read(self, wanted: sa.Select[tuple[object, ...]]) -> Sequence[LedgerLine]:
        rows = await self._database.read(lambda connection: connection.execute(wanted).mappings().all())
        return [LedgerLine(**row) for row in rows]


def lines_of(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select lines of the ledger."""
    return sa.select(*(calls.c[name] for name in LedgerLine.__dataclass_fields__)).where(*conditions)

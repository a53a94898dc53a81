"""What is counted by day for reports, without names: the pushes that were saved."""

import time
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.days import day_of
from app.store.counters import add
from app.store.database import Database
from app.store.tables import tallies

PUSH_SAVED = "push_saved"


class Tallies:
    """The verbs."""

    def __init__(self, database: Database, *, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone

    async def add(self, name: str, count: int = 1) -> None:
        """Count something of today, at most 32 characters long. After a database that was away it may count twice."""
        await self._database.run(lambda connection: self.add_within(connection, name, count))

    def add_within(self, connection: sa.Connection, name: str, count: int = 1) -> None:
        """Count something of today in a transaction that does more."""
        key = {"day": day_of(time.time(), self._zone), "name": name}
        add(connection, tallies, key, {"count": count})

    async def read(self, period: str) -> Mapping[str, int]:
        """Return what was counted in a day (YYYY-MM-DD) or a month (YYYY-MM), by name."""
        total = sa.func.sum(tallies.c.count).label("total")
        wanted = sa.select(tallies.c.name, total).where(tallies.c.day.startswith(period)).group_by(tallies.c.name)
        rows = await self._database.run(lambda connection: connection.execute(wanted).all())
        return {row.name: int(row.total) for row in rows}

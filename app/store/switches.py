"""Switches: what holds for every process until it is lifted."""

import time
from collections.abc import Sequence

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import switches

LINE_REFUSES = "line_refuses"  # LINE does not take our token
PICTURES_UNSERVED = "pictures_unserved"  # the bucket's public address does not hand them out
NOBODY_SEES = "nobody_sees"  # neither to us nor, by what it answers, to anybody else


class Switches:
    """Turns on and off what holds for all processes. Each is safe to call again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def turn_on(self, name: str) -> None:
        """Let it hold for all processes. Where it holds already, the first time stays."""
        row = {"name": name, "at": time.time()}
        await self._database.run(lambda connection: connection.execute(self._database.insert_once(switches), row))

    async def turn_off(self, name: str) -> None:
        """Let it hold no more."""
        change = sa.delete(switches).where(switches.c.name == name)
        await self._database.run(lambda connection: connection.execute(change))

    async def is_on(self, name: str) -> bool:
        """Whether it holds."""
        found = sa.select(switches.c.name).where(switches.c.name == name)
        return await self._database.look(lambda connection: connection.execute(found).first() is not None)

    async def on(self, names: Sequence[str]) -> list[str]:
        """Return which of these hold."""
        found = sa.select(switches.c.name).where(switches.c.name.in_(names)).order_by(switches.c.name)
        return await self._database.look(lambda connection: list(connection.execute(found).scalars()))

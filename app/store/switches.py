"""Switches, which hold for every process until they are turned off."""

import time
from collections.abc import Sequence

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import switches

LINE_REFUSES = "line_refuses"  # LINE does not accept our channel access token
PICTURES_UNSERVED = "pictures_unserved"  # the bucket's public address does not serve pictures to us
NOBODY_SEES = "nobody_sees"  # nor, judging by what it answers, to anybody else


class Switches:
    """Turns switches on and off for all processes. Each method is safe to call again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def turn_on(self, name: str) -> None:
        """Turn a switch on for all processes. If it is on already, the time of the first call stays."""
        row = {"name": name, "at": time.time()}
        await self._database.run(lambda connection: connection.execute(self._database.insert_once(switches), row))

    async def turn_off(self, name: str) -> None:
        """Turn a switch off."""
        change = sa.delete(switches).where(switches.c.name == name)
        await self._database.run(lambda connection: connection.execute(change))

    async def is_on(self, name: str) -> bool:
        """Whether a switch is on."""
        found = sa.select(switches.c.name).where(switches.c.name == name)
        return await self._database.look(lambda connection: connection.execute(found).first() is not None)

    async def on(self, names: Sequence[str]) -> list[str]:
        """Return which of these switches are on."""
        found = sa.select(switches.c.name).where(switches.c.name.in_(names)).order_by(switches.c.name)
        return await self._database.look(lambda connection: list(connection.execute(found).scalars()))

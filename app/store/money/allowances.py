"""What admins decide: who is blocked, who gets more pictures today, and whether drawing is paused."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.money.budgets import user_of
from app.store.tables import allowances, budgets, switches

PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A block of a person, group or room, and `extra` more pictures for it on the day `extra_on` (YYYY-MM-DD)."""

    holder: str
    blocked: bool
    extra: int
    extra_on: str


class Allowances:
    """What admins have decided: more pictures for somebody on a day, a block, a pause of all drawing.

    Each method except `give` is safe to call again. Holders are LINE's ids.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def block(self, holder: str) -> None:
        """Stop answering this person, group or room."""
        await self._block(holder, blocked=True)

    async def unblock(self, holder: str) -> None:
        """Answer this person, group or room again."""
        await self._block(holder, blocked=False)

    async def give(self, holder: str, *, count: int, day: str) -> int:
        """Give somebody more pictures on a day. Return how many more they have now, with those given before."""

        def write(connection: sa.Connection) -> int:
            self._meet(connection, holder)
            before = sa.case((allowances.c.extra_on == day, allowances.c.extra), else_=0)
            change = sa.update(allowances).where(allowances.c.holder == holder)
            change = change.values(extra=before + count, extra_on=day)
            anew = sa.update(budgets).where(budgets.c.holder == user_of(holder), budgets.c.period == day)
            connection.execute(anew.values(told=None))
            return int(connection.execute(change.returning(allowances.c.extra)).scalar_one())

        return await self._database.run(write)

    async def of(self, holder: str) -> Allowance | None:
        """Return what was decided for this holder."""
        return next(iter(await self._read(allowances.c.holder == holder)), None)

    async def blocked(self) -> Sequence[Allowance]:
        """Return who is blocked."""
        return await self._read(allowances.c.blocked)

    async def pause(self) -> None:
        """Pause drawing: nothing new is drawn."""
        row = {"name": PAUSED, "at": time.time()}
        await self._database.run(lambda connection: connection.execute(self._database.insert_once(switches), row))

    async def resume(self) -> None:
        """End the pause."""
        change = sa.delete(switches).where(switches.c.name == PAUSED)
        await self._database.run(lambda connection: connection.execute(change))

    async def is_paused(self) -> bool:
        """Whether drawing is paused."""
        found = sa.select(switches.c.name).where(switches.c.name == PAUSED)
        return await self._database.look(lambda connection: connection.execute(found).first() is not None)

    async def _block(self, holder: str, *, blocked: bool) -> None:
        def write(connection: sa.Connection) -> None:
            self._meet(connection, holder)
            change = sa.update(allowances).where(allowances.c.holder == holder)
            connection.execute(change.values(blocked=blocked))

        await self._database.run(write)

    async def _read(self, *conditions: sa.ColumnElement[bool]) -> Sequence[Allowance]:
        wanted = sa.select(allowances).where(*conditions).order_by(allowances.c.holder)
        rows = await self._database.run(lambda connection: connection.execute(wanted).mappings().all())
        return [Allowance(**{name: row[name] for name in Allowance.__dataclass_fields__}) for row in rows]

    def _meet(self, connection: sa.Connection, holder: str) -> None:
        row = {"holder": holder, "blocked": False, "extra": 0, "extra_on": ""}
        connection.execute(self._database.insert_once(allowances), row)

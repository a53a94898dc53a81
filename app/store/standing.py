"""How things stand before an event is performed, in one statement: is it known, is somebody blocked, what waits."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.money.allowances import PAUSED
from app.store.requests import PICTURES_ASKED, UNDRAWN
from app.store.tables import allowances, requests, switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What was found.

    Attributes:
        known: What the event asks for was written before.
        blocked: An admin has blocked its chat or its person.
        paused: Nothing new is to be drawn.
        undrawn: How many pictures wait for the model or are being drawn.
    """

    known: bool
    blocked: bool
    paused: bool
    undrawn: int


async def standing_of(database: Database, event_id: str, *, holders: Collection[str]) -> Standing:
    """Return how things stand. `holders`: LINE's ids of the chat and the person."""
    bound = {"event": event_id, "holders": list(holders)}
    row = await database.look(lambda connection: connection.execute(_STANDING, bound).one())
    return Standing(known=bool(row[0]), blocked=bool(row[1]), paused=bool(row[2]), undrawn=int(row[3]))


_STANDING = sa.select(
    sa.exists().where(requests.c.id == sa.bindparam("event")),
    sa.exists().where(allowances.c.holder.in_(sa.bindparam("holders", expanding=True)), allowances.c.blocked),
    sa.exists().where(switches.c.name == PAUSED),
    sa.select(PICTURES_ASKED).where(requests.c.state.in_(UNDRAWN)).scalar_subquery(),
)

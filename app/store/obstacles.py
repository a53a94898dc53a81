"""What may keep an event's request from being written, in one statement within its transaction."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.store.requests import PICTURES_ASKED, UNDRAWN
from app.store.tables import requests, unsent


def obstacles_of(
    connection: sa.Connection, event_id: str, message_ids: Sequence[str], *, chat_id: str, user_id: str | None
) -> sa.Row[tuple[bool | None, bool, int]]:
    """Return `draws` of the request (None: not written yet), whether it was `taken_back`, how many are `waiting`.

    `message_ids`: the messages that it comes from. `waiting`: pictures of its person that are not drawn yet.
    """
    bound = {"event": event_id, "messages": list(message_ids), "chat": chat_id, "user": user_id}
    return connection.execute(_OF_ONE if user_id else _OF_SOMEBODY, bound).one()


def _obstacles(whose: sa.ColumnElement[bool]) -> sa.Select[tuple[bool | None, bool, int]]:
    taken_back = unsent.c.message_id.in_(sa.bindparam("messages", expanding=True))
    return sa.select(
        sa.select(requests.c.draws).where(requests.c.id == sa.bindparam("event")).scalar_subquery().label("draws"),
        sa.exists().where(taken_back).label("taken_back"),
        sa.select(PICTURES_ASKED).where(requests.c.state.in_(UNDRAWN), whose).scalar_subquery().label("waiting"),
    )


_OF_ONE = _obstacles(requests.c.user_id == sa.bindparam("user"))
_OF_SOMEBODY = _obstacles(sa.and_(requests.c.user_id.is_(None), requests.c.chat_id == sa.bindparam("chat")))

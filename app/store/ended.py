"""A person's last wish, if it ended without a picture: "try again", "why?" and a change are then about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.store.requests import State
from app.store.tables import requests

DECLINED = ("limit_user_day", "flood", "queue_full", "paused")  # words of wishes that were not let in
_SHOWS_ONE = ("picture", "card", "ask_edit", "ask_edit_group")  # words that speak of a picture that is there


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedWish:
    """A wish that ended without a picture, and was followed by no other. `words`: the sentence that said why."""

    request_id: str
    prompt: str
    options: Mapping[str, Any]
    sources: Sequence[Mapping[str, str]]
    words: str
    details: Mapping[str, Any]
    created_at: float


def ended_id(*theirs: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """Select the id of a person's last wish, if it ended without a picture."""
    declined = sa.and_(requests.c.words.in_(DECLINED), requests.c.prompt.is_not(None))  # not said once more
    wishes = sa.or_(requests.c.draws, declined, requests.c.words.in_(_SHOWS_ONE))
    of_wishes = sa.select(requests).where(*theirs, wishes, requests.c.state != State.CANCELLED)
    last = of_wishes.order_by(requests.c.created_at.desc()).limit(1).subquery()
    came_to_nothing = sa.or_(last.c.state.in_([State.REFUSED, State.FAILED]), last.c.words.in_(DECLINED))
    return sa.select(last.c.id).where(came_to_nothing, last.c.prompt.is_not(None)).scalar_subquery()


def read_ended(connection: sa.Connection, request_id: str) -> EndedWish | None:
    """Read an ended wish within a transaction."""
    row = connection.execute(sa.select(requests).where(requests.c.id == request_id)).mappings().first()
    if row is None:
        return None
    return EndedWish(
        request_id=row["id"],
        prompt=row["prompt"] or "",
        options=row["options"] or {},
        sources=row["sources"] or (),
        words=row["words"] or "",
        details=row["details"] or {},
        created_at=row["created_at"],
    )

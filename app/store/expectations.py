"""What a chat waits for, as columns of its row: clearing it, and whose answer is expected."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.store.tables import chats

NOTHING_EXPECTED: Mapping[str, Any] = {
    "expects": None,
    "expects_prompt": None,
    "expects_options": None,
    "expects_sources": None,
    "expects_until": None,
    "expects_user": None,
}


def expected_of_person(chat_id: str, user_id: str | None) -> Sequence[sa.ColumnElement[bool]]:
    """Select what the chat expects from this person or from anybody, but not what somebody else was asked."""
    is_theirs = sa.or_(chats.c.expects_user.is_(None), chats.c.expects_user == user_id)
    return chats.c.chat_id == chat_id, is_theirs if user_id else sa.true()

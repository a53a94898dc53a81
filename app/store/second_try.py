"""After an edit that failed, the person's next words are about the same photos or pictures."""

import time

import sqlalchemy as sa

from app.store.database import Database
from app.store.photos import WAITING_S, waiting_photos
from app.store.tables import chats, requests

_OF_SOURCES = ("photo_", "picture_")  # reasons that begin so: what was to be edited is not available


def keep_sources(database: Database, connection: sa.Connection, request_id: str, *, reason: str) -> None:
    """Let the person's next words be about the photos or pictures of a request that failed for this reason.

    Not if they would be understood so anyway, if the request came from a button, which can be tapped again, or if the
    chat has gone on since.
    """
    row = connection.execute(sa.select(requests).where(requests.c.id == request_id)).mappings().one()
    meaning = str((row["understood"] or {}).get("meaning", ""))
    if not row["sources"] or row["tap"] or meaning.startswith("command") or reason.startswith(_OF_SOURCES):
        return
    mine = chats.c.chat_id == row["chat_id"]
    new = {"chat_id": row["chat_id"], "chat_kind": row["chat_kind"], "created_at": time.time()}
    connection.execute(database.insert_once(chats), new)
    chat = connection.execute(sa.select(chats).where(mine).with_for_update()).mappings().one()
    if meaning == "change" and row["sources"] == [{"picture": chat["current_picture"]}]:
        return
    if _is_past(connection, row, chat):
        return
    values = {
        "expects": "words",
        "expects_prompt": None,
        "expects_options": None,
        "expects_sources": row["sources"],
        "expects_until": time.time() + WAITING_S,
        "expects_user": row["user_id"],
    }
    connection.execute(sa.update(chats).where(mine).values(**values))


def _is_past(connection: sa.Connection, row: sa.RowMapping, chat: sa.RowMapping) -> bool:
    """Whether the chat has gone on: we wait for something else, or this person has made another wish since."""
    if chat["expects"] and chat["expects_until"] > time.time():
        return True
    if waiting_photos(connection, row["chat_id"], since=time.time() - WAITING_S):
        return True
    theirs = (requests.c.chat_id == row["chat_id"], requests.c.user_id.is_not_distinct_from(row["user_id"]))
    newer = sa.select(requests.c.id).where(*theirs, requests.c.draws, requests.c.created_at > row["created_at"])
    return connection.execute(newer.limit(1)).first() is not None

"""What stands around a message in its chat, read at once: what it quotes, what we wait for."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from app.store.chats import ChatState, read_chat
from app.store.database import Database
from app.store.requests import State
from app.store.tables import photos, pictures, requests, sent, unsent

PHOTOS_WAIT_S = 600.0  # a photo that got no words for so long is not what the next words are about


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a quoted message is to us: one of ours, a picture of ours, a photo of a person. None of it: unknown.

    `gone`: there was a picture or a photo, which somebody has deleted or taken back. `asked_by`: whose wish it was, or
    was the answer to.
    """

    ours: bool = False
    gone: bool = False
    picture_id: str | None = None
    photo_id: str | None = None
    asked_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What was found. `photos` wait for words, oldest first; `asked_before`: the message itself made a request."""

    chat: ChatState = field(default_factory=ChatState)
    quote: Quote = field(default_factory=Quote)
    photos: Sequence[str] = ()
    asked_before: bool = False


async def surroundings_of(
    database: Database, chat_id: str, *, message_id: str, quoted_message_id: str | None
) -> Surroundings:
    """Look around a message."""

    def read(connection: sa.Connection) -> Surroundings:
        waiting = sa.select(photos.c.message_id).where(
            photos.c.chat_id == chat_id, photos.c.waits, photos.c.created_at >= time.time() - PHOTOS_WAIT_S
        )
        asked = sa.select(requests.c.id).where(requests.c.message_id == message_id, requests.c.chat_id == chat_id)
        return Surroundings(
            chat=read_chat(connection, chat_id),
            quote=_quote_whole(connection, chat_id, quoted_message_id) if quoted_message_id else Quote(),
            photos=list(connection.execute(waiting.order_by(photos.c.created_at)).scalars()),
            asked_before=connection.execute(asked).first() is not None,
        )

    return await database.run(read)


def _quote_whole(connection: sa.Connection, chat_id: str, message_id: str) -> Quote:
    answered = sa.select(sent.c.request_id).where(sent.c.message_id == message_id, sent.c.chat_id == chat_id)
    theirs = sa.or_(requests.c.message_id == message_id, requests.c.id.in_(answered))
    asked_by = sa.select(requests.c.user_id).where(requests.c.chat_id == chat_id, theirs)
    return replace(_quote(connection, chat_id, message_id), asked_by=connection.execute(asked_by.limit(1)).scalar())


def _quote(connection: sa.Connection, chat_id: str, message_id: str) -> Quote:
    said = _first(connection, sa.select(sent).where(sent.c.message_id == message_id, sent.c.chat_id == chat_id))
    if said:
        return Quote(ours=True, picture_id=said["picture_id"])
    if _first(connection, sa.select(photos.c.message_id).where(_of(photos, message_id, chat_id))):
        return Quote(photo_id=message_id)
    if _first(connection, sa.select(unsent.c.message_id).where(unsent.c.message_id == message_id)):
        return Quote(gone=True)
    # Whoever quotes their own wish means the picture that it became, the newest where it was drawn again.
    asked = sa.select(requests.c.id).where(_of(requests, message_id, chat_id), requests.c.draws)
    drawn = sa.select(pictures.c.id).where(pictures.c.request_id.in_(asked))
    picture = _first(connection, drawn.order_by(pictures.c.created_at.desc(), pictures.c.position))
    if picture:
        return Quote(picture_id=picture["id"])
    return Quote(gone=_first(connection, asked.where(requests.c.state == State.READY)) is not None)


def _of(table: sa.Table, message_id: str, chat_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.message_id == message_id, table.c.chat_id == chat_id)


def _first(connection: sa.Connection, wanted: sa.Select[tuple[object]]) -> Mapping[str, str] | None:
    row = connection.execute(wanted.limit(1)).mappings().first()
    return dict(row) if row else None

"""The context of a message in its chat, read at once: what it quotes, what we wait for, what is being drawn."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from app.store.chats import ChatState, read_chat
from app.store.database import Database
from app.store.ended import EndedWish, ended_id, read_ended
from app.store.photos import PhotoState, waiting_photos
from app.store.requests import UNFINISHED, AnswerState, State
from app.store.tables import photos, pictures, requests, sent, unsent

PHOTOS_WAIT_S = 600.0  # the next words are not about a photo that has waited longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a quoted message is to us: one of ours, a picture of ours, a person's photo. None of these: unknown.

    `gone`: it was a picture or a photo that somebody has deleted or unsent. `asked_by`: who made the wish that it was,
    or that it answered.
    """

    ours: bool = False
    gone: bool = False
    picture_id: str | None = None
    photo_id: str | None = None
    asked_by: str | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether it means nothing to us, whoever asked."""
        return not (self.ours or self.gone or self.picture_id or self.photo_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A wish that waits or is being drawn. `place`: in the queue, from 1; 0: it has left it. Times: Unix seconds."""

    request_id: str
    prompt: str
    place: int
    created_at: float
    drawing_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What was found.

    Attributes:
        photos: They wait for words, oldest first.
        shown_photo: In a group this person has shown a photo since the chat's picture was made; it can be quoted.
        refused_photo: The last photo could not be taken, and nothing was asked for since.
        under_way: The newest wish of this person that has no picture yet.
        ended: The last wish of this person, if it ended without a picture.
        undelivered: The answer to a wish of this person is ready, but not in the chat yet.
        picture_at: When the chat's current picture was made, Unix seconds; None where there is none.
        deleted_picture: The current picture, if it was deleted; then the newest other one takes its place in `chat`.
        asked_before: This message has made a request before.
        read_at: When all this was read, Unix seconds.
    """

    chat: ChatState = field(default_factory=ChatState)
    quote: Quote = field(default_factory=Quote)
    photos: Sequence[str] = ()
    shown_photo: bool = False
    refused_photo: bool = False
    under_way: UnderWay | None = None
    ended: EndedWish | None = None
    undelivered: bool = False
    picture_at: float | None = None
    deleted_picture: str | None = None
    asked_before: bool = False
    read_at: float = 0.0


async def context_of(
    database: Database, chat_id: str, *, message_id: str, quoted_message_id: str | None, user_id: str | None = None
) -> Context:
    """Return a message's context. `user_id`: its sender; None: the group does not tell. `message_id` "": not a text."""

    def read(connection: sa.Connection) -> Context:
        now = time.time()
        chat = read_chat(connection, chat_id)
        if not message_id:  # a tap or a photo: it means the same whatever else happens
            return Context(chat=chat, read_at=now)
        since = now - PHOTOS_WAIT_S
        bound = {"chat": chat_id, "user": user_id, "message": message_id, "picture": chat.current_picture}
        # For most messages this says that there is nothing more to be read.
        found = connection.execute(_AROUND_ONE if user_id else _AROUND, bound | {"since": since}).one()
        undelivered, picture_at, asked_before, some_photos, drawing, ended, shown_at = found
        deleted = chat.current_picture if picture_at is None else None
        if deleted and (other := _newest_picture(connection, chat_id)):
            chat, picture_at = replace(chat, current_picture=other[0]), other[1]
        return Context(
            chat=_with_pictures(connection, chat),
            quote=_quote_whole(connection, chat_id, quoted_message_id) if quoted_message_id else Quote(),
            photos=waiting_photos(connection, chat_id, since=since) if some_photos else (),
            shown_photo=shown_at is not None and shown_at > (picture_at or 0.0),
            refused_photo=bool(some_photos) and _is_last_photo_refused(connection, chat_id, since=since),
            under_way=_under_way(connection, chat_id, user_id) if drawing else None,
            ended=read_ended(connection, ended) if ended and not drawing else None,
            undelivered=bool(undelivered),
            picture_at=picture_at,
            deleted_picture=deleted,
            asked_before=bool(asked_before),
            read_at=now,
        )

    return await database.look(read)


async def is_ours(database: Database, chat_id: str, message_id: str) -> bool:
    """Whether this message is ours. Read alone after a fault, which reading the rest of the quote may have caused."""
    said = sa.select(sent.c.message_id).where(sent.c.message_id == message_id, sent.c.chat_id == chat_id)
    return await database.look(lambda connection: connection.execute(said).first() is not None)


_UNDER_WAY = (requests.c.draws, requests.c.state.in_(UNFINISHED))


def _under_way(connection: sa.Connection, chat_id: str, user_id: str | None) -> UnderWay | None:
    theirs = [requests.c.chat_id == chat_id, *([requests.c.user_id == user_id] if user_id else [])]
    wanted = sa.select(requests).where(*theirs, *_UNDER_WAY)
    row = connection.execute(wanted.order_by(requests.c.created_at.desc()).limit(1)).mappings().first()
    if row is None:
        return None
    before = sa.select(sa.func.count()).where(
        requests.c.state == State.QUEUED, requests.c.created_at < row["created_at"]
    )
    place = connection.execute(before).scalar_one() + 1 if row["state"] == State.QUEUED else 0
    return UnderWay(
        request_id=row["id"],
        prompt=row["prompt"] or "",
        place=place,
        created_at=row["created_at"],
        drawing_at=row["drawing_at"],
    )


def _around(*, is_of_one: bool) -> sa.Select[Any]:
    """Find out whether something of theirs is ready or being drawn, and what there is of the chat's."""
    chat: sa.BindParameter[str] = sa.bindparam("chat")
    user: sa.BindParameter[str] = sa.bindparam("user")
    theirs = (requests.c.chat_id == chat, requests.c.user_id == user if is_of_one else sa.true())
    shown = sa.select(sa.func.max(photos.c.created_at)).where(
        photos.c.chat_id == chat, photos.c.user_id == user, photos.c.created_at >= sa.bindparam("since")
    )
    on_its_way = requests.c.answer.in_([AnswerState.DUE, AnswerState.SENDING])
    return sa.select(
        sa.exists().where(*theirs, requests.c.draws, on_its_way),
        sa.select(pictures.c.created_at).where(pictures.c.id == sa.bindparam("picture")).scalar_subquery(),
        sa.exists().where(requests.c.message_id == sa.bindparam("message"), requests.c.chat_id == chat),
        sa.exists().where(photos.c.chat_id == chat, photos.c.created_at >= sa.bindparam("since")),
        sa.exists().where(*theirs, *_UNDER_WAY),
        ended_id(*theirs),
        shown.scalar_subquery() if is_of_one else sa.null(),
    )


_AROUND = _around(is_of_one=False)
_AROUND_ONE = _around(is_of_one=True)


def _is_last_photo_refused(connection: sa.Connection, chat_id: str, *, since: float) -> bool:
    """Whether the chat's last photo could not be accepted, and nothing was drawn, or answered about it, since."""
    last = sa.select(photos.c.state, photos.c.created_at).where(
        photos.c.chat_id == chat_id, photos.c.created_at >= since
    )
    row = connection.execute(last.order_by(photos.c.created_at.desc()).limit(1)).first()
    if row is None or row.state in {PhotoState.SEEN, PhotoState.KEPT}:
        return False
    after = sa.select(requests.c.id).where(requests.c.chat_id == chat_id, requests.c.created_at > row.created_at)
    settled = sa.or_(requests.c.draws, requests.c.words == "ask_photo")
    return connection.execute(after.where(settled).limit(1)).first() is None


def _newest_picture(connection: sa.Connection, chat_id: str) -> tuple[str, float] | None:
    mine = sa.select(pictures.c.id, pictures.c.created_at).where(pictures.c.chat_id == chat_id)
    row = connection.execute(mine.order_by(pictures.c.created_at.desc()).limit(1)).first()
    return (row.id, row.created_at) if row else None


def _with_pictures(connection: sa.Connection, chat: ChatState) -> ChatState:
    """Replace wishes among the expected sources with their pictures, if these were drawn meanwhile."""
    if chat.expected is None or not any("request" in source for source in chat.expected.sources):
        return chat
    if chat.expected.what != "words":
        return chat
    sources = [_source(connection, source) for source in chat.expected.sources]
    found = [source for source in sources if source]
    return replace(chat, expected=replace(chat.expected, sources=found) if found else None)


def _source(connection: sa.Connection, source: Mapping[str, str]) -> Mapping[str, str] | None:
    if "request" not in source:
        return source
    made = sa.select(pictures.c.id).where(pictures.c.request_id == source["request"])
    picture = connection.execute(made.order_by(pictures.c.position.desc()).limit(1)).scalar()
    if picture:
        return {"picture": picture}
    open_ = sa.select(requests.c.id).where(requests.c.id == source["request"], requests.c.state.in_(UNFINISHED))
    return source if connection.execute(open_).first() else None


def _quote_whole(connection: sa.Connection, chat_id: str, message_id: str) -> Quote:
    answered = sa.select(sent.c.request_id).where(sent.c.message_id == message_id, sent.c.chat_id == chat_id)
    theirs = sa.or_(requests.c.message_id == message_id, requests.c.id.in_(answered))
    asked_by = sa.select(requests.c.user_id).where(requests.c.chat_id == chat_id, theirs)
    return replace(_quote(connection, chat_id, message_id), asked_by=connection.execute(asked_by.limit(1)).scalar())


def _quote(connection: sa.Connection, chat_id: str, message_id: str) -> Quote:
    of_ours = sa.select(sent.c.picture_id, pictures.c.id.is_not(None).label("is_there"))
    of_ours = of_ours.outerjoin_from(sent, pictures, pictures.c.id == sent.c.picture_id)
    said = _first(connection, of_ours.where(sent.c.message_id == message_id, sent.c.chat_id == chat_id))
    if said:
        gone = bool(said["picture_id"]) and not said["is_there"]
        return Quote(ours=True, picture_id=said["picture_id"], gone=gone)
    if _first(connection, sa.select(photos.c.message_id).where(_of(photos, message_id, chat_id))):
        return Quote(photo_id=message_id)
    if _first(connection, sa.select(unsent.c.message_id).where(unsent.c.message_id == message_id)):
        return Quote(gone=True)
    # Whoever quotes a wish means the picture that it became, the newest one if it was drawn again.
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

"""Photos that people send to be edited: fetched at once and made fit, since LINE forgets them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import photos


class PhotoState(StrEnum):
    """What we have of a photo."""

    SEEN = "seen"  # somebody showed it in a group, or it is being fetched; a wish that is about it fetches it, too
    KEPT = "kept"
    GONE = "gone"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One photo, without its bytes."""

    message_id: str
    chat_id: str
    state: PhotoState
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhoto:
    """A photo as its event tells of it. `set_total` 0: not told."""

    message_id: str
    chat_id: str
    user_id: str | None
    set_id: str | None = None
    set_total: int = 0


class Photos:
    """The verbs. Each is safe to call again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, photo: NewPhoto, state: PhotoState, *, data: bytes | None = None, content_type: str | None = None
    ) -> Sequence[Photo] | None:
        """Write down what became of a photo that was `seen`.

        Returns:
            The photos that came together, once this was the last of them; None while others are still to come, and
            for an album that does not tell its size, after its first. Empty where it was taken back meanwhile.
        """

        def write(connection: sa.Connection) -> Sequence[Photo] | None:
            self._database.one_at_a_time(connection, photo.chat_id)
            waits = state is PhotoState.KEPT
            mine = photos.c.message_id == photo.message_id
            fetched: dict[str, Any] = {"state": state, "data": data, "content_type": content_type}
            if not waits:
                fetched["waits"] = False
            # Nothing where it was taken back meanwhile; words that came meanwhile have taken it.
            connection.execute(sa.update(photos).where(mine, photos.c.state == PhotoState.SEEN).values(**fetched))
            if photo.set_id is None:
                return _read(connection, mine)
            album = _read(connection, *_of_album(photo), photos.c.state != PhotoState.SEEN)
            return album if len(album) == (photo.set_total or 1) else None

        return await self._database.run(write)

    async def seen(self, photo: NewPhoto, *, waits: bool = False) -> None:
        """Remember that this message is a photo, and nothing of the photo itself. `waits`: the next words mean it."""
        row = {name: getattr(photo, name) for name in NewPhoto.__dataclass_fields__}
        row |= {"state": PhotoState.SEEN, "waits": waits, "created_at": time.time()}
        await self._database.run(lambda connection: connection.execute(self._database.insert_once(photos), row))

    async def without_the_missing(self, photo: NewPhoto) -> Sequence[Photo] | None:
        """Return what came of an album if this is the youngest of it and others are missing; else None."""

        def read(connection: sa.Connection) -> Sequence[Photo] | None:
            album = _read(connection, *_of_album(photo))
            youngest = album and album[-1].message_id == photo.message_id
            return album if youngest and len(album) < photo.set_total else None

        return await self._database.run(read)

    async def fetched(self, message_id: str, *, data: bytes, content_type: str) -> None:
        """Keep the bytes of a photo that was only seen before."""
        change = sa.update(photos).where(photos.c.message_id == message_id)
        values: dict[str, Any] = {"state": PhotoState.KEPT, "data": data, "content_type": content_type}
        await self._database.run(lambda connection: connection.execute(change.values(**values)))

    async def let_go(self, chat_id: str) -> None:
        """No photo of this chat waits any more."""
        change = sa.update(photos).where(photos.c.chat_id == chat_id, photos.c.waits).values(waits=False)
        await self._database.run(lambda connection: connection.execute(change))

    async def bytes_of(self, message_id: str, *, chat_id: str) -> bytes | None:
        """Return the photo, made fit to be sent to a model."""
        mine = (photos.c.message_id == message_id, photos.c.chat_id == chat_id)
        wanted = sa.select(photos.c.data).where(*mine)
        return await self._database.run(lambda connection: connection.execute(wanted).scalar())


def taken(connection: sa.Connection, message_ids: Sequence[str]) -> None:
    """Let photos wait no more: a wish has them."""
    if message_ids:
        connection.execute(sa.update(photos).where(photos.c.message_id.in_(message_ids)).values(waits=False))


def _of_album(photo: NewPhoto) -> tuple[sa.ColumnElement[bool], ...]:
    return photos.c.chat_id == photo.chat_id, photos.c.set_id == photo.set_id


def _read(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[Photo]:
    columns = (photos.c.message_id, photos.c.chat_id, photos.c.state, photos.c.waits)
    rows = connection.execute(
        sa.select(*columns).where(*conditions).order_by(photos.c.created_at, photos.c.message_id)
    ).mappings()
    return [Photo(**{**row, "state": PhotoState(row["state"])}) for row in rows]

"""Photos that people send to be edited: fetched at once, since LINE deletes them, and made fit for a model."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import photos, requests

WAITING_MAX: Final = 20  # photos of one chat that may wait for words at once
WAITING_S: Final = 600.0
DAILY_MAX: Final = 100
DAY_S: Final = 86_400.0
DEATHS_MAX: Final = 2  # of processes that were decoding the same photo
CHAT_BYTES_MAX: Final = 100_000_000  # on our disk
ALL_BYTES_MAX: Final = 1_000_000_000  # the same for all chats: the smallest disk that is recommended has 3 GB


class PhotoState(StrEnum):
    """What we have of a photo. All except `seen` and `kept` are refusals, and stay so that the next words find them."""

    SEEN = "seen"  # it was sent to a group, or is being fetched; a wish about it fetches it, too
    KEPT = "kept"
    GONE = "gone"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"  # this person has sent more than we keep
    EXTERNAL = "external"  # from another app: LINE does not have it


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One photo, without its bytes."""

    message_id: str
    chat_id: str
    state: PhotoState
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhoto:
    """A photo as its event describes it. `set_total`, `set_index` 0: not known; the index counts from 1."""

    message_id: str
    chat_id: str
    user_id: str | None
    set_id: str | None = None
    set_total: int = 0
    set_index: int = 0


class Photos:
    """Records photos as they come, and finds those that words are about. Each method is safe to call again."""

    def __init__(self, database: Database, *, all_bytes_max: int = ALL_BYTES_MAX) -> None:
        """`all_bytes_max`: of all photos on our disk together."""
        self._database = database
        self._all_bytes_max = all_bytes_max
        self._process = str(uuid4())  # tells this process from one that died

    async def keep(
        self, photo: NewPhoto, state: PhotoState, *, data: bytes | None = None, content_type: str | None = None
    ) -> Sequence[Photo] | None:
        """Record what became of a photo that was `seen`.

        Returns:
            The photos that came together, once this was the last of them; None while others are still to come, and
            for an album of unknown size, after its first. Empty if it was unsent meanwhile, and on a later call for an
            album that was answered already.
        """

        def write(connection: sa.Connection) -> Sequence[Photo] | None:
            self._database.one_at_a_time(connection, photo.chat_id)
            waits = state is PhotoState.KEPT
            mine = photos.c.message_id == photo.message_id
            fetched: dict[str, Any] = {"state": state, "data": data, "content_type": content_type}
            if not waits:
                fetched["waits"] = False
            # No row if it was unsent meanwhile. `waits` stays False if words that came meanwhile use it already.
            change = sa.update(photos).where(mine, photos.c.state == PhotoState.SEEN).values(**fetched)
            is_new = connection.execute(change).rowcount > 0
            if data:
                self._make_room(connection, photo.chat_id)
            if photo.set_id is None:
                return _read(connection, mine)
            album = _read(connection, *_of_album(photo), photos.c.state != PhotoState.SEEN)
            if len(album) != (photo.set_total or 1):
                return None
            # A process that ended meanwhile may have left this one to be done again after the album was answered.
            return album if is_new or not _is_spoken_of(connection, album) else ()

        return await self._database.run(write)

    async def seen(self, photo: NewPhoto, *, waits: bool = False, state: PhotoState = PhotoState.SEEN) -> None:
        """Record that this message is a photo, without its bytes. `waits`: the next words are about it."""
        row = {name: getattr(photo, name) for name in NewPhoto.__dataclass_fields__}
        row |= {"state": state, "waits": waits, "created_at": time.time()}
        await self._database.run(lambda connection: connection.execute(self._database.insert_once(photos), row))

    async def without_the_missing(self, photo: NewPhoto) -> Sequence[Photo] | None:
        """Return what has come of an album if this is its newest photo and others are missing; else None."""

        def read(connection: sa.Connection) -> Sequence[Photo] | None:
            album = _read(connection, *_of_album(photo))
            came = sa.select(photos.c.message_id).where(*_of_album(photo))
            last = came.order_by(photos.c.created_at.desc(), photos.c.message_id.desc()).limit(1)
            is_youngest = connection.execute(last).scalar() == photo.message_id
            return album if is_youngest and len(album) < photo.set_total else None

        return await self._database.look(read)

    async def fetched(self, message_id: str, *, chat_id: str, data: bytes, content_type: str) -> None:
        """Keep the bytes of a photo that was only seen before."""
        change = sa.update(photos).where(photos.c.message_id == message_id, photos.c.chat_id == chat_id)
        values: dict[str, Any] = {"state": PhotoState.KEPT, "data": data, "content_type": content_type}

        def write(connection: sa.Connection) -> None:
            connection.execute(change.values(**values))
            self._make_room(connection, chat_id)

        await self._database.run(write)

    async def has_room_for(self, photo: NewPhoto) -> bool:
        """Whether the photos that this chat sent before leave room: among those that wait for words, and in a day."""
        sent_at = sa.select(photos.c.created_at).where(photos.c.message_id == photo.message_id).scalar_subquery()
        taken = photos.c.state.in_([PhotoState.SEEN, PhotoState.KEPT])
        before = [photos.c.chat_id == photo.chat_id, photos.c.created_at < sent_at, taken]
        waiting = sa.and_(photos.c.waits, photos.c.created_at > sent_at - WAITING_S)
        counted = sa.select(sa.func.count(), sa.func.count().filter(waiting)).where(
            *before, photos.c.created_at > sent_at - DAY_S
        )
        today, waits = await self._database.run(lambda connection: tuple(connection.execute(counted).one()))
        return today < DAILY_MAX and waits < WAITING_MAX

    async def begin_decoding(self, message_id: str) -> int:
        """Mark on disk that this process is decoding a photo. Return how many processes died of it before."""
        mine = photos.c.message_id == message_id

        def write(connection: sa.Connection) -> int:
            found = connection.execute(sa.select(photos.c.decoder, photos.c.deaths).where(mine)).first()
            if found is None:
                return 0
            deaths = found.deaths + (found.decoder not in {None, self._process})
            connection.execute(sa.update(photos).where(mine).values(decoder=self._process, deaths=deaths))
            return int(deaths)

        return await self._database.run(write)

    async def end_decoding(self, message_id: str) -> None:
        """Remove the mark: the process has survived. A photo that was given up keeps it."""
        mine = (photos.c.message_id == message_id, photos.c.decoder == self._process, photos.c.deaths < DEATHS_MAX)
        change = sa.update(photos).where(*mine)
        await self._database.run(lambda connection: connection.execute(change.values(decoder=None, deaths=0)))

    async def state_of(self, message_id: str, *, chat_id: str) -> PhotoState | None:
        """Return what we have of a photo; None: it is unknown."""
        wanted = sa.select(photos.c.state).where(photos.c.message_id == message_id, photos.c.chat_id == chat_id)
        found = await self._database.run(lambda connection: connection.execute(wanted).scalar())
        return PhotoState(found) if found else None

    async def let_go(self, chat_id: str) -> None:
        """Let no photo of this chat wait for words any more."""
        change = sa.update(photos).where(photos.c.chat_id == chat_id, photos.c.waits).values(waits=False)
        await self._database.run(lambda connection: connection.execute(change))

    async def bytes_of(self, message_id: str, *, chat_id: str) -> bytes | None:
        """Return the photo as it is sent to a model; None if we do not have its bytes."""
        mine = (photos.c.message_id == message_id, photos.c.chat_id == chat_id)
        wanted = sa.select(photos.c.data).where(*mine)
        return await self._database.look(lambda connection: connection.execute(wanted).scalar())

    def _make_room(self, connection: sa.Connection, chat_id: str) -> None:
        """Drop the bytes of the oldest photos; LINE is asked for them again if somebody still wants one."""
        _forget_beyond(connection, photos.c.chat_id == chat_id, bytes_max=CHAT_BYTES_MAX)
        _forget_beyond(connection, bytes_max=self._all_bytes_max)


def taken(connection: sa.Connection, message_ids: Sequence[str]) -> None:
    """Let photos no longer wait: a wish uses them."""
    if message_ids:
        connection.execute(sa.update(photos).where(photos.c.message_id.in_(message_ids)).values(waits=False))


def _of_album(photo: NewPhoto) -> tuple[sa.ColumnElement[bool], ...]:
    return photos.c.chat_id == photo.chat_id, photos.c.set_id == photo.set_id


def _is_spoken_of(connection: sa.Connection, album: Sequence[Photo]) -> bool:
    answered = sa.select(requests.c.id).where(
        requests.c.chat_id == album[0].chat_id, requests.c.message_id.in_([one.message_id for one in album])
    )
    return connection.execute(answered.limit(1)).first() is not None


def _read(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[Photo]:
    rows = connection.execute(sa.select(photos.c.message_id, *_PHOTO, *_PLACE).where(*conditions)).all()
    return [
        Photo(message_id=row.message_id, chat_id=row.chat_id, state=PhotoState(row.state), waits=row.waits)
        for row in in_order(rows)
    ]


def waiting_photos(connection: sa.Connection, chat_id: str, *, since: float) -> list[str]:
    """Return the message ids of the photos that wait for words, in the order in which they were sent."""
    waiting = sa.select(photos.c.message_id, *_PLACE).where(
        photos.c.chat_id == chat_id, photos.c.waits, photos.c.created_at >= since
    )
    return [row.message_id for row in in_order(connection.execute(waiting).all())]


def in_order(rows: Sequence[Any]) -> list[Any]:
    """Sort photos as they were sent: an album stands where its first event came, its photos by LINE's index."""
    rows = sorted(rows, key=lambda row: (row.created_at, row.message_id))
    first: dict[str | None, float] = {}
    for row in rows:
        first.setdefault(row.set_id, row.created_at)
    return sorted(rows, key=lambda row: (first[row.set_id] if row.set_id else row.created_at, row.set_index))


def _forget_beyond(connection: sa.Connection, *whose: sa.ColumnElement[bool], bytes_max: int) -> None:
    held = sa.func.length(photos.c.data)
    mine = (*whose, photos.c.data.is_not(None))
    if (connection.execute(sa.select(sa.func.sum(held)).where(*mine)).scalar() or 0) <= bytes_max:
        return
    newer = sa.func.sum(held).over(order_by=(photos.c.created_at.desc(), photos.c.message_id))
    summed = sa.select(photos.c.message_id, newer.label("bytes")).where(*mine).subquery()
    beyond = sa.select(summed.c.message_id).where(summed.c.bytes > bytes_max)
    connection.execute(sa.update(photos).where(photos.c.message_id.in_(beyond)).values(data=None))


_PHOTO = (photos.c.chat_id, photos.c.state, photos.c.waits)
_PLACE = (photos.c.created_at, photos.c.set_id, photos.c.set_index)

"""The pictures of a chat, and those that a wish became."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import pictures, requests

VERSIONS_MAX = 50  # that are looked back upon


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture in the bucket. Fields as in `tables.pictures`."""

    id: str
    request_id: str
    chat_id: str
    user_id: str | None
    position: int
    parent_id: str | None
    object_key: str
    preview_key: str
    size: str

    @property
    def shape(self) -> str:
        """Name the shape: wide, tall or square."""
        width, height = (int(edge) for edge in self.size.split("x"))
        return "wide" if width > height else "tall" if height > width else "square"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """A wish that became a picture. `has_photo`: it was made of a photo."""

    prompt: str
    has_photo: bool


class Pictures:
    """Finds pictures that are in the bucket. By its id a picture is only found in the chat it belongs to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, picture_id: str, *, chat_id: str) -> Picture | None:
        """Return a picture of this chat."""
        found = await self._all(pictures.c.id == picture_id, pictures.c.chat_id == chat_id, order=pictures.c.position)
        return next(iter(found), None)

    async def of_request(self, request_id: str) -> list[Picture]:
        """Return the pictures of one wish, in order."""
        of_it = {"request": request_id}
        rows = await self._database.look(lambda connection: connection.execute(_OF_REQUEST, of_it).mappings().all())
        return [Picture(**row) for row in rows]

    async def beside(self, picture_id: str, nth: int, *, chat_id: str) -> Picture | None:
        """Return the `nth` picture, from 1, of those made with this one; -1: the last. None: none, or it was alone."""
        mine = await self.get(picture_id, chat_id=chat_id)
        together = await self.of_request(mine.request_id) if mine else []
        if nth < 0:
            return together[-1] if len(together) > 1 else None
        is_alone = not together or together[-1].position == 0
        return None if is_alone else next((one for one in together if one.position == nth - 1), None)

    async def wishes_of(self, picture_id: str, *, chat_id: str) -> list[Wished]:
        """Return what was wished for a picture and for the versions before it, the last wish first."""

        def read(connection: sa.Connection) -> list[Wished]:
            found: list[Wished] = []
            one: str | None = picture_id
            while one and len(found) < VERSIONS_MAX:
                row = connection.execute(_WISHED, {"picture": one, "chat": chat_id}).first()
                if row is None:
                    break
                found.append(Wished(prompt=row.prompt or "", has_photo=any("photo" in it for it in row.sources or ())))
                one = row.parent_id
            return found

        return await self._database.look(read)

    async def latest(self, chat_id: str, *, limit: int) -> list[Picture]:
        """Return the newest pictures of a chat, newest first."""
        return await self._all(pictures.c.chat_id == chat_id, order=pictures.c.created_at.desc(), limit=limit)

    async def newest_key(self) -> str | None:
        """Return the object key of the newest preview in any chat; None if there is no picture."""
        return await self._database.look(lambda connection: connection.execute(_NEWEST).scalar())

    async def _all(
        self, *conditions: sa.ColumnElement[bool], order: sa.ColumnElement[object], limit: int | None = None
    ) -> list[Picture]:
        ordered = _PICTURES.where(*conditions).order_by(order).limit(limit)
        rows = await self._database.look(lambda connection: connection.execute(ordered).mappings().all())
        return [Picture(**row) for row in rows]


_NEWEST = sa.select(pictures.c.preview_key).order_by(pictures.c.created_at.desc()).limit(1)
_PICTURES = sa.select(*(pictures.c[name] for name in Picture.__dataclass_fields__))
_OF_REQUEST = _PICTURES.where(pictures.c.request_id == sa.bindparam("request")).order_by(pictures.c.position)
_WISHED = (
    sa.select(pictures.c.parent_id, requests.c.prompt, requests.c.sources)
    .join_from(pictures, requests, requests.c.id == pictures.c.request_id)
    .where(pictures.c.id == sa.bindparam("picture"), pictures.c.chat_id == sa.bindparam("chat"))
)

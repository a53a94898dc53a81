"""Pages of the pictures of all chats, newest first. Read-only, and only for operators."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.reports.archive import Cursor, newest_first
from app.store.database import Database
from app.store.tables import pictures, requests


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryPicture:
    """One picture in the bucket, with the request that made it. `prompt` is None if deleted, or not to be read."""

    id: str
    request_id: str
    chat_id: str
    user_id: str | None
    object_key: str
    preview_key: str
    size: str
    created_at: float
    model: str | None
    prompt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GallerySlice:
    """A page of pictures. `older` is where the next page begins; None: there are no older pictures."""

    pictures: Sequence[GalleryPicture]
    older: Cursor | None


class Gallery:
    """Pages through all pictures. `reads_prompts`: whether prompts are read at all."""

    def __init__(self, database: Database, *, reads_prompts: bool) -> None:
        self._database = database
        prompt = requests.c.prompt if reads_prompts else sa.null()
        names = [name for name in GalleryPicture.__dataclass_fields__ if name in pictures.c]
        columns = (*(pictures.c[name] for name in names), requests.c.model, prompt.label("prompt"))
        self._columns = sa.select(*columns).outerjoin(requests, requests.c.id == pictures.c.request_id)

    async def newest(self, *, limit: int, after: Cursor | None = None, chat_id: str | None = None) -> GallerySlice:
        """Return the newest `limit` pictures that are older than `after`, of one chat or of all."""
        wanted = newest_first(self._columns, pictures.c.created_at, pictures.c.id, after).limit(limit + 1)
        if chat_id is not None:
            wanted = wanted.where(pictures.c.chat_id == chat_id)
        rows = await self._database.read(lambda connection: connection.execute(wanted).mappings().all())
        found = [GalleryPicture(**row) for row in rows[:limit]]
        return GallerySlice(
            pictures=found, older=Cursor(at=found[-1].created_at, id=found[-1].id) if len(rows) > limit else None
        )

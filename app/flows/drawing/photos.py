"""A person's photo: fetched from LINE at once, made fit for a model without a trace of where it was taken, and kept."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from app.errors import EaselError, NotAPicture, SourceGone, TooLarge
from app.flows.drawing.renderers import Renderers
from app.flows.drawing.retry import backoff_s
from app.line.client import LineClient
from app.pictures import PreparedSource
from app.r2 import Bucket
from app.store.photos import NewPhoto, Photo, Photos, PhotoState
from app.store.pictures import Pictures

log = structlog.get_logger()

PHOTO_BYTES_MAX = 30_000_000  # LINE names no limit; phones make 3 to 15 MB
FETCHES_MAX = 3  # while the person's reply token is waiting
PICTURE_BYTES_MAX = 10_000_000  # what we put into the bucket ourselves
ALBUM_PATIENCE_S = 8.0  # from the last photo that came of an album until the missing ones are not waited for


class Sources:
    """What is edited: photos of people, pictures of ours."""

    def __init__(
        self, *, photos: Photos, pictures: Pictures, line: LineClient, bucket: Bucket, renderers: Renderers
    ) -> None:
        """Keep the parts."""
        self._photos = photos
        self._pictures = pictures
        self._line = line
        self._bucket = bucket
        self._renderers = renderers

    async def fetch(self, photo: NewPhoto) -> Sequence[Photo] | None:
        """Fetch and keep a photo that waits for words. Return those that came together, once the last is there.

        None before. An album of which a photo never comes is waited for with patience, and returned without it.
        """
        album = await self._fetched(photo)
        if album is None:
            await asyncio.sleep(ALBUM_PATIENCE_S)
            album = await self._photos.without_the_missing(photo)
        return album

    async def _fetched(self, photo: NewPhoto) -> Sequence[Photo] | None:
        attempt = 0
        while True:
            attempt += 1
            try:
                source = await self._from_line(photo.message_id)
            except (SourceGone, NotAPicture, TooLarge) as error:
                log.warning("photo_not_kept", code=error.code, message=str(error))
                return await self._photos.keep(photo, _state_after(error))
            except EaselError as error:
                log.warning("photo_not_fetched", attempt=attempt, code=error.code, message=str(error))
                if attempt >= FETCHES_MAX:
                    # Its bytes are fetched when it is drawn from; until then nobody has to hear of LINE's bad day.
                    return await self._photos.keep(photo, PhotoState.KEPT)
                await asyncio.sleep(backoff_s(attempt))
            else:
                return await self._photos.keep(
                    photo, PhotoState.KEPT, data=source.data, content_type=source.content_type
                )

    async def load(self, source: Mapping[str, str], *, chat_id: str) -> bytes:
        """Return the bytes of a source, JPEG or PNG.

        Raises:
            SourceGone: It was taken back, deleted, or is too old.
            EaselError: LINE or the bucket could not be asked, or the photo is none.
        """
        if "picture" in source:
            picture = await self._pictures.get(source["picture"], chat_id=chat_id)
            if picture is None:
                raise SourceGone("the picture to change was deleted", code="picture_deleted")
            data = await self._bucket.get(picture.object_key, bytes_max=PICTURE_BYTES_MAX)
            return (await self._renderers.source(data)).data
        message_id = source["photo"]
        kept = await self._photos.bytes_of(message_id, chat_id=chat_id)
        if kept:
            return kept
        found = await self._from_line(message_id)
        await self._photos.fetched(message_id, data=found.data, content_type=found.content_type)
        return found.data

    async def _from_line(self, message_id: str) -> PreparedSource:
        return await self._renderers.source(await self._line.content(message_id, bytes_max=PHOTO_BYTES_MAX))


def _state_after(error: EaselError) -> PhotoState:
    match error:
        case SourceGone():
            return PhotoState.GONE
        case TooLarge():
            return PhotoState.TOO_LARGE
    return PhotoState.UNREADABLE

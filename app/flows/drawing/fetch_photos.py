"""A person's photo: fetched from LINE at once, made fit for a model, stripped of where it was taken, and kept."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from app.errors import Again, EaselError, NotAPicture, OutcomeUnknown, SourceGone, TooLarge, VendorFault
from app.flows.drawing.places import Places
from app.flows.drawing.renderers import Renderers
from app.flows.drawing.retry import backoff_s
from app.line.client import LineClient
from app.metrics import Metrics
from app.pictures import PreparedSource
from app.r2 import Bucket
from app.store.chat_pictures import Pictures
from app.store.photos import DEATHS_MAX, NewPhoto, Photo, Photos, PhotoState

log = structlog.get_logger()

PHOTO_BYTES_MAX = 30_000_000  # LINE names no limit; phones make 3 to 15 MB
FETCHES_MAX = 3
FETCHES_AT_ONCE = 2  # each held undecoded, up to 30 MB; with one decode and the service itself below 512 MB
FETCH_PATIENCE_S = 30.0  # for one photo, its wait for a place included; with ALBUM_PATIENCE_S within a token's life
PICTURE_BYTES_MAX = 10_000_000  # what we put into the bucket ourselves
ALBUM_PATIENCE_S = 8.0  # how long missing photos of an album are waited for, after the last that came


class Sources:
    """Loads what is to be edited: people's photos and our own pictures."""

    def __init__(
        self,
        *,
        photos: Photos,
        pictures: Pictures,
        line: LineClient,
        bucket: Bucket,
        renderers: Renderers,
        metrics: Metrics,
    ) -> None:
        self._photos = photos
        self._pictures = pictures
        self._line = line
        self._bucket = bucket
        self._renderers = renderers
        self._metrics = metrics
        self._places = Places(FETCHES_AT_ONCE)

    async def fetch(self, photo: NewPhoto) -> Sequence[Photo] | None:
        """Fetch and keep a photo that waits for words. Return all that were sent together, once the last is there.

        None before that. An album of which a photo never comes is returned without it, after `ALBUM_PATIENCE_S`.
        """
        album = await self._fetched(photo)
        if album is None:
            await asyncio.sleep(ALBUM_PATIENCE_S)
            album = await self._photos.without_the_missing(photo)
        return album

    async def _fetched(self, photo: NewPhoto) -> Sequence[Photo] | None:
        if not await self._photos.has_room_for(photo):
            log.warning("photo_not_kept", code="too_many")
            return await self._photos.keep(photo, PhotoState.TOO_MANY)
        try:
            source = await self._from_line(photo.message_id, chat_id=photo.chat_id)
        except (SourceGone, NotAPicture, TooLarge) as error:
            log.warning("photo_not_kept", code=error.code, message=str(error))
            return await self._photos.keep(photo, _state_after(error))
        except EaselError as error:
            log.warning("photo_not_fetched", code=error.code, message=str(error))
            # Its bytes are fetched when a wish uses it; until then nobody need know that LINE failed.
            return await self._photos.keep(photo, PhotoState.KEPT)
        return await self._photos.keep(photo, PhotoState.KEPT, data=source.data, content_type=source.content_type)

    async def load(self, source: Mapping[str, str], *, chat_id: str) -> bytes:
        """Return the bytes of a source, JPEG or PNG.

        Raises:
            SourceGone: It was taken back, deleted, or is too old.
            EaselError: LINE or the bucket could not be reached, or the bytes are not a picture.
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
        if await self._photos.state_of(message_id, chat_id=chat_id) is PhotoState.EXTERNAL:
            raise SourceGone("a picture of another app", code="external")
        found = await self._from_line(message_id, chat_id=chat_id)
        await self._photos.fetched(message_id, chat_id=chat_id, data=found.data, content_type=found.content_type)
        return found.data

    async def _from_line(self, message_id: str, *, chat_id: str) -> PreparedSource:
        """Fetch and decode a photo, a few at a time: what was fetched stays in memory until it is decoded."""
        try:
            async with asyncio.timeout(FETCH_PATIENCE_S) as patience, self._places.one(chat_id):
                data = await self._downloaded(message_id)
                patience.reschedule(None)  # decoding has limits of its own
                source = await self._renderers.photo(data, begin=lambda: self._begin(message_id))
        except TimeoutError as exc:
            raise VendorFault(f"a photo did not come within {FETCH_PATIENCE_S:g} s", code="not_ready") from exc
        finally:
            await self._photos.end_decoding(message_id)
        return source

    async def _downloaded(self, message_id: str) -> bytes:
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._line.content(message_id, bytes_max=PHOTO_BYTES_MAX)
            except (Again, OutcomeUnknown) as error:
                log.info("photo_asked_for_again", attempt=attempt, code=error.code, message=str(error))
                if attempt >= FETCHES_MAX:
                    raise
                await asyncio.sleep(backoff_s(attempt))

    async def _begin(self, message_id: str) -> None:
        """Mark a photo before it is decoded, so that no file can kill one process after another."""
        if await self._photos.begin_decoding(message_id) >= DEATHS_MAX:
            log.error(
                "photo_given_up",
                photo=message_id,
                cure="decoding it ended the process twice; look for its end in the log",
            )
            self._metrics.fetched("line", "given_up")
            raise NotAPicture(f"{DEATHS_MAX} processes died while they decoded it", code="deadly")


def _state_after(error: EaselError) -> PhotoState:
    match error:
        case SourceGone():
            return PhotoState.GONE
        case TooLarge() | NotAPicture(code="too_many_pixels"):
            return PhotoState.TOO_LARGE
    return PhotoState.UNREADABLE

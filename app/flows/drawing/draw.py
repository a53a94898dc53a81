"""Draws one wish: ask a model, keep the paid bytes, render them, put them into the bucket, have them delivered."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from app.errors import (
    Again,
    Cause,
    EaselError,
    Final,
    NotAPicture,
    NotPermitted,
    OutcomeUnknown,
    Reason,
    SourceGone,
    TooLarge,
)
from app.flows.delivery.waiting import Waiting
from app.flows.drawing.ask import Ask, Declined
from app.flows.drawing.fetch_photos import Sources
from app.flows.drawing.renderers import Renderers
from app.flows.drawing.retry import backoff_s
from app.flows.upkeep.observers import Observers
from app.line.events import Chat, ChatKind
from app.pictures import Rendition
from app.r2 import Bucket, new_key
from app.store.pending_uploads import PaidPicture, PendingUploads, StoredPicture
from app.store.requests import UNDRAWN, Request, Requests, State
from app.words.answers import Sentence, to_row

log = structlog.get_logger()

STORE_AGAIN_MAX_S = 60.0
SOURCES_PATIENCE_S = 60.0  # how long to keep trying to read what is to be edited; nothing is paid yet


class DrawFlow:
    """The workflow `draw`, taken from the bounded queue; its argument is the id of the request."""

    def __init__(
        self,
        *,
        requests: Requests,
        pending_uploads: PendingUploads,
        ask: Ask,
        sources: Sources,
        bucket: Bucket,
        watch: Waiting,
        observers: Observers,
        renderers: Renderers,
    ) -> None:
        self._requests = requests
        self._pending_uploads = pending_uploads
        self._ask = ask
        self._sources = sources
        self._bucket = bucket
        self._watch = watch
        self._observers = observers
        self._renderers = renderers

    async def run(self, request_id: str) -> None:
        """Draw a wish, keep its pictures, have them delivered.

        The store records each step in the transaction that makes it, so a second run neither pays twice nor leaves a
        second copy in the bucket. The engine's own steps would only repeat that, at four statements and a commit each.
        """
        request = await self._requests.get(request_id)
        if request is None:
            await self._ask.cut_off(request_id)
            return
        await self._store(request, await self._generate(request))
        await self._hand_over(request)

    async def give_up(self, request_id: str) -> None:
        """Answer that something broke, after a fault of ours. A wish whose bytes are kept is begun again instead."""
        await self._fail(request_id, Declined(answer=Sentence(Reason.BROKE)))
        if request := await self._requests.get(request_id):
            await self._hand_over(request)

    async def _generate(self, request: Request) -> Sequence[PaidPicture]:
        """Have the wish drawn, unless it already is. Return the paid pictures that are not in the bucket yet."""
        request_id = request.id
        if request.state not in UNDRAWN:
            await self._ask.cut_off(request_id)
            return await self._pending_uploads.waiting(request_id)
        if request.state is State.QUEUED:
            waited_s = time.time() - request.created_at
            self._observers.metrics.queued(waited_s)
            self._observers.traces.record("queue", request_id=request_id, began_at=request.created_at, seconds=waited_s)
        try:
            sources = await self._load(request)
        except EaselError as error:
            log.warning("source_not_loaded", request=request_id, code=error.code, message=str(error))
            await self._fail(request_id, Declined(answer=Sentence(why_no_source(error))))
            return ()
        drawn = await self._ask.models(request, sources)
        if isinstance(drawn, Declined):
            await self._fail(request_id, drawn)
            return ()
        return drawn or await self._pending_uploads.waiting(request_id)  # another process may have drawn it

    async def _load(self, request: Request) -> Sequence[bytes]:
        """Read what is to be edited, waiting a while for a vendor that is away."""
        give_up_at, attempt = time.monotonic() + SOURCES_PATIENCE_S, 0
        while True:
            attempt += 1
            try:
                loaded = [await self._sources.load(one, chat_id=request.chat_id) for one in request.sources or ()]
            except (Again, OutcomeUnknown):
                wait_s = backoff_s(attempt)
                if time.monotonic() + wait_s > give_up_at:
                    raise
                await asyncio.sleep(wait_s)
            else:
                return loaded

    async def _store(self, request: Request, paid: Sequence[PaidPicture]) -> None:
        request_id = request.id
        if not paid:
            return
        began = time.perf_counter()
        with self._observers.traces.span("store", request_id=request_id):
            stored = [one for one in [await self._hang(request_id, picture) for picture in paid] if one]
        if not stored:
            await self._requests.unrenderable(request_id)
            self._observers.metrics.ended("failed", Reason.BROKE)
            return
        asked = (request.options or {}).get("count") or 1
        if len(stored) < asked:
            await self._requests.note(request_id, "fewer", {"got": len(stored), "asked": asked})
        if await self._pending_uploads.ready(request_id, stored):
            self._observers.metrics.stored(time.perf_counter() - began)
            self._observers.metrics.ended("ready")
        log.info("picture_stored", request=request_id, pictures=len(stored), duration_ms=_ms_since(began))

    async def _hang(self, request_id: str, paid: PaidPicture) -> StoredPicture | None:
        """Render one picture and put it into the bucket. None: it cannot be shown."""
        try:
            picture = await self._renderers.rendition(paid.data)
        except NotAPicture as error:
            log.error("picture_not_shown", request=request_id, code=error.code, message=str(error))
            return None
        object_key, preview_key = await self._names(request_id, paid, picture)
        await self._upload(request_id, picture, object_key, preview_key)
        size = f"{picture.width_px}x{picture.height_px}"
        return StoredPicture(position=paid.position, object_key=object_key, preview_key=preview_key, size=size)

    async def _names(self, request_id: str, paid: PaidPicture, picture: Rendition) -> tuple[str, str]:
        """Return the picture's object keys, which are on disk before the first upload."""
        object_key, preview_key = paid.object_key, paid.preview_key
        if object_key is None or preview_key is None or not object_key.endswith(f".{picture.extension}"):
            now = datetime.now(UTC)
            object_key, preview_key = new_key(extension=picture.extension, now=now), new_key(extension="jpg", now=now)
            object_key, preview_key = await self._pending_uploads.name(
                request_id, paid, object_key=object_key, preview_key=preview_key
            )
        return object_key, preview_key if picture.preview else object_key

    async def _upload(self, request_id: str, picture: Rendition, object_key: str, preview_key: str) -> None:
        """Put original and preview into the bucket, trying as long as somebody wants them: they are paid for."""
        kind = picture.content_type
        puts = [(object_key, picture.original, kind)]
        if preview_key != object_key:
            puts.append((preview_key, picture.preview or picture.original, "image/jpeg" if picture.preview else kind))
        attempt = 0
        while attempt == 0 or await self._requests.is_open(request_id):
            attempt += 1
            try:
                await asyncio.gather(*(self._bucket.put(key, data, content_type=what) for key, data, what in puts))
            except EaselError as error:
                # A final error is for the operator to fix; the paid bytes wait until then.
                refused = isinstance(error, Final)
                level = log.error if refused else log.warning
                level("picture_not_stored", request=request_id, attempt=attempt, code=error.code, message=str(error))
                self._observers.metrics.uploaded("refused" if refused else "failed")
                if isinstance(error, NotPermitted):
                    await self._observers.alarm.ring("bucket" if error.cause is Cause.OTHER else error.cause)
                elif refused:
                    await self._observers.alarm.ring("storing", case=error.code or "", code=error.code or "?")
                await asyncio.sleep(backoff_s(attempt, first_s=1.0, longest_s=STORE_AGAIN_MAX_S))
            else:
                self._observers.metrics.uploaded("stored")
                return

    async def _hand_over(self, request: Request) -> None:
        await self._watch.look(Chat(kind=ChatKind(request.chat_kind), id=request.chat_id))

    async def _fail(self, request_id: str, declined: Declined) -> None:
        words, details = to_row(declined.answer)
        if not await self._requests.fail(request_id, reason=words, refused=declined.refused, details=details):
            return
        self._observers.metrics.ended("refused" if declined.refused else "failed", words)
        event = "request_refused" if declined.refused else "request_failed"
        log.warning(event, request=request_id, reason=words)


def why_no_source(error: EaselError) -> str:  # noqa: PLR0911 - one line for each cause
    """Return the key of the sentence that says why a source could not be read."""
    match error:
        case Again(code="not_ready"):
            return "photo_late"
        case Again() | OutcomeUnknown() | NotPermitted():
            return error.reason
        case TooLarge() | NotAPicture(code="too_many_pixels"):
            return "photo_too_large"
        case SourceGone(code="external"):
            return "photo_external"
        case SourceGone(code="picture_deleted"):
            return "picture_gone"
        case NotAPicture():
            return "photo_unreadable"
    return "photo_gone"


def _ms_since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)

"""One picture: ask a model, keep the paid bytes, render them, put them into the bucket, have them delivered."""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime

import structlog

from app.engine import Engine
from app.errors import BadAnswer, EaselError, NotAPicture, NotPermitted, OutcomeUnknown, Reason, Refused
from app.flows.bell import Bell
from app.flows.deliver import Deliver
from app.flows.retry import BLIND_MAX, AskAgain, AskNextModel, GiveUp, Tries, backoff_s, decide
from app.openai_images import Drawn, OpenAIImages, PictureOrder
from app.pictures import Rendition, render
from app.r2 import Bucket, new_key
from app.store.calls import Calls
from app.store.requests import Request, Requests, State

log = structlog.get_logger()

GONE_FOR_S = 6 * 3600.0  # how long a model that is gone is not asked
STORE_PATIENCE_S = 6 * 3600.0  # how long a dead bucket is tried; the bytes are paid for
STORE_AGAIN_MAX_S = 60.0
RENDERERS = 2


class DrawFlow:
    """The workflow `draw`, taken from the bounded queue; its argument is the id of the request."""

    def __init__(
        self,
        *,
        requests: Requests,
        calls: Calls,
        images: OpenAIImages,
        bucket: Bucket,
        deliver: Deliver,
        bell: Bell,
        models: Sequence[str],
        defaults: PictureOrder,
    ) -> None:
        """Keep the parts. `models` are asked in order; `defaults` are the operator's options of one picture."""
        self._requests = requests
        self._calls = calls
        self._images = images
        self._bucket = bucket
        self._deliver = deliver
        self._bell = bell
        self._models = models
        self._defaults = defaults
        self._renderers = ThreadPoolExecutor(RENDERERS, thread_name_prefix="render")

    async def run(self, request_id: str) -> None:
        """Each step looks up what is done already, so that running it again neither pays nor uploads twice."""
        await Engine.step("generate", self._generate, request_id)
        await Engine.step("store", self._store, request_id)
        await Engine.step("deliver", self._hand_over, request_id)

    async def give_up(self, request_id: str) -> None:
        """Answer that something broke, after a fault of ours."""
        await Engine.step("give_up", self._fail, request_id, Reason.BROKE)
        await Engine.step("deliver", self._hand_over, request_id)

    def close(self) -> None:
        """End the rendering threads."""
        self._renderers.shutdown(wait=False, cancel_futures=True)

    async def _generate(self, request_id: str) -> None:
        request = await self._requests.get(request_id)
        if request is None or request.state not in {State.QUEUED, State.DRAWING}:
            return
        await self._requests.drawing(request_id)
        tries = Tries(blind=await self._calls.charged_blind(request_id))
        if tries.blind > BLIND_MAX:
            await self._fail(request_id, Reason.TOO_LATE)
            return
        gone = await self._calls.gone_models()
        for model in self._models:
            if model not in gone and await self._ask(request, model, tries):
                return
        log.error("all_models_gone", request=request_id, cure="name a living model in IMAGE_MODELS")
        await self._fail(request_id, Reason.CLOSED)

    async def _ask(self, request: Request, model: str, tries: Tries) -> bool:
        """Ask one model until there is a picture or a reason. False: this model is gone."""
        while True:
            call_id = await self._calls.begin(request.id, model=model)
            try:
                drawn = await self._images.generate(self._order(request), model=model)
            except EaselError as error:
                await self._calls.end(call_id, outcome=_outcome(error), vendor_request_id=error.vendor_request_id)
                decision = decide(error, tries)
                self._log_failure(request.id, model, error, decision)
                match decision:
                    case AskAgain(after_s):
                        await asyncio.sleep(after_s)
                    case AskNextModel():
                        await self._calls.model_gone(model, for_s=GONE_FOR_S)
                        log.error("model_gone", model=model, not_asked_for_s=GONE_FOR_S, cure="change IMAGE_MODELS")
                        return False
                    case GiveUp(reason):
                        await self._fail(request.id, reason, refused=isinstance(error, Refused))
                        return True
            else:
                await self._keep(request.id, call_id, drawn)
                return True

    async def _keep(self, request_id: str, call_id: int, drawn: Drawn) -> None:
        paid = {
            "model": drawn.model,
            "usage": asdict(drawn.usage) if drawn.usage else None,
            "vendor_request_id": drawn.request_id,
        }
        await self._requests.keep(request_id, call_id=call_id, data=drawn.data, size=drawn.size, drawn=paid)
        log.info(
            "picture_generated",
            request=request_id,
            model=drawn.model,
            vendor_request=drawn.request_id,
            duration_ms=drawn.duration_ms,
            bytes=len(drawn.data),
        )

    async def _store(self, request_id: str) -> None:
        request = await self._requests.get(request_id)
        data = await self._requests.kept_bytes(request_id) if request and request.state is State.KEPT else None
        if data is None:
            return
        began = time.perf_counter()
        try:
            picture = await asyncio.get_running_loop().run_in_executor(self._renderers, render, data)
        except NotAPicture as error:
            log.error("picture_not_shown", request=request_id, code=error.code, message=str(error))
            await self._fail(request_id, error.reason)
            return
        if not await self._upload(request_id, picture):
            await self._fail(request_id, Reason.BROKE)
            return
        await self._requests.ready(request_id, size=f"{picture.width_px}x{picture.height_px}")
        log.info("picture_stored", request=request_id, duration_ms=_ms_since(began), preview_bytes=len(picture.preview))

    async def _upload(self, request_id: str, picture: Rendition) -> bool:
        """Put both files into the bucket, however long it is away. False: it will not have them."""
        now = datetime.now(UTC)
        object_key, preview_key = await self._requests.name_objects(
            request_id,
            object_key=new_key(extension=picture.extension, now=now),
            preview_key=new_key(extension="jpg", now=now),
        )
        give_up_at, attempt = time.monotonic() + STORE_PATIENCE_S, 0
        while time.monotonic() < give_up_at:
            attempt += 1
            try:
                await asyncio.gather(
                    self._bucket.put(object_key, picture.original, content_type=picture.content_type),
                    self._bucket.put(preview_key, picture.preview, content_type="image/jpeg"),
                )
            except EaselError as error:
                # A wrong key or right is the operator's to mend: the paid bytes wait for it.
                level = log.error if isinstance(error, NotPermitted) else log.warning
                level("picture_not_stored", request=request_id, attempt=attempt, code=error.code, message=str(error))
                await asyncio.sleep(backoff_s(attempt, first_s=1.0, longest_s=STORE_AGAIN_MAX_S))
            else:
                return True
        return False

    async def _hand_over(self, request_id: str) -> None:
        request = await self._requests.get(request_id)
        if request is None:
            return
        try:
            await self._deliver.now(request.chat_id)
        finally:
            self._bell.ring(request.chat_id)

    async def _fail(self, request_id: str, reason: Reason, *, refused: bool = False) -> None:
        await self._requests.fail(request_id, reason=reason, refused=refused)
        log.warning("request_refused" if refused else "request_failed", request=request_id, reason=reason)

    def _order(self, request: Request) -> PictureOrder:
        asker = hashlib.sha256(f"easel {request.user_id or request.chat_id}".encode()).hexdigest()[:32]
        return replace(self._defaults, prompt=request.prompt or "", safety_identifier=asker)

    def _log_failure(self, request_id: str, model: str, error: EaselError, decision: object) -> None:
        level = log.error if isinstance(error, NotPermitted) else log.warning
        level(
            "picture_not_generated",
            request=request_id,
            model=model,
            error=type(error).__name__,
            code=error.code,
            vendor_request=error.vendor_request_id,
            message=str(error),
            then=type(decision).__name__,
        )


def _outcome(error: EaselError) -> str:
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    return "bad" if isinstance(error, BadAnswer) else "failed"


def _ms_since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)

"""Asks the models for one wish, one after another, and books what it costs."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial

import structlog

from app.errors import EaselError, NotPermitted, Reason, Refused
from app.flows.drawing.availability import Availability
from app.flows.drawing.booking import outcome_of_call, safety_identifier
from app.flows.drawing.repeats import Repeats
from app.flows.drawing.retry import BLIND_MAX, AskAgain, AskNextModel, GiveUp, Tries, count_and_decide
from app.flows.upkeep.drawing_halt import DrawingHalt
from app.flows.upkeep.observers import Observers
from app.metrics import outcome_of
from app.openai import Drawn, OpenAIImages, PictureOrder, at_most, best_allowed, parameters, size_for, unmet
from app.pictures import edges_px
from app.prices import cost, estimate
from app.r2 import new_key
from app.reading.options import Options
from app.store.money.budgets import Capped
from app.store.money.call_outcome import CallOutcome
from app.store.money.ledger import Booking, Ledger, Tokens
from app.store.pending_uploads import PaidPicture, PendingUploads
from app.store.requests import Request, State, drawing
from app.words.answers import Sentence

log = structlog.get_logger()

NONE_LEFT_WITHIN_S = 10.0  # how long a wish waits when every model has just said that it does not exist
BEYOND_ESTIMATE = 10  # times; our highest guess of an unknown size and quality is off by a factor of 4
EXTENSIONS = {"jpeg": "jpg", "png": "png"}  # of the formats that LINE shows; others are converted to one of these
# Sent with the draft as the source: only words can ask the API for the same picture again.
FINER = "Redraw the given picture in fine detail and high quality. Keep its composition, subjects, colours and style."
CATEGORIES = {  # OpenAI's coarse words to keys of our sentences; open-ended: any other gets the general sentence
    "sexual": "moderation_sexual",
    "violence": "moderation_violence",
    "hate": "moderation_hate",
    "harassment": "moderation_harassment",
    "self-harm": "moderation_self_harm",
    "minors": "moderation_minors",
    "sexual/minors": "moderation_minors",
    "public_figure": "moderation_public_figure",
    "copyright": "moderation_copyright",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Why there is no picture."""

    answer: Sentence
    refused: bool = False


class Ask:
    """The one place where money is spent on pictures."""

    def __init__(
        self,
        *,
        images: OpenAIImages,
        ledger: Ledger,
        availability: Availability,
        halt: DrawingHalt,
        pending_uploads: PendingUploads,
        observers: Observers,
        defaults: PictureOrder,
        quality_max: str,
    ) -> None:
        """`defaults` are the operator's options; nobody gets a quality above both theirs and `quality_max`."""
        self._images = images
        self._ledger = ledger
        self._availability = availability
        self._halt = halt
        self._pending_uploads = pending_uploads
        self._alarm = observers.alarm
        self._metrics = observers.metrics
        self._traces = observers.traces
        self._defaults = defaults
        self._quality_max = best_allowed(defaults.quality, quality_max)
        self._unpriced: set[str] = set()
        self._repeats = Repeats()

    async def cut_off(self, request_id: str) -> None:
        """Book a call that a crash has cut off as of unknown outcome: no model is asked for this picture any more."""
        await self._ledger.close_cut_off(request_id)

    async def models(self, request: Request, sources: Sequence[bytes]) -> Declined | Sequence[PaidPicture]:
        """Ask for what the request wants, until the paid bytes are kept. Empty: nobody wants the picture any more."""
        # The first call takes a wish out of the queue, so one that is still queued has no call that was cut off.
        is_new = request.state is State.QUEUED
        tries = Tries(blind=0 if is_new else await self._ledger.close_cut_off(request.id))
        if tries.blind > BLIND_MAX:
            return Declined(answer=Sentence(Reason.TOO_LATE))
        edges = await asyncio.to_thread(edges_px, sources[0]) if len(sources) == 1 else None
        order = self._order(request, edges)
        until = time.monotonic() + NONE_LEFT_WITHIN_S
        while True:
            for model in await self._availability.models():
                answer = await self._one_model(request, order, sources, model, tries)
                if not isinstance(answer, AskNextModel):
                    return answer
            wait_s = await self._availability.next_in_s()
            if wait_s is None or time.monotonic() + wait_s > until:
                break
            await asyncio.sleep(wait_s)
        log.error("all_models_gone", request=request.id, cure="name a living model in IMAGE_MODELS")
        await self._alarm.ring("models_gone")
        return Declined(answer=Sentence(Reason.CLOSED))

    async def _one_model(
        self, request: Request, order: PictureOrder, sources: Sequence[bytes], model: str, tries: Tries
    ) -> Declined | AskNextModel | Sequence[PaidPicture]:
        """Ask one model until there is a picture, or a reason why there is none."""
        await self._halt.over(request.id)
        booking = self._booking(request, order, sources, model)
        while (
            call := await self._ledger.begin_wanted(booking, is_wanted=partial(drawing, request_id=request.id))
        ) is not None:
            if isinstance(call, Capped):
                log.warning("cap_reached", request=request.id, cap=call.cap)
                return Declined(answer=Sentence(f"limit_{call.cap}", {"until_at": call.until_at}))
            began = time.perf_counter()
            try:
                with self._traces.span("model", request_id=request.id, model=model, edit=bool(sources)):
                    drawn = await self._call(order, sources, model)
            except EaselError as error:
                outcome = outcome_of_call(error)
                await self._ledger.end(call, outcome, vendor_request_id=error.vendor_request_id)
                charged = 0 if outcome is CallOutcome.FAILED else booking.estimate_microusd
                self._metrics.drew(model, outcome_of(error), time.perf_counter() - began, microusd=charged)
                decision = count_and_decide(error, tries)
                is_lasting = await self._tell(request.id, model, error, decision)
                match decision:
                    case AskAgain(after_s):
                        await asyncio.sleep(after_s)
                    case AskNextModel():
                        await self._availability.refused(model)
                        return decision
                    case GiveUp(reason):
                        return _declined(error, Reason.CLOSED if is_lasting else reason)
            else:
                return await self._keep(request, call, booking, order, drawn)
        return ()

    async def _call(self, order: PictureOrder, sources: Sequence[bytes], model: str) -> Drawn:
        if sources:
            return await self._images.edit(order, model=model, sources=sources)
        return await self._images.generate(order, model=model)

    async def _keep(
        self, request: Request, call: int, booking: Booking, order: PictureOrder, drawn: Drawn
    ) -> Sequence[PaidPicture]:
        self._repeats.drew(drawn.model)
        self._availability.drew(drawn.model)
        tokens = self._believable(_tokens(drawn), booking)
        charged = cost(drawn.model, **asdict(tokens)) if tokens else booking.estimate_microusd
        self._metrics.drew(drawn.model, "paid", drawn.duration_ms / 1000, tokens, charged, pictures=len(drawn.pictures))
        paid = [_named(position, data, drawn.output_format) for position, data in enumerate(drawn.pictures)]
        wanted = await self._pending_uploads.keep(
            request.id,
            paid=paid,
            model=drawn.model,
            vendor_request_id=drawn.request_id,
            settle=self._ledger.settlement(call, tokens, vendor_request_id=drawn.request_id),
            notes=[(f"option_{name}", {"got": drawn.size or ""}) for name in _unmet(request, order, model=drawn.model)],
        )
        log.info(
            "picture_generated" if wanted else "picture_unwanted",
            request=request.id,
            model=drawn.model,
            vendor_request=drawn.request_id,
            duration_ms=drawn.duration_ms,
            pictures=len(drawn.pictures),
            bytes=sum(map(len, drawn.pictures)),
        )
        return paid if wanted else ()

    def _order(self, request: Request, edges: tuple[int, int] | None) -> PictureOrder:
        """Put the wish's options over the operator's. `edges`: width and height of a picture to change."""
        options = Options.of_json(request.options or {})
        fine = (request.details or {}).get("fine")
        order = replace(
            self._defaults,
            prompt=f"{FINER}\n\n{request.prompt}" if fine else request.prompt or "",
            safety_identifier=safety_identifier(request.user_id or request.chat_id),
            count=options.count or 1,
            quality=at_most(options.quality or self._defaults.quality, self._quality_max),
            output_format=options.output_format or self._defaults.output_format,
            background=options.background or self._defaults.background,
        )
        if order.background == "transparent" and order.output_format == "jpeg":
            order = replace(order, output_format="png")
        if options.size:
            return replace(order, size=f"{options.size[0]}x{options.size[1]}")
        ratio = options.ratio or (edges if order.size != "auto" else None)  # what is changed keeps its shape
        return replace(order, size=size_for(ratio, near=order.size)) if ratio else order

    def _booking(self, request: Request, order: PictureOrder, sources: Sequence[bytes], model: str) -> Booking:
        body = parameters(order, model=model)
        size, quality = str(body.get("size", order.size)), str(body.get("quality", order.quality))
        count = int(body.get("n", 1))
        guess = estimate(
            model,
            size=size,
            quality=quality,
            count=count,
            sources=len(sources),
            prompt_chars=len(order.prompt),
        )
        if not guess.is_known and model not in self._unpriced:
            self._unpriced.add(model)
            log.warning("price_not_known", model=model, booked="at the dearest price that is known, as an estimate")
        return Booking(
            request_id=request.id,
            chat_id=request.chat_id,
            chat_kind=request.chat_kind,
            user_id=request.user_id,
            model=model,
            kind="edit" if sources else "draw",
            size=size,
            quality=quality,
            count=count,
            estimate_microusd=guess.microusd,
        )

    def _believable(self, tokens: Tokens | None, booking: Booking) -> Tokens | None:
        """Drop token counts that no such picture can cost: the estimate, though high, is nearer to the truth."""
        if tokens and cost(booking.model, **asdict(tokens)) > BEYOND_ESTIMATE * booking.estimate_microusd:
            log.warning("usage_not_believed", request=booking.request_id, model=booking.model, **asdict(tokens))
            return None
        return tokens

    async def _tell(self, request_id: str, model: str, error: EaselError, decision: object) -> bool:
        """Log a fault, and alert admins if only the operator can fix it. Return whether that is so."""
        repeats = self._repeats.count(error, model=model, request_id=request_id)
        is_lasting = repeats or isinstance(error, NotPermitted)
        level = log.error if is_lasting else log.warning
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
        if is_lasting:
            await self._alarm.ring_for(error)
        return is_lasting


def _unmet(request: Request, order: PictureOrder, *, model: str) -> list[str]:
    """Name the options that will not be as asked, such as a quality that the operator does not allow."""
    lost = [name for name in unmet(order, model=model) if name != "size" or _says_a_shape(request)]
    asked = Options.of_json(request.options or {}).quality
    is_ours = bool((request.details or {}).get("fine"))  # the button promises finer, not how fine
    lowered = asked is not None and not is_ours and at_most(asked, order.quality) != asked
    return [*lost, "quality"] if lowered and "quality" not in lost else lost


def _named(position: int, data: bytes, output_format: str) -> PaidPicture:
    """Choose the object keys that a picture will have in the bucket, if LINE can show it as it is."""
    now, extension = datetime.now(UTC), EXTENSIONS.get(output_format)
    if extension is None:
        return PaidPicture(position=position, data=data)
    object_key, preview_key = new_key(extension=extension, now=now), new_key(extension="jpg", now=now)
    return PaidPicture(position=position, data=data, object_key=object_key, preview_key=preview_key)


def _says_a_shape(request: Request) -> bool:
    return bool({"ratio", "size"} & set(request.options or ()))


def _tokens(drawn: Drawn) -> Tokens | None:
    used = drawn.usage
    if used is None:
        return None
    return Tokens(text_in=used.text_in, image_in=used.image_in, image_out=used.image_out, text_out=used.text_out)


def _declined(error: EaselError, reason: Reason) -> Declined:
    if not isinstance(error, Refused):
        return Declined(answer=Sentence(reason))
    known = (CATEGORIES[one] for one in error.categories if one in CATEGORIES)
    return Declined(answer=Sentence(next(known, reason)), refused=True)

"""A stand-in of OpenAI's Images API, and of the chat of its text models, that checks, paints and charges.

https://platform.openai.com/docs/api-reference/images and the types of the openai SDK 3.54 (read 2026-11-22).
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from line_sandbox import painter
from line_sandbox.openai import errors as openai_errors
from line_sandbox.openai import inputs as openai_inputs
from line_sandbox.openai import models as openai_models
from line_sandbox.openai import rules as openai_rules
from line_sandbox.openai.chat import Chat
from line_sandbox.openai.chat_rules import read_talk
from line_sandbox.openai.errors import refusal
from line_sandbox.openai.invoice import InvoiceLine, line_of, price, usage_of
from line_sandbox.openai.models import Gone, Model
from line_sandbox.openai.rules import Order
from line_sandbox.openai.texts import missing_scopes
from line_sandbox.stand_in import Refusal, StandIn, call_of

PAINTED_MAX = 64
INVOICE_MAX = 100_000
DIGEST_CHARS = 16  # of the SHA-256 of a picture that is changed, in the notes of a call
OPTIONAL_FIELDS = frozenset({"background", "output_format", "quality", "size", "usage"})


class OpenAIStandIn(StandIn):
    """`/v1/images/generations`, `/v1/images/edits` and `/v1/models` with OpenAI's rules, errors and prices.

    Args:
        api_key: The only key that is known.
        latency_s: Seconds from order to picture: a number, or a function of the prompt.
        models: Model ids to models; by default all that are known, the dead ones dead.
        refused_words: Prompts that contain one of these are refused; word to moderation category.
        moderation_stage: "input", "output" or "unknown".
        omit: Optional fields to leave out of the answer, as other servers do.
        paint: Off, every picture of one size and format is the same flat one, for load.
        sign: Put the request id into each JPEG as a comment, so that a picture tells which charge paid for it.
        record: Whether to keep calls.

    Attributes:
        invoice: What was charged, whether the answer arrived or not.
        drawing: Orders being drawn now.
        max_drawing: The most that were drawn at one time.
        chat: How its text models read messages, and what goes wrong with them.
        limit_per_minute: What the headers of every answer tell of the rate limit; None: nothing. It limits nothing.
    """

    def __init__(  # noqa: PLR0913  # keyword-only settings of one object
        self,
        *,
        api_key: str,
        latency_s: float | Callable[[str], float] = 0.0,
        models: Mapping[str, Model] | None = None,
        refused_words: Mapping[str, str] | None = None,
        moderation_stage: str = "input",
        omit: Iterable[str] = (),
        paint: bool = True,
        sign: bool = False,
        clock: Callable[[], float] = time.time,
        record: bool = True,
    ) -> None:
        super().__init__(
            [
                Route("/v1/images/generations", self._generate, methods=["POST"]),
                Route("/v1/images/edits", self._edit, methods=["POST"]),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/models", self._list_models, methods=["GET"]),
                Route("/v1/models/{id}", self._model, methods=["GET"]),
            ],
            clock=clock,
            request_id_header="x-request-id",
            record=record,
        )
        self.api_key = api_key
        self.latency_s = latency_s
        self.models = dict(models) if models is not None else openai_models.known_models()
        self.refused_words = dict(refused_words or {})
        self.moderation_stage = moderation_stage
        self.omit = frozenset(omit) & OPTIONAL_FIELDS
        self.paint = paint
        self.sign = sign
        self.invoice: deque[InvoiceLine] = deque(maxlen=INVOICE_MAX)
        self.drawing = 0
        self.max_drawing = 0
        self.chat = Chat()
        self.limit_per_minute: int | None = 250
        self._painted: OrderedDict[tuple[object, ...], str] = OrderedDict()

    @property
    def micro_dollars(self) -> int:
        """The sum of the invoice."""
        return sum(line.micro_dollars for line in self.invoice)

    def shut_down(self, model: str, *, gone: Gone = "does_not_exist", shutdown_date: str | None = None) -> None:
        """Let a model die; `gone` says how the endpoint tells."""
        self.models[model] = replace(self.models[model], live=False, gone=gone, shutdown_date=shutdown_date)

    def revive(self, model: str) -> None:
        """Let a model draw again."""
        self.models[model] = replace(self.models[model], live=True)

    def standard_headers(self) -> dict[str, str]:
        """Request id and rate limits, as on a real answer."""
        return {
            "x-request-id": f"req_{secrets.token_hex(16)}",
            "openai-organization": "org-sandbox",
            "openai-version": "2020-10-01",
            **self._rate_limits(),
        }

    def _rate_limits(self) -> dict[str, str]:
        if self.limit_per_minute is None:
            return {}
        return {
            "x-ratelimit-limit-input-images": str(self.limit_per_minute),
            "x-ratelimit-remaining-input-images": str(max(0, self.limit_per_minute - 1 - self.drawing)),
            "x-ratelimit-reset-input-images": "240ms",
        }

    def no_such_endpoint(self, request: Request, status: int) -> Refusal:
        """OpenAI's JSON for an address it does not have."""
        return refusal(status, None, f"Invalid URL ({request.method} {request.url.path})")

    async def _generate(self, request: Request) -> Response:
        self._check_key(request)
        fields = _json_fields(await request.body())
        order = openai_rules.read_order(fields, self.models, openai_rules.GENERATION_PARAMETERS)
        return await self._draw(request, order, ())

    async def _edit(self, request: Request) -> Response:
        self._check_key(request)
        content_type, body = request.headers.get("content-type", ""), await request.body()
        if content_type.startswith("multipart/form-data"):
            parts = openai_inputs.read_form(body, content_type)
            fields = openai_inputs.fields_of(parts)
            call_of(request).body = fields
            order = openai_rules.read_order(fields, self.models, openai_rules.EDIT_FORM_PARAMETERS)
            pictures = openai_inputs.form_pictures(parts)
        else:
            fields = _json_fields(body)
            order = openai_rules.read_order(fields, self.models, openai_rules.EDIT_PARAMETERS)
            pictures = await openai_inputs.json_pictures(fields)
        return await self._draw(request, order, tuple(pictures))

    async def _chat(self, request: Request) -> Response:
        if not self.chat.offered:
            raise self.no_such_endpoint(request, 404)
        self._check_key(request)
        if self.chat.scope:
            raise missing_scopes(self.chat.scope)
        talk = read_talk(_json_fields(await request.body()), self.chat.models)
        headers = self.standard_headers()
        call_of(request).notes |= {"model": talk.model.id}
        answer = await self.chat.answer(talk, request_id=headers["x-request-id"])
        line = line_of(talk.model, answer["usage"], request_id=headers["x-request-id"], at=self.clock())
        self.invoice.append(line)
        self.feed.publish("charged", line)
        return Response(orjson.dumps(answer), 200, headers, "application/json")

    def _check_key(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key:
            raise refusal(
                401, None, "You didn't provide an API key. You need to provide your API key using Bearer auth."
            )
        if not hmac.compare_digest(key.encode(), self.api_key.encode()):
            masked = f"{key[:8]}****{key[-4:]}" if len(key) > 12 else "****"  # noqa: PLR2004  # the ends of a short key are the key
            message = (
                f"Incorrect API key provided: {masked}. "
                "You can find your API key at https://platform.openai.com/account/api-keys."
            )
            raise refusal(401, "invalid_api_key", message)

    async def _draw(self, request: Request, order: Order, sources: tuple[bytes, ...]) -> Response:
        call, headers = call_of(request), self.standard_headers()
        call.notes |= {"model": order.model.id, "size": order.size, "quality": order.quality, "sources": len(sources)}
        if sources:
            call.notes["digests"] = [hashlib.sha256(source).hexdigest()[:DIGEST_CHARS] for source in sources]
        request_id = headers["x-request-id"]
        for word, category in self.refused_words.items():
            if word in order.prompt:
                raise openai_errors.moderation_blocked(request_id, category, self.moderation_stage)
        # Charged when taken: OpenAI finishes and charges even if the client leaves.
        usage = usage_of(order, sources)
        self._charge(order, usage, request_id, request.url.path)
        call.notes["charged"] = request_id  # its answer may be lost
        call.outcome = "painted"
        if order.stream:
            return StreamingResponse(self._stream(order, sources, usage), 200, headers, "text/event-stream")
        started = time.perf_counter()
        pictures = await self._pictures(order, sources)
        if self.sign and order.output_format == "jpeg":
            pictures = [painter.signed(picture, request_id) for picture in pictures]
        headers["openai-processing-ms"] = str(round((time.perf_counter() - started) * 1000))
        answer = {"created": int(self.clock()), "data": [{"b64_json": b64} for b64 in pictures]}
        answer |= self._shown(order, usage)
        return Response(orjson.dumps(answer), 200, headers, "application/json")

    async def _pictures(self, order: Order, sources: tuple[bytes, ...]) -> list[str]:
        with self._counted():
            await asyncio.sleep(self._latency(order.prompt))
            return [await self._painted_b64(order, sources, variation) for variation in range(order.n)]

    async def _stream(self, order: Order, sources: tuple[bytes, ...], usage: dict[str, object]) -> AsyncIterator[bytes]:
        kind = "image_edit" if sources else "image_generation"
        shown = self._shown(order, usage) | {"created_at": int(self.clock())}
        partial_fields = {name: value for name, value in shown.items() if name != "usage"}
        with self._counted():
            for index in range(order.partial_images):
                await asyncio.sleep(self._latency(order.prompt) / (order.partial_images + 1))
                b64 = await self._painted_b64(order, sources, 0)
                extra = {"b64_json": b64, "partial_image_index": index}
                yield _event(f"{kind}.partial_image", partial_fields | extra)
            await asyncio.sleep(self._latency(order.prompt) / (order.partial_images + 1))
            for variation in range(order.n):
                b64 = await self._painted_b64(order, sources, variation)
                yield _event(f"{kind}.completed", shown | {"b64_json": b64})

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.drawing += 1
        self.max_drawing = max(self.max_drawing, self.drawing)
        try:
            yield
        finally:
            self.drawing -= 1

    def _latency(self, prompt: str) -> float:
        return self.latency_s(prompt) if callable(self.latency_s) else self.latency_s

    async def _painted_b64(self, order: Order, sources: tuple[bytes, ...], variation: int) -> str:
        canvas = painter.Canvas(
            width_px=order.width_px,
            height_px=order.height_px,
            output_format=order.output_format,
            compression=order.compression,
            transparent=order.background == "transparent",
            variation=variation if self.paint else 0,
        )
        digests = tuple(hashlib.sha256(source).digest() for source in sources) if self.paint else ()
        key = (canvas, order.prompt if self.paint else None, digests)
        if key not in self._painted:
            work = (
                partial(painter.paint, order.prompt, canvas, sources) if self.paint else partial(painter.plain, canvas)
            )
            self._painted[key] = base64.b64encode(await asyncio.to_thread(work)).decode()
            if len(self._painted) > PAINTED_MAX:
                self._painted.popitem(last=False)
        return self._painted[key]

    def _shown(self, order: Order, usage: dict[str, object]) -> dict[str, object]:
        """The optional fields of an answer."""
        fields: dict[str, object] = {
            "background": order.background,
            "output_format": order.output_format,
            "quality": order.quality,
            "size": order.size,
            "usage": usage,
        }
        shown = {name: value for name, value in fields.items() if name not in self.omit}
        return shown | ({"safety_identifier": order.safety_identifier} if order.safety_identifier else {})

    def _charge(self, order: Order, usage: dict[str, object], request_id: str, path: str) -> None:
        line = InvoiceLine(
            at=self.clock(),
            request_id=request_id,
            endpoint=path.rsplit("/", 1)[1],
            model=order.model.id,
            size=order.size,
            quality=order.quality,
            pictures=order.n,
            usage=usage,
            micro_dollars=price(order.model, usage),
        )
        self.invoice.append(line)
        self.feed.publish("charged", line)

    async def _list_models(self, request: Request) -> Response:
        self._check_key(request)
        models = [_model_json(model) for model in self.models.values() if model.live]
        return Response(
            orjson.dumps({"object": "list", "data": models}), 200, self.standard_headers(), "application/json"
        )

    async def _model(self, request: Request) -> Response:
        self._check_key(request)
        name = request.path_params["id"]
        if (model := self.models.get(name)) is None or not model.live:
            raise refusal(404, "model_not_found", f"The model '{name}' does not exist", param="model")
        return Response(orjson.dumps(_model_json(model)), 200, self.standard_headers(), "application/json")


def _json_fields(body: bytes) -> dict[str, object]:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        message = "We could not parse the JSON body of your request."
        raise refusal(400, None, message) from exc
    if not isinstance(fields, dict):
        raise refusal(400, "invalid_type", "Invalid body: expected an object.")
    return fields


def _model_json(model: Model) -> dict[str, object]:
    created = 1_745_000_000
    fields: dict[str, object] = {"id": model.id, "object": "model", "created": created, "owned_by": "system"}
    return fields | {"shutdown_date": model.shutdown_date}


def _event(name: str, fields: dict[str, object]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps({"type": name, **fields}) + b"\n\n"

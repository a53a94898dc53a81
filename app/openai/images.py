"""Calls to the Images API. None is retried here: whether to ask, and pay, again is the workflow's decision."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson

from app.errors import BadAnswer, BadRequest, Cause, NotPermitted, OutcomeUnknown, Unreachable
from app.openai.answer import Content, Drawn, read_content, true_format
from app.openai.edit_sources import form_files
from app.openai.faults import HttpAnswer, fault, has_error
from app.openai.http_client import IDENTITY, is_packed, no_cookies
from app.openai.keep_alive import keep_alive
from app.openai.model_status import ModelStatus, read_model
from app.openai.order import ANSWER_BYTES_MAX, FORMAT_PARAM, PictureOrder, form_fields, parameters
from app.openai.url_pictures import UrlPictures

CONNECT_TIMEOUT_S: Final = 5.0
CONNECTIONS_MAX: Final = 512  # a call may hold one for minutes; the queue limits how many draw at once
IDLE_CONNECTION_S: Final = 30.0
ERROR_BYTES_MAX: Final = 64 * 1024
MODEL_BYTES_MAX: Final = 64 * 1024  # a few hundred bytes, from some gateways a few thousand
DECODE_INLINE_BYTES_MAX: Final = 512 * 1024  # below, decoding (under 1 ms) is faster than a hop to a thread
MODEL_TIMEOUT_S: Final = 20.0

KEPT_ALIVE: Final = {"trace": keep_alive}

HEADER_SAFE = re.compile(r"[!-~]+")
NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class OpenAIImages:
    """A client of the Images API at one address, with one key. Safe for concurrent calls in one event loop.

    Args:
        api_key: Sent as a bearer token.
        base_url: "https://api.openai.com/v1", or that of a compatible server.
        timeout_s: Of one whole call, from start to end.
        url_hosts: Where pictures may be fetched from if an answer only holds their URLs: "host" or "host:port".
        answer_bytes_max: Reading an answer stops above this.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str,
        timeout_s: float,
        url_hosts: Sequence[str] = (),
        answer_bytes_max: int = ANSWER_BYTES_MAX,
    ) -> None:
        if not HEADER_SAFE.fullmatch(api_key):  # the first call would fail, with the key in its message
            raise NotPermitted("The API key is empty or has characters that no key has", cause=Cause.KEY)
        self._timeout_s = timeout_s
        self._answer_bytes_max = answer_bytes_max
        self._url_pictures = UrlPictures(hosts=url_hosts, bytes_max=answer_bytes_max)
        self._formatless: set[str] = set()
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={
                "Authorization": f"Bearer {api_key}",
                # Compressed, a JPEG in base64 is a quarter smaller, but takes ten times as long to read.
                "Accept-Encoding": IDENTITY,
            },
            cookies=no_cookies(),
            timeout=httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S, pool=CONNECT_TIMEOUT_S),
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX, keepalive_expiry=IDLE_CONNECTION_S),
        )

    async def generate(self, order: PictureOrder, *, model: str) -> Drawn:
        """Draw the pictures of an order.

        Raises:
            Again: Nothing was drawn: `RateLimited`, `Unreachable` or `VendorFault`.
            OutcomeUnknown: No whole answer in time, or the connection broke: it may have been drawn, and charged.
            BadAnswer: Drawn and charged, but not readable.
            Final: `Refused`, `ModelGone`, `NotPermitted` or `BadRequest`.
        """

        def request() -> httpx.Request:
            body = orjson.dumps(self._taken(parameters(order, model=model)))
            headers = {"Content-Type": "application/json"}
            return self._http.build_request(
                "POST", "images/generations", content=body, headers=headers, extensions=KEPT_ALIVE
            )

        return await self._draw(request, count=order.count, model=model)

    async def edit(self, order: PictureOrder, *, model: str, sources: Sequence[bytes]) -> Drawn:
        """Redraw what the sources show, changed as the prompt says. Each source adds about 1,000 tokens.

        Args:
            order: As for `generate`; its `moderation` is not sent, since edits have no such field.
            model: The model to ask.
            sources: 1 to 16 files, JPEG, PNG or WebP, each under 50 MB; the first is the one to change.

        Raises:
            BadRequest: Also for sources that the API would not take; then nothing was sent.
            Again, OutcomeUnknown, BadAnswer, Final: As `generate` does.
        """
        files = form_files(sources)

        def request() -> httpx.Request:
            fields = self._taken(form_fields(order, model=model))
            return self._http.build_request("POST", "images/edits", data=fields, files=files, extensions=KEPT_ALIVE)

        return await self._draw(request, count=order.count, model=model)

    async def model(self, model_id: str) -> ModelStatus:
        """Ask whether a model exists and until when. Free.

        On the day of its release a model may draw before this knows of it.

        Raises:
            ModelGone: It was shut down, never existed, or is not for this key.
            BadRequest: Also if a compatible server cannot tell.
            Again, OutcomeUnknown, BadAnswer, NotPermitted: As `generate` does; asking again is always safe.
        """
        request = self._http.build_request("GET", f"models/{quote(model_id, safe='')}", extensions=KEPT_ALIVE)
        answer = await self._ask(request, timeout_s=min(MODEL_TIMEOUT_S, self._timeout_s), bytes_max=MODEL_BYTES_MAX)
        if not answer.is_success or has_error(answer.body):
            raise fault(answer, model=model_id, now_at=time.time())
        return read_model(answer, model=model_id)

    async def aclose(self) -> None:
        """Close every connection. Calls under way fail."""
        await self._http.aclose()
        await self._url_pictures.aclose()

    def _taken(self, fields: Mapping[str, str | int]) -> dict[str, Any]:
        """Leave out the fields that this model has refused before."""
        refused = {FORMAT_PARAM} if fields["model"] in self._formatless else set()
        return {name: value for name, value in fields.items() if name not in refused}

    async def _draw(self, request: Callable[[], httpx.Request], *, count: int, model: str) -> Drawn:
        try:
            return await self._draw_once(request(), count=count, model=model)
        except BadRequest as error:
            if error.param != FORMAT_PARAM:
                raise
            # A GPT Image model under a deployment's own name, which sends bytes and no URLs. A 400 is free.
            self._formatless.add(model)
        return await self._draw_once(request(), count=count, model=model)

    async def _draw_once(self, request: httpx.Request, *, count: int, model: str) -> Drawn:
        started_at = time.monotonic()
        answer = await self._ask(request, timeout_s=self._timeout_s, bytes_max=self._answer_bytes_max)
        if not answer.is_success:
            raise fault(answer, model=model, now_at=time.time())
        content = await _content(answer, count=count, model=model)
        pictures = content.pictures or await self._url_pictures.fetch(content.urls, request_id=answer.request_id)
        return Drawn(
            pictures=pictures,
            output_format=true_format(pictures[0]) or "",
            size=content.size,
            quality=content.quality,
            model=model,
            usage=content.usage,
            request_id=answer.request_id,
            duration_ms=round((time.monotonic() - started_at) * 1000),
            limit_per_minute=answer.limit_per_minute,
        )

    async def _ask(self, request: httpx.Request, *, timeout_s: float, bytes_max: int) -> HttpAnswer:
        deadline = asyncio.get_running_loop().time() + timeout_s
        response = await self._send(request, deadline)
        try:
            return await _read(response, deadline, bytes_max)
        finally:
            await response.aclose()

    async def _send(self, request: httpx.Request, deadline: float) -> httpx.Response:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._http.send(request, stream=True)
        except NOTHING_SENT as exc:
            raise Unreachable(f"No connection to OpenAI: {type(exc).__name__}", code="no_connection") from exc
        except (TimeoutError, httpx.HTTPError) as exc:
            raise OutcomeUnknown(f"No answer of OpenAI: {type(exc).__name__}", code=_how_it_ended(exc)) from exc


async def _read(response: httpx.Response, deadline: float, bytes_max: int) -> HttpAnswer:
    """Read the body up to our limit. The status of a refusal says enough, so a part of its body will do.

    Bytes are counted as they arrive: a content encoding, which we did not ask for, is not decoded.
    """
    if not response.is_success:
        bytes_max = ERROR_BYTES_MAX
    encoded = is_packed(response)
    bytes_max = 0 if encoded else bytes_max
    chunks, size = [], 0
    broken: Exception | None = None
    try:
        async with asyncio.timeout_at(deadline):
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > bytes_max:
                    break
                chunks.append(chunk)
    except (TimeoutError, httpx.HTTPError) as exc:
        broken = exc
    answer = HttpAnswer(status=response.status_code, headers=response.headers, body=b"".join(chunks))
    if response.is_success and broken is not None:
        raise OutcomeUnknown(
            f"The answer of OpenAI broke off after {size} bytes: {type(broken).__name__}",
            code=_how_it_ended(broken),
            vendor_request_id=answer.request_id,
        ) from broken
    if response.is_success and encoded:
        message = "The answer of OpenAI is packed in a way that was not asked for"
        raise BadAnswer(message, code="encoded", vendor_request_id=answer.request_id)
    if response.is_success and size > bytes_max:
        message = f"The answer of OpenAI is larger than {bytes_max} bytes"
        raise BadAnswer(message, code="answer_too_large", vendor_request_id=answer.request_id)
    return answer


async def _content(answer: HttpAnswer, *, count: int, model: str) -> Content:
    try:
        if len(answer.body) <= DECODE_INLINE_BYTES_MAX:
            return read_content(answer.body, count=count, request_id=answer.request_id)
        return await asyncio.to_thread(read_content, answer.body, count=count, request_id=answer.request_id)
    except BadAnswer as error:
        # A 200 can hold a refusal. Those are small: parsing millions of bytes again would block the event loop.
        if len(answer.body) <= ERROR_BYTES_MAX and has_error(answer.body):
            raise fault(answer, model=model, now_at=time.time()) from None
        if error.code == "not_json" and not answer.has_end:
            message = f"The answer of OpenAI was cut off after {len(answer.body)} bytes"
            raise OutcomeUnknown(message, code="connection_lost", vendor_request_id=answer.request_id) from error
        raise


def _how_it_ended(exc: Exception) -> str:
    return "timeout" if isinstance(exc, TimeoutError | httpx.TimeoutException) else "connection_lost"

"""One call each time: no retry in here, since whether to ask, and pay, again is the workflow's decision."""

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import httpx
import orjson

from app.errors import BadAnswer, NotPermitted, OutcomeUnknown, Unreachable
from app.openai.answer import Drawn, read_content
from app.openai.faults import Answer, fault
from app.openai.models import ModelStatus, read_model
from app.openai.order import PictureOrder, form_fields, parameters
from app.openai.sources import form_files

CONNECT_TIMEOUT_S: Final = 5.0
CONNECTIONS_MAX: Final = 512  # a call holds one for up to minutes; how many draw at once is the queue's business
IDLE_CONNECTION_S: Final = 30.0
ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024  # a PNG of 3840x2160 that is all noise, in base64, is about 33 MB
ERROR_BYTES_MAX: Final = 64 * 1024
DECODE_INLINE_BYTES_MAX: Final = 512 * 1024  # below, decoding (under 1 ms) is faster than a hop to a thread
MODEL_TIMEOUT_S: Final = 20.0

HEADER_SAFE = re.compile(r"[!-~]+")
NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class OpenAIImages:
    """The Images API at one address with one key. Safe for any number of calls at once, in one event loop.

    Args:
        api_key: Sent as a bearer token.
        base_url: "https://api.openai.com/v1" or a server that speaks the same.
        timeout_s: Of one whole call, from start to end.
        answer_bytes_max: An answer above this is not read to its end.
    """

    def __init__(
        self, *, api_key: str, base_url: str, timeout_s: float, answer_bytes_max: int = ANSWER_BYTES_MAX
    ) -> None:
        if not HEADER_SAFE.fullmatch(api_key):  # the first call would fail, with the key in its message
            raise NotPermitted("The API key is empty or has characters that no key has", code="invalid_api_key")
        self._timeout_s = timeout_s
        self._answer_bytes_max = answer_bytes_max
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={
                "Authorization": f"Bearer {api_key}",
                # base64 of a JPEG shrinks by a quarter and costs ten times as long to unpack.
                "Accept-Encoding": "identity",
            },
            timeout=httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S, pool=CONNECT_TIMEOUT_S),
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX, keepalive_expiry=IDLE_CONNECTION_S),
        )

    async def generate(self, order: PictureOrder, *, model: str) -> Drawn:
        """Draw what the order says.

        Raises:
            Again: Nothing was drawn: `RateLimited`, `Unreachable` or `VendorFault`.
            OutcomeUnknown: No whole answer within the time, or the connection broke: it may be drawn, and charged.
            BadAnswer: Drawn and charged, but not readable.
            Final: `Refused`, `ModelGone`, `NotPermitted` or `BadRequest`.
        """
        body = orjson.dumps(parameters(order, model=model))
        headers = {"Content-Type": "application/json"}
        return await self._draw(
            self._http.build_request("POST", "images/generations", content=body, headers=headers), model=model
        )

    async def edit(self, order: PictureOrder, *, model: str, sources: Sequence[bytes]) -> Drawn:
        """Draw anew what the sources show, changed as the prompt says. Costs about 1,000 tokens for each source more.

        Args:
            order: As for `generate`; its `moderation` is not sent, since this call has none.
            model: The one that is asked.
            sources: 1 to 16 files, JPEG, PNG or WebP, each under 50 MB; the first is the one to change.

        Raises:
            BadRequest: Also for sources that the API would not take; then nothing was sent.
            Again, OutcomeUnknown, BadAnswer, Final: As `generate` does.
        """
        fields, files = form_fields(order, model=model), form_files(sources)
        return await self._draw(self._http.build_request("POST", "images/edits", data=fields, files=files), model=model)

    async def model(self, model_id: str) -> ModelStatus:
        """Ask whether a model lives and until when. Free.

        On the day a model is new, it may draw before this knows it.

        Raises:
            ModelGone: It was shut down, never existed, or is not for this key.
            BadRequest: Also where a compatible server does not tell.
            Again, OutcomeUnknown, BadAnswer, NotPermitted: As `generate` does; asking again is always safe.
        """
        request = self._http.build_request("GET", f"models/{quote(model_id, safe='')}")
        answer = await self._ask(request, timeout_s=min(MODEL_TIMEOUT_S, self._timeout_s))
        if not httpx.codes.is_success(answer.status):
            raise fault(answer, model=model_id, now_at=time.time())
        return read_model(answer, model=model_id)

    async def aclose(self) -> None:
        """Close every connection. Calls under way fail."""
        await self._http.aclose()

    async def _draw(self, request: httpx.Request, *, model: str) -> Drawn:
        started_at = time.monotonic()
        answer = await self._ask(request, timeout_s=self._timeout_s)
        if not httpx.codes.is_success(answer.status):
            raise fault(answer, model=model, now_at=time.time())
        if len(answer.body) <= DECODE_INLINE_BYTES_MAX:
            content = read_content(answer.body, request_id=answer.request_id)
        else:
            content = await asyncio.to_thread(read_content, answer.body, request_id=answer.request_id)
        return Drawn(
            pictures=content.pictures,
            output_format=content.output_format,
            size=content.size,
            quality=content.quality,
            model=model,
            usage=content.usage,
            request_id=answer.request_id,
            duration_ms=round((time.monotonic() - started_at) * 1000),
            limit_per_minute=answer.limit_per_minute,
        )

    async def _ask(self, request: httpx.Request, *, timeout_s: float) -> Answer:
        deadline = asyncio.get_running_loop().time() + timeout_s
        response = await self._send(request, deadline)
        try:
            return await self._read(response, deadline)
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

    async def _read(self, response: httpx.Response, deadline: float) -> Answer:
        """Read the body up to our limit. Of a refusal the status says enough, so a part of its body will do."""
        bytes_max = self._answer_bytes_max if response.is_success else ERROR_BYTES_MAX
        chunks, size = [], 0
        broken: Exception | None = None
        try:
            async with asyncio.timeout_at(deadline):
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    if size > bytes_max:
                        break
                    chunks.append(chunk)
        except (TimeoutError, httpx.HTTPError) as exc:
            broken = exc
        answer = Answer(status=response.status_code, headers=response.headers, body=b"".join(chunks))
        if response.is_success and broken is not None:
            raise OutcomeUnknown(
                f"The answer of OpenAI broke off after {size} bytes: {type(broken).__name__}",
                code=_how_it_ended(broken),
                vendor_request_id=answer.request_id,
            ) from broken
        if response.is_success and size > bytes_max:
            message = f"The answer of OpenAI is larger than {bytes_max} bytes"
            raise BadAnswer(message, code="answer_too_large", vendor_request_id=answer.request_id)
        return answer


def _how_it_ended(exc: Exception) -> str:
    return "timeout" if isinstance(exc, TimeoutError | httpx.TimeoutException) else "connection_lost"

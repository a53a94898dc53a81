"""The wire to LINE: one HTTP connection pool, one call at a time through it, with a limit for the whole call.

line-bot-sdk costs a second and 37 MB at import, and refuses answers with values that it does not know, which would
turn a reply that was sent into an error. It judges our messages in the tests instead.
httpx's own logger writes addresses, some with user ids, at INFO: it must be kept quiet.
https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.errors import OutcomeUnknown, TooLarge, Unreachable
from app.line.answers import Answer, Call, body_of, error_of

# Each pooled connection saves a handshake for the next answer. httpx notices when LINE has closed it meanwhile.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30.0)
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. `body` goes as JSON, `content` as it is; `on_data_host`: it is about files, not about messages."""

    call: Call
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = None
    on_data_host: bool = False


class Connection:
    """Asks LINE once for each call and names every failure as one of `app.errors`, without an id or a token in it."""

    def __init__(self, *, channel_access_token: str, base_url: str, data_base_url: str, timeout_s: float) -> None:
        """Open no connection yet.

        Args:
            channel_access_token: From the LINE Developers console.
            base_url: `https://api.line.me`, or a stand-in.
            data_base_url: `https://api-data.line.me`, the host of what users send.
            timeout_s: From the start of a call to the end of its answer.
        """
        if not re.fullmatch(r"[!-~]+", channel_access_token):
            # The HTTP library would say so itself, but with the token in its words.
            raise ValueError("the channel access token is empty or holds characters that no token has")
        self._timeout_s = timeout_s
        self._data_base_url = data_base_url.rstrip("/")
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {channel_access_token}", "User-Agent": "easel"},
            limits=_LIMITS,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def get(self, call: Call, path: str) -> Mapping[str, Any]:
        """Read a JSON object; an empty one where the answer holds none."""
        return success(await self.ask(Ask(call=call, method="GET", path=path)), call=call).body

    async def carry_out(self, ask: Ask, *, timeout_s: float | None = None) -> Answer:
        """Have LINE do something; a push that it has done before is a success."""
        return success(await self.ask(ask, timeout_s=timeout_s), call=ask.call)

    async def ask(self, ask: Ask, *, timeout_s: float | None = None) -> Answer:
        """Bring back whatever LINE answers, a refusal too.

        Raises:
            Unreachable: Nothing was sent.
            OutcomeUnknown: No answer came in time, or the connection broke.
        """
        limit_s = timeout_s or self._timeout_s
        answer: Answer | None = None
        try:
            async with asyncio.timeout(limit_s), self._stream(ask, limit_s) as response:
                answer = _answer(response, b"")
                answer = _answer(response, await response.aread())
        except _NOTHING_SENT as exc:
            raise _unreachable(ask.call, exc) from exc
        except (TimeoutError, httpx.RequestError) as exc:
            # Once the status is here LINE has decided, whatever becomes of the body.
            if answer is None:
                raise _unknown(ask.call, exc) from exc
        return answer

    async def download(self, ask: Ask, *, bytes_max: int, timeout_s: float) -> bytes | None:
        """Bring back a file, all of it; None while LINE still prepares it.

        Raises:
            TooLarge: It has more than `bytes_max` bytes, of which no more are read.
            EaselError: As `ask` does, and for every refusal.
        """
        try:
            async with asyncio.timeout(timeout_s), self._stream(ask, timeout_s) as response:
                if response.status_code == httpx.codes.ACCEPTED:
                    return None
                if not response.is_success:
                    raise error_of(_answer(response, await response.aread()), call=ask.call)
                return await _read(response, ask.call, bytes_max=bytes_max)
        except _NOTHING_SENT as exc:
            raise _unreachable(ask.call, exc) from exc
        except (TimeoutError, httpx.RequestError) as exc:
            raise _unknown(ask.call, exc) from exc

    def _stream(self, ask: Ask, limit_s: float) -> AbstractAsyncContextManager[httpx.Response]:
        # Connecting fails well before the whole call does: then we know that nothing was sent.
        phases = httpx.Timeout(limit_s, connect=limit_s / 2, pool=limit_s / 2)
        url = self._data_base_url + ask.path if ask.on_data_host else ask.path
        return self._http.stream(
            ask.method, url, json=ask.body, content=ask.content, headers=ask.headers, timeout=phases
        )


def success(answer: Answer, *, call: Call) -> Answer:
    """Let a success through.

    Raises:
        EaselError: The refusal, by its status.
    """
    already_pushed = call is Call.PUSH and answer.status == httpx.codes.CONFLICT
    if already_pushed or httpx.codes.is_success(answer.status):
        return answer
    raise error_of(answer, call=call)


async def _read(response: httpx.Response, call: Call, *, bytes_max: int) -> bytes:
    chunks, size = [], 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > bytes_max:
            raise TooLarge(f"{call}: more than {bytes_max} bytes", code="too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def _answer(response: httpx.Response, content: bytes) -> Answer:
    accepted_id = response.headers.get("x-line-accepted-request-id")  # on 409: the first push with this retry key
    retry_after = response.headers.get("retry-after", "")
    return Answer(
        status=response.status_code,
        request_id=accepted_id or response.headers.get("x-line-request-id"),
        retry_after_s=float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None,
        body=body_of(content),
    )


def _unreachable(call: Call, exc: Exception) -> Unreachable:
    return Unreachable(f"{call}: no connection to LINE ({type(exc).__name__})", code="no_connection")


def _unknown(call: Call, exc: Exception) -> OutcomeUnknown:
    return OutcomeUnknown(f"{call}: no answer from LINE ({type(exc).__name__})", code="no_answer")

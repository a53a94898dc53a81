"""HTTP calls to LINE through line-bot-sdk: one connection pool, and limits on the time and size of each whole call.

https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from app.errors import BadAnswer, OutcomeUnknown, TooLarge, Unreachable
from app.line.line_answers import LineAnswer, LineCall, body_of, error_of, wait_of

if TYPE_CHECKING:
    import aiohttp

    from app.line.sdk import SdkClients, SdkSession

ANSWER_BYTES_MAX: Final = 1_000_000
LIST_BYTES_MAX: Final = 8_000_000  # of up to 1,000 rich menus with 20 areas each
_ACCEPTED, _CONFLICT = 202, 409


class Connection:
    """Sends each call once and raises every failure as one of `app.errors`, with no id or token in its message."""

    def __init__(self, load: "Callable[[], SdkClients]", *, timeout_s: float) -> None:
        """Open no connection and load nothing yet.

        Args:
            load: Loads the SDK and creates its clients; called once, in a thread.
            timeout_s: From the start of a call to the end of its answer.
        """
        self._load = load
        self._timeout_s = timeout_s
        self._opening = asyncio.Lock()
        self._session: SdkSession | None = None

    async def open(self) -> "SdkSession":
        """Load the SDK on the first call, and return the session over it. Sends nothing."""
        if self._session is None:
            async with self._opening:
                if self._session is None:
                    clients = await asyncio.to_thread(self._load)
                    from app.line.sdk import SdkSession  # noqa: PLC0415 - it is loaded now

                    self._session = SdkSession(clients)
        return self._session

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.aclose()

    async def get(
        self, call: LineCall, method: str, *arguments: object, bytes_max: int = ANSWER_BYTES_MAX
    ) -> Mapping[str, Any]:
        """Return the JSON object that LINE answers; an empty one if the answer holds none."""
        return success(await self.ask(call, method, *arguments, bytes_max=bytes_max), call=call).body

    async def carry_out(
        self, call: LineCall, method: str, *arguments: object, timeout_s: float | None = None, **options: object
    ) -> LineAnswer:
        """Have LINE do something. A push that it has already accepted under the same retry key is a success."""
        return success(await self.ask(call, method, *arguments, timeout_s=timeout_s, options=options), call=call)

    async def ask(
        self,
        call: LineCall,
        method: str,
        *arguments: object,
        timeout_s: float | None = None,
        bytes_max: int = ANSWER_BYTES_MAX,
        options: Mapping[str, object] = MappingProxyType({}),
    ) -> LineAnswer:
        """Return whatever LINE answers, refusals included.

        Args:
            call: How error messages name the call.
            method: The name of the SDK's method.
            arguments: The method's positional arguments: SDK models and ids.
            timeout_s: For this call; None: the default of this connection.
            bytes_max: A larger body is discarded: the status says enough.
            options: The method's keyword arguments.

        Raises:
            Unreachable: Nothing was sent.
            OutcomeUnknown: No answer came in time, or the connection broke.
        """
        session, limit_s = await self.open(), timeout_s or self._timeout_s
        from app.line.sdk import BROKEN, NOTHING_SENT  # noqa: PLC0415 - it is loaded now

        answer: LineAnswer | None = None
        try:
            async with asyncio.timeout(limit_s):
                # Connecting times out well before the whole call: then we know that nothing was sent.
                async with session.answer(method, *arguments, connect_s=limit_s / 2, **options) as response:
                    answer = _answer(response, b"")
                    answer = _answer(response, await _read(response, bytes_max=bytes_max) or b"")
        except NOTHING_SENT as exc:
            raise _unreachable(call, exc) from exc
        except (TimeoutError, *BROKEN) as exc:
            # Once the status has arrived, LINE has decided, whatever happens to the body.
            if answer is None:
                raise _unknown(call, exc) from exc
        return answer

    async def download(
        self, call: LineCall, method: str, message_id: str, *, bytes_max: int, timeout_s: float
    ) -> bytes | None:
        """Download a whole file; None while LINE is still preparing it.

        Raises:
            TooLarge: It has more than `bytes_max` bytes; the rest is not read.
            BadAnswer: It came compressed, although we did not ask for that.
            EaselError: As in `ask`, and for every refusal.
        """
        session = await self.open()
        from app.line.sdk import BROKEN, NOTHING_SENT  # noqa: PLC0415 - it is loaded now

        try:
            async with (
                asyncio.timeout(timeout_s),
                session.answer(method, message_id, connect_s=timeout_s / 2) as response,
            ):
                if response.status == _ACCEPTED:
                    return None
                if not _is_success(response.status):
                    raise error_of(
                        _answer(response, await _read(response, bytes_max=ANSWER_BYTES_MAX) or b""), call=call
                    )
                if _is_packed(response):
                    raise BadAnswer(f"{call}: an encoding that nobody asked for", code="packed")
                found = await _read(response, bytes_max=bytes_max)
        except NOTHING_SENT as exc:
            raise _unreachable(call, exc) from exc
        except (TimeoutError, *BROKEN) as exc:
            raise _unknown(call, exc) from exc
        if found is None:
            raise TooLarge(f"{call}: more than {bytes_max} bytes", code="too_large")
        return found


def check_token(channel_access_token: str) -> None:
    """Refuse a token that cannot be sent in a header.

    Raises:
        ValueError: The HTTP library would raise one itself, but with the token in its message.
    """
    if not re.fullmatch(r"[!-~]+", channel_access_token):
        raise ValueError("the channel access token is empty or holds characters that no token has")


def success(answer: LineAnswer, *, call: LineCall) -> LineAnswer:
    """Return the answer if it is a success.

    Raises:
        EaselError: It is a refusal; the status decides which error.
    """
    already_pushed = call is LineCall.PUSH and answer.status == _CONFLICT
    if already_pushed or _is_success(answer.status):
        return answer
    raise error_of(answer, call=call)


def _is_success(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004 - the class of the status


async def _read(response: "aiohttp.ClientResponse", *, bytes_max: int) -> bytes | None:
    """Read a body as sent, compressed or not; None if it has more than `bytes_max` bytes."""
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > bytes_max:
            response.close()
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _is_packed(response: "aiohttp.ClientResponse") -> bool:
    return response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}


def _answer(response: "aiohttp.ClientResponse", content: bytes) -> LineAnswer:
    headers = response.headers
    accepted_id = headers.get("x-line-accepted-request-id")  # on 409: of the first push with this retry key
    return LineAnswer(
        status=response.status,
        request_id=accepted_id or headers.get("x-line-request-id"),
        retry_after_s=wait_of(headers.get("retry-after", "")),
        body={} if _is_packed(response) else body_of(content),
    )


def _unreachable(call: LineCall, exc: Exception) -> Unreachable:
    return Unreachable(f"{call}: no connection to LINE ({type(exc).__name__})", code="no_connection")


def _unknown(call: LineCall, exc: Exception) -> OutcomeUnknown:
    return OutcomeUnknown(f"{call}: no answer from LINE ({type(exc).__name__})", code="no_answer")

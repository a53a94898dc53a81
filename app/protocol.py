"""HTTP/1.1 for untrusted peers: uvicorn's protocol with deadlines, size limits and a limit on connections.

uvicorn itself has none of these: https://www.uvicorn.org/settings/#resource-limits (read 2026-11-27)
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from app.refusals import Refusals

# Headers that ask for another protocol. We speak no other, and RFC 9110, 7.8 lets a server ignore them.
UPGRADE = {b"upgrade", b"http2-settings"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """What one connection may take.

    Attributes:
        head_s: From the connection, or the first byte of a request, to the end of its headers.
        body_s: From there to the end of the body.
        answer_s: How long the peer may leave an answer unread.
        linger_s: How long to read on in a body that nobody wants, so that its sender gets to read the answer.
        head_bytes: Request line and headers; as much again for trailers and whatever else surrounds a body.
        headers: How many headers and trailers.
        url_bytes: Length of the address in the request line.
        waiting: Requests queued behind the one that is being answered.
    """

    head_s: float = 5.0
    body_s: float = 5.0
    answer_s: float = 30.0
    linger_s: float = 1.0
    head_bytes: int = 64 * 1024
    headers: int = 100
    url_bytes: int = 8 * 1024
    waiting: int = 16


class PastLimitError(Exception):
    """A request exceeds a limit. Raised in a callback of the parser, whose own error has it as its context."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Connections:
    """All connections. When there are too many, the one that has kept us waiting longest is closed."""

    def __init__(self, *, most: int, refusals: Refusals) -> None:
        self._most = most
        self._refusals = refusals
        self._all: set[Protocol] = set()
        self._waited_for: dict[Protocol, None] = {}  # in the order in which the waiting began

    def join(self, one: "Protocol") -> None:
        """Add a connection, and close another one if there are too many."""
        self._all.add(one)
        self.wait_for(one)
        if len(self._all) > self._most:
            slowest = next(iter(self._waited_for))
            self.leave(slowest)
            self.refused("too many connections")
            slowest.transport.abort()

    def wait_for(self, one: "Protocol") -> None:
        """Note that we wait for the peer from now on."""
        if one in self._all:
            self._waited_for[one] = self._waited_for.pop(one, None)

    def serve(self, one: "Protocol") -> None:
        """Note that the peer waits for us: its request is complete."""
        self._waited_for.pop(one, None)

    def leave(self, one: "Protocol") -> None:
        """Forget a connection. The second call does nothing."""
        self._all.discard(one)
        self._waited_for.pop(one, None)

    def refused(self, reason: str) -> None:
        """Report that we close a connection."""
        self._refusals.note("connection_closed", reason=reason)


class Protocol(HttpToolsProtocol):
    """uvicorn's connection, with a deadline for each part of a request and a limit to what it may hold."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: ConnectionLimits,
        crowd: Connections,
    ) -> None:
        """Serve one connection. The first four arguments are uvicorn's."""
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._crowd = crowd
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._is_head = True  # between the first byte and the end of the headers, or before the first byte
        self._upgrades = False
        self._heads = 0
        self._head_bytes = self._around_bytes = self._header_count = self._body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start waiting for the first headers."""
        super().connection_made(transport)
        self._crowd.join(self)
        self._within(self._limits.head_s, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection and every request queued on it."""
        self._crowd.leave(self)
        self._within(None)
        self._read_by(None)
        self.pipeline.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the data, up to the first limit that it exceeds."""
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        self._heads, self._body_bytes, was_head = 0, 0, self._is_head
        try:
            self._feed(data)
            if self._heads == 0:
                self._count(len(data), is_head=was_head)
            if self._is_head and not self._timer and not self._is_busy():  # blank lines, which start no request
                self._within(self._limits.head_s, self._late)
        except PastLimitError as error:
            self._refuse(error.status, error.reason)
        except httptools.HttpParserError as error:
            cause = error.__context__
            if isinstance(cause, PastLimitError):
                self._refuse(cause.status, cause.reason)
            else:
                self._refuse(400, "not HTTP")

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # The parser takes the body for another protocol. Parse again, without the headers that ask for it.
            self._upgrades = False
            self.parser = httptools.HttpRequestParser(self)
            self._feed(self._head_without_upgrade() + data[upgrade.args[0] :])

    def _head_without_upgrade(self) -> bytes:
        lines = [b"%s %s HTTP/1.1" % (self.scope["method"].encode(), self.url)]
        lines += [b"%s: %s" % (name, value) for name, value in self.headers if name not in UPGRADE]
        return b"\r\n".join([*lines, b"", b""])

    def _count(self, size: int, *, is_head: bool) -> None:
        """Count what the parser does not report: a header that is not complete yet, and what surrounds a body."""
        if is_head:
            self._head_bytes += size
        else:
            self._around_bytes += size - self._body_bytes
        if max(self._head_bytes, self._around_bytes) > self._limits.head_bytes:
            raise PastLimitError(431, "headers too large")

    # Callbacks of the parser.

    def on_message_begin(self) -> None:
        """Start waiting for the rest of the headers."""
        super().on_message_begin()
        self._is_head = True
        self._head_bytes = self._around_bytes = self._header_count = 0
        self._within(self._limits.head_s, self._late)

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        if len(self.url) > self._limits.url_bytes:
            raise PastLimitError(414, "address too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or count a trailer."""
        self._header_count += 1
        self._around_bytes += 0 if self._is_head else len(name) + len(value)
        if self._header_count > self._limits.headers:
            raise PastLimitError(431, "too many headers")
        if self._is_head:  # not trailers: what the application has seen of the headers must not change
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Have the request answered or queued, and start waiting for its body."""
        self._heads += 1
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > self._limits.head_bytes:
            raise PastLimitError(431, "headers too large")
        if self.parser.should_upgrade():
            if (method := self.parser.get_method()) == b"CONNECT":
                raise PastLimitError(405, "no proxy")
            self.scope["method"], self._upgrades = method.decode("ascii"), True
            return
        if len(self.pipeline) >= self._limits.waiting:
            raise PastLimitError(429, "too many requests at once")
        self._is_head = False
        self._within(self._limits.body_s, self._late)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop waiting for the peer: its request is complete."""
        if self._upgrades:
            return
        self._is_head = True
        self._within(None)
        super().on_message_complete()
        if self.cycle.response_complete:  # this was the end of a body that nobody wanted
            self.transport.close()
        else:
            self._crowd.serve(self)

    # Called while a request is answered.

    def on_response_complete(self) -> None:
        """Go on to the next request, or read on for a while in a body that nobody wants."""
        super().on_response_complete()
        if self._is_busy():
            self.flow.pause_reading()  # uvicorn would read on while others still wait for their answer
            return
        self._crowd.wait_for(self)
        if self.cycle.more_body:
            self._unset_keepalive_if_required()
            self._within(self._limits.linger_s, self.transport.close)

    def pause_writing(self) -> None:
        """Start waiting for a peer that does not read its answer."""
        super().pause_writing()
        self._read_by(self._limits.answer_s)

    def resume_writing(self) -> None:
        """Stop waiting for it."""
        super().resume_writing()
        self._read_by(None)

    def _is_busy(self) -> bool:
        """Whether a request waits for its answer."""
        return self.cycle is not None and not self.cycle.response_complete

    # Deadlines.

    def _within(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        """Call `then` after `seconds`, unless this is called again before; None: never."""
        if self._timer:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, then) if seconds is not None and then else None

    def _read_by(self, seconds: float | None) -> None:
        if self._unread:
            self._unread.cancel()
        self._unread = self.loop.call_later(seconds, self.transport.abort) if seconds is not None else None

    def _late(self) -> None:
        if self.flow.read_paused:  # we are the ones who do not read
            self._within(self._limits.head_s, self._late)
        elif self.scope is None:  # it never sent a request
            self._crowd.refused("silent")
            self.transport.close()
        else:
            self._refuse(408, "too slow")

    def _refuse(self, status: int, reason: str) -> None:
        """Answer with the status and close; only close if an answer is already under way."""
        self._crowd.refused(reason)
        self._within(None)
        is_answering = self._is_busy() and (self.pipeline or self.cycle.response_started)
        if not is_answering and not self.transport.is_closing():
            self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()

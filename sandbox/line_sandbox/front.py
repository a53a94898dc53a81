"""The front of every stand-in: reads the request, keeps a record of it, lets faults strike, then asks the vendor."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from line_sandbox.faults import Answer, Fault, Faults
from line_sandbox.feed import Feed
from line_sandbox.server import WIRE, Wire

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CALLS_MAX = 2000
KEPT_ANSWER_BYTES = 64_000
LONG_TEXT = 40_000  # characters; longer strings in a recorded body are pictures, not words
CALL = "sandbox.call"  # the key of the Call in an ASGI scope
_KEPT_HEADERS = frozenset({"content-type", "content-length", "user-agent", "x-line-retry-key", "x-amz-content-sha256"})


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """One API call as it went over the wire.

    Attributes:
        headers: Names in lower case, those worth showing; never Authorization.
        body: Parsed JSON, with pictures cut out; None for other kinds of body.
        body_bytes: Size of the raw body.
        status: None while unanswered, and for ever if the connection was dropped.
        outcome: The vendor's own word for the end, such as an error code.
        answer: The body of the answer, if it was short and text.
        fault: The scripted fault that struck, by name.
        client_gone: The client closed the connection before it was answered.
        notes: What the stand-in adds: model, size, key, `digests` of pictures that are changed; `lost_status` of an
            answer that a fault swallowed.
    """

    number: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: object = None
    body_bytes: int = 0
    started_at: float
    status: int | None = None
    duration_ms: float | None = None
    request_id: str | None = None
    outcome: str | None = None
    answer: str | None = None
    fault: str | None = None
    client_gone: bool = False
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits for the answer."""
        return self.status is None and self.duration_ms is None and not self.client_gone


class Front:
    """The ASGI app of a stand-in, around the vendor's own app.

    Args:
        app: The vendor.
        feed: Told "call_started" and "call_ended" with the Call.
        request_id_header: The answer's header that names the request.
        record: Whether to keep calls and read bodies for the record; off, memory stays flat under load.
        silent_on_expect: Leave `Expect: 100-continue` unanswered.
    """

    def __init__(
        self,
        app: "ASGIApp",
        *,
        feed: Feed,
        request_id_header: str,
        record: bool = True,
        silent_on_expect: bool = False,
    ) -> None:
        self.app = app
        self.feed = feed
        self.faults = Faults()
        self.calls: deque[Call] = deque(maxlen=CALLS_MAX if record else 0)
        self.calls_by_path: Counter[str] = Counter()  # of all, also those that the record has let go
        self.in_flight = 0
        self.max_in_flight = 0
        self._request_id_header = request_id_header.encode()
        self._record = record
        self._silent_on_expect = silent_on_expect

    @property
    def calls_total(self) -> int:
        """Count all calls."""
        return self.calls_by_path.total()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request, or fail at it as told."""
        if scope["type"] != "http":
            raise ValueError(f"a stand-in speaks HTTP, not {scope['type']}")
        wire: Wire = scope.get("extensions", {}).get(WIRE) or Wire(None)
        if self._silent_on_expect:
            wire.skip_continue()
        call = self._open(scope)
        wire.on_lost(lambda: self._lost(call))
        started = time.perf_counter()
        try:
            body = await _read(receive)
            if body is not None:
                await self._answer(_Exchange(scope=scope, receive=receive, send=send, wire=wire, call=call, body=body))
        finally:
            wire.forget()
            self.in_flight -= 1
            call.duration_ms = (time.perf_counter() - started) * 1000
            self.feed.publish("call_ended", call)

    def _open(self, scope: "Scope") -> Call:
        self.calls_by_path[scope["path"]] += 1
        call = Call(
            number=self.calls_total,
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers={n.decode(): v.decode("latin-1") for n, v in scope["headers"] if n.decode() in _KEPT_HEADERS},
            started_at=self.feed.clock(),
        )
        scope[CALL] = call
        self.calls.append(call)
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        return call

    def _lost(self, call: Call) -> None:
        call.client_gone = True
        self.feed.publish("client_gone", call)

    async def _answer(self, exchange: "_Exchange") -> None:
        call = exchange.call
        call.body_bytes = len(exchange.body)
        if self._record or self.faults.rules:
            call.body = _readable(exchange.body, call.headers.get("content-type", ""))
        self.feed.publish("call_started", call)
        struck = self.faults.strike(call)
        call.fault = ", ".join(fault.name for fault in struck) or None
        for fault in struck:
            if not fault.waits_after:
                await fault.wait()
        spoilt = struck[-1] if struck and not struck[-1].only_waits else None
        late = [fault for fault in struck if fault.waits_after]
        if spoilt is None and not late:
            await self.app(exchange.scope, exchange.replay, self._noting(exchange))
        else:
            await self._spoil(exchange, spoilt, late)

    async def _spoil(self, exchange: "_Exchange", fault: Fault | None, late: list[Fault]) -> None:
        answer = fault.answer if fault else None
        if fault is None or fault.acts:
            acted = await exchange.act(self.app)
            answer = answer or acted
        for waiting in late:
            await waiting.wait()
        if fault and fault.drops:
            exchange.call.notes["lost_status"] = answer.status if answer else None
            exchange.wire.forget()  # it is we who go
            await exchange.wire.close(exchange.receive)
            return
        if answer is None:
            raise RuntimeError(f"{exchange.call.path}: the stand-in gave no answer")
        await self._say(exchange, answer, truncate=fault is not None and fault.truncates)

    async def _say(self, exchange: "_Exchange", answer: Answer, *, truncate: bool) -> None:
        headers = [(n.encode(), v.encode("latin-1")) for n, v in answer.headers if n != "content-length"]
        if all(name != self._request_id_header for name, _ in headers):
            headers.append((self._request_id_header, f"fault-{exchange.call.number}".encode()))
        headers.append((b"content-length", str(len(answer.body)).encode()))
        send = self._noting(exchange)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if truncate:
            exchange.wire.forget()
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
            await exchange.wire.close(exchange.receive)
        else:
            await send({"type": "http.response.body", "body": answer.body})

    def _noting(self, exchange: "_Exchange") -> "Send":
        """`send` that also writes status, request id and short answers into the call."""
        call, send, keep = exchange.call, exchange.send, self._record

        async def noting(message: "Message") -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
                for name, value in message["headers"]:
                    if name == self._request_id_header:
                        call.request_id = value.decode("latin-1")
            elif keep and not message.get("more_body") and len(message.get("body", b"")) <= KEPT_ANSWER_BYTES:
                call.answer = _text(message.get("body", b""))
            await send(message)

        return noting


@dataclass(slots=True, kw_only=True)
class _Exchange:
    """One request with everything needed to answer it."""

    scope: "Scope"
    receive: "Receive"
    send: "Send"
    wire: Wire
    call: Call
    body: bytes
    replayed: bool = False

    async def replay(self) -> "Message":
        """The body once more for the vendor's app, which did not see it being read."""
        if self.replayed:
            return await self.receive()
        self.replayed = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def act(self, app: "ASGIApp") -> Answer:
        """Let the vendor answer, but keep the answer here."""
        start: Message = {"status": 500, "headers": []}
        parts: list[bytes] = []

        async def keep(message: "Message") -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await app(self.scope, self.replay, keep)
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in start["headers"])
        return Answer(status=start["status"], body=b"".join(parts), headers=headers)


async def _read(receive: "Receive") -> bytes | None:
    """The whole body, or None if the client left before it was sent."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _readable(body: bytes, content_type: str) -> object:
    """The JSON of a body without its pictures, or None."""
    if "json" not in content_type:
        return None
    try:
        parsed: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return shorten(parsed) if len(body) > LONG_TEXT else parsed


def shorten(value: object) -> object:
    """The same JSON with very long texts cut, so that a record of it stays small."""
    match value:
        case str() if len(value) > LONG_TEXT:
            return f"{value[:64]}… ({len(value)} characters)"
        case list():
            return [shorten(item) for item in value]
        case dict():
            return {key: shorten(item) for key, item in value.items()}
        case _:
            return value


def _text(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None

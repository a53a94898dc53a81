"""HTTP as strangers speak it, over raw sockets: slow, half, endless, huge. Deadlines here are short."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from app.protocol import ConnectionLimits, Connections, Protocol
from app.refusals import Refusals

pytestmark = pytest.mark.asyncio

SOON_S = 0.05
NEVER_S = 3600.0
PATIENT = {"head_s": NEVER_S, "body_s": NEVER_S, "answer_s": NEVER_S, "linger_s": NEVER_S}
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass(slots=True)
class Door:
    """A server with an app that says how many bytes it got, and which headers."""

    port: int
    state: ServerState
    gate: asyncio.Event
    begun: asyncio.Event
    asked: int = 0

    async def said(self, *parts: bytes) -> bytes:
        """Send this, and return all that is answered until the server hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answer = b""
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(65536):
                answer += part
        writer.transport.abort()
        return answer


@contextlib.asynccontextmanager
async def door(*, most: int = 1000, reads: bool = True, answer_bytes: int = 0, **limits: float) -> AsyncIterator[Door]:
    """Serve with these limits; all others wait for ever."""
    opened = Door(port=0, state=ServerState(), gate=asyncio.Event(), begun=asyncio.Event())
    opened.gate.set()

    async def app(scope, receive, send):
        size, more = 0, reads
        opened.asked += 1
        opened.begun.set()
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size, more = size + len(message["body"]), message["more_body"]
        await opened.gate.wait()
        body = b"%d bytes, %d headers" % (size, len(scope["headers"])) + b"." * answer_bytes
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body[:-1], "more_body": True})
        await send({"type": "http.response.body", "body": body[-1:]})

    config = Config(app, lifespan="off", ws="none", interface="asgi3", log_config=None, timeout_keep_alive=NEVER_S)
    config.load()
    crowd = Connections(most=most, refusals=Refusals(counted_s=NEVER_S))
    bounds = ConnectionLimits(**(PATIENT | limits))
    server = await asyncio.get_running_loop().create_server(
        lambda: Protocol(config, opened.state, {}, limits=bounds, crowd=crowd), "127.0.0.1", 0
    )
    opened.port = server.sockets[0].getsockname()[1]
    try:
        yield opened
    finally:
        server.close()
        for one in list(opened.state.connections):
            one.transport.abort()
        opened.gate.set()
        await asyncio.gather(*opened.state.tasks)
        await server.wait_closed()


async def test_who_never_speaks_is_hung_up_on():
    """A connection that sends nothing ends after the deadline of the headers, without a word."""
    async with door(head_s=SOON_S) as at:
        assert await at.said() == b""


@pytest.mark.parametrize("half", [b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\n", b"\r\n"])
async def test_half_a_head_has_a_deadline(half):
    """Whoever stops in the middle of the headers is told so, or is hung up on where nothing had begun."""
    late = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    async with door(head_s=SOON_S) as at:
        assert await at.said(half) in {b"", late}


async def test_blank_lines_between_requests_have_a_deadline():
    """A blank line stops the wait for the next request; it does not begin another one without an end."""
    async with door(head_s=SOON_S) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(GET)
        assert b"200 OK" in await reader.readuntil(b"headers")
        writer.write(b"\r\n")
        assert await reader.read() is not None
        writer.close()


async def test_half_a_body_has_a_deadline():
    """A body of 1,000 bytes of which one comes is a 408."""
    async with door(body_s=SOON_S) as at:
        answer = await at.said(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nx")
    assert answer.startswith(b"HTTP/1.1 408")


async def test_a_body_that_nobody_wants_is_not_heard_out():
    """The answer comes at once, and the connection ends soon, however long the rest of the body takes."""
    async with door(reads=False, linger_s=SOON_S) as at:
        answer = await at.said(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nx")
    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([b"GET / HTTP/1.1\r\n", b"a:\r\n" * 102], 431),
        ([b"GET / HTTP/1.1\r\n", b"a:\r\n" * 100_000], 431),
        ([b"GET / HTTP/1.1\r\na: ", b"x" * 100_000], 431),
        ([b"GET / HTTP/1.1\r\na: " + b"x" * 100_000 + b"\r\n\r\n"], 431),
        ([b"GET /", b"x" * 100_000], 414),
        ([b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\n\r\n"], 414),
        ([b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a:\r\n" * 102], 431),
        ([b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: ", *[b"x" * 100_000] * 3], 431),
        ([b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;", *[b"x" * 100_000] * 3], 431),
        ([b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n"], 405),
        ([b"rubbish\r\n\r\n"], 400),
    ],
)
async def test_what_is_around_a_body_has_a_size(parts, status):
    """Headers, trailers, the address and what chunks say of themselves are refused before they fill the memory."""
    async with door() as at:
        assert (await at.said(*parts)).startswith(b"HTTP/1.1 %d" % status)


async def test_trailers_are_no_headers():
    """What comes behind a body does not change what the request was asked with."""
    async with door() as at:
        answer = await at.said(
            b"POST / HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\na: b\r\n\r\n"
        )
    assert answer.endswith(b"1 bytes, 2 headers")


async def test_pipelined_requests_wait_their_turn():
    """Some requests may stand behind the one that is being answered, and each is answered."""
    async with door() as at:
        answer = await at.said(GET * 10 + GET.replace(b"Host: x", b"Connection: close"))
    assert answer.count(b"200 OK") == 11


async def test_a_long_pipeline_is_cut():
    """Thousands of requests behind one are not queued: the connection ends, and few were begun."""
    async with door() as at:
        at.gate.clear()
        assert b"200 OK" not in await at.said(GET * 5_000)
        assert at.asked == 1


async def test_whoever_does_not_read_is_hung_up_on():
    """An answer waits for its reader for so long, not for ever."""
    async with door(answer_s=SOON_S, answer_bytes=50_000_000) as at:
        _, writer = await asyncio.open_connection("127.0.0.1", at.port, limit=1)
        writer.write(GET)
        await at.begun.wait()
        await asyncio.gather(*at.state.tasks)
        assert not at.state.connections
        writer.transport.abort()


async def test_another_protocol_does_not_cost_the_body():
    """A request that would rather speak HTTP/2 is answered in the protocol that it speaks, with its body."""
    async with door() as at:
        answer = await at.said(
            b"POST / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n"
            b"Content-Length: 3\r\n\r\nabc" + GET.replace(b"Host: x", b"Connection: close")
        )
    assert b"3 bytes" in answer
    assert answer.count(b"200 OK") == 2


async def test_in_a_crowd_the_slowest_goes_first():
    """With all places taken somebody new is served, and the one that has kept us waiting for longest is not."""
    async with door(most=3) as at:
        waiting = [await asyncio.open_connection("127.0.0.1", at.port) for _ in range(3)]
        for _, writer in waiting:
            writer.write(b"POST / HTTP/1.1\r\n")
        answer = await at.said(GET.replace(b"Host: x", b"Connection: close"))
        assert b"200 OK" in answer
        with contextlib.suppress(ConnectionError):
            assert await waiting[0][0].read() == b""
        for _, writer in waiting:
            writer.transport.abort()


async def test_a_request_that_is_being_answered_is_never_cut_for_others():
    """Whoever has said all keeps the connection; then it is the newcomer for whom there is no place."""
    async with door(most=1) as at:
        at.gate.clear()
        served = asyncio.create_task(at.said(GET.replace(b"Host: x", b"Connection: close")))
        await at.begun.wait()
        assert await at.said() == b""
        at.gate.set()
        assert b"200 OK" in await served

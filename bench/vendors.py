"""LINE, OpenAI and R2 as sinks: they take everything at once, at next to no cost, and remember when it came.

The strict stand-ins of `line_sandbox` check and paint, which would be measured, too.
"""

import asyncio
import base64
import contextlib
import itertools
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from io import BytesIO

import httptools
from PIL import Image, ImageFilter

Respond = Callable[[bytes], None]
MODEL = "gpt-image-2.6-flare"
_TALK = {"means": "talk.chat", "is_prompt": "no", "shape": "unsaid", "confidence": "high"}
READING = {
    "choices": [{"message": {"role": "assistant", "content": json.dumps(_TALK)}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 900, "completion_tokens": 24},
}


class Vendors:
    """All three on one port, told apart by path.

    Attributes:
        drawing: Calls that the model holds until `release`; without `holds` it answers at once.
        asked_at: When each order of a picture was here in whole.
        read_at: When each message that a text model is to read was here in whole.
        drawn_at: When each picture was handed to the socket in whole.
        replied_at: When each reply was here in whole.
    """

    def __init__(self) -> None:
        self.holds = False
        self.drawing: list[Respond] = []
        self.asked_at: deque[float] = deque()
        self.read_at: deque[float] = deque()
        self.drawn_at: deque[float] = deque()
        self.replied_at: deque[float] = deque()
        self.url = ""
        self._picture = _response(_answer_with(_jpeg()))
        self._ids = itertools.count(10**17)

    async def until(self, predicate: Callable[[], bool], *, timeout_s: float = 60.0) -> None:
        """Wait until something that came makes this true."""
        async with asyncio.timeout(timeout_s):
            while not predicate():  # noqa: ASYNC110 - of no matter beside what is measured
                await asyncio.sleep(0.002)

    def forget(self) -> None:
        """Begin anew, for another process."""
        self.holds = False
        self.drawing.clear()
        for times in (self.asked_at, self.read_at, self.drawn_at, self.replied_at):
            times.clear()

    def release(self) -> None:
        """Let every held picture be finished now."""
        self.holds = False
        held, self.drawing = self.drawing, []
        for respond in held:
            self._draw(respond)

    def take(self, path: bytes, respond: Respond) -> None:
        """Answer one request."""
        if path.startswith(b"/v2/bot/message/reply"):
            self.replied_at.append(time.perf_counter())
            number = next(self._ids)
            respond(_response({"sentMessages": [{"id": str(number), "quoteToken": f"q{number}"}]}))
        elif path.startswith(b"/v1/images/"):
            self.asked_at.append(time.perf_counter())
            if self.holds:
                self.drawing.append(respond)
            else:
                self._draw(respond)
        elif path.startswith(b"/v1/chat/"):
            self.read_at.append(time.perf_counter())
            respond(_response(READING))
        elif path.startswith(b"/v2/bot/profile/"):
            respond(_response({"displayName": "person", "userId": "U" + "0" * 32, "language": "zh-TW"}))
        elif path.startswith(b"/v2/bot/chat/loading/"):
            respond(_response({}))
        else:  # the bucket
            respond(_response(None))

    def _draw(self, respond: Respond) -> None:
        respond(self._picture)
        self.drawn_at.append(time.perf_counter())


class _Protocol(asyncio.Protocol):
    def __init__(self, vendors: Vendors) -> None:
        self._vendors = vendors
        self._parser = httptools.HttpRequestParser(self)
        self._path = b""
        self._asks_first = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._path = b""
        self._asks_first = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._asks_first |= name.lower() == b"expect" and value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        if self._asks_first:  # as boto3 does, which else waits for a second
            self._respond(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_url(self, url: bytes) -> None:
        self._path += url

    def on_message_complete(self) -> None:
        self._vendors.take(self._path, self._respond)

    def _respond(self, raw: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(raw)


@contextlib.asynccontextmanager
async def serve() -> AsyncIterator[Vendors]:
    """Open the sinks on a free port of 127.0.0.1."""
    vendors = Vendors()
    server = await asyncio.get_running_loop().create_server(lambda: _Protocol(vendors), "127.0.0.1", 0, backlog=1024)
    vendors.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield vendors
    finally:
        server.close()


def _response(content: object) -> bytes:
    body = b"" if content is None else json.dumps(content).encode()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-line-request-id: bench\r\nx-request-id: req_bench\r\n"
        f'ETag: "{"0" * 32}"\r\nContent-Length: {len(body)}\r\n\r\n'
    )
    return head.encode() + body


def _answer_with(jpeg: bytes) -> dict[str, object]:
    return {
        "created": 1_795_000_000,
        "data": [{"b64_json": base64.b64encode(jpeg).decode()}],
        "output_format": "jpeg",
        "size": "1024x1024",
        "quality": "low",
        "background": "opaque",
        "usage": {"input_tokens": 20, "output_tokens": 196, "total_tokens": 216},
    }


def _jpeg() -> bytes:
    """A picture of 1024x1024 with soft shapes and grain, about as large as what the model sends."""
    bands = []
    for sigma in (70, 90, 110):
        shapes = Image.effect_noise((48, 48), sigma).resize((1024, 1024), Image.Resampling.BICUBIC)
        grain = Image.effect_noise((1024, 1024), 40).filter(ImageFilter.GaussianBlur(1))
        bands.append(Image.blend(shapes, grain, 0.4))
    out = BytesIO()
    Image.merge("RGB", bands).save(out, "JPEG", quality=75)
    return out.getvalue()

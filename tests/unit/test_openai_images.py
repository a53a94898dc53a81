import asyncio
import base64
import contextlib
import json
from dataclasses import dataclass, field, replace
from datetime import date
from email.parser import BytesParser
from pathlib import Path

import orjson
import pytest

from app.errors import (
    BadAnswer,
    BadRequest,
    ModelGone,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    Unreachable,
    VendorFault,
)
from app.openai import ModelStatus, OpenAIImages, PictureOrder, TokenUsage, parameters

SAMPLES = Path(__file__).parents[1] / "samples" / "openai"
KEY = "sk-proj-0123456789"
JPEG = b"\xff\xd8\xff\xe0 a small picture"
PNG = b"\x89PNG\r\n\x1a\n a small picture"
WEBP = b"RIFF\0\0\0\0WEBP a small picture"
ORDER = PictureOrder(
    prompt="a cat 🐈 in the rain",
    size="1024x1024",
    quality="low",
    output_format="jpeg",
    output_compression=50,
    moderation="low",
    background="auto",
)


@dataclass
class RawServer:
    """Answers each request with these very bytes, then closes; what HTTP libraries forbid is possible here.

    Attributes:
        answer: Bytes to send, headers included.
        drip: Sent again and again after the answer, until the client is gone.
        holds: How many requests must be there before any is answered; `released` lets them go, too.
    """

    answer: bytes = b""
    drip: bytes = b""
    holds: int = 0
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    handlers: set[asyncio.Task] = field(default_factory=set)

    async def handle(self, reader, writer):
        """One connection, one request."""
        self.handlers.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.requests.append((first, headers, body))
            if len(self.requests) >= self.holds:
                self.released.set()
            await self._answer(reader, writer)
        self.gone.set()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer(self, reader, writer):
        leaving = asyncio.ensure_future(reader.read())
        await asyncio.wait({asyncio.ensure_future(self.released.wait()), leaving}, return_when="FIRST_COMPLETED")
        writer.write(self.answer)
        await writer.drain()
        while self.drip and not leaving.done():
            writer.write(self.drip)
            await asyncio.wait({leaving}, timeout=0.01)
        leaving.cancel()

    @contextlib.asynccontextmanager
    async def client(self, *, timeout_s=5.0, **settings):
        """Serve on a free port, and yield a client for it."""
        server = await asyncio.start_server(self.handle, "127.0.0.1", 0, backlog=512)
        port = server.sockets[0].getsockname()[1]
        images = OpenAIImages(api_key=KEY, base_url=f"http://127.0.0.1:{port}/v1", timeout_s=timeout_s, **settings)
        try:
            yield images
        finally:
            self.released.set()
            await images.aclose()
            server.close()
            await asyncio.gather(*self.handlers)
            await server.wait_closed()


def http(body, *, status=200, headers=None, length=None):
    """A whole HTTP answer as bytes, if need be with a length that is not true."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else orjson.dumps(body)
    named = {"content-length": str(len(raw) if length is None else length)} | (headers or {})
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode() + raw


def drawn(*pictures, **echoes):
    """The body of a good answer."""
    data = [{"b64_json": base64.b64encode(picture).decode()} for picture in pictures or [JPEG]]
    return {"created": 1, "data": data} | echoes


def parts(headers, body):
    """The parts of a form, as the standard library reads them: name, file name, type, bytes."""
    head = f"content-type: {headers['content-type']}\r\n\r\n".encode()
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in BytesParser().parsebytes(head + body).get_payload()
    ]


async def test_a_picture_is_drawn_with_one_call():
    """The key, the body and the path go out; the bytes and what they cost come back."""
    usage = {"input_tokens": 14, "output_tokens": 272, "total_tokens": 286}
    body = drawn(size="1024x1024", quality="low", usage=usage)
    server = RawServer(http(body, headers={"x-request-id": "req_1"}))
    async with server.client() as images:
        got = await images.generate(ORDER, model="gpt-image-1")
    ((first, headers, sent),) = server.requests
    assert first == "POST /v1/images/generations HTTP/1.1"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert (headers["content-type"], headers["accept-encoding"]) == ("application/json", "identity")
    assert json.loads(sent) == parameters(ORDER, model="gpt-image-1")
    assert (got.pictures, got.output_format, got.size, got.quality) == ((JPEG,), "jpeg", "1024x1024", "low")
    assert (got.model, got.request_id) == ("gpt-image-1", "req_1")
    assert got.usage == TokenUsage(text_in=14, image_in=0, image_out=272, total=286)
    assert 0 <= got.duration_ms < 5000


async def test_a_large_picture_comes_through_whole():
    """A PNG of 3 MB is 4 MB of JSON, decoded off the loop."""
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 12_000
    async with RawServer(http(drawn(png))).client() as images:
        got = await images.generate(ORDER, model="gpt-image-1")
    assert (got.pictures, got.output_format) == ((png,), "png")


async def test_several_pictures_are_drawn_with_one_call():
    """Fewer than were asked for are what there is; the usage is that of the call."""
    usage = {"input_tokens": 14, "output_tokens": 544, "total_tokens": 558}
    server = RawServer(http(drawn(JPEG, PNG, usage=usage)))
    async with server.client() as images:
        got = await images.generate(replace(ORDER, count=4), model="gpt-image-2")
    assert json.loads(server.requests[0][2])["n"] == 4
    assert (got.pictures, got.usage.image_out) == ((JPEG, PNG), 544)


async def test_an_edit_is_a_form_with_its_sources():
    """Each source has a file name and a type that are true; all else is a field, and nothing else is there."""
    server = RawServer(http(drawn(PNG), headers={"x-request-id": "req_1"}))
    async with server.client() as images:
        got = await images.edit(replace(ORDER, count=2), model="gpt-image-2", sources=[JPEG, PNG, WEBP])
    ((first, headers, body),) = server.requests
    sent = parts(headers, body)
    assert first == "POST /v1/images/edits HTTP/1.1"
    assert (headers["authorization"], headers["accept-encoding"]) == (f"Bearer {KEY}", "identity")
    assert [part for part in sent if part[1]] == [
        ("image[]", "source-1.jpg", "image/jpeg", JPEG),
        ("image[]", "source-2.png", "image/png", PNG),
        ("image[]", "source-3.webp", "image/webp", WEBP),
    ]
    assert {name: value.decode() for name, filename, _, value in sent if not filename} == {
        "model": "gpt-image-2",
        "prompt": ORDER.prompt,
        "n": "2",
        "size": "1024x1024",
        "quality": "low",
        "output_format": "jpeg",
        "output_compression": "50",
    }
    assert (got.pictures, got.output_format, got.request_id) == ((PNG,), "png", "req_1")


@pytest.mark.parametrize(
    ("sources", "code"),
    [
        ([], "source_count"),
        ([JPEG] * 17, "source_count"),
        ([JPEG, b"GIF89a"], "source_format"),
        ([b"<svg>"], "source_format"),
        ([JPEG + bytes(50_000_000)], "source_size"),
    ],
)
async def test_sources_that_the_api_would_not_take_are_not_sent(sources, code):
    """The message says which one, and not what is in it."""
    server = RawServer(http(drawn()))
    async with server.client() as images:
        with pytest.raises(BadRequest) as caught:
            await images.edit(ORDER, model="gpt-image-2", sources=sources)
    assert (caught.value.code, server.requests) == (code, [])


async def test_a_lost_answer_to_an_edit_leaves_the_outcome_unknown():
    """As with any picture: it may be drawn, and charged."""
    server = RawServer()
    async with server.client() as images:
        with pytest.raises(OutcomeUnknown):
            await images.edit(ORDER, model="gpt-image-2", sources=[JPEG])
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ({"shutdown_date": "2026-12-01"}, date(2026, 12, 1)),
        ({"shutdown_date": None}, None),
        ({}, None),
        ({"shutdown_date": "soon"}, None),
        ({"shutdown_date": 20261201}, None),
    ],
)
async def test_a_model_tells_until_when_it_lives(said, day):
    """Where a day is named and can be read."""
    server = RawServer(http({"id": "gpt-image-1.5", "object": "model"} | said))
    async with server.client() as images:
        got = await images.model("gpt-image-1.5")
    assert server.requests[0][0] == "GET /v1/models/gpt-image-1.5 HTTP/1.1"
    assert "content-type" not in server.requests[0][1]
    assert got == ModelStatus(id="gpt-image-1.5", shutdown_date=day)


@pytest.mark.parametrize(
    ("sample", "leaf"),
    [("404-model-not-found", ModelGone), ("404-invalid-url", BadRequest), ("401-invalid-api-key", NotPermitted)],
)
async def test_a_model_that_cannot_be_asked_about_is_told_from_one_that_is_gone(sample, leaf):
    """A server without this endpoint says nothing about the model."""
    said = json.loads((SAMPLES / f"{sample}.json").read_text(encoding="utf-8"))
    async with RawServer(http(said["body"], status=said["status"])).client() as images:
        with pytest.raises(leaf):
            await images.model("gpt-image-1")


@pytest.mark.parametrize("body", ["<html></html>", "[]", "null", ""])
async def test_a_model_of_which_nothing_readable_is_said_is_a_bad_answer(body):
    """A page of somebody in between is no life sign."""
    async with RawServer(http(body)).client() as images:
        with pytest.raises(BadAnswer):
            await images.model("gpt-image-1")


async def test_three_hundred_pictures_are_drawn_at_once():
    """Each call holds a connection of its own for as long as the model draws."""
    server = RawServer(http(drawn()), holds=300)
    async with server.client(timeout_s=30) as images:
        got = await asyncio.gather(*(images.generate(ORDER, model="gpt-image-1") for _ in range(300)))
    assert {one.pictures for one in got} == {(JPEG,)}


@pytest.mark.parametrize(
    ("sample", "leaf"),
    [
        ("400-invalid-value-quality", BadRequest),
        ("401-invalid-api-key", NotPermitted),
        ("429-rate-limit-input-images", RateLimited),
        ("520-html", VendorFault),
    ],
)
async def test_a_refusal_becomes_our_error(sample, leaf):
    """All refusals are tried without a socket in test_openai_faults; these four show that they get there."""
    said = json.loads((SAMPLES / f"{sample}.json").read_text(encoding="utf-8"))
    server = RawServer(http(said["body"], status=said["status"], headers=said["headers"]))
    async with server.client() as images:
        with pytest.raises(leaf) as caught:
            await images.generate(ORDER, model="gpt-image-1")
    assert len(server.requests) == 1
    assert caught.value.code == said["expected"]["code"]
    assert KEY not in str(caught.value)
    assert ORDER.prompt not in str(caught.value)


async def test_without_a_connection_nothing_was_sent():
    """So asking again is safe."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    images = OpenAIImages(api_key=KEY, base_url=f"http://127.0.0.1:{port}/v1", timeout_s=5)
    with pytest.raises(Unreachable) as caught:
        await images.generate(ORDER, model="gpt-image-1")
    assert caught.value.code == "no_connection"
    await images.aclose()


async def test_a_silent_server_leaves_the_outcome_unknown():
    """The picture may be drawn, and charged, after we stopped waiting."""
    server = RawServer(holds=99)
    async with server.client(timeout_s=0.2) as images:
        with pytest.raises(OutcomeUnknown) as caught:
            await images.generate(ORDER, model="gpt-image-1")
        await server.gone.wait()
    assert (caught.value.code, len(server.requests)) == ("timeout", 1)


async def test_a_server_that_drips_cannot_hold_a_call_beyond_its_time():
    """The limit is for the whole call, not for each byte."""
    server = RawServer(http(b"{", length=10_000, headers={"x-request-id": "req_1"}), drip=b" ")
    async with server.client(timeout_s=0.3) as images:
        with pytest.raises(OutcomeUnknown) as caught:
            await images.generate(ORDER, model="gpt-image-1")
    assert (caught.value.code, caught.value.vendor_request_id) == ("timeout", "req_1")


async def test_a_connection_closed_without_an_answer_leaves_the_outcome_unknown():
    """The request was sent; nobody knows how far it got."""
    server = RawServer()
    async with server.client() as images:
        with pytest.raises(OutcomeUnknown) as caught:
            await images.generate(ORDER, model="gpt-image-1")
    assert (caught.value.code, len(server.requests)) == ("connection_lost", 1)


async def test_an_answer_cut_short_leaves_the_outcome_unknown():
    """Half a picture is none, but it was charged; the vendor's id is kept."""
    whole = http(drawn(), headers={"x-request-id": "req_1"})
    async with RawServer(whole[:-40]).client() as images:
        with pytest.raises(OutcomeUnknown) as caught:
            await images.generate(ORDER, model="gpt-image-1")
    assert (caught.value.code, caught.value.vendor_request_id) == ("connection_lost", "req_1")


async def test_a_refusal_cut_short_is_still_a_refusal():
    """Its status says that nothing was drawn."""
    async with RawServer(http("<html>", status=503, length=999)).client() as images:
        with pytest.raises(VendorFault) as caught:
            await images.generate(ORDER, model="gpt-image-1")
    assert caught.value.code == "http_503"


async def test_an_answer_above_the_limit_is_not_read_to_its_end():
    """It was charged, so it is a bad answer and no reason to ask again."""
    server = RawServer(http(b"{", length=10**12), drip=b" " * 1000)
    async with server.client(answer_bytes_max=10_000) as images:
        with pytest.raises(BadAnswer) as caught:
            await images.generate(ORDER, model="gpt-image-1")
        await server.gone.wait()
    assert caught.value.code == "answer_too_large"


@pytest.mark.parametrize("body", ["", "<html></html>", {"created": 1}, {"data": [{"b64_json": "aGVsbG8="}]}])
async def test_an_answer_without_a_picture_is_a_bad_answer(body):
    """The vendor said 200, so it was charged."""
    async with RawServer(http(body, headers={"x-request-id": "req_1"})).client() as images:
        with pytest.raises(BadAnswer) as caught:
            await images.generate(ORDER, model="gpt-image-1")
    assert caught.value.vendor_request_id == "req_1"


async def test_a_cancelled_call_lets_go_of_its_connection():
    """A stop of the process is not held up by a model that draws."""
    server = RawServer(holds=99)
    async with server.client() as images:
        call = asyncio.create_task(images.generate(ORDER, model="gpt-image-1"))
        while not server.requests:  # noqa: ASYNC110 - turns of the loop until the request is there
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await server.gone.wait()


@pytest.mark.parametrize("key", ["", "sk-proj-1\n", "sk-proj-鍵", "sk proj"])
def test_a_key_that_no_header_can_carry_is_refused_at_the_start(key):
    """And is not repeated by the message."""
    with pytest.raises(NotPermitted) as caught:
        OpenAIImages(api_key=key, base_url="http://127.0.0.1:9/v1", timeout_s=1)
    assert not key or key not in str(caught.value)

"""What servers on the wire answer with: packed, endless, addresses in place of pictures, nothing for minutes."""

import asyncio
import base64
import gzip
import json
import socket
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from app.errors import BadAnswer, BadRequest, HostNotAllowed, OutcomeUnknown
from tests.unit.test_openai_images import JPEG, ORDER, PNG, RawServer, drawn, http

MB = 2**20
REFUSES_THE_FIELD = {
    "error": {"message": "Unknown parameter.", "param": "response_format", "code": "unknown_parameter"}
}


def bomb() -> bytes:
    """Pack 256 MB of nothing twice: 1 kB on the wire."""
    return gzip.compress(gzip.compress(bytes(256 * MB), 9), 9)


@pytest.mark.parametrize(("status", "leaf"), [(200, BadAnswer), (400, BadRequest)])
async def test_a_packed_answer_is_not_unpacked(status, leaf):
    """Nobody asked for it: 1 kB that becomes 256 MB stays 1 kB, good answer or not."""
    server = RawServer(http(bomb(), status=status, headers={"content-encoding": "gzip, gzip"}))
    async with server.client() as images:
        tracemalloc.start()
        with pytest.raises(leaf):
            await images.generate(ORDER, model="gpt-image-2")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8 * MB


async def test_an_endless_refusal_is_not_read_to_its_end():
    """Its status says enough."""
    server = RawServer(http(b"{", status=400, length=10**12), drip=b" " * 100_000)
    async with server.client() as images:
        with pytest.raises(BadRequest):
            await images.generate(ORDER, model="gpt-image-2")
        await server.gone.wait()


async def test_an_answer_without_an_end_that_is_no_json_was_cut_off():
    """Where only the closed connection ends an answer, half of one may be asked for again."""
    server = RawServer(b'HTTP/1.1 200 OK\r\n\r\n{"data": [{"b64_json": "/9j/')
    async with server.client() as images:
        with pytest.raises(OutcomeUnknown):
            await images.generate(ORDER, model="gpt-image-2")


@pytest.mark.parametrize(
    "ask", [lambda images: images.generate(ORDER, model="gpt-image-2"), lambda images: images.model("gpt-image-2")]
)
async def test_a_silent_connection_is_kept_known(ask):
    """The kernel probes it, so that no NAT forgets it while a model draws, whatever it was opened for."""
    server = RawServer(holds=99)
    async with server.client() as images:
        call = asyncio.create_task(ask(images))
        while not server.requests:  # noqa: ASYNC110 - turns of the loop until the request is there
            await asyncio.sleep(0)
        port = int(server.requests[0][1]["host"].partition(":")[2])
        assert keepalive_timers(port) == 1
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)


def keepalive_timers(port: int) -> int:
    """Count the connections to a port whose kernel timer is that of keep-alive; `timer` 02 in proc(5)."""
    peer = f"{socket.htonl(0x7F000001):08X}:{port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return sum(row[2] == peer and row[5].startswith("02:") for row in rows)


async def test_a_deployment_of_a_known_maker_that_refuses_our_field_is_asked_without_it():
    """Once; from then on the field is left out. A 400 costs nothing."""
    server = RawServer(http(REFUSES_THE_FIELD, status=400))
    async with server.client() as images:
        with pytest.raises(BadRequest):
            await images.generate(ORDER, model="my-deployment")
        server.answer = http(drawn())
        await images.edit(ORDER, model="my-deployment", sources=[JPEG])
    first, second, third = (body for _, _, body in server.requests)
    assert json.loads(first)["response_format"] == "b64_json"
    assert "response_format" not in json.loads(second)
    assert b"response_format" not in third


async def addressed(picture_server: RawServer, *, count: int = 1, allowed: bool = True):
    """Have a model answer with addresses of pictures that the other server has."""
    pictures = await asyncio.start_server(picture_server.handle, "127.0.0.1", 0)
    host = f"127.0.0.1:{pictures.sockets[0].getsockname()[1]}"
    body = {"created": 1, "data": [{"url": f"http://{host}/{number}.png"} for number in range(count)]}
    model = RawServer(http(body))
    try:
        async with model.client(url_hosts=[host] if allowed else []) as images:
            return await images.generate(replace(ORDER, count=count), model="flux-1")
    finally:
        pictures.close()
        picture_server.released.set()
        await asyncio.gather(*picture_server.handlers)
        await pictures.wait_closed()


async def test_pictures_at_an_allowed_host_are_fetched():
    """Without our key, which is for the model only."""
    server = RawServer(http(PNG))
    got = await addressed(server, count=2)
    assert (got.pictures, got.output_format) == ((PNG, PNG), "png")
    assert {first for first, _, _ in server.requests} == {"GET /0.png HTTP/1.1", "GET /1.png HTTP/1.1"}
    assert not any("authorization" in headers for _, headers, _ in server.requests)


async def test_pictures_at_any_other_host_are_never_asked_for():
    """Whoever writes the answer does not choose whom we call; the operator is told the host."""
    server = RawServer(http(PNG))
    with pytest.raises(HostNotAllowed) as caught:
        await addressed(server, allowed=False)
    assert caught.value.host.startswith("127.0.0.1:")
    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http("", status=302, headers={"location": "http://127.0.0.1:9/"}), "url_not_fetched"),
        (http("<html>"), "not_a_picture"),
        (http(PNG, headers={"content-encoding": "gzip"}), "encoded"),
        (http(b"", length=10**12), "answer_too_large"),
    ],
)
async def test_what_lies_at_an_address_is_looked_at_like_any_answer(answer, code):
    """No redirects, no packing, no end of bytes, pictures only."""
    with pytest.raises(BadAnswer) as caught:
        await addressed(RawServer(answer, drip=b"x" * MB if b"10000000" in answer else b""))
    assert caught.value.code == code


@pytest.mark.parametrize("address", ["/\ud800.png", "/\x00", ":99999/x", "//\ud800/x"])
async def test_what_is_no_address_is_no_picture(address):
    """Half a character in it, or a number that no port has: the call is paid, and ended as such."""
    body = '{"created": 1, "data": [{"url": "http://files.example.com' + json.dumps(address)[1:-1] + '"}]}'
    async with RawServer(http(body)).client(url_hosts=["files.example.com"]) as images:
        with pytest.raises((BadAnswer, HostNotAllowed)):
            await images.generate(ORDER, model="flux-1")


def as_data(picture):
    """A picture as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(picture).decode()


async def test_an_address_may_hold_the_picture_itself():
    """Nobody has to be asked for it."""
    async with RawServer(http({"created": 1, "data": [{"url": as_data(PNG)}]})).client() as images:
        assert (await images.generate(ORDER, model="flux-1")).pictures == (PNG,)


async def test_an_address_that_holds_no_picture_is_nowhere_to_be_fetched():
    """No host is missing in the settings."""
    async with RawServer(http({"created": 1, "data": [{"url": as_data(b"nothing")}]})).client() as images:
        with pytest.raises(BadAnswer):
            await images.generate(ORDER, model="flux-1")


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({"content-encoding": ""}, None),
        ({"x-ratelimit-limit-input-images": "9" * 5_000}, None),
        ({"x-ratelimit-limit-input-images": "250"}, 250),
    ],
)
async def test_an_odd_header_costs_no_picture(headers, limit):
    """An encoding that is none, a number that Python does not read."""
    async with RawServer(http(drawn(), headers=headers)).client() as images:
        assert (await images.generate(ORDER, model="gpt-image-2")).limit_per_minute == limit


async def test_how_it_was_drawn_is_a_short_word_or_nothing():
    """It is kept with the wish, and told to people."""
    body = orjson.dumps(drawn()).replace(b"{", b'{"size": "\\ud800", "quality": "' + b"x" * 5_000 + b'", ', 1)
    async with RawServer(http(body)).client() as images:
        got = await images.generate(ORDER, model="gpt-image-2")
    assert (got.size, got.quality) == (None, None)


async def test_cookies_are_not_kept():
    """They would come back with every request, until the server refuses so many."""
    server = RawServer(http(drawn(), headers={"set-cookie": "a=b; Path=/"}))
    async with server.client() as images:
        for _ in range(2):
            await images.generate(ORDER, model="gpt-image-2")
    assert not any("cookie" in headers for _, headers, _ in server.requests)


async def test_what_a_model_is_takes_no_megabytes():
    """They would be parsed while everybody waits."""
    async with RawServer(http({"id": "gpt-image-2", "more": "x" * 100_000})).client() as images:
        with pytest.raises(BadAnswer) as caught:
            await images.model("gpt-image-2")
    assert caught.value.code == "answer_too_large"


@pytest.mark.parametrize("body", [b"<html>" + b"x" * 2 * MB, b'{"data": [{"b64_json": "' + b"A" * 2 * MB + b'"}]}'])
async def test_megabytes_are_parsed_once_and_elsewhere(body):
    """Not in the thread that answers webhooks, though they hold no picture and may be a refusal."""
    parsed_here = []

    def watch(frame, event, _argument):
        if event == "call" and frame.f_code.co_name == "read_json":
            parsed_here.append(len(frame.f_locals["body"]))

    async with RawServer(http(body)).client() as images:
        sys.setprofile(watch)  # of this thread only
        try:
            with pytest.raises(BadAnswer):
                await images.generate(ORDER, model="gpt-image-2")
        finally:
            sys.setprofile(None)
    assert parsed_here == []

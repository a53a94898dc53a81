import asyncio
import contextlib
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator

import boto3
import botocore.exceptions
import httpx
import pytest
from botocore.config import Config
from line_sandbox.bad_days import bad_days
from line_sandbox.faults import Fault
from line_sandbox.line import LineStandIn
from line_sandbox.openai import OpenAIStandIn
from line_sandbox.r2 import R2StandIn
from line_sandbox.server import serve
from line_sandbox.stand_in import StandIn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class Counter(StandIn):
    """The simplest vendor: it counts what it did."""

    def __init__(self) -> None:
        super().__init__(
            [Route("/count", self.count, methods=["POST"])],
            clock=time.time,
            request_id_header="x-request-id",
            record=True,
        )
        self.done = 0

    async def count(self, _request: Request) -> Response:
        """Act."""
        self.done += 1
        return JSONResponse({"done": self.done, "padding": "x" * 1000})


@pytest.fixture
async def counter() -> AsyncIterator[tuple[Counter, httpx.AsyncClient]]:
    """The vendor and a client."""
    vendor = Counter()
    async with serve(vendor.app) as base_url, httpx.AsyncClient(base_url=base_url) as http:
        yield vendor, http


async def test_many_start_and_stop_in_one_loop():
    """Nothing is left of a server that stopped, and the next one serves."""
    tasks = len(asyncio.all_tasks())
    for _ in range(10):
        async with serve(Counter().app) as base_url, httpx.AsyncClient() as http:
            assert (await http.post(f"{base_url}/count")).status_code == 200
        assert len(asyncio.all_tasks()) == tasks


async def test_stop_cuts_requests_off():
    """A request that is still running does not hold the server."""
    vendor = Counter()
    vendor.faults.add(Fault.held(asyncio.Event()))
    async with httpx.AsyncClient() as http:
        async with serve(vendor.app) as base_url:
            request = asyncio.create_task(http.post(f"{base_url}/count"))
            await vendor.wait_for(lambda: vendor.app.in_flight)
        with pytest.raises(httpx.RemoteProtocolError):
            await request
    assert vendor.app.in_flight == 0


async def test_free_and_given_ports():
    """Port 0 is a free one; a given one is taken."""
    async with serve(Counter().app) as base_url:
        port = int(base_url.rsplit(":", 1)[1])
    async with serve(Counter().app, port=port) as again:
        assert again == base_url


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        (Fault.drop(), httpx.RemoteProtocolError, 0),
        (Fault.drop_after(), httpx.RemoteProtocolError, 1),
        (Fault.truncate(), httpx.RemoteProtocolError, 1),
        (Fault.slow(5), httpx.ReadTimeout, 0),
        (Fault.slow(5, after=True), httpx.ReadTimeout, 1),
    ],
)
async def test_faults_that_lose_the_answer(counter, fault, error, done):
    """Some faults strike before the vendor acts, some after; the client sees a broken connection or silence."""
    vendor, http = counter
    vendor.faults.add(fault)
    with pytest.raises(error):
        await http.post("/count", timeout=0.2)
    assert vendor.done == done
    assert (await http.post("/count")).json()["done"] == done + 1


@pytest.mark.parametrize(
    ("fault", "status", "body", "done"),
    [
        (Fault.status(429, {"a": 1}, retry_after="7"), 429, b'{"a":1}', 0),
        (Fault.status(502, "<html>"), 502, b"<html>", 0),
        (Fault.body(b""), 200, b"", 1),
        (Fault.body("no json"), 200, b"no json", 1),
    ],
)
async def test_faults_that_answer(counter, fault, status, body, done):
    """Some faults answer in the vendor's place, with a request id all the same."""
    vendor, http = counter
    vendor.faults.add(fault)
    answer = await http.post("/count")
    assert (answer.status_code, answer.content, vendor.done) == (status, body, done)
    assert answer.headers["x-request-id"] == vendor.calls[0].request_id
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)


async def test_rules(counter):
    """Rules match by path or function, count their hits, wait before they spoil, and end."""
    vendor, http = counter
    two = vendor.faults.add(Fault.status(500), match="/count", times=2)
    other = vendor.faults.add(Fault.status(503), match="/other", times=None)
    slow = vendor.faults.add(Fault.slow(0.01), times=None)
    big = vendor.faults.add(Fault.status(413), match=lambda call: call.body == {"size": "big"}, times=None)
    statuses = [(await http.post("/count", json={})).status_code for _ in range(3)]
    assert (statuses, two.hits, other.hits, slow.hits) == ([500, 500, 200], 2, 0, 1)
    assert (await http.post("/count", json={"size": "big"})).status_code == 413
    vendor.faults.remove(big)
    assert (await http.post("/count", json={"size": "big"})).status_code == 200
    vendor.faults.clear()
    assert vendor.calls[-2].fault == "slow 0.01 s, status 413"


async def test_release(counter):
    """A held request goes on when it is released."""
    vendor, http = counter
    release = asyncio.Event()
    vendor.faults.add(Fault.held(release))
    request = asyncio.create_task(http.post("/count"))
    await vendor.wait_for(lambda: vendor.calls and vendor.calls[0].fault)
    assert vendor.done == 0
    release.set()
    assert (await request).json()["done"] == 1
    assert vendor.app.max_in_flight == 1


@pytest.mark.parametrize("name", sorted(bad_days()))
async def test_bad_days_by_name(name):
    """Every bad day strikes a request of its vendor and passes."""
    vendors = {
        "line": (LineStandIn(channel_secret="s", channel_access_token="t"), "POST", "/v2/bot/message/reply"),
        "openai": (OpenAIStandIn(api_key="k"), "POST", "/v1/images/generations"),
        "r2": (R2StandIn(access_key_id="a", secret_access_key="b", bucket="p"), "PUT", "/p/k"),
    }
    day = bad_days()[name]
    vendor, method, path = vendors[day.vendor]
    rule = vendor.faults.add(day.fault, match=day.match)
    async with serve(vendor.app) as base_url, httpx.AsyncClient(base_url=base_url) as http:
        with contextlib.suppress(httpx.RemoteProtocolError):
            await http.request(method, path, content=b"x")
        await http.request(method, path, content=b"x")
    assert [call.fault for call in vendor.calls] == [day.fault.name, None]
    assert rule.hits == 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
async def test_default_boto3_over_tls(tmp_path):
    """Over TLS, boto3's defaults send aws-chunked, which R2 refuses; when_required passes. Plain http hides it."""
    certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    r2 = R2StandIn(access_key_id="a", secret_access_key="b", bucket="pictures", answers_continue=True)
    async with serve(r2.app, ssl=context) as base_url:

        def put(checksums: str) -> None:
            s3 = boto3.session.Session().client(
                "s3",
                endpoint_url=base_url,
                region_name="auto",
                aws_access_key_id="a",
                aws_secret_access_key="b",
                verify=str(certificate),
                config=Config(request_checksum_calculation=checksums, s3={"addressing_style": "path"}),
            )
            s3.put_object(Bucket="pictures", Key="k", Body=b"x")
            s3.close()

        with pytest.raises(botocore.exceptions.ClientError, match="Unauthorized"):
            await asyncio.to_thread(put, "when_supported")
        await asyncio.to_thread(put, "when_required")
    assert r2.puts == 1


def make_certificate(folder):
    """A key and a certificate for 127.0.0.1 in one file."""
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both

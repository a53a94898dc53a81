"""What R2 refuses, and with which XML. No I/O.

https://developers.cloudflare.com/r2/api/error-codes/ and .../r2/platform/limits/ (read 2026-11-22)
"""

import base64
import binascii
import hashlib
import re
from email.utils import parsedate_to_datetime
from xml.sax.saxutils import escape

from starlette.requests import Request

from line_sandbox.faults import Fault
from line_sandbox.r2 import sigv4
from line_sandbox.r2.checksums import CHECKSUMS
from line_sandbox.stand_in import Refusal

KEY_BYTES_MAX = 1024
METADATA_BYTES_MAX = 8192
STORAGE_CLASSES = frozenset({"STANDARD", "STANDARD_IA"})
# R2's table marks these unsupported; x-amz-acl alone is tolerated since 2022-11-30.
UNSUPPORTED = (
    "x-amz-tagging",
    "x-amz-grant-",
    "x-amz-server-side-encryption",
    "x-amz-object-lock-",
    "x-amz-website-redirect-location",
    "x-amz-expected-bucket-owner",
    "x-amz-request-payer",
    "x-amz-copy-source",
)
_REFUSALS = {
    "Unauthorized": (401, "Unauthorized"),
    "AccessDenied": (403, "Access Denied"),
    "SignatureDoesNotMatch": (403, "The request signature we calculated does not match the signature you provided."),
    "RequestTimeTooSkewed": (403, "The difference between the request time and our time is too large."),
    "ExpiredRequest": (400, "Request has expired"),
    "NoSuchBucket": (404, "The specified bucket does not exist."),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NoSuchLifecycleConfiguration": (404, "The lifecycle configuration does not exist."),
    "InvalidObjectName": (400, "The specified object name is not valid."),
    "EntityTooLarge": (400, "Your proposed upload exceeds the maximum allowed object size."),
    "MetadataTooLarge": (400, "Your metadata headers exceed the maximum allowed metadata size."),
    "InvalidStorageClass": (400, "The storage class you specified is not valid."),
    "MalformedXML": (400, "The XML you provided was not well formed or did not validate against our published schema."),
    "MissingContentLength": (411, "You must provide the Content-Length HTTP header."),
    "InvalidDigest": (400, "The Content-MD5 you specified is not valid."),
    "BadDigest": (400, "The digest you specified did not match what we received."),
    "InvalidArgument": (400, "Invalid Argument"),
    "InvalidRange": (416, "The requested range is not satisfiable"),
    "NoSuchCORSConfiguration": (404, "The CORS configuration does not exist"),
    "PreconditionFailed": (412, "At least one of the pre-conditions you specified did not hold."),
    "NotImplemented": (501, "Not implemented"),
    "InternalError": (500, "We encountered an internal error. Please try again."),
    "ServiceUnavailable": (503, "Reduce your request rate."),
    "TooManyRequests": (429, "Reduce your concurrent request rate for the same object."),
}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"))


def error_xml(code: str, message: str) -> bytes:
    """The body of R2's errors."""
    parts = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    return f'<?xml version="1.0" encoding="UTF-8"?><Error>{parts}</Error>'.encode()


def refusal(code: str, message: str | None = None, *, head: bool = False) -> Refusal:
    """The refusal with this code; an answer to HEAD has no body."""
    status, usual = _REFUSALS[code]
    body = b"" if head else error_xml(code, message or usual)
    return Refusal(status, code, body, media_type="application/xml")


def failing(code: str) -> Fault:
    """Every matching request is answered with this code: ServiceUnavailable, InternalError, TooManyRequests, ..."""
    status, message = _REFUSALS[code]
    return Fault.status(status, error_xml(code, message), headers={"content-type": "application/xml"})


def check_signature(request: Request, body: bytes, keys: sigv4.Keys, now_at: float) -> None:
    """Check the signature, and that the body is the one that was signed.

    Raises:
        Refusal: 401, 403, 400 with R2's code.
    """
    headers = request.headers
    payload = headers.get("x-amz-content-sha256", sigv4.UNSIGNED)
    # A real release job met 401 with correct keys for CRC32 in an aws-chunked trailer, in August 2026.
    if payload.startswith("STREAMING-") or "x-amz-trailer" in headers or "aws-chunked" in _encodings(request):
        raise refusal("Unauthorized", head=request.method == "HEAD")
    signed = sigv4.Signed(
        method=request.method,
        path=request.scope["raw_path"].decode("ascii"),
        query=request.scope["query_string"].decode("ascii"),
        headers={name: ",".join(headers.getlist(name)) for name in set(headers.keys())},
    )
    try:
        sigv4.verify(signed, keys, now_at)
    except sigv4.NotSigned as exc:
        raise refusal(exc.code, str(exc), head=request.method == "HEAD") from exc
    if payload != sigv4.UNSIGNED and payload != hashlib.sha256(body).hexdigest():
        raise refusal("BadDigest", "The x-amz-content-sha256 you specified did not match what we received.")


def check_put(request: Request, key: str, body: bytes, *, put_bytes_max: int) -> None:
    """Check everything about a put that does not depend on what is stored.

    Raises:
        Refusal: 400, 411 or 501 with R2's code.
    """
    headers = request.headers
    if "content-length" not in headers:
        raise refusal("MissingContentLength")
    for name, value in headers.items():
        if name.startswith(UNSUPPORTED) and not name.startswith("x-amz-server-side-encryption-customer"):
            raise refusal("NotImplemented", f"Header '{name}' with value '{value}' not implemented")
    if headers.get("x-amz-storage-class", "STANDARD") not in STORAGE_CLASSES:
        raise refusal("InvalidStorageClass")
    if len(key.encode()) > KEY_BYTES_MAX:
        raise refusal("InvalidObjectName")
    if len(body) > put_bytes_max:
        raise refusal("EntityTooLarge")
    prefix = "x-amz-meta-"
    metadata = [(n, v) for n, v in headers.items() if n.startswith(prefix)]
    if sum(len(name) - len(prefix) + len(value) for name, value in metadata) > METADATA_BYTES_MAX:
        raise refusal("MetadataTooLarge")
    _check_digests(request, body)


def check_conditions(request: Request, etag: str | None) -> None:
    """Check If-None-Match and If-Match against the stored object's ETag, None if there is none.

    Raises:
        Refusal: 412.
    """
    unwanted, wanted = request.headers.get("if-none-match"), request.headers.get("if-match")
    if etag is not None and unwanted in {"*", etag}:
        raise refusal("PreconditionFailed")
    if wanted is not None and (etag is None or wanted not in {"*", etag}):
        raise refusal("PreconditionFailed")


def check_conditions_of_get(request: Request, etag: str, stored_at: float) -> bool:
    """Whether the client has this object already (304). An ETag goes before a time, as in RFC 9110, 13.2.2.

    Raises:
        Refusal: 412: the object is not the one that is wanted.
    """
    headers, head = request.headers, request.method == "HEAD"
    if (wanted := headers.get("if-match")) is not None:
        if not _names(wanted, etag):
            raise refusal("PreconditionFailed", head=head)
    elif (before := _time(headers.get("if-unmodified-since"))) is not None and int(stored_at) > before:
        raise refusal("PreconditionFailed", head=head)
    if (known := headers.get("if-none-match")) is not None:
        return _names(known, etag)
    since = _time(headers.get("if-modified-since"))
    return since is not None and int(stored_at) <= since


def range_of(header: str | None, size: int) -> range | None:
    """The bytes that a Range header asks for; None for all: there is none, or none that R2 knows.

    Raises:
        Refusal: 416: it begins behind the end.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or not (found[1] or found[2]):
        return None
    first = int(found[1]) if found[1] else max(0, size - int(found[2]))
    last = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if first > last:
        raise refusal("InvalidRange")
    return range(first, last + 1)


def _names(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in [one.strip().removeprefix("W/") for one in header.split(",")]


def _time(header: str | None) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp() if header else None
    except ValueError:
        return None


def sniffed_type(body: bytes) -> str:
    """The type R2 guesses for an object that came without one."""
    return next((kind for magic, kind in _MAGIC if body.startswith(magic)), "application/octet-stream")


def _check_digests(request: Request, body: bytes) -> None:
    for name, digest in CHECKSUMS.items():
        if (claimed := request.headers.get(name)) is None:
            continue
        try:
            raw = base64.b64decode(claimed, validate=True)
        except binascii.Error as exc:
            raise refusal("InvalidDigest") from exc
        if raw != digest(body):
            raise refusal("BadDigest")


def _encodings(request: Request) -> str:
    return request.headers.get("content-encoding", "") + request.headers.get("transfer-encoding", "")

"""AWS Signature Version 4 from the server's side, as S3 uses it: recomputed, never trusted. No I/O.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (read 2026-11-22)
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
SKEW_S = 15 * 60  # S3's own tolerance; https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
PRESIGNED_S_MAX = 604_800  # https://developers.cloudflare.com/r2/api/s3/presigned-urls/
REGIONS = frozenset({"auto", "us-east-1", ""})  # https://developers.cloudflare.com/r2/api/s3/api/
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<credential>[^,]+),\s*SignedHeaders=(?P<signed>[^,]+),"
    r"\s*Signature=(?P<sig>[0-9a-f]+)"
)


class NotSigned(Exception):
    """The signature is missing or wrong.

    Attributes:
        code: The S3 code to answer with.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What of a request goes into its signature.

    Attributes:
        path: The raw path as it was sent.
        headers: Names in lower case.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The key pair the server knows."""

    access_key_id: str
    secret_access_key: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What the client says about its signature."""

    credential: list[str]
    signed_headers: list[str]
    signature: str
    date: str
    payload: str


def verify(request: Signed, keys: Keys, now_at: float) -> None:
    """Check the signature of a request, in its headers or in its query.

    Raises:
        NotSigned: With the code that R2 answers.
    """
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    presigned = "X-Amz-Signature" in query
    claim = _presigned_claim(query) if presigned else _header_claim(request.headers)
    _check_scope(claim, keys)
    _check_time(claim, query, now_at, presigned=presigned)
    unsigned = {n for n in request.headers if n.startswith("x-amz-")} - set(claim.signed_headers)
    if unsigned or "host" not in claim.signed_headers:
        raise NotSigned("AccessDenied", "There were headers present in the request which were not signed")
    if not hmac.compare_digest(_signature(request, keys, claim), claim.signature):
        raise NotSigned(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your secret access key and signing method.",
        )


def _header_claim(headers: Mapping[str, str]) -> _Claim:
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", "").strip())
    if found is None or "x-amz-date" not in headers or "x-amz-content-sha256" not in headers:
        raise NotSigned("Unauthorized", "Unauthorized")
    return _Claim(
        credential=found["credential"].split("/"),
        signed_headers=found["signed"].split(";"),
        signature=found["sig"],
        date=headers["x-amz-date"],
        payload=headers["x-amz-content-sha256"],
    )


def _presigned_claim(query: Mapping[str, str]) -> _Claim:
    if query.get("X-Amz-Algorithm") != ALGORITHM:
        raise NotSigned("Unauthorized", "Unauthorized")
    return _Claim(
        credential=query.get("X-Amz-Credential", "").split("/"),
        signed_headers=query.get("X-Amz-SignedHeaders", "").split(";"),
        signature=query["X-Amz-Signature"],
        date=query.get("X-Amz-Date", ""),
        payload=UNSIGNED,
    )


def _check_scope(claim: _Claim, keys: Keys) -> None:
    access_key_id, day, region, *rest = (*claim.credential, "", "", "")
    if access_key_id != keys.access_key_id:
        raise NotSigned("Unauthorized", "Unauthorized")
    if rest[:2] != ["s3", "aws4_request"] or day != claim.date[:8] or region not in REGIONS | {keys.region}:
        raise NotSigned("SignatureDoesNotMatch", f"The credential scope is not valid for region {keys.region}")


def _check_time(claim: _Claim, query: Mapping[str, str], now_at: float, *, presigned: bool) -> None:
    try:
        signed_at = datetime.strptime(claim.date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        lives_s = int(query.get("X-Amz-Expires", "0"))
    except ValueError as exc:
        raise NotSigned("Unauthorized", "Unauthorized") from exc
    if not presigned and abs(now_at - signed_at) > SKEW_S:
        raise NotSigned("RequestTimeTooSkewed", "The difference between the request time and our time is too large.")
    if presigned and (not 1 <= lives_s <= PRESIGNED_S_MAX or now_at > signed_at + lives_s):
        raise NotSigned("ExpiredRequest", "Request has expired")


def _signature(request: Signed, keys: Keys, claim: _Claim) -> str:
    scope = "/".join(claim.credential[1:])
    canonical = hashlib.sha256(_canonical(request, claim).encode()).hexdigest()
    key = f"AWS4{keys.secret_access_key}".encode()
    for part in claim.credential[1:]:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, f"{ALGORITHM}\n{claim.date}\n{scope}\n{canonical}".encode(), "sha256").hex()


def _canonical(request: Signed, claim: _Claim) -> str:
    pairs = [p for p in parse_qsl(request.query, keep_blank_values=True) if p[0] != "X-Amz-Signature"]
    query = "&".join(sorted(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs))
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in claim.signed_headers)
    path = quote(unquote(request.path), safe="/-_.~")
    return "\n".join([request.method, path, query, headers, ";".join(claim.signed_headers), claim.payload])


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")

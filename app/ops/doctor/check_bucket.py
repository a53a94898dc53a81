"""The bucket: a small picture is stored, fetched as a phone would fetch it, and deleted."""

import base64
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import httpx

from app.errors import NotPermitted
from app.ops.doctor.attempts import Attempts
from app.ops.doctor.bounded_answer import get
from app.ops.doctor.finding import Finding, any_failed, failed, ok, skipped, warning
from app.r2 import Bucket, new_key
from app.r2.bucket import CACHE_CONTROL
from app.settings import Settings

FETCH_S: Final = 6.0
READ_S: Final = 5.0
KIND: Final = "image/png"
# 1x1 px; a real picture, since firewalls and caches treat pictures differently from text.
PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
_DASHBOARD: Final = "Cloudflare dashboard > R2 > the bucket > Settings"


def open_bucket(settings: Settings) -> Bucket:
    """Create a client with short time limits; close it after use."""
    return Bucket(
        endpoint_url=settings.bucket_endpoint_url,
        access_key_id=settings.r2_access_key_id.get_secret_value(),
        secret_access_key=settings.r2_secret_access_key.get_secret_value(),
        bucket=settings.r2_bucket,
        public_base_url=settings.r2_public_base_url,
        threads=2,
        read_timeout_s=READ_S,
    )


async def check_bucket(bucket: Bucket, attempts: Attempts, public_base_url: str) -> list[Finding]:
    """Write, fetch and delete an object. Its key is new, so nothing that is there is touched."""
    key = new_key(extension="png", now=datetime.now(UTC))
    written = await attempts.make("write", _write(bucket, key))
    if any_failed(written):
        return [
            *written,
            skipped("public address", "nothing could be written"),
            skipped("delete", "nothing could be written"),
        ]
    host = urlsplit(public_base_url).hostname or ""
    fetched = await attempts.make("public address", _fetch(bucket.url(key), host=host))
    return [*written, *fetched, *await attempts.make("delete", _delete(bucket, key))]


async def check_retention(bucket: Bucket, *, days: int) -> list[Finding]:
    """Compare the bucket's own lifecycle rule with PICTURE_RETENTION_DAYS."""
    check = "retention"
    try:
        kept = await bucket.retention()
    except NotPermitted:
        return [skipped(check, "this token may not read the bucket's rules, which is right for the service")]
    if kept is None:
        told = f"Easel deletes after {days} days" if days else "pictures stay (PICTURE_RETENTION_DAYS=0)"
        return [ok(check, f"the bucket has no rule; {told}")]
    if days and kept >= days:
        return [ok(check, f"the bucket deletes after {kept} days, Easel after {days}")]
    cure = f"Set PICTURE_RETENTION_DAYS={kept}, or change the rule: {_DASHBOARD} > Object lifecycle rules"
    told = f"Easel keeps them {days} days" if days else "Easel keeps them"
    return [warning(check, f"the bucket deletes pictures after {kept} days, {told}", cure=cure)]


async def _write(bucket: Bucket, key: str) -> list[Finding]:
    await bucket.put(key, PNG, content_type=KIND)
    return [ok("write", f"{len(PNG)} bytes as {key[: key.rindex('/')]}/…")]


async def _delete(bucket: Bucket, key: str) -> list[Finding]:
    await bucket.delete([key])
    if await bucket.head(key) is None:
        return [ok("delete", "it is gone from the bucket")]
    return [failed("delete", "it is still there", cure=f"Delete {key} by hand")]


async def _fetch(url: str, *, host: str) -> list[Finding]:
    check = "public address"
    try:
        async with httpx.AsyncClient(timeout=FETCH_S, headers={"Accept-Encoding": "identity"}) as http:
            answer = await get(http, url, bytes_max=len(PNG))
    except httpx.HTTPError as error:
        return [failed(check, f"{host} cannot be fetched from: {_why(error)}", cure=_cure_of(error))]
    return _judge(answer.response, answer.body, host=host)


def _judge(answer: httpx.Response, body: bytes, *, host: str) -> list[Finding]:
    check, kind = "public address", answer.headers.get("content-type", "")
    if answer.is_redirect:
        cure = "Take off what leads away from this domain: a login (Cloudflare Access), a redirect rule"
        target = urlsplit(answer.headers.get("location", "")).hostname or "another path"
        return [failed(check, f"{host} answered {answer.status_code}, which leads to {target}", cure=cure)]
    if answer.status_code != httpx.codes.OK:
        return [failed(check, f"{host} answered {answer.status_code}", cure=_status_cure(answer.status_code))]
    if kind != KIND:
        cure = (
            "Switch off what changes answers on this domain (transform rules, Access, bot challenges): LINE shows none"
        )
        return [failed(check, f"{host} says it is {kind or 'nothing'}, and it was stored as {KIND}", cure=cure)]
    if body != PNG:
        cure = "Switch off what changes pictures on this domain: Polish, Mirage, transformations"
        return [failed(check, f"{host} serves other bytes than were stored", cure=cure)]
    return [_address(host, answer), _caching(answer)]


def _address(host: str, answer: httpx.Response) -> Finding:
    if host.endswith(".r2.dev"):
        cure = f"Connect a custom domain ({_DASHBOARD} > Custom domains) and set R2_PUBLIC_BASE_URL to it"
        return warning("public address", f"{host} works, but r2.dev is throttled and only for trying", cure=cure)
    how = "TLS is valid" if answer.url.scheme == "https" else "without TLS, on this machine"
    return ok("public address", f"{host} serves it as {KIND}, {how}")


def _caching(answer: httpx.Response) -> Finding:
    said = answer.headers.get("cache-control", "")
    if said == CACHE_CONTROL:
        return ok("cache", said)
    cure = "Let the domain respect the origin's Cache-Control: Caching > Browser Cache TTL, and cache rules"
    return warning("cache", f"Cache-Control is {said or 'not there'}, stored was {CACHE_CONTROL}", cure=cure)


def _why(error: httpx.HTTPError) -> str:
    return "its certificate is not valid" if "CERTIFICATE_VERIFY_FAILED" in str(error) else type(error).__name__


def _cure_of(error: httpx.HTTPError) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return f"Wait until the domain is Active, or mend its certificate: {_DASHBOARD} > Custom domains"
    return "Find out whether the name in R2_PUBLIC_BASE_URL resolves, and whether this machine reaches it"


def _status_cure(status: int) -> str:
    match status:
        case 401 | 403:
            return "Let everybody fetch pictures: no Access, no firewall or bot rule on this domain"
        case 404:
            return f"R2_PUBLIC_BASE_URL serves another bucket, or public access is off: {_DASHBOARD} > Custom domains"
        case 429:
            return "Too many requests: r2.dev is throttled; connect a custom domain"
        case _:
            return "Look at the domain in Cloudflare; https://www.cloudflarestatus.com tells of outages"

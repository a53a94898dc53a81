"""A stand-in of Cloudflare R2's S3 API and of the public address of one bucket.

Facts: https://developers.cloudflare.com/r2/api/s3/api/ and .../r2/api/error-codes/ (read 2026-11-22).
"""

import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from line_sandbox.r2 import bucket as r2_bucket
from line_sandbox.r2 import rules as r2_rules
from line_sandbox.r2.rules import refusal
from line_sandbox.r2.sigv4 import Keys
from line_sandbox.stand_in import StandIn, call_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTING = frozenset({
    "list-type", "prefix", "delimiter", "max-keys", "encoding-type", "continuation-token", "start-after", "marker",
    "fetch-owner",
})  # fmt: skip
KEPT = ("content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires")
NOT_FOUND_PAGE = "<!DOCTYPE html><html><head><title>Not Found</title></head><body><h1>Error 404</h1></body></html>"
_NO_MULTIPART = "Multipart uploads are not implemented by this stand-in"
PUT_BYTES_MAX = 5_363_022_233  # 4.995 GiB; https://developers.cloudflare.com/r2/platform/limits/


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """An object of the bucket.

    Attributes:
        headers: What is served with it, Content-Type and Cache-Control among them; `x-amz-meta-*` to S3 clients only.
    """

    body: bytes
    etag: str
    stored_at: float
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """The stored Content-Type."""
        return self.headers["content-type"]

    @property
    def cache_control(self) -> str | None:
        """The stored Cache-Control."""
        return self.headers.get("cache-control")


class R2StandIn(StandIn):
    """One bucket behind SigV4, path style, with its public address at `<base URL>/public`.

    Args:
        access_key_id: The key id that is known here.
        secret_access_key: Its secret.
        bucket: The one bucket that exists.
        region: Accepted beside "auto", "us-east-1" and an empty one.
        is_admin: Whether the key may read and write the lifecycle; an Object Read & Write token may not.
        answers_continue: Whether `Expect: 100-continue` gets its 100; R2's page says that it does not.
        put_bytes_max: Larger bodies are refused with EntityTooLarge.
        objects_max: Keep only the youngest objects, for load; None keeps all.
        record: Whether to keep calls.

    Attributes:
        objects: Key to object.
        puts: How many objects were stored.
        early_probes: Keys asked for in public before they existed: a real cache would keep that 404.
    """

    def __init__(  # noqa: PLR0913  # keyword-only settings of one object
        self,
        *,
        access_key_id: str,
        secret_access_key: str,
        bucket: str,
        region: str = "auto",
        is_admin: bool = False,
        answers_continue: bool = False,
        put_bytes_max: int = PUT_BYTES_MAX,
        objects_max: int | None = None,
        clock: Callable[[], float] = time.time,
        record: bool = True,
    ) -> None:
        if bucket == "public":
            raise ValueError("the path /public belongs to the public address; give the bucket another name")
        super().__init__(
            [
                Route("/public/{key:path}", self._public, methods=["GET", "PUT", "DELETE", "POST"]),
                Route("/{bucket}/{key:path}", self._signed(self._object), methods=["GET", "PUT", "DELETE", "POST"]),
                Route("/{bucket}", self._signed(self._bucket), methods=["GET", "PUT", "DELETE", "POST"]),
                Route("/", self._signed(self._account), methods=["GET"]),
            ],
            clock=clock,
            request_id_header="cf-ray",
            record=record,
            silent_on_expect=not answers_continue,
        )
        self.keys = Keys(access_key_id=access_key_id, secret_access_key=secret_access_key, region=region)
        self.bucket = bucket
        self.made_at = clock()
        self.is_admin = is_admin
        self.put_bytes_max = put_bytes_max
        self.objects_max = objects_max
        self.objects: dict[str, StoredObject] = {}
        self.puts = 0
        self.early_probes: list[str] = []
        self.lifecycle: bytes | None = None

    def standard_headers(self) -> dict[str, str]:
        """A request id and the server's date, which shows a clock that is off."""
        now_at = self.clock()
        return {"cf-ray": f"{self.app.calls_total:016x}-TPE", "date": formatdate(now_at, usegmt=True)}

    def _signed(self, handler: Callable[[Request, bytes], Response]) -> Callable[[Request], Awaitable[Response]]:
        """A handler behind the checks that every S3 request must pass before anything is looked up."""

        async def checked(request: Request) -> Response:
            body = await request.body()
            r2_rules.check_signature(request, body, self.keys, self.clock())
            if request.path_params.get("bucket", self.bucket) != self.bucket:
                raise refusal("NoSuchBucket")
            response = handler(request, body)
            response.headers.update(self.standard_headers())
            return response

        return checked

    def _object(self, request: Request, body: bytes) -> Response:
        key = request.path_params["key"]
        if not key:
            return self._bucket(request, body)
        call_of(request).notes["key"] = key
        match request.method:
            case "PUT" | "DELETE" | "GET" if "uploadId" in request.query_params:
                raise refusal("NotImplemented", _NO_MULTIPART)
            case "PUT" if "x-amz-copy-source" in request.headers:
                return self._copy(request, key)
            case "PUT":
                return self._put(request, key, body)
            case "GET" | "HEAD":
                return self._get(request, key)
            case "DELETE":
                self.objects.pop(key, None)
                return Response(status_code=204)
            case _:
                raise refusal("NotImplemented", _NO_MULTIPART)

    def _put(self, request: Request, key: str, body: bytes) -> Response:
        r2_rules.check_put(request, key, body, put_bytes_max=self.put_bytes_max)
        stored = self.objects.get(key)
        r2_rules.check_conditions(request, None if stored is None else stored.etag)
        made = self._store(key, body, _kept_headers(request.headers, body))
        return Response(status_code=200, headers={"etag": made.etag})

    def _store(self, key: str, body: bytes, headers: dict[str, str]) -> StoredObject:
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        self.objects.pop(key, None)  # the youngest is last
        self.objects[key] = StoredObject(body=body, etag=etag, stored_at=self.clock(), headers=headers)
        self.puts += 1
        if self.objects_max is not None and len(self.objects) > self.objects_max:
            del self.objects[next(iter(self.objects))]
        return self.objects[key]

    def _copy(self, request: Request, key: str) -> Response:
        bucket, _, source = unquote(request.headers["x-amz-copy-source"]).lstrip("/").partition("/")
        if bucket != self.bucket:
            raise refusal("NoSuchBucket")
        if (stored := self.objects.get(source)) is None:
            raise refusal("NoSuchKey")
        is_replaced = request.headers.get("x-amz-metadata-directive") == "REPLACE"
        headers = _kept_headers(request.headers, stored.body) if is_replaced else dict(stored.headers)
        return r2_bucket.copied(self._store(key, stored.body, headers))

    def _get(self, request: Request, key: str) -> Response:
        if (stored := self.objects.get(key)) is None:
            raise refusal("NoSuchKey", head=request.method == "HEAD")
        return _object_response(request, stored, stored.headers)

    def _account(self, _request: Request, _body: bytes) -> Response:
        if not self.is_admin:
            raise refusal("AccessDenied")
        return r2_bucket.buckets(self.bucket, self.made_at)

    def _bucket(self, request: Request, body: bytes) -> Response:
        query = request.query_params
        match request.method:
            case "HEAD":
                return Response(status_code=200)
            case "GET" if "location" in query:
                return r2_bucket.xml("LocationConstraint", "auto")
            case "GET" if "cors" in query:
                raise refusal("NoSuchCORSConfiguration" if self.is_admin else "AccessDenied")
            case "GET" if not set(query) - _LISTING:
                return r2_bucket.listing(self.bucket, self.objects, query)
            case "POST" if "delete" in query:
                return r2_bucket.delete_objects(self.objects, body)
            case "GET" | "PUT" | "DELETE" if "lifecycle" in query:
                if "x-amz-sdk-checksum-algorithm" in request.headers:
                    raise refusal("NotImplemented", "Header 'x-amz-sdk-checksum-algorithm' is not implemented")
                return self._lifecycle(request.method, body)
            case _:
                raise refusal("NotImplemented", f"{request.method} ?{request.url.query} is not implemented")

    def _lifecycle(self, method: str, body: bytes) -> Response:
        if not self.is_admin:
            raise refusal("AccessDenied")
        if method == "PUT":
            self.lifecycle = r2_bucket.checked_lifecycle(body)
        elif method == "DELETE":
            self.lifecycle = None
            return Response(status_code=204)
        elif self.lifecycle is None:
            raise refusal("NoSuchLifecycleConfiguration")
        return Response(self.lifecycle if method == "GET" else b"", 200, media_type="application/xml")

    async def _public(self, request: Request) -> Response:
        key = request.path_params["key"]
        call_of(request).notes["key"] = key
        if request.method not in {"GET", "HEAD"}:
            return Response(NOT_FOUND_PAGE, 405, self.standard_headers(), "text/html; charset=utf-8")
        if (stored := self.objects.get(key)) is None:
            self.early_probes.append(key)
            return Response(NOT_FOUND_PAGE, 404, self.standard_headers(), "text/html; charset=utf-8")
        shown = {name: value for name, value in stored.headers.items() if not name.startswith("x-amz-")}
        return _object_response(request, stored, shown | self.standard_headers())


def _object_response(request: Request, stored: StoredObject, headers: "Mapping[str, str]") -> Response:
    """The object, or the part of it that is asked for; 304 where the client has it already."""
    named = dict(headers) | {"etag": stored.etag, "last-modified": formatdate(stored.stored_at, usegmt=True)}
    if r2_rules.check_conditions_of_get(request, stored.etag, stored.stored_at):
        return Response(status_code=304, headers={name: named[name] for name in ("etag", "last-modified")})
    size = len(stored.body)
    part = r2_rules.range_of(request.headers.get("range"), size)
    body = stored.body if part is None else stored.body[part.start : part.stop]
    named |= {"content-length": str(len(body)), "accept-ranges": "bytes"}
    if part is not None:
        named["content-range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return Response(b"" if request.method == "HEAD" else body, 200 if part is None else 206, named)


def _kept_headers(headers: "Mapping[str, str]", body: bytes) -> dict[str, str]:
    """The headers of a put that are served again; R2 guesses a missing Content-Type from the bytes."""
    kept = {name: headers[name] for name in KEPT if name in headers}
    kept |= {name: value for name, value in headers.items() if name.startswith("x-amz-meta-")}
    kept.setdefault("content-type", r2_rules.sniffed_type(body))
    return kept

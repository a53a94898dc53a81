"""The bucket on Cloudflare R2, through boto3: write-once objects, served to everyone who knows the address.

boto3 is slow to import and to set up (0.3 s), so that waits for `connect` or the first call, in a thread of the pool.
Facts: https://developers.cloudflare.com/r2/api/s3/api/ and https://developers.cloudflare.com/r2/api/error-codes/
(read 2026-11-22).
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from app.errors import BadRequest, EaselError, NotPermitted, OutcomeUnknown, RateLimited, Unreachable, VendorFault

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError
    from mypy_boto3_s3 import S3Client

CACHE_CONTROL: Final = "public, max-age=31536000, immutable"  # a key is never written twice
KEY_RANDOM_BYTES: Final = 24  # listing is off, so the key is the only secret

CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 30.0
TRIES: Final = 4  # of boto3, within about a second; it may need 4 x (5 + 30) s at worst

XML: Final = (b"<?xml", b"<Error")
# Damage on the way in, not in what we sent.
TRANSIENT_CODES: Final = {"ClientDisconnect", "IncompleteBody", "BadDigest"}


class Bucket:
    """One bucket: `put`, `delete`, and the public address of a key. For one event loop; boto3 runs in own threads.

    Args:
        endpoint_url: `endpoint_url(account_id)`, or that of a jurisdiction or a test server.
        access_key_id: Of an account token with Object Read & Write on this bucket.
        secret_access_key: Of the same token.
        bucket: Its name.
        public_base_url: Where the bucket's custom domain serves its objects.
        threads: How many puts run at once, each with its own kept-alive connection.
        read_timeout_s: How long one try waits for the next byte.
        ca_bundle: Path of certificates to trust instead of the usual ones, for a private gateway.
    """

    def __init__(
        self,
        *,
        endpoint_url: str,
        access_key_id: str,
        secret_access_key: str,
        bucket: str,
        public_base_url: str,
        threads: int = 8,
        read_timeout_s: float = READ_TIMEOUT_S,
        ca_bundle: str | None = None,
    ) -> None:
        self._endpoint_url = endpoint_url
        self._access_key_id = access_key_id
        self._secret_access_key = secret_access_key
        self._bucket = bucket
        self._public_base_url = public_base_url.rstrip("/")
        self._threads = threads
        self._read_timeout_s = read_timeout_s
        self._ca_bundle = ca_bundle
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="r2")
        self._opening = threading.Lock()
        self._opened: S3Client | None = None

    async def connect(self) -> None:
        """Load boto3 and set up its client now, so that the first picture need not wait for it. Sends nothing."""
        await self._in_pool(self._client)

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store one object. Writing the same key again changes nothing and is a success, so trying again is safe.

        Raises:
            Again: `RateLimited`, `Unreachable` or `VendorFault`, after boto3's own tries.
            OutcomeUnknown: A time-out or a dropped connection; trying again is safe here, too.
            Final: `NotPermitted` (key, right or bucket) or `BadRequest`.
        """

        def put() -> None:
            self._client().put_object(
                Bucket=self._bucket,
                Key=key,
                Body=data,
                ContentType=content_type,
                CacheControl=CACHE_CONTROL,
                IfNoneMatch="*",
            )

        # 412: an earlier try of ours landed, though its answer was lost.
        await self._in_pool(lambda: _translated("Storing an object", put, fine=412))

    async def delete(self, keys: Iterable[str]) -> None:
        """Delete objects one after the other; a key that does not exist is a success. Raises as `put` does.

        One call per key: DeleteObjects insists on a checksum header that R2 has refused at times, and deletes are free.
        Copies in caches stay until they expire or are purged.
        """

        def delete() -> None:
            for key in keys:
                self._client().delete_object(Bucket=self._bucket, Key=key)

        await self._in_pool(lambda: _translated("Deleting objects", delete))

    def url(self, key: str) -> str:
        """Return the public address of a key. Hand it out after `put` has returned: the edge caches a 404, too."""
        return f"{self._public_base_url}/{quote(key)}"

    async def aclose(self) -> None:
        """Drop calls that have not begun, and close idle connections. Calls under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._opened is not None:
            self._opened.close()

    async def _in_pool(self, call: Callable[[], object]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def _client(self) -> "S3Client":
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> "S3Client":
        from boto3.session import Session  # noqa: PLC0415 - slow to import
        from botocore.config import Config  # noqa: PLC0415 - slow to import
        from botocore.handlers import add_expect_header  # noqa: PLC0415 - slow to import

        client = Session().client(
            "s3",
            endpoint_url=self._endpoint_url,
            region_name="auto",
            aws_access_key_id=self._access_key_id,
            aws_secret_access_key=self._secret_access_key,
            verify=self._ca_bundle,
            config=Config(
                # By default boto3 sends the checksum as a trailer of a chunked body, which R2 has answered with 401.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"},
                retries={"mode": "standard", "total_max_attempts": TRIES},
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=self._read_timeout_s,
                max_pool_connections=self._threads,
                tcp_keepalive=True,
            ),
        )
        # R2 does not answer `Expect: 100-continue`, and botocore would wait a second for it at each put;
        # https://developers.cloudflare.com/r2/api/s3/extensions/
        client.meta.events.unregister("before-call.s3", add_expect_header)
        client.meta.events.register("before-parse.s3", _drop_page)
        return client


def new_key(*, extension: str, now: datetime) -> str:
    """Make a key that nobody can guess, under the month it was made in (UTC), with the picture's true extension.

    Cloudflare caches by extension, and retention rules go by prefix.
    """
    return f"i/{now.astimezone(UTC):%Y/%m}/{secrets.token_urlsafe(KEY_RANDOM_BYTES)}.{extension}"


def endpoint_url(account_id: str) -> str:
    """Return the S3 address of an account; buckets of a jurisdiction (EU, FedRAMP) have another one."""
    return f"https://{account_id}.r2.cloudflarestorage.com"


def _translated(tried: str, call: Callable[[], None], *, fine: int | None = None) -> None:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import

    try:
        call()
    except ClientError as exc:
        if _status(exc) != fine:
            raise _answered(tried, exc) from exc
    except BotoCoreError as exc:
        raise _unanswered(tried, exc) from exc


def _drop_page(response_dict: dict[str, Any], **_: object) -> None:
    """Let the status speak where Cloudflare's edge answers with HTML: boto3 fails to parse it and would not retry."""
    if response_dict["status_code"] >= 300 and not response_dict["body"].startswith(XML):  # noqa: PLR2004 - errors
        response_dict["body"] = b""


def _status(exc: "ClientError") -> int:
    return exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _answered(tried: str, exc: "ClientError") -> EaselError:
    status = _status(exc)
    code = exc.response.get("Error", {}).get("Code") or ""
    code = f"http_{status}" if code in {"", str(status)} else code
    metadata = exc.response.get("ResponseMetadata", {})
    request_id = metadata.get("RequestId") or metadata.get("HTTPHeaders", {}).get("cf-ray")
    leaf = _leaf(status, code)
    return leaf(f"{tried}: R2 answered {status} {code}", code=code, vendor_request_id=request_id)


def _leaf(status: int, code: str) -> type[EaselError]:
    if code in TRANSIENT_CODES:
        return VendorFault
    match status:
        case 401 | 403 | 404:  # 404 is the bucket: no call of ours needs an object
            return NotPermitted
        case 429:
            return RateLimited
        case 501:  # a header or a verb that R2 does not have
            return BadRequest
        case _:
            return VendorFault if status >= 500 else BadRequest  # noqa: PLR2004 - HTTP's own line


def _unanswered(tried: str, exc: "BotoCoreError") -> EaselError:
    from botocore import exceptions as botocore  # noqa: PLC0415 - slow to import

    message = f"{tried}: {type(exc).__name__}"
    match exc:
        case botocore.ConnectionError():  # of every kind, TLS and proxy included: no request went out
            return Unreachable(message, code="no_connection")
        case botocore.ReadTimeoutError():
            return OutcomeUnknown(message, code="timeout")
        case botocore.HTTPClientError():
            return OutcomeUnknown(message, code="connection_lost")
        case _:  # boto3 itself refuses: parameters, or a profile named by the environment
            return BadRequest(message, code="not_sent")

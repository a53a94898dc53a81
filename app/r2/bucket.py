"""The bucket on Cloudflare R2, through boto3: write-once objects, served to anyone who knows the address.

boto3 is slow to import and to set up (0.3 s), so `connect` or the first call does it, in a thread of the pool.
`bounded` limits every answer in bytes and time; the bytes of an object are counted where they are read.
Facts: https://developers.cloudflare.com/r2/api/s3/api/ and https://developers.cloudflare.com/r2/api/error-codes/
(read 2026-11-22).
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from app.errors import BadRequest, TooLarge, VendorFault
from app.r2.faults import drop_html_body, follow_no_redirects, none_on, translate_errors
from app.r2.retention import days_kept, digest_by_md5, with_retention

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import LifecycleRuleOutputTypeDef

T = TypeVar("T")

CACHE_CONTROL: Final = "public, max-age=31536000, immutable"  # a key is never written twice

WRITTEN_BEFORE: Final = "PreconditionFailed"
NO_CONTENT: Final = 204  # the only confirmation of a deletion in S3

CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 30.0
ANSWER_S: Final = 30.0
TRIES: Final = 4  # boto3's own, usually over within a second; 4 x (5 + 30 + 30) s at worst
GET_BYTES_MAX: Final = 20_000_000
CHUNK_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectHead:
    """What is known of an object without reading it. `size_bytes`: None if the answer did not say."""

    size_bytes: int | None
    content_type: str
    cache_control: str


class Bucket:
    """One bucket, and the public address of each key. For one event loop; boto3 runs in threads of its own.

    Args:
        endpoint_url: `endpoint_url(account_id)`, or that of a jurisdiction or a test server.
        access_key_id: Of an account token with Object Read & Write on this bucket.
        secret_access_key: Of the same token.
        bucket: Its name.
        public_base_url: Where the bucket's custom domain serves its objects.
        threads: How many calls run at once, each on its own keep-alive connection.
        read_timeout_s: How long one attempt waits for the next byte.
        answer_s: How long a whole answer, or an object, may take.
        ca_bundle: Path to the certificates to trust instead of the default ones, for a private gateway.
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
        answer_s: float = ANSWER_S,
        ca_bundle: str | None = None,
    ) -> None:
        self._endpoint_url = endpoint_url
        self._access_key_id = access_key_id
        self._secret_access_key = secret_access_key
        self._bucket = bucket
        self._public_base_url = public_base_url.rstrip("/")
        self._threads = threads
        self._read_timeout_s = read_timeout_s
        self._answer_s = answer_s
        self._ca_bundle = ca_bundle
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="r2")
        self._opening = threading.Lock()
        self._opened: S3Client | None = None

    async def connect(self) -> None:
        """Load boto3 and set up its client now, so that the first picture need not wait for it. Sends nothing.

        Raises:
            EaselError: It cannot be set up; the next call tries again.
        """
        await self._in_pool(lambda: translate_errors("Opening the bucket", self._client))

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Store one object. Writing an existing key changes nothing and succeeds, so trying again is safe.

        Raises:
            Again: `RateLimited`, `Unreachable` or `VendorFault`, after boto3's own attempts.
            OutcomeUnknown: A time-out or a dropped connection; trying again is safe here, too.
            Final: `NotPermitted` (key, right or bucket) or `BadRequest`.
        """

        def put() -> None:
            stored = self._client().put_object(
                Bucket=self._bucket,
                Key=key,
                Body=data,
                ContentType=content_type,
                CacheControl=CACHE_CONTROL,
                IfNoneMatch="*",
            )
            if not stored.get("ETag"):  # not R2's 200: nothing may be there to show
                raise VendorFault("Storing an object: the answer does not say that it was", code="no_etag")

        # On a 412 an earlier attempt of ours succeeded, though its answer was lost.
        await self._in_pool(lambda: translate_errors("Storing an object", none_on(WRITTEN_BEFORE, put)))

    async def delete(self, keys: Iterable[str]) -> None:
        """Delete objects one by one; a key that does not exist counts as deleted. Raises as `put` does.

        One call per key: DeleteObjects requires a checksum header that R2 has refused at times, and deletes are free.
        Cached copies stay until they expire or are purged.
        """

        def delete() -> None:
            for key in keys:
                gone = self._client().delete_object(Bucket=self._bucket, Key=key)
                if gone["ResponseMetadata"]["HTTPStatusCode"] != NO_CONTENT:
                    raise VendorFault("Deleting objects: the answer does not say that it was", code="not_204")

        await self._in_pool(lambda: translate_errors("Deleting objects", delete))

    async def get(self, key: str, *, bytes_max: int = GET_BYTES_MAX) -> bytes:
        """Read one object.

        Raises:
            SourceGone: It does not exist.
            TooLarge: It has more than `bytes_max` bytes; reading stops there.
            EaselError: As `put` does.
        """

        def get() -> bytes:
            with closing(self._client().get_object(Bucket=self._bucket, Key=key)["Body"]) as body:
                chunks, size = [], 0
                for chunk in body.iter_chunks(CHUNK_BYTES):  # to its very end: only there a truncated body is noticed
                    size += len(chunk)
                    if size > bytes_max:
                        raise TooLarge(f"The object has more than {bytes_max} bytes", code="too_large")
                    chunks.append(chunk)
                return b"".join(chunks)

        return await self._in_pool(lambda: translate_errors("Reading an object", get))

    async def head(self, key: str) -> ObjectHead | None:
        """Look up one object without reading it; None if it does not exist. Raises as `put` does.

        R2 answers 404 without a code here, so a missing bucket looks the same.
        """

        def head() -> ObjectHead:
            found = self._client().head_object(Bucket=self._bucket, Key=key)
            return ObjectHead(
                size_bytes=found.get("ContentLength"),
                content_type=found.get("ContentType", ""),
                cache_control=found.get("CacheControl", ""),
            )

        return await self._in_pool(lambda: translate_errors("Looking at an object", none_on(404, head)))

    async def retention(self) -> int | None:
        """Return after how many days R2 deletes pictures, whoever made the rule; None if it keeps them.

        Raises:
            NotPermitted: Also for a token that may only read and write objects; this needs an admin token.
            EaselError: As `put` does.
        """
        return days_kept(await self._rules())

    async def set_retention(self, days: int | None) -> None:
        """Have R2 delete pictures after `days` days; None removes our rule. Rules made by others stay as they are.

        R2 deletes within a day of expiry. Setting the same value again changes nothing. Raises as `retention` does.
        """
        rules = with_retention(await self._rules(), days=days)

        def put() -> None:
            if rules:
                self._client().put_bucket_lifecycle_configuration(
                    Bucket=self._bucket, LifecycleConfiguration={"Rules": rules}
                )
            else:  # without rules there is no configuration to put
                self._client().delete_bucket_lifecycle(Bucket=self._bucket)

        await self._in_pool(lambda: translate_errors("Setting the retention", put))

    def url(self, key: str) -> str:
        """Return the public address of a key. Hand it out only after `put` has returned: the edge caches a 404, too."""
        return f"{self._public_base_url}/{quote(key)}"

    async def aclose(self) -> None:
        """Drop calls that have not started, and close idle connections. Calls in progress run to their end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._opened is not None:
            self._opened.close()

    async def _rules(self) -> "list[LifecycleRuleOutputTypeDef]":
        def rules() -> "list[LifecycleRuleOutputTypeDef]":
            return self._client().get_bucket_lifecycle_configuration(Bucket=self._bucket).get("Rules", [])

        found = none_on("NoSuchLifecycleConfiguration", rules)
        return await self._in_pool(lambda: translate_errors("Reading the retention", found)) or []

    async def _in_pool(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def _client(self) -> "S3Client":
        with self._opening:
            if self._opened is None:
                try:
                    self._opened = self._open()
                except (OSError, ValueError) as exc:  # unreadable certificates, an invalid endpoint
                    raise BadRequest(f"Setting up boto3: {type(exc).__name__}", code="not_sent") from exc
            return self._opened

    def _open(self) -> "S3Client":
        from boto3.session import Session  # noqa: PLC0415 - slow to import
        from botocore.config import Config  # noqa: PLC0415 - slow to import
        from botocore.handlers import add_expect_header  # noqa: PLC0415 - slow to import

        from app.r2.bounded import BoundedSession  # noqa: PLC0415 - slow to import
        from app.r2.isolation import isolated_session, trust_folder  # noqa: PLC0415 - slow to import

        client = Session(botocore_session=isolated_session()).client(
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
        endpoint: Any = vars(client)["_endpoint"]  # only internal constructors take a session
        trust_folder(endpoint.http_session)
        endpoint.http_session = BoundedSession(endpoint.http_session, answer_s=self._answer_s)
        client.meta.events.register("before-parse.s3", drop_html_body)
        client.meta.events.register("before-call.s3", follow_no_redirects)
        client.meta.events.register("before-call.s3.PutBucketLifecycleConfiguration", digest_by_md5)
        return client

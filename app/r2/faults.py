"""Turns what R2 refused or did not answer into one of our errors. No I/O.

boto3 is slow to import, so its exceptions are imported where they are used.
https://developers.cloudflare.com/r2/api/error-codes/ (read 2026-11-22)
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.errors import (
    BadRequest,
    Cause,
    EaselError,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    SourceGone,
    Unreachable,
    VendorFault,
)

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

T = TypeVar("T")

XML: Final = (b"<?xml", b"<Error")
# Damaged in transit; what we sent was right.
TRANSIENT_CODES: Final = {"ClientDisconnect", "IncompleteBody", "BadDigest"}
KEY_GONE: Final = "NoSuchKey"
CLOCK_OFF: Final = "RequestTimeTooSkewed"  # our clock, by more than 15 minutes: a signature carries the time
PAGE_STATUS: Final = 412  # without R2's own code, which `none_on` expects, it comes from something in between
CODE_CHARS_MAX: Final = 100


def translate_errors(tried: str, call: Callable[[], T]) -> T:
    """Run a call to boto3.

    Raises:
        EaselError: What went wrong, with `tried` in its message.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import

    try:
        return call()
    except EaselError:
        raise
    except ClientError as exc:
        raise _answered(tried, exc) from exc
    except BotoCoreError as exc:
        raise _unanswered(tried, exc) from exc
    except Exception as exc:  # what boto3 raises on an answer that is not S3's has no common base class
        raise VendorFault(f"{tried}: {type(exc).__name__}", code="not_understood") from exc


def none_on(expected: int | str, call: Callable[[], T]) -> Callable[[], T | None]:
    """Wrap a call so that a refusal with this status or code returns None instead of raising."""

    def tolerant() -> T | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

        try:
            return call()
        except ClientError as exc:
            if expected not in {_status(exc), _code(exc)}:
                raise
            return None

    return tolerant


def drop_html_body(response_dict: dict[str, Any], **_: object) -> None:
    """Drop the HTML of Cloudflare's edge, so that the status counts: boto3 cannot parse it and would not retry."""
    if response_dict["status_code"] >= 300 and not response_dict["body"].startswith(XML):  # noqa: PLR2004 - errors
        response_dict["body"] = b""


def follow_no_redirects(params: dict[str, Any], **_: object) -> None:
    """Follow no redirect: R2 sends none, and botocore would ask for the bucket's region over and over, without end."""
    params["context"]["s3_redirect"]["redirected"] = True


def _status(exc: "ClientError") -> int:
    return exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _code(exc: "ClientError") -> str:
    return (exc.response.get("Error", {}).get("Code") or "")[:CODE_CHARS_MAX]


def _answered(tried: str, exc: "ClientError") -> EaselError:
    status = _status(exc)
    code = _code(exc)
    code = f"http_{status}" if code in {"", str(status)} else code
    metadata = exc.response.get("ResponseMetadata", {})
    request_id = metadata.get("RequestId") or metadata.get("HTTPHeaders", {}).get("cf-ray")
    leaf, message = _leaf(status, code), f"{tried}: R2 answered {status} {code}"
    if code == CLOCK_OFF:
        return NotPermitted(message, code=code, vendor_request_id=request_id, cause=Cause.CLOCK)
    return leaf(message, code=code, vendor_request_id=request_id)


def _leaf(status: int, code: str) -> type[EaselError]:
    if code in TRANSIENT_CODES:
        return VendorFault
    if code == KEY_GONE:
        return SourceGone
    match status:
        case 401 | 403 | 404:  # a 404 without `KEY_GONE` means the bucket
            return NotPermitted
        case 429:
            return RateLimited
        case 501:  # a header or a verb that R2 does not implement
            return BadRequest
        case _:
            return BadRequest if 400 <= status < 500 and status != PAGE_STATUS else VendorFault  # noqa: PLR2004 - HTTP's


def _unanswered(tried: str, exc: "BotoCoreError") -> EaselError:
    from botocore import exceptions as botocore  # noqa: PLC0415 - slow to import

    message = f"{tried}: {type(exc).__name__}"
    match exc:
        case botocore.ConnectionError():  # of any kind, TLS and proxy included: no request was sent
            return Unreachable(message, code="no_connection")
        case botocore.ReadTimeoutError():
            return OutcomeUnknown(message, code="timeout")
        case botocore.HTTPClientError() | botocore.IncompleteReadError():
            return OutcomeUnknown(message, code="connection_lost")
        case _:  # boto3 itself refused it, for example its parameters
            return BadRequest(message, code="not_sent")

"""What helps against each vendor's errors, keyed by code, cause or class name. No I/O."""

from typing import Final
from urllib.parse import urlsplit

from app.errors import Cause
from app.ops.doctor.attempts import Vendor

_ISSUE: Final = (
    "Issue a token in the LINE Developers console > your channel > Messaging API > Channel access token, and set "
    "LINE_CHANNEL_ACCESS_TOKEN to it"
)
_KEY: Final = "Make a key at https://platform.openai.com/api-keys and set OPENAI_API_KEY to it"
_BILLING: Final = "Pay or raise the limit: https://platform.openai.com/settings/organization/billing"
_VERIFY: Final = (
    "Verify the organisation (https://platform.openai.com/settings/organization/general; it takes up to 15 minutes), "
    "or give the key its rights: read on Models, write on Images"
)
_RIGHT: Final = "Give the key its rights at https://platform.openai.com/api-keys: read on Models, write on Images"
_R2_PAGE: Final = "Cloudflare dashboard > R2 > Manage API tokens"
_R2_KEY: Final = f"Make an account token ({_R2_PAGE}) and set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY to its two"
_R2_RIGHT: Final = f"Give the token Object Read & Write on this bucket ({_R2_PAGE}); a change takes up to a minute"
_R2_BUCKET: Final = (
    "Check R2_BUCKET and R2_ACCOUNT_ID; a bucket of a jurisdiction is found only at its own address: "
    "R2_ENDPOINT_URL=https://ACCOUNT.eu.r2.cloudflarestorage.com"
)
_R2_CLOCK: Final = "Let the machine set its clock by NTP (timedatectl set-ntp true)"


def line(base_url: str) -> Vendor:
    """Describe LINE's Messaging API."""
    return Vendor(
        name="LINE",
        host=_host(base_url),
        status_page="https://api.line-status.info/",
        cures={
            "http_401": _ISSUE,
            "http_403": "The plan of this account does not have this; a Messaging API channel with any plan does",
            "NotPermitted": _ISSUE,
        },
    )


def openai(base_url: str) -> Vendor:
    """Describe OpenAI, or a server that speaks the same API."""
    return Vendor(
        name="OpenAI",
        host=_host(base_url),
        status_page="https://status.openai.com/",
        cures={
            Cause.KEY: _KEY,
            Cause.COUNTRY: "OpenAI does not serve this machine's country: move it",
            Cause.RIGHT: _RIGHT,
            Cause.VERIFICATION: _VERIFY,
            Cause.BILLING: _BILLING,
            "NotPermitted": f"{_VERIFY}; or see to the account's limits, {_BILLING.split(': ')[1]}",
            "ModelGone": "Take it out of IMAGE_MODELS; Easel asks the next one meanwhile",
            "BadRequest": "Check OPENAI_BASE_URL, which usually ends with /v1",
            "Refused": "Nothing to do: the model answers, it only did not like the words of the test",
        },
    )


def r2(endpoint_url: str) -> Vendor:
    """Describe Cloudflare R2."""
    return Vendor(
        name="R2",
        host=_host(endpoint_url),
        status_page="https://www.cloudflarestatus.com/",
        cures={
            "Unauthorized": _R2_KEY,
            "InvalidAccessKeyId": _R2_KEY,
            "http_401": _R2_KEY,
            "SignatureDoesNotMatch": f"R2_SECRET_ACCESS_KEY does not belong to R2_ACCESS_KEY_ID. {_R2_KEY}",
            "AccessDenied": _R2_RIGHT,
            "http_403": _R2_RIGHT,
            "NoSuchBucket": _R2_BUCKET,
            "http_404": _R2_BUCKET,
            "RequestTimeTooSkewed": _R2_CLOCK,
            "NotPermitted": _R2_KEY,
            "Unreachable": f"Check R2_ACCOUNT_ID, and whether this machine reaches {_host(endpoint_url)}",
        },
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc

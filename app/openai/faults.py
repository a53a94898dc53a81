"""A refusal of the Images API, as one of our errors: by HTTP status, then code, then type. No I/O.

Codes and bodies were seen in the field or stand in https://platform.openai.com/docs/guides/error-codes
(read 2026-11-22); each has a sample in tests/samples/openai.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

import orjson

from app.errors import (
    Again,
    BadRequest,
    EaselError,
    ModelGone,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    Refused,
    VendorFault,
)

MODERATION_CODES: Final = {
    "moderation_blocked",
    "content_policy_violation",  # the wording of dall-e, and of Azure
    "content_filter",  # Azure, in two spellings
    "contentFilter",
}
BILLING_CODES: Final = {
    "billing_hard_limit_reached",  # comes as a 400
    "billing_limit_user_error",
    "insufficient_quota",  # comes as a 429 that never refills, as do those below
    "billing_not_active",
    "credit_balance_exhausted",
    "organization_usage_limit_exceeded",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
}
MODEL_CODES: Final = {
    "model_not_found",  # also a 403, for a project without this model
    "DeploymentNotFound",  # Azure
}
# The Images endpoint says it with a 400 and no code.
MODEL_GONE_TEXTS: Final = ("does not exist", "has been deprecated")

LEAF_BY_STATUS: Final[dict[int, type[EaselError]]] = {
    401: NotPermitted,
    402: NotPermitted,
    403: NotPermitted,
    408: VendorFault,  # the request did not come through whole, so nothing was drawn
    409: VendorFault,  # it met a lock
    429: RateLimited,
}
# The edge lost patience with a model that may be drawing, and charging, all the same:
# https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/ (read 2026-11-22)
EDGE_TIMEOUTS: Final = {504, 524}
# What is left of an error that says `x-should-retry: false`: 429 is then a limit that does not refill.
AGAIN_FORBIDDEN: Final[dict[type[EaselError], type[EaselError]]] = {RateLimited: NotPermitted, VendorFault: BadRequest}

REQUEST_IDS: Final = ("x-request-id", "x-ms-request-id", "cf-ray")
RETRY_AFTER_S_MAX: Final = 120  # OpenAI's SDK ignores longer waits, too (3.54, _base_client.py)

SAFETY_VIOLATIONS = re.compile(r"safety_violations=\[([^\]]*)\]")
SHORT_WORD = re.compile(r"[\w.\-/\[\]]{1,80}", re.ASCII)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer, read to its end or to our limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """The first id a support desk could use, whoever answered: OpenAI, Azure or the edge before them."""
        found = (self.headers.get(name, "") for name in REQUEST_IDS)
        return next((value for value in found if SHORT_WORD.fullmatch(value)), None)

    @property
    def limit_per_minute(self) -> int | None:
        """How many pictures this key may have a minute, where that is told: seen in answers of 2025 and 2026."""
        told = self.headers.get("x-ratelimit-limit-input-images", "")
        return int(told) if told.isascii() and told.isdigit() else None


def fault(answer: Answer, *, model: str, now_at: float) -> EaselError:
    """Turn an answer that is not a 200 into the error to raise; `now_at` makes `Retry-After` dates relative."""
    error = _error_of(answer.body)
    code = _code(error) or f"http_{answer.status}"
    param = _word(error.get("param"))
    message = f"OpenAI answered {answer.status} {code} for {model}" + (f", about {param}" if param else "")
    request_id = answer.request_id
    leaf = _leaf(error, status=answer.status)
    if answer.headers.get("x-should-retry", "").lower() == "false":
        leaf = AGAIN_FORBIDDEN.get(leaf, leaf)
    if issubclass(leaf, Again):
        wait_s = _wait_s(answer, now_at)
        return leaf(message, code=code, vendor_request_id=request_id, retry_after_s=wait_s)
    if issubclass(leaf, Refused):
        return leaf(message, code=code, vendor_request_id=request_id, categories=_categories(error))
    return leaf(message, code=code, vendor_request_id=request_id)


def _leaf(error: dict[str, Any], *, status: int) -> type[EaselError]:
    if status in EDGE_TIMEOUTS:
        return OutcomeUnknown
    if status >= 500:  # noqa: PLR2004 - HTTP's own line
        return VendorFault
    words = {_code(error), _word(error.get("type"))}
    if words & MODERATION_CODES:
        return Refused
    if words & BILLING_CODES:
        return NotPermitted
    if _model_is_gone(error, status=status):
        return ModelGone
    return LEAF_BY_STATUS.get(status, BadRequest)


def _error_of(body: bytes) -> dict[str, Any]:
    """Find the `error` object; empty for HTML of the edge, for anything cut short, and for other shapes."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    match answer:
        case {"error": dict(error)}:
            return error
        case {"error": str(message)}:
            return {"message": message}
        case _:
            return {}


def _code(error: dict[str, Any]) -> str | None:
    code = _word(error.get("code"))
    return None if code is None or code.isdigit() else code  # LiteLLM repeats the status here


def _model_is_gone(error: dict[str, Any], *, status: int) -> bool:
    code = _code(error)
    if code in MODEL_CODES:
        return True
    if status not in {400, 404}:
        return False
    message = str(error.get("message"))
    return error.get("param") == "model" or (code is None and any(text in message for text in MODEL_GONE_TEXTS))


def _categories(error: dict[str, Any]) -> tuple[str, ...]:
    match error:
        case {"moderation_details": {"categories": [*listed]}} if listed:
            words = listed
        case _:  # older bodies only say it in the message
            found = SAFETY_VIOLATIONS.search(str(error.get("message")))
            words = [] if found is None else re.split(r"[,\s'\"]+", found[1])
    return tuple(word for word in map(_word, words) if word)


def _wait_s(answer: Answer, now_at: float) -> float | None:
    """Read how long to wait, in seconds; None if not said, or nothing one could wait for."""
    milliseconds = answer.headers.get("retry-after-ms", "")
    after = answer.headers.get("retry-after", "")
    if NUMBER.fullmatch(milliseconds):
        wait_s = float(milliseconds) / 1000
    elif NUMBER.fullmatch(after):
        wait_s = float(after)
    else:
        try:
            wait_s = parsedate_to_datetime(after).timestamp() - now_at
        except (ValueError, OverflowError):
            return None
    return wait_s if 0 < wait_s <= RETRY_AFTER_S_MAX else None


def _word(value: object) -> str | None:
    """Let only short plain words of the vendor into our messages and logs: no sentence, no key, no prompt."""
    return value if isinstance(value, str) and SHORT_WORD.fullmatch(value) else None

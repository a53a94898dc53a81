"""Turns a refusal of OpenAI into one of our errors, by HTTP status, code and type. No I/O.

Codes and bodies were seen in the field or are listed at https://platform.openai.com/docs/guides/error-codes
(read 2026-11-22); each has a sample in tests/samples/openai.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

from app.errors import (
    Again,
    BadAnswer,
    BadRequest,
    Cause,
    EaselError,
    ModelGone,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    Refused,
    VendorFault,
)
from app.openai.json_body import read_json
from app.openai.order import FORMAT_PARAM

MODERATION_CODES: Final = {
    "moderation_blocked",
    "content_policy_violation",  # from dall-e, and from Azure
    "content_filter",  # Azure, in two spellings
    "contentFilter",
}
CAUSES: Final = {  # what only the operator can fix, whatever the status
    "billing_hard_limit_reached": Cause.BILLING,  # comes as a 400
    "billing_limit_user_error": Cause.BILLING,
    "insufficient_quota": Cause.BILLING,  # comes as a 429 that never refills, as do those below
    "billing_not_active": Cause.BILLING,
    "credit_balance_exhausted": Cause.BILLING,
    "organization_usage_limit_exceeded": Cause.BILLING,
    "organization_spend_limit_exceeded": Cause.BILLING,
    "project_spend_limit_exceeded": Cause.BILLING,
    "invalid_api_key": Cause.KEY,
    "missing_scope": Cause.RIGHT,
    "unsupported_country_region_territory": Cause.COUNTRY,
}
CAUSE_BY_STATUS: Final = {401: Cause.KEY, 402: Cause.BILLING, 403: Cause.VERIFICATION}  # where no code is sent
SCOPES: Final = re.compile(r"Missing scopes: (\w+(?:\.\w+)*(?:, \w+(?:\.\w+)*){0,4})", re.ASCII)  # a 401 without a code
VERIFY_TEXT: Final = "must be verified"  # comes without a code
MODEL_CODES: Final = {
    "model_not_found",  # also a 403, for a project without this model
    "DeploymentNotFound",  # Azure
}
# The Images API says so with a 400 and no code.
MODEL_GONE_TEXTS: Final = ("does not exist", "has been deprecated")

LEAF_BY_STATUS: Final[dict[int, type[EaselError]]] = {
    401: NotPermitted,
    402: NotPermitted,
    403: NotPermitted,
    408: VendorFault,  # the request did not arrive whole, so nothing was drawn
    409: VendorFault,  # it ran into a lock
    429: RateLimited,
}
# The edge stopped waiting, but the model may still be drawing, and charging:
# https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/ (read 2026-11-22)
EDGE_TIMEOUTS: Final = {504, 524}
# What an error becomes that says `x-should-retry: false`: a 429 is then a limit that does not refill.
AGAIN_FORBIDDEN: Final[dict[type[EaselError], type[EaselError]]] = {RateLimited: NotPermitted, VendorFault: BadRequest}

CERTAIN: Final = {Refused, NotPermitted, ModelGone}  # only these are believed of an error that comes with a 200

REQUEST_IDS: Final = ("x-request-id", "x-ms-request-id", "cf-ray")
RETRY_AFTER_S_MAX: Final = 120  # OpenAI's SDK ignores longer waits, too (3.54, _base_client.py)

SAFETY_VIOLATIONS = re.compile(r"safety_violations=\[([^\]]*)\]")
SHORT_WORD = re.compile(r"[\w.\-/\[\]]{1,80}", re.ASCII)
COUNT = re.compile(r"\d{1,9}", re.ASCII)  # Python refuses to read thousands of digits
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """One HTTP answer, read to its end or to our limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own

    @property
    def has_end(self) -> bool:
        """Whether it says where it ends: otherwise a truncated answer looks complete."""
        return "content-length" in self.headers or "transfer-encoding" in self.headers

    @property
    def request_id(self) -> str | None:
        """The first id a support desk could use, whoever answered: OpenAI, Azure or the edge in front of them."""
        found = (self.headers.get(name, "") for name in REQUEST_IDS)
        return next((value for value in found if SHORT_WORD.fullmatch(value)), None)

    @property
    def limit_per_minute(self) -> int | None:
        """How many pictures per minute this key may have, if the answer says so: seen in 2025 and 2026."""
        told = self.headers.get("x-ratelimit-limit-input-images", "")
        return int(told) if COUNT.fullmatch(told) else None


def fault(answer: HttpAnswer, *, model: str, now_at: float) -> EaselError:
    """Turn an answer that holds an error into the error to raise; `now_at` makes `Retry-After` dates relative."""
    error = _error_of(answer.body)
    code = _code(error) or f"http_{answer.status}"
    param = _word(error.get("param")) or (FORMAT_PARAM if FORMAT_PARAM in str(error.get("message")) else None)
    message = f"OpenAI answered {answer.status} {code} for {model}" + (f", about {param}" if param else "")
    request_id = answer.request_id
    leaf = _leaf(error, status=answer.status)
    if answer.is_success and leaf not in CERTAIN:
        leaf = BadAnswer  # it may have been charged
    if answer.headers.get("x-should-retry", "").lower() == "false":
        leaf = AGAIN_FORBIDDEN.get(leaf, leaf)
    if issubclass(leaf, Again):
        wait_s = _wait_s(answer, now_at)
        return leaf(message, code=code, vendor_request_id=request_id, retry_after_s=wait_s)
    if issubclass(leaf, Refused):
        return leaf(message, code=code, vendor_request_id=request_id, categories=_categories(error))
    if issubclass(leaf, NotPermitted):
        return leaf(message, code=code, vendor_request_id=request_id, cause=_cause(error, status=answer.status))
    if issubclass(leaf, BadRequest):
        return leaf(message, code=code, vendor_request_id=request_id, param=param)
    return leaf(message, code=code, vendor_request_id=request_id)


def missing_scopes(body: bytes) -> str | None:
    """Return the scopes that a restricted key lacks, as the refusal names them; None if it names none."""
    return _missing_scopes(_error_of(body))


def has_error(body: bytes) -> bool:
    """Whether the body is an error object, which some gateways send with a 200."""
    return bool(_error_of(body))


def _leaf(error: dict[str, Any], *, status: int) -> type[EaselError]:
    if status in EDGE_TIMEOUTS:
        return OutcomeUnknown
    if status >= 500:  # noqa: PLR2004 - HTTP's own
        return VendorFault
    words = {_code(error), _word(error.get("type"))}
    if words & MODERATION_CODES:
        return Refused
    if words & CAUSES.keys() or _wants_verification(error):
        return NotPermitted
    if _model_is_gone(error, status=status):
        return ModelGone
    return LEAF_BY_STATUS.get(status, BadRequest)


def _cause(error: dict[str, Any], *, status: int) -> Cause:
    words = (_code(error) or "", _word(error.get("type")) or "")
    known = next((CAUSES[word] for word in words if word in CAUSES), None)
    if known is None and _wants_verification(error):
        return Cause.VERIFICATION
    if known is None and _missing_scopes(error):
        return Cause.RIGHT
    if known is None and not error and status == 403:  # noqa: PLR2004 - HTTP's own; a firewall's page
        return Cause.OTHER
    return known or (Cause.OTHER if _code(error) else CAUSE_BY_STATUS.get(status, Cause.OTHER))


def _missing_scopes(error: dict[str, Any]) -> str | None:
    found = SCOPES.search(str(error.get("message")))
    return found[1] if found else None


def _wants_verification(error: dict[str, Any]) -> bool:
    return _code(error) is None and VERIFY_TEXT in str(error.get("message"))


def _error_of(body: bytes) -> dict[str, Any]:
    """Return the `error` object; empty for the edge's HTML, truncated bodies and other shapes."""
    try:
        answer = read_json(body)
    except ValueError:
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
        case _:  # older answers name them only in the message
            found = SAFETY_VIOLATIONS.search(str(error.get("message")))
            words = [] if found is None else re.split(r"[,\s'\"]+", found[1])
    return tuple(word for word in map(_word, words) if word)


def _wait_s(answer: HttpAnswer, now_at: float) -> float | None:
    """Read how long to wait, in seconds; None if it is not given, not positive or above `RETRY_AFTER_S_MAX`."""
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
    """Let only short plain words from the vendor into our messages and logs: no sentence, no key, no prompt."""
    return value if isinstance(value, str) and SHORT_WORD.fullmatch(value) else None

"""LINE's answers, and which of our errors each refusal becomes. No I/O.

LINE does not guarantee its error texts, so the status decides; a text is only a hint if one status has two meanings.
https://developers.line.biz/en/reference/messaging-api/#status-codes (read 2026-11-22)
https://developers.line.biz/en/reference/messaging-api/#error-responses (read 2026-11-22)
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.errors import (
    Again,
    BadRequest,
    EaselError,
    MonthlyLimit,
    NotPermitted,
    RateLimited,
    SourceGone,
    TokenDead,
    VendorFault,
)
from app.line import json_text
from app.line.json_fields import Json, identifier, sections, string

RETRY_AFTER_S_MAX: Final = 120  # twice the life of a reply token; longer waits are ignored, as those of OpenAI are
_SECONDS: Final = re.compile(r"\d{1,9}", re.ASCII)  # thousands of digits would be infinity
_LEAF_BY_STATUS: Final[dict[int, type[EaselError]]] = {401: NotPermitted, 403: NotPermitted, 429: RateLimited}
_CODES: Final[dict[type[EaselError], str]] = {MonthlyLimit: "monthly_limit", TokenDead: "invalid_reply_token"}


class LineCall(StrEnum):
    """The calls we make to LINE, as error messages name them."""

    REPLY = "reply"
    PUSH = "push"
    LOADING = "loading animation"
    QUOTA = "quota"
    MEMBERS = "members count"
    PROFILE = "profile"
    CONTENT = "content"
    LEAVE = "leaving"
    BOT_INFO = "bot info"
    WEBHOOK = "webhook endpoint"
    RICH_MENU = "rich menu"
    OAUTH = "OAuth"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnswer:
    """One answer of LINE. `body` is empty if it did not arrive whole or is not a JSON object."""

    status: int
    request_id: str | None
    retry_after_s: float | None
    body: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message of ours in a chat. An event that quotes it names its `id`."""

    id: str
    quote_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The messages sent, in our order, and `x-line-request-id`. No messages if the answer could not be read."""

    messages: tuple[SentMessage, ...]
    request_id: str | None


def body_of(content: bytes) -> dict[str, Any]:
    """Parse the JSON object of an answer; an empty one if there is none."""
    try:
        body = json_text.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def wait_of(retry_after: str) -> float | None:
    """Read how long to wait, in seconds; None if it is not given, not positive or above `RETRY_AFTER_S_MAX`."""
    wait_s = float(retry_after) if _SECONDS.fullmatch(retry_after) else 0.0
    return wait_s if 0 < wait_s <= RETRY_AFTER_S_MAX else None


def sent_of(answer: LineAnswer) -> Sent:
    """Read `sentMessages` of a reply or push."""
    sent = ((identifier(message, "id"), identifier(message, "quoteToken")) for message in _sent_messages(answer))
    messages = tuple(SentMessage(id=found or "", quote_token=quote_token) for found, quote_token in sent)
    return Sent(messages=messages, request_id=answer.request_id)


def error_of(answer: LineAnswer, *, call: LineCall) -> EaselError:
    """Return the error for an answer that is not a success."""
    said = f"{call}: LINE answered {answer.status}{_hint(answer.body)}"
    leaf, request_id = _leaf(answer, call=call), answer.request_id
    code = _CODES.get(leaf, f"http_{answer.status}")
    if issubclass(leaf, Again):
        return leaf(said, code=code, vendor_request_id=request_id, retry_after_s=answer.retry_after_s)
    return leaf(said, code=code, vendor_request_id=request_id)


def _leaf(answer: LineAnswer, *, call: LineCall) -> type[EaselError]:
    match call, answer.status:
        case LineCall.PUSH, 429 if _says(answer, "monthly limit"):
            return MonthlyLimit
        case LineCall.REPLY, 400 if _says(answer, "invalid reply token"):
            return TokenDead
        case LineCall.CONTENT, 404 | 410:  # deleted by LINE, or unsent
            return SourceGone
    fault = answer.status >= 500  # noqa: PLR2004 - the class of the status
    return VendorFault if fault else _LEAF_BY_STATUS.get(answer.status, BadRequest)


def _sent_messages(answer: LineAnswer) -> list[Json]:
    return sections(answer.body, "sentMessages")


def _says(answer: LineAnswer, words: str) -> bool:
    return words in string(answer.body, "message").lower()


# Only sentences known to contain nothing of the user's are repeated; others might quote what we sent.
# https://developers.line.biz/en/reference/messaging-api/#error-messages (read 2026-11-22)
_KNOWN_SENTENCE = re.compile(
    r"The request body has \d+ error\(s\)|Invalid reply token|Failed to send messages|Not found"
    r"|The content is gone|Invalid webhook endpoint URL|An image has already been uploaded to the richmenu"
    r"|must upload richmenu image before applying it to user"
    r"|Access to this API is not available for your account|You have reached your monthly limit\."
    r"|The API rate limit has been exceeded\. Try again later\.|May not be empty|must be specified|invalid uri"
    r"|(?:Size|Length) must be between \d+ and \d+|Must be between \d+ and \d+|must be a multiple of five"
    r"|Only user id is acceptable, please confirm if there are any group/room ids or illegal ids\.",
    re.IGNORECASE,
)
_PROPERTY = re.compile(r"[A-Za-z]{1,40}(?:\[\d{1,3}\]|\.[A-Za-z]{1,40}){0,12}")
_DETAILS_MAX = 5


def _hint(body: Json) -> str:
    hints = [_known(body)]
    for detail in sections(body, "details")[:_DETAILS_MAX]:
        place = string(detail, "property")
        hints.append(f"{place if _PROPERTY.fullmatch(place) else 'somewhere'}: {_known(detail) or 'not accepted'}")
    said = "; ".join(hint for hint in hints if hint)
    return f" ({said})" if said else ""


def _known(holder: Json) -> str:
    sentence = string(holder, "message")
    return sentence if _KNOWN_SENTENCE.fullmatch(sentence) else ""

"""Splits a webhook body into single events, each stored and read on its own. No I/O.

https://developers.line.biz/en/reference/messaging-api/#request-body (read 2026-11-22)
"""

from dataclasses import dataclass

from app.line import json_text
from app.line.events import ChatKind, chat_of, event_id
from app.line.json_fields import Json, number, section, string

# Group messages that can neither be meant for us nor be quoted as something to work on.
_ONLY_TALK = frozenset({"sticker", "video", "audio", "file", "location"})
_ONLY_NEWS = frozenset({"memberJoined", "memberLeft", "videoPlayComplete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One event as the inbox stores it.

    Attributes:
        event_id: `webhookEventId`, the same for every repeat of the event.
        raw: The event's own JSON, for `events.read`.
        may_ask: It is from a 1:1 chat, or of a kind that can concern us: a photo, tap, mention, quote or unsend.
        text: A group's plain text, which is meant for us only if it begins with a word that says so; else empty.
        at: When it happened, Unix seconds, the same for every repeat; 0 if it does not say.
    """

    event_id: str
    raw: str
    may_ask: bool
    text: str = ""
    at: float = 0.0


def envelopes(body: bytes) -> list[Envelope]:
    """Split a body into its events. What is not an event is left out and does not affect the others.

    Raises:
        ValueError: The body is not a JSON object, or is nested too deeply to be read.
    """
    webhook = json_text.loads(body)
    if not isinstance(webhook, dict):
        raise ValueError("the webhook body is not a JSON object")  # noqa: TRY004 - one error for every unreadable body
    events = webhook.get("events")
    if not isinstance(events, list):
        return []
    found = (_envelope(event) for event in events)
    return [envelope for envelope in found if envelope]


def _envelope(event: object) -> Envelope | None:
    if not isinstance(event, dict):
        return None
    try:
        raw = json_text.dumps(event)
    except ValueError:
        return None
    text = _talk(event)
    at = number(event, "timestamp") / 1000
    return Envelope(event_id=event_id(event, raw=raw), raw=raw, may_ask=text is None, text=text or "", at=at)


def _talk(event: Json) -> str | None:
    """Return a group's plain text; "" for what cannot concern us, None for what may, whatever its text."""
    chat = chat_of(event)
    if chat and chat.kind is ChatKind.USER:
        return None
    kind, message = string(event, "type"), section(event, "message")
    if chat is None or kind in _ONLY_NEWS or (kind == "message" and string(message, "type") in _ONLY_TALK):
        return ""
    is_plain_text = kind == "message" and string(message, "type") == "text"
    if not is_plain_text or section(message, "mention") or message.get("quotedMessageId"):
        return None
    return string(message, "text")

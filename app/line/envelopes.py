"""A webhook body cut into single events, each to be kept and read by itself. No I/O.

https://developers.line.biz/en/reference/messaging-api/#request-body (read 2026-11-22)
"""

from dataclasses import dataclass

from app.line import json_text
from app.line.events import chat_of, event_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One event as the inbox keeps it.

    Attributes:
        event_id: `webhookEventId`, the same for every repeat of the event.
        chat_id: The user, group or room; None where the event has no source that we know.
        raw: The event's own JSON, for `events.read`.
    """

    event_id: str
    chat_id: str | None
    raw: str


def envelopes(body: bytes) -> list[Envelope]:
    """Cut a body into its events. What is not an event is left out and costs its neighbours nothing.

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
    chat = chat_of(event)
    return Envelope(event_id=event_id(event, raw=raw), chat_id=chat.id if chat else None, raw=raw)

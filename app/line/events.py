"""Parses one webhook event. No I/O.

LINE adds event types, properties and values without notice, and leaves optional ones out, so reading never fails:
what we do not know becomes `Other` and keeps its chat and its reply token.
https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects (read 2026-11-22)
https://developers.line.biz/en/docs/messaging-api/development-guidelines/ (read 2026-11-22)
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.line import json_text
from app.line.contents import Content, content_of
from app.line.json_fields import Json, identifier, number, section, string

_EVENT_ID = re.compile(r"[!-~]{1,64}")  # a ULID today


class ChatKind(StrEnum):
    """Where an event came from. Rooms can no longer be created, but old ones live on."""

    USER = "user"
    GROUP = "group"
    ROOM = "room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """The chat that an answer goes to."""

    kind: ChatKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event.

    Attributes:
        id: `webhookEventId`, or an id derived from the content, the same for every repeat of the event.
        type: LINE's name for it, known to us or not.
        mode: `active`, or `standby` while somebody else handles the conversation and we must not answer.
        timestamp_ms: Unix time of the event itself, not of its delivery; 0 if it is missing.
        chat: None for an event without a source.
        user_id: Who did it. In groups it may be missing.
        reply_token: None if there is none, and always in standby mode.
        redelivery: LINE says that it is sending the event again. Events may also be repeated without this mark.
    """

    id: str
    type: str
    mode: str
    timestamp_ms: int
    chat: Chat | None
    user_id: str | None
    reply_token: str | None
    redelivery: bool
    content: Content


def read(raw: str) -> Event:
    """Parse one event as `envelopes` stored it. Never raises: what cannot be parsed is an `Other` without a chat."""
    event = _event_object(raw)
    mode = string(event, "mode")
    return Event(
        id=event_id(event, raw=raw),
        type=string(event, "type"),
        mode=mode,
        timestamp_ms=number(event, "timestamp"),
        chat=chat_of(event),
        user_id=identifier(section(event, "source"), "userId"),
        reply_token=None if mode == "standby" else identifier(event, "replyToken"),
        redelivery=section(event, "deliveryContext").get("isRedelivery") is True,
        content=content_of(event),
    )


def chat_of(event: Json) -> Chat | None:
    """Return the chat of an event object; None if it names none."""
    source = section(event, "source")
    match source.get("type"):
        case "user":
            kind, key = ChatKind.USER, "userId"
        case "group":
            kind, key = ChatKind.GROUP, "groupId"
        case "room":
            kind, key = ChatKind.ROOM, "roomId"
        case _:
            return None
    found = identifier(source, key)
    return Chat(kind=kind, id=found) if found else None


def event_id(event: Json, *, raw: str) -> str:
    """Return `webhookEventId`; if it is missing or malformed, derive an id that repeats of the event share."""
    match event.get("webhookEventId"):
        case str(given) if _EVENT_ID.fullmatch(given):
            return given
    return f"derived-{hashlib.sha256(_repeated_part(raw).encode()).hexdigest()[:40]}"


def _repeated_part(raw: str) -> str:
    # From the text, not from the object: the inbox and `read` must arrive at the same id.
    event = _event_object(raw)
    event.pop("deliveryContext", None)  # all that differs in a redelivery
    try:
        return json_text.dumps(event, sort_keys=True)
    except ValueError:
        return raw


def _event_object(raw: str) -> dict[str, Any]:
    try:
        event = json_text.loads(raw)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}

"""What an event tells of itself: when it happened, and which message said its words."""

import time
from collections.abc import Mapping, Sequence

from app.line.contents import Text
from app.line.events import Event


def happened_at(event: Event) -> float:
    """Return when it happened, Unix seconds; it may have come much later. Now, where LINE does not tell."""
    return event.timestamp_ms / 1000 or time.time()


def said_by(event: Event) -> Sequence[Mapping[str, str]]:
    """Name the message, as `Expected.sources` has it; nothing of a tap."""
    return [{"message": event.content.id}] if isinstance(event.content, Text) and event.content.id else ()

"""What an event tells of itself: when it happened, which message said its words, and of its photo."""

import time
from collections.abc import Mapping, Sequence

from app.line.contents import Media, Text
from app.line.events import Chat, Event
from app.store.photos import NewPhoto


def happened_at(event: Event) -> float:
    """Return when it happened, Unix seconds; it may have come much later. Now, where LINE does not tell."""
    return event.timestamp_ms / 1000 or time.time()


def said_by(event: Event) -> Sequence[Mapping[str, str]]:
    """Name the message, as `Expected.sources` has it; nothing of a tap."""
    return [{"message": event.content.id}] if isinstance(event.content, Text) and event.content.id else ()


def new_photo(event: Event, chat: Chat, photo: Media) -> NewPhoto:
    """Describe the photo that it brings."""
    album = photo.image_set
    return NewPhoto(
        message_id=photo.id,
        chat_id=chat.id,
        user_id=event.user_id,
        set_id=album.id if album else None,
        set_total=album.total if album else 0,
        set_index=album.index if album else 0,
    )

"""What an event says about itself: when it happened, which message its words are in, what photo it brings."""

import time
from collections.abc import Mapping, Sequence

from app.line.contents import Media, Text
from app.line.events import Chat, Event
from app.store.photos import NewPhoto


def happened_at(event: Event) -> float:
    """Return when an event happened, Unix seconds; it may have come much later. Now, if LINE does not say."""
    return event.timestamp_ms / 1000 or time.time()


def said_by(event: Event) -> Sequence[Mapping[str, str]]:
    """Return the message of an event's words, as `Expected.sources` names it; nothing for a tap."""
    return [{"message": event.content.id}] if isinstance(event.content, Text) and event.content.id else ()


def new_photo(event: Event, chat: Chat, photo: Media) -> NewPhoto:
    """Describe the photo that an event brings."""
    album = photo.image_set
    return NewPhoto(
        message_id=photo.id,
        chat_id=chat.id,
        user_id=event.user_id,
        set_id=album.id if album else None,
        set_total=album.total if album else 0,
        set_index=album.index if album else 0,
    )

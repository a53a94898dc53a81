"""A bell for each chat: whoever waits for news of a chat hears at once that something changed in this process."""

import asyncio
import contextlib
from collections.abc import Iterator


class Bell:
    """Wakes the flows of one process. Other processes' news is found in the store."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = {}

    def ring(self, chat_id: str) -> None:
        """Wake everybody who waits for news of this chat."""
        for event in self._listeners.get(chat_id, ()):
            event.set()

    @contextlib.contextmanager
    def listening(self, chat_id: str) -> Iterator[asyncio.Event]:
        """Give an event that is set by every ring from now on."""
        event = asyncio.Event()
        self._listeners.setdefault(chat_id, set()).add(event)
        try:
            yield event
        finally:
            self._listeners[chat_id].discard(event)
            if not self._listeners[chat_id]:
                del self._listeners[chat_id]

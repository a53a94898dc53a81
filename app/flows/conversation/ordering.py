"""Lets the events of one chat be understood in the order in which they came.

Events are understood concurrently. Without this, words could be understood before the photo, or the tap, that they are
about: a photo that is shared with a comment comes as two events in one webhook.
"""

import asyncio
import contextlib
import time
from types import TracebackType

PATIENCE_S = 5.0  # the order of two messages is worth a short wait, not a lost answer


class Turn:
    """The turn of one event: a context manager; later events of the chat wait until it exits."""

    def __init__(self, before: "Turn | None", *, until: float) -> None:
        """`until`: how long it waits for the turn `before` it, by the monotonic clock."""
        self._before = before
        self._until = until
        self.over = asyncio.Event()  # set when the next turn need not wait any more

    async def __aenter__(self) -> None:
        """Wait for the event before this one."""
        if self._before is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self._until - time.monotonic())):
                    await self._before.over.wait()
            self._before = None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the next event go on."""
        self.over.set()


class ChatOrder:
    """One for each process: an event is understood by the process that took it in."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        """`patience_s`: no event waits longer for those before it."""
        self._patience_s = patience_s
        self._last: dict[str, Turn] = {}

    def __len__(self) -> int:
        """Count the chats whose last event has not had its turn."""
        return len(self._last)

    def of(self, chat_id: str) -> Turn:
        """Give the next event of a chat its turn, after all that came before it."""
        turn = Turn(self._last.get(chat_id), until=time.monotonic() + self._patience_s)
        self._last[chat_id] = turn
        return turn

    def had(self, chat_id: str, turn: Turn) -> None:
        """Forget a turn that is over."""
        if self._last.get(chat_id) is turn:
            del self._last[chat_id]

"""Lets the events of one chat be understood in the order in which they came.

Workflows start side by side. Without this, words could be understood before the photo, or the tap, that they are about:
a photo that is shared with a comment comes as two events in one webhook.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

PATIENCE_S = 2.0  # the order of two messages is worth a moment, not an answer
UNBEGUN_PATIENCES = 5  # a repeat of an event that a process before us has understood never begins
REMEMBERED = 10_000  # events that had their turn, so that repeats of them wait for nothing


@dataclass(slots=True, kw_only=True, eq=False)
class _Turn:
    chat_id: str
    at: float
    before: "_Turn | None"
    has_begun: bool = False
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class Turns:
    """Of this process, which also begins what it takes in. After a restart order is no promise."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        """Nobody waits yet. `patience_s`: no event waits longer for those before it."""
        self._patience_s = patience_s
        self._turns: dict[str, _Turn] = {}
        self._last: dict[str, _Turn] = {}
        self._had: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        """Count the events that have not had their turn."""
        return len(self._turns)

    def arrived(self, chat_id: str, event_id: str) -> None:
        """This event is behind all that came before it in its chat."""
        self._forget_unbegun()
        if event_id in self._turns or event_id in self._had:
            return
        turn = _Turn(chat_id=chat_id, at=time.monotonic(), before=self._last.get(chat_id))
        self._turns[event_id] = self._last[chat_id] = turn

    @contextlib.asynccontextmanager
    async def of(self, event_id: str) -> AsyncIterator[None]:
        """Wait for the events before this one, then hold up those behind it."""
        turn = self._turns.get(event_id)
        if turn is None:
            yield
            return
        turn.has_begun = True
        try:
            await _wait_for(turn, until=turn.at + self._patience_s)
            yield
        finally:
            self._end(event_id, turn)

    def _forget_unbegun(self) -> None:
        since = time.monotonic() - UNBEGUN_PATIENCES * self._patience_s
        while self._turns:
            event_id, oldest = next(iter(self._turns.items()))
            if oldest.has_begun or oldest.at > since:
                return
            self._end(event_id, oldest)

    def _end(self, event_id: str, turn: _Turn) -> None:
        turn.is_over.set()
        turn.before = None
        self._turns.pop(event_id, None)
        if self._last.get(turn.chat_id) is turn:
            del self._last[turn.chat_id]
        self._had[event_id] = None
        if len(self._had) > REMEMBERED:
            self._had.popitem(last=False)


async def _wait_for(turn: _Turn, *, until: float) -> None:
    if turn.before is None:
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, until - time.monotonic())):
            await turn.before.is_over.wait()

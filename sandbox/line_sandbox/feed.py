"""What happens in a stand-in, as it happens: for pages that show it and tests that wait for it."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

T = TypeVar("T")
UNREAD_MAX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened.

    Attributes:
        kind: "call_started", "call_ended", "message_in", "message_out", "loading_started", ...
        at: Unix time in seconds by the stand-in's clock.
        what: The record it is about: a Call, a ChatMessage, a Delivery.
    """

    kind: str
    at: float
    what: object


class Subscription:
    """An endless async iterator of happenings. A reader that sleeps loses the oldest ones, not the memory."""

    def __init__(self, feed: "Feed") -> None:
        self._feed = feed
        self._unread: deque[Happening] = deque(maxlen=UNREAD_MAX)
        self._arrived = asyncio.Event()
        feed.subscriptions.add(self)

    def put(self, happening: Happening) -> None:
        """Hand the reader one more."""
        self._unread.append(happening)
        self._arrived.set()

    def close(self) -> None:
        """Stop listening. The second call does nothing."""
        self._feed.subscriptions.discard(self)

    def __aiter__(self) -> Self:
        """It is its own iterator."""
        return self

    async def __anext__(self) -> Happening:
        """The next happening, however long it takes."""
        while not self._unread:
            self._arrived.clear()
            await self._arrived.wait()
        return self._unread.popleft()

    def __enter__(self) -> Self:
        """Listen as long as the block runs."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Stop listening."""
        self.close()


class Feed:
    """Publishes happenings to subscriptions and wakes those who wait for a condition."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.subscriptions: set[Subscription] = set()
        self._waiting: set[asyncio.Future[None]] = set()

    def publish(self, kind: str, what: object) -> None:
        """Say that something happened. Must be called on the event loop."""
        if self.subscriptions:
            happening = Happening(kind=kind, at=self.clock(), what=what)
            for subscription in self.subscriptions:
                subscription.put(happening)
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def wait_for(self, predicate: Callable[[], T], timeout_s: float = 5.0) -> T:
        """Wait until `predicate()` is true and return what it returned.

        It is asked again after everything that happens, never by the clock.

        Raises:
            TimeoutError: It did not become true within `timeout_s` seconds.
        """
        async with asyncio.timeout(timeout_s):
            while not (found := predicate()):
                await self._next()
            return found

    async def _next(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

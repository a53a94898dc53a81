"""A few places for which chats wait in turn, however many places one chat wants. No I/O."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Places:
    """Only one photo of each chat waits in line, the rest behind it: a hundred of one chat delay another's by one."""

    def __init__(self, count: int) -> None:
        """`count` places can be held at once, all of them by one chat if no other wants any."""
        self._free = asyncio.Semaphore(count)
        self._next_of: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def one(self, chat_id: str) -> AsyncIterator[None]:
        """Wait for a place, and hold it."""
        is_next = self._next_of.setdefault(chat_id, asyncio.Lock())
        async with is_next:
            await self._free.acquire()
        try:
            yield
        finally:
            self._free.release()

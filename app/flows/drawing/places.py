"""A few places for which chats wait in turn, however many of one chat want one. No I/O."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Places:
    """Of each chat one waits, the others behind it: a hundred photos of one person delay another's by one."""

    def __init__(self, count: int) -> None:
        """`count` are taken at once, all by one chat where nobody else wants one."""
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

"""Work that goes on by itself, with an owner that stops it and notices its end."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """What somebody has begun and does not wait for. `whose`: for whoever reads that it failed."""

    def __init__(self, whose: str) -> None:
        self._whose = whose
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Begin it. What it raises is told to the event loop's exception handler."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Stop what still runs."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            if error := task.exception():
                message = f"work of the page's {self._whose} failed"
                task.get_loop().call_exception_handler({"message": message, "exception": error})

"""Caches a reading that many may ask for: never made twice at a time, and not again while it is fresh."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")


class Cached(Generic[T]):
    """`fresh_s`: how old a reading may be; `patience_s`: how long to wait for one. A hung store blocks one thread."""

    def __init__(self, read: Callable[[], Awaitable[T]], *, fresh_s: float, patience_s: float) -> None:
        self._read = read
        self._fresh_s = fresh_s
        self._patience_s = patience_s
        self._value: T | None = None
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def get(self) -> T | None:
        """Return a fresh reading; None when it cannot be made, or not in time."""
        if not self._is_fresh():
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._read_once(), name="gauges")
            await asyncio.wait({self._reading}, timeout=self._patience_s)
        return self._value if self._is_fresh() else None

    async def _read_once(self) -> None:
        try:
            self._value = await self._read()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other metrics are still worth having
            log.warning("gauges_not_read", error=type(error).__name__)
        else:
            self._read_at = time.monotonic()

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._read_at < self._fresh_s

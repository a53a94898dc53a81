"""The threads in which pictures are decoded: pictures of ours never wait behind people's photos."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from app.pictures import PreparedSource, Rendition, prepare_source, render, rendition_bytes, source_bytes

T = TypeVar("T")

PICTURE_THREADS = 2
PHOTO_THREADS = 2
LARGE_BYTES = 50_000_000  # decoded: a phone's 12 megapixels are just below


async def _at_once() -> None:
    """Begin without a mark."""


class Renderers:
    """One for each process. What is large when decoded is decoded one after the other, whosever it is."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._pictures = ThreadPoolExecutor(PICTURE_THREADS, thread_name_prefix="render")
        self._photos = ThreadPoolExecutor(PHOTO_THREADS, thread_name_prefix="photo")
        self._large = asyncio.Lock()

    async def rendition(self, data: bytes) -> Rendition:
        """Make a picture fit for LINE. Raises `NotAPicture`."""
        return await self._run(self._pictures, rendition_bytes, render, data, _at_once)

    async def source(self, data: bytes, *, begin: Callable[[], Awaitable[None]] = _at_once) -> PreparedSource:
        """Make a photo fit for a model. Raises `NotAPicture`. `begin` is awaited right before it is decoded."""
        return await self._run(self._photos, source_bytes, prepare_source, data, begin)

    def shutdown(self) -> None:
        """Begin nothing more. What is being decoded ends by itself."""
        self._pictures.shutdown(wait=False, cancel_futures=True)
        self._photos.shutdown(wait=False, cancel_futures=True)

    async def _run(
        self,
        threads: Executor,
        weigh: Callable[[bytes], int],
        work: Callable[[bytes], T],
        data: bytes,
        begin: Callable[[], Awaitable[None]],
    ) -> T:
        loop = asyncio.get_running_loop()
        if await loop.run_in_executor(threads, weigh, data) <= LARGE_BYTES:
            await begin()
            return await loop.run_in_executor(threads, work, data)
        async with self._large:
            await begin()
            return await loop.run_in_executor(self._photos, work, data)

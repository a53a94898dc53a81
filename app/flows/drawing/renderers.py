"""The threads in which pictures are decoded: our own, unless they are large, never wait behind people's photos."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from app.pictures import PreparedSource, Rendition, prepare_source, render, rendition_bytes, source_bytes

T = TypeVar("T")

PICTURE_THREADS = 2
LARGE_BYTES = 50_000_000  # once decoded; the 12 megapixels of a phone are just below


class Renderers:
    """One for each process. Photos, and whatever is large when decoded, are decoded one at a time."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._pictures = ThreadPoolExecutor(PICTURE_THREADS, thread_name_prefix="render")
        self._alone = ThreadPoolExecutor(1, thread_name_prefix="photo")
        self._one = asyncio.Lock()

    async def rendition(self, data: bytes) -> Rendition:
        """Make a picture fit for LINE. Raises `NotAPicture`."""
        return await self._of_ours(rendition_bytes, render, data)

    async def source(self, data: bytes) -> PreparedSource:
        """Make a picture of ours fit for a model. Raises `NotAPicture`."""
        return await self._of_ours(source_bytes, prepare_source, data)

    async def photo(self, data: bytes, *, begin: Callable[[], Awaitable[None]]) -> PreparedSource:
        """Make a person's photo fit for a model. Raises `NotAPicture`.

        `begin` is awaited when its turn has come. From then until it is decoded no other photo is touched, so if the
        process dies, this one is the cause.
        """
        async with self._one:
            await begin()
            return await _run(self._alone, prepare_source, data)

    def shutdown(self) -> None:
        """Start nothing more. What is being decoded ends by itself."""
        self._pictures.shutdown(wait=False, cancel_futures=True)
        self._alone.shutdown(wait=False, cancel_futures=True)

    async def _of_ours(self, weigh: Callable[[bytes], int], work: Callable[[bytes], T], data: bytes) -> T:
        if await _run(self._pictures, weigh, data) <= LARGE_BYTES:
            return await _run(self._pictures, work, data)
        async with self._one:
            return await _run(self._alone, work, data)


async def _run(threads: Executor, work: Callable[[bytes], T], data: bytes) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, work, data)

"""Deletes from the bucket what the store has forgotten, as soon as it can be reached; and forgets what is old."""

import asyncio
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.errors import EaselError
from app.flows.drawing.retry import backoff_s
from app.r2 import Bucket
from app.store.chats import Chats
from app.store.deletions import Deletions
from app.store.forgetting import Forgetting

log = structlog.get_logger()

DAY_S = 86_400.0
GRACE_S = DAY_S  # from unfollowing or leaving until the chat's data is deleted
LOOK_EVERY_S = 600.0
AGAIN_MAX_S = 300.0
CHATS_AT_ONCE = 50


class Cleanup:
    """Carries out pending deletions in the bucket; several processes may do so at the same time."""

    def __init__(
        self, *, deletions: Deletions, forgetting: Forgetting, chats: Chats, bucket: Bucket, retention_days: int
    ) -> None:
        """`retention_days` 0: pictures are kept for good."""
        self._deletions = deletions
        self._forgetting = forgetting
        self._chats = chats
        self._bucket = bucket
        self._retention_days = retention_days
        self._news = asyncio.Event()

    def ring(self) -> None:
        """Sweep soon: there is something to delete."""
        self._news.set()

    async def keep(self) -> None:
        """Sweep until cancelled."""
        attempt = 0
        while True:
            self._news.clear()
            try:
                await self._let_old_go()
                await sweep(self._deletions, self._bucket)
            except (EaselError, SQLAlchemyError) as error:
                attempt += 1
                # A database's message may hold people's words, so only the kind of its error is logged.
                is_ours = isinstance(error, EaselError)
                code, message = (error.code, str(error)) if is_ours else (type(error).__name__, "the database is away")
                log.warning("objects_not_deleted", attempt=attempt, code=code, message=message)
                await asyncio.sleep(backoff_s(attempt, first_s=1.0, longest_s=AGAIN_MAX_S))
            else:
                attempt = 0
                await self._wait()

    async def _let_old_go(self) -> None:
        now = time.time()
        for chat_id in await self._chats.left_before(now - GRACE_S, limit=CHATS_AT_ONCE):
            count = await self._forgetting.left_chat(chat_id, before=now - GRACE_S)
            if count is not None:
                log.info("chat_forgotten", pictures=count)
        if not self._retention_days:
            return
        await self._forgetting.photos_before(now - self._retention_days * DAY_S)
        while count := await self._forgetting.pictures_before(now - self._retention_days * DAY_S):
            log.info("old_pictures_forgotten", count=count)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._news.wait()
        except TimeoutError:
            pass


async def sweep(deletions: Deletions, bucket: Bucket) -> int:
    """Delete from the bucket what is noted for deletion. Return how many objects. Several may sweep at the same time.

    Raises:
        EaselError: The bucket is away, or does not permit it; what is left stays noted.
    """
    count = 0
    while keys := await deletions.some():
        await bucket.delete(keys)
        await deletions.swept(keys)
        log.info("objects_deleted", count=len(keys))
        count += len(keys)
    return count

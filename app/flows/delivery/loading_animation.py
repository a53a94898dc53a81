"""The loading animation of 1:1 chats. A courtesy: its failure never costs a picture."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from app.errors import EaselError
from app.line.client import LineClient

log = structlog.get_logger()

LOADING_S = 60  # the longest: https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator
AGAIN_AFTER_S = 50.0
SHORT_S = 1.0  # a quicker answer needs no animation, and none waits longer than this for LINE to start one


class LoadingAnimation:
    """One for each process. Flows that keep the same chat waiting share its animation."""

    def __init__(self, line: LineClient) -> None:
        self._line = line
        self._since: dict[str, float] = {}
        self._starting: dict[str, asyncio.Task[None]] = {}

    async def keep_up(self, chat_id: str) -> float:
        """Start or renew the animation if that is due. Return how many seconds until it is due again."""
        now = time.monotonic()
        since = self._since.get(chat_id)
        if since is not None and now - since < AGAIN_AFTER_S:
            return AGAIN_AFTER_S - (now - since)
        self._since[chat_id] = now
        starting = self._starting[chat_id] = asyncio.create_task(self._start(chat_id), name="loading starts")
        await asyncio.wait({starting}, timeout=SHORT_S)
        return AGAIN_AFTER_S

    async def _start(self, chat_id: str) -> None:
        try:
            await self._line.start_loading(chat_id, seconds=LOADING_S)
        except EaselError as error:
            log.debug("loading_not_started", code=error.code, vendor_request=error.vendor_request_id)

    @asynccontextmanager
    async def beside(self, chat_id: str) -> AsyncIterator[None]:
        """Start the animation if the body takes long. The message that follows ends it."""
        late = asyncio.create_task(self._late(chat_id), name="loading")
        try:
            yield
        finally:
            late.cancel()
            await asyncio.gather(late, return_exceptions=True)

    async def _late(self, chat_id: str) -> None:
        await asyncio.sleep(SHORT_S)
        await self.keep_up(chat_id)

    def ended(self, chat_id: str) -> None:
        """Note that the animation is over: a message of ours ended it, or the chat no longer waits for anything."""
        self._since.pop(chat_id, None)
        if starting := self._starting.pop(chat_id, None):
            starting.cancel()

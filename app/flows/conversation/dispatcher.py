"""Brings events from the inbox to the engine, at the engine's pace.

The inbox takes bursts far faster than workflows start, and LINE waits 2 s for the inbox but a minute for an answer: so
while webhooks rush in, starting workflows waits.
"""

import asyncio
import time
from collections import deque

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.engine import Engine
from app.flows.conversation.event import NAME
from app.store.inbox import Inbox

log = structlog.get_logger()

AT_ONCE = 8
SWEEP_S = 5.0  # for whatever a fault left behind
# A burst, not a conversation: webhooks come faster than workflows can be started. Then one is started at a time, since
# each costs as much processor time as a hundred webhooks, and several at once would hold those up for 100 ms and more.
RUSH_ARRIVALS = 10  # within RUSH_S
RUSH_S = 0.1
RUSH_PAUSE_S = 0.05


class Feeder:
    """One for each process."""

    def __init__(self, *, inbox: Inbox, engine: Engine) -> None:
        self._inbox = inbox
        self._engine = engine
        self._news = asyncio.Event()
        self._arrivals: deque[float] = deque(maxlen=RUSH_ARRIVALS)

    def arrived(self) -> None:
        """Something new is in the inbox."""
        self._arrivals.append(time.monotonic())
        self._news.set()

    async def feed(self) -> None:
        """Feed for ever."""
        while True:
            self._news.clear()
            try:
                await self.finish()
            except SQLAlchemyError as error:
                log.warning("inbox_not_read", error=type(error).__name__)
            await self._wait_for_news()

    async def finish(self) -> None:
        """Feed what is here already, so that it need not wait for somebody to adopt it."""
        while await self._feed_some():
            pass

    async def _feed_some(self) -> bool:
        if self._is_rush():
            await asyncio.sleep(RUSH_PAUSE_S)
        event_ids = await self._inbox.unbegun(limit=1 if self._is_rush() else AT_ONCE)
        if event_ids:
            await asyncio.gather(*(self._engine.begin(NAME, event_id) for event_id in event_ids))
            await self._inbox.mark_begun(event_ids)
        return bool(event_ids)

    def _is_rush(self) -> bool:
        return len(self._arrivals) == RUSH_ARRIVALS and time.monotonic() - self._arrivals[0] <= RUSH_S

    async def _wait_for_news(self) -> None:
        try:
            async with asyncio.timeout(SWEEP_S):
                await self._news.wait()
        except TimeoutError:
            pass

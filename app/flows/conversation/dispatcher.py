"""Takes events from the inbox, those that ask for something first, and brings each to its end.

Each has a task of its own: one that is slow or fails holds up only its own chat, and not for long. Work that stops
before its event is settled is done again from the event's row. An event that may have ended processes is handled alone,
its tries are counted, and in the end it is given up.
"""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from app.flows.conversation.chatter import Chatter
from app.flows.conversation.event import ArrivedEvent, EventFlow
from app.flows.conversation.ordering import ChatOrder, Turn
from app.flows.delivery.courier import token_since
from app.flows.delivery.waiting import set_or_time
from app.line.events import Chat, ChatKind, read
from app.reading.decide import rehearse
from app.store.inbox import Rank
from app.store.settling import SUSPECT_TRIES, Settling, Unsettled

log = structlog.get_logger()

AT_ONCE = 32  # events that are being understood; some wait for the reader
# So many arrivals in so short a time are a burst, not a conversation. LINE waits 2 s for each webhook but a minute for
# an answer, and understanding and drawing one wish takes as much processor time as a hundred webhooks. So while a burst
# lasts, events are begun one at a time.
RUSH_ARRIVALS = 20  # webhooks that ask for something, within RUSH_S
RUSH_S = 0.2
RUSH_PAUSE_S = 0.1
SWEEP_S = 5.0  # how often to look without news, for what a fault left behind
GIVEN_UP_TRIES = SUSPECT_TRIES + 3


class Dispatcher:
    """Handles the events that this process, `owner`, has taken in, and those that it adopts from dead ones."""

    def __init__(self, *, settling: Settling, flow: EventFlow, chatter: Chatter, owner: str) -> None:
        self._settling = settling
        self._flow = flow
        self._chatter = chatter
        self._owner = owner
        self._turns = ChatOrder()
        self._news = asyncio.Event()
        self._in_hand: dict[str, asyncio.Task[None]] = {}
        self._understanding = 0
        self._arrivals: deque[float] = deque(maxlen=RUSH_ARRIVALS)
        self._there_may_be_more = False

    def arrived(self, rank: Rank) -> None:
        """Note that something of this rank is new in the inbox."""
        if rank is Rank.ASKS:
            self._arrivals.append(time.monotonic())
            self._news.set()
        else:
            self._chatter.arrived()

    async def keep(self) -> None:
        """Take up what an earlier run of this `owner` left, then what comes, until cancelled."""
        await asyncio.to_thread(rehearse)
        await self.adopt([self._owner])
        async with asyncio.TaskGroup() as both:
            both.create_task(self._keep())
            both.create_task(self._chatter.keep(asking=self._news))

    async def adopt(self, owners: list[str]) -> None:
        """Take over what processes that ended have left: events to read, wishes to draw, chats that wait."""
        for one in await self._settling.adopt(owners):
            if one.queued:
                await self._flow.draw(one.id, user_or_chat_id=one.user_id or one.chat_id)
            self._flow.attend(Chat(kind=ChatKind(one.chat_kind), id=one.chat_id))
        self._news.set()
        self._chatter.arrived()

    async def read_again(self, event_id: str) -> None:
        """Read an event that a workflow of an earlier release began and did not finish."""
        await self._settling.reopen(event_id)
        self._news.set()

    async def finish(self) -> None:
        """Settle what is in the inbox already, so that it need not wait to be adopted."""
        await self._chatter.finish()
        while await self._take_up() or self._in_hand:
            await self._one_ends()

    async def stop(self) -> None:
        """Cancel what is in hand, and leave it to whoever reads its row next."""
        tasks = list(self._in_hand.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            self._news.clear()
            try:
                await self._take_up()
            except SQLAlchemyError as error:
                log.warning("inbox_not_read", error=type(error).__name__)
            await set_or_time(self._news, SWEEP_S)

    async def _take_up(self) -> bool:
        """Begin as many events as there is room for, oldest first. Return whether there were any."""
        if self._is_rush():
            await asyncio.sleep(RUSH_PAUSE_S)
        room = (1 if self._is_rush() else AT_ONCE) - self._understanding
        if room <= 0:
            self._there_may_be_more = True
            return False
        limit = room + len(self._in_hand)
        found = await self._settling.unsettled(Rank.ASKS, limit=limit)
        self._there_may_be_more = len(found) == limit or any(one.tries >= SUSPECT_TRIES for one in found)
        new = [one for one in found if one.event_id not in self._in_hand]
        if any(one.tries >= SUSPECT_TRIES for one in new):
            return await self._take_up_alone(new[0])
        for one in new[:room]:
            self._begin(one)
        return bool(new)

    def _is_rush(self) -> bool:
        return len(self._arrivals) == RUSH_ARRIVALS and time.monotonic() - self._arrivals[0] <= RUSH_S

    async def _take_up_alone(self, suspect: Unsettled) -> bool:
        """Handle the oldest event with nothing beside it: if the process ends now, this event is the cause."""
        if self._in_hand:
            return False  # the last one to end has us look again
        await self._settling.tried(suspect.event_id)
        self._begin(suspect)
        return True

    def _begin(self, found: Unsettled) -> None:
        self._understanding += 1
        task = asyncio.create_task(self._handle(found), name=f"event {found.event_id}")
        self._in_hand[found.event_id] = task
        task.add_done_callback(lambda _: self._ended(found.event_id))

    def _ended(self, event_id: str) -> None:
        del self._in_hand[event_id]
        self._look_again()

    def _look_again(self) -> None:
        if self._there_may_be_more:
            self._news.set()

    async def _handle(self, found: Unsettled) -> None:
        event = read(found.raw)
        if event.chat is None:
            self._understanding -= 1
            await self._settling.settle(found.event_id)
            return
        since = token_since(event, arrived_at=found.arrived_at)
        came, turn = ArrivedEvent(event=event, chat=event.chat, arrived_at=since), self._turns.of(event.chat.id)
        try:
            await self._carefully(self._in_turn(came, turn, tries=found.tries), came)
        finally:
            self._turns.had(event.chat.id, turn)

    async def _in_turn(self, came: ArrivedEvent, turn: Turn, *, tries: int) -> None:
        try:
            async with turn:
                if tries >= GIVEN_UP_TRIES:
                    await self._give_up(came, tries=tries)
                    return
                rest = await self._flow.understand(came)
        finally:
            self._understanding -= 1
            self._look_again()
        await rest()

    async def _carefully(self, work: Coroutine[Any, Any, None], came: ArrivedEvent) -> None:
        """Run `work` so that a failure is answered with an apology, and harms no other event."""
        try:
            await work
        except (OperationalError, InterfaceError) as error:  # the database has been away for a while
            log.warning("event_not_settled", request=came.event.id, error=type(error).__name__)
            await asyncio.sleep(SWEEP_S)
        except Exception:
            log.exception("event_broke", request=came.event.id)
            try:
                await self._flow.give_up(came)
            except Exception:
                log.exception("event_broke", request=came.event.id)
                await self._settling.settle(came.event.id)

    async def _give_up(self, came: ArrivedEvent, *, tries: int) -> None:
        log.error("event_given_up", request=came.event.id, tries=tries)
        if tries > GIVEN_UP_TRIES:  # even giving up has ended a process
            await self._settling.settle(came.event.id)
        else:
            await self._flow.give_up(came)

    async def _one_ends(self) -> None:
        if self._in_hand:
            await asyncio.wait(self._in_hand.values(), return_when=asyncio.FIRST_COMPLETED)

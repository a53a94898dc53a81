"""Settles events that want nothing, many in one transaction: talk among people in groups, who joins and leaves."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.flows.delivery.courier import token_since
from app.flows.delivery.waiting import Waiting, set_or_time
from app.flows.upkeep.observers import Observers
from app.line.events import Chat, Event, read
from app.reading.decide import Rules, decide
from app.reading.plan import PASS
from app.store.inbox import Rank
from app.store.receiving import NewToken, Sender
from app.store.settling import SUSPECT_TRIES, Passed, Settling, Unsettled

log = structlog.get_logger()

AT_ONCE = 100  # takes a few milliseconds to read
GATHERS_S = 0.2  # so that events that come together share a transaction
SWEEP_S = 5.0  # how often to look without news, for what a fault left behind


class Chatter:
    """One for each process. Events that turn out to want something are handed to the dispatcher."""

    def __init__(self, *, settling: Settling, rules: Rules, watch: Waiting, observers: Observers) -> None:
        self._settling = settling
        self._rules = rules
        self._watch = watch
        self._metrics = observers.metrics
        self._news = asyncio.Event()

    def arrived(self) -> None:
        """Note that something new is in the inbox."""
        self._news.set()

    async def keep(self, *, asking: asyncio.Event) -> None:
        """Settle what comes, until cancelled. Set `asking` when some of it is for the dispatcher."""
        while True:
            await set_or_time(self._news, SWEEP_S)
            await asyncio.sleep(GATHERS_S)
            self._news.clear()
            try:
                if await self.finish():
                    asking.set()
            except SQLAlchemyError as error:
                log.warning("inbox_not_read", error=type(error).__name__)

    async def finish(self) -> bool:
        """Settle what is in the inbox. Return whether some of it asks for something."""
        asked = False
        while found := await self._settling.unsettled(Rank.CHATTER, limit=AT_ONCE):
            asked |= await self._settle(found)
        return asked

    async def _settle(self, found: list[Unsettled]) -> bool:
        chats: dict[str, Chat] = {}
        passed, asking = [], []
        for one in found:
            event = read(one.raw)
            if self._asks(one, event):
                asking.append(one.event_id)
                continue
            self._metrics.event(event.type)
            passed.append(_passed(one, event))
            if event.chat:
                chats[event.chat.id] = event.chat
        if asking:
            await self._settling.asks(asking)
        if passed:
            for chat_id in await self._settling.settle_all(passed):
                self._watch.attend(chats[chat_id])
            log.info("chatter_settled", events=len(passed))
        return bool(asking)

    def _asks(self, found: Unsettled, event: Event) -> bool:
        """Whether there is more to an event than its token; or it cannot be read, or may have ended processes."""
        try:
            return found.tries >= SUSPECT_TRIES or decide(event, self._rules) != PASS
        except Exception as error:  # noqa: BLE001 - the dispatcher reads it by itself, and logs what is wrong
            log.warning("chatter_not_read", request=found.event_id, error=type(error).__name__)
            return True


def _passed(found: Unsettled, event: Event) -> Passed:
    if event.chat is None or not event.reply_token:
        return Passed(event_id=found.event_id)
    return Passed(
        event_id=found.event_id,
        sender=Sender(chat_id=event.chat.id, chat_kind=event.chat.kind, user_id=event.user_id),
        token=NewToken(
            token=event.reply_token, arrived_at=token_since(event, arrived_at=found.arrived_at), addressed=False
        ),
    )

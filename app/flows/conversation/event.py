"""One event, from the inbox to its answer."""

import hashlib
from dataclasses import dataclass

import structlog

from app.engine import Engine
from app.errors import EaselError, Reason
from app.flows.conversation.admission import Gate
from app.flows.conversation.ordering import Turns
from app.flows.conversation.perform import Wants
from app.flows.delivery.waiting import Watch
from app.flows.upkeep.observers import Observers
from app.flows.upkeep.rich_menus import Menus
from app.line.client import LineClient
from app.line.contents import Edited, Join, Text
from app.line.events import Chat, ChatKind, Event, read
from app.reading.decide import Rules, decide
from app.reading.plan import Fetch, Leave, Plan
from app.store.chats import ChatState
from app.store.context import Surroundings, surroundings_of
from app.store.database import Database
from app.store.inbox import Inbox
from app.store.receiving import NewRequest, NewToken, Receiving, Sender
from app.store.requests import Requests

log = structlog.get_logger()

NAME = "event"
DRAW = "draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where an event is read from and written to."""

    database: Database
    inbox: Inbox
    requests: Requests
    receiving: Receiving


class EventFlow:
    """The workflow `event`, whose id is the `webhookEventId`."""

    def __init__(  # noqa: PLR0913 - keyword-only parts, wired once
        self,
        *,
        engine: Engine,
        stores: Stores,
        gate: Gate,
        wants: Wants,
        watch: Watch,
        menus: Menus,
        rules: Rules,
        line: LineClient,
        turns: Turns,
        observers: Observers,
    ) -> None:
        self._engine = engine
        self._stores = stores
        self._gate = gate
        self._wants = wants
        self._watch = watch
        self._menus = menus
        self._rules = rules
        self._line = line
        self._observers = observers
        self._turns = turns

    async def run(self, event_id: str) -> None:
        """Understand the event, have its picture drawn, and see to it that the chat gets its answer."""
        # Step results hold no ids of people: the engine's tables are not ours to clean.
        turn = await Engine.step("receive", self._receive, event_id)
        if turn:
            await self._engine.enqueue(DRAW, f"{DRAW}-{event_id}", argument=event_id, user=turn)
        await Engine.step("answer", self._answer, event_id)

    async def give_up(self, event_id: str) -> None:
        """Answer that something broke, after a fault of ours, where somebody may wait for an answer."""
        await Engine.step("give_up", self._apologise, event_id)
        await Engine.step("answer", self._answer, event_id)

    async def _apologise(self, event_id: str) -> None:
        event, arrived_at = await self._event(event_id)
        if event.chat is None or not event.reply_token or not decide(event, self._rules).addressed:
            return
        await self._stores.receiving.receive(
            event_id,
            sender=Sender(chat_id=event.chat.id, chat_kind=event.chat.kind, user_id=event.user_id),
            token=NewToken(token=event.reply_token, arrived_at=arrived_at, addressed=True),
            request=NewRequest(words=Reason.BROKE),
        )

    async def _receive(self, event_id: str) -> str:
        """Write down what the event wants. Return whose turn its picture uses up, "" when there is none to draw."""
        event, arrived_at = await self._event(event_id)
        self._observers.metrics.event(event.type)
        if event.chat is None:
            return ""
        with self._observers.traces.span("understand", request_id=event_id, type=event.type):
            return await self._understand(event_id, event, event.chat, arrived_at)

    async def _understand(self, event_id: str, event: Event, chat: Chat, arrived_at: float) -> str:
        async with self._turns.of(event_id):
            known = await self._stores.requests.get(event_id)
            if known:
                return _turn(event) if known.draws else ""
            around = await self._surroundings(event, chat)
            plan = decide(event, self._rules, around)
            if plan.act and await self._gate.is_blocked(chat, event.user_id):
                plan = Plan()
            await self._wants.hear(event, chat, plan)
            if not isinstance(plan.act, Fetch):
                return await self._perform(event_id, event, chat, plan, around.chat, arrived_at)
        # Nobody's words wait for LINE to hand a photo out.
        return await self._perform(event_id, event, chat, plan, around.chat, arrived_at)

    async def _perform(
        self, event_id: str, event: Event, chat: Chat, plan: Plan, state: ChatState, arrived_at: float
    ) -> str:
        request = await self._wants.of(event, chat, plan, state)
        wished = bool(request and request.draws)
        if request and request.draws:
            request = await self._gate.let_in(request)
        token = None
        if event.reply_token:
            token = NewToken(token=event.reply_token, arrived_at=arrived_at, addressed=plan.addressed)
        draws = await self._stores.receiving.receive(
            event_id,
            sender=Sender(chat_id=chat.id, chat_kind=chat.kind, user_id=event.user_id),
            token=token,
            request=request,
            quota=self._gate.quota(),
        )
        log.info("event_understood", request=event_id, type=event.type, wants=_wanted(request), draws=draws)
        if wished and not draws:
            await self._count_declined(event_id)
        return _turn(event) if draws else ""

    async def _count_declined(self, event_id: str) -> None:
        """Count a wish that was not let in, by the words it got; a second tap on one button got none."""
        if declined := await self._stores.requests.get(event_id):
            self._observers.metrics.ended("declined", declined.words or "")

    async def _surroundings(self, event: Event, chat: Chat) -> Surroundings:
        """Look around where it matters: what people write, and what they tap or show."""
        text = event.content.text if isinstance(event.content, Edited) else event.content
        said = text if isinstance(text, Text) else None
        return await surroundings_of(
            self._stores.database,
            chat.id,
            message_id=said.id if said else "",
            quoted_message_id=said.quoted_message_id if said else None,
        )

    async def _answer(self, event_id: str) -> None:
        event, _ = await self._event(event_id)
        if event.chat is not None:
            await self._watch.until_answered(event.chat)
            if isinstance(event.content, Join):
                await self._leave_if_uninvited(event, event.chat)
            if event.chat.kind is ChatKind.USER and event.reply_token:
                await self._menus.see_to(event.chat.id)
        await self._stores.inbox.blank(event_id)

    async def _leave_if_uninvited(self, event: Event, chat: Chat) -> None:
        if not isinstance(decide(event, self._rules).act, Leave):
            return
        try:
            await self._line.leave(chat)
        except EaselError as error:
            log.warning("group_not_left", code=error.code, vendor_request=error.vendor_request_id)

    async def _event(self, event_id: str) -> tuple[Event, float]:
        found = await self._stores.inbox.read(event_id)
        if found is None:
            raise LookupError(f"event {event_id} is not in the inbox any more")
        raw, arrived_at = found
        return read(raw), arrived_at


def _turn(event: Event) -> str:
    who = event.user_id or (event.chat.id if event.chat else "")
    return hashlib.sha256(who.encode()).hexdigest()[:16]


def _wanted(request: NewRequest | None) -> str:
    if request is None:
        return "nothing"
    return "picture" if request.draws else request.words or "nothing"

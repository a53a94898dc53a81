"""Understands one event, then writes what it wants and its token, and settles its inbox row, in one transaction."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from functools import partial

import structlog

from app.engine import Engine
from app.errors import EaselError, Reason
from app.flows.conversation.admission import Admission
from app.flows.conversation.expecting import with_own_question
from app.flows.conversation.perform import Performer
from app.flows.conversation.saying import saying
from app.flows.conversation.understanding import Understanding
from app.flows.delivery.waiting import Waiting
from app.flows.drawing.queue import enqueue, turn_of
from app.flows.upkeep.menu_of_language import Menus
from app.flows.upkeep.observers import Observers
from app.line.client import LineClient
from app.line.contents import Edited, Text
from app.line.events import Chat, ChatKind, Event
from app.reading.decide import NOTHING_AROUND, Rules, decide
from app.reading.plan import Fetch, LeaveChat, Plan
from app.store.context import Context, Quote, context_of, is_ours
from app.store.database import Database
from app.store.receiving import NewRequest, NewToken, Receiving, Sender
from app.store.requests import Requests, State
from app.store.settling import Settling
from app.store.standing import Standing, standing_of
from app.words.answers import Sentence

log = structlog.get_logger()

EVENT = "event"  # a workflow of earlier releases, which may be unfinished

Rest = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where an event is read from and written to."""

    database: Database
    settling: Settling
    requests: Requests
    receiving: Receiving


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedEvent:
    """An event in its chat. `arrived_at`: when its webhook came, for the age of its reply token; Unix seconds."""

    event: Event
    chat: Chat
    arrived_at: float

    @property
    def sender(self) -> Sender:
        """Where it came from."""
        return Sender(chat_id=self.chat.id, chat_kind=self.chat.kind, user_id=self.event.user_id)

    def token(self, *, addressed: bool) -> NewToken | None:
        """Return its reply token, if it has one. `addressed`: the event was meant for us."""
        if not self.event.reply_token:
            return None
        return NewToken(token=self.event.reply_token, arrived_at=self.arrived_at, addressed=addressed)


class EventFlow:
    """Handles events one by one. What stops before an event is settled is done again from the event's row."""

    def __init__(  # noqa: PLR0913 - keyword-only parts, wired once
        self,
        *,
        engine: Engine,
        stores: Stores,
        gate: Admission,
        wants: Performer,
        watch: Waiting,
        menus: Menus,
        rules: Rules,
        understanding: Understanding,
        line: LineClient,
        observers: Observers,
    ) -> None:
        self._engine = engine
        self._stores = stores
        self._gate = gate
        self._wants = wants
        self._watch = watch
        self._menus = menus
        self._rules = rules
        self._understanding = understanding
        self._line = line
        self._observers = observers

    async def understand(self, came: ArrivedEvent) -> Rest:
        """Find out what the event wants, and write it down.

        Returns:
            The rest of the work, for which no other event of the chat need wait.
        """
        self._observers.metrics.event(came.event.type)
        with self._observers.traces.span("understand", request_id=came.event.id, type=came.event.type):
            return await self._understand(came)

    def attend(self, chat: Chat) -> None:
        """Say what is due in this chat, and watch it while it waits."""
        self._watch.attend(chat)

    async def give_up(self, came: ArrivedEvent) -> None:
        """Say that something broke, after a fault of ours, if somebody may be waiting for an answer."""
        event_id, token = came.event.id, came.token(addressed=True)
        if token is None or not await self._may_be_for_us(came):
            await self._stores.settling.settle(event_id)
            return
        request = saying(Sentence(Reason.BROKE))
        await self._stores.receiving.receive(event_id, sender=came.sender, token=token, request=request)
        self._watch.attend(came.chat)

    async def draw(self, request_id: str, *, user_or_chat_id: str) -> None:
        """Put a wish into the engine's queue. The second call changes nothing."""
        await enqueue(self._engine, request_id, turn=turn_of(user_or_chat_id))

    async def _understand(self, came: ArrivedEvent) -> Rest:
        event, chat = came.event, came.chat
        holders = frozenset({chat.id, event.user_id or chat.id})
        standing = await standing_of(self._stores.database, event.id, holders=holders)
        if standing.known:
            return partial(self._go_on, came)
        if standing.blocked:
            around, plan = NOTHING_AROUND, self._without_asking(event, blocked=holders)
        else:
            around = await self._context(event, chat)
            plan = await self._understanding.plan(event, around)
        await self._wants.hear(event, chat, plan, around.chat)
        if isinstance(plan.act, Fetch):
            # The words that follow a photo need not wait for LINE to hand it out.
            return partial(self._perform, came, plan, around, standing)
        await self._perform(came, plan, around, standing)
        return partial(self._end, came, plan)

    async def _perform(self, came: ArrivedEvent, plan: Plan, around: Context, standing: Standing) -> None:
        event, chat = came.event, came.chat
        async with self._watch.shown(chat) if isinstance(plan.act, Fetch) else nullcontext():
            request = await self._wants.of(event, chat, plan, around.chat)
        wished = bool(request and request.draws)
        if request and request.draws:
            request = self._gate.let_in(request, standing)
        why = asdict(plan.why) if plan.why else {}
        if request and why:
            request = replace(request, understood=why)
        token = came.token(addressed=plan.addressed)
        draws = await self._stores.receiving.receive(
            event.id,
            sender=came.sender,
            token=token,
            request=request,
            quota=self._gate.quota(),
            settles=not isinstance(plan.act, LeaveChat),
        )
        log.info("event_understood", request=event.id, type=event.type, wants=_wanted(request), draws=draws, **why)
        if draws:
            await self.draw(event.id, user_or_chat_id=event.user_id or chat.id)
        elif wished:
            await self._count_declined(event.id, request)
        if token and draws and chat.kind is ChatKind.USER and _is_alone(event, around):
            self._watch.expect(chat, arrived_at=came.arrived_at)
        elif token or request:
            self._watch.attend(chat)

    async def _may_be_for_us(self, came: ArrivedEvent) -> bool:
        """Whether somebody may be waiting for an answer, even if only a later step could tell whether it is for us."""
        said = _text_of(came.event)
        quoted = said.quoted_message_id if said else None
        quotes_us = quoted is not None and await is_ours(self._stores.database, came.chat.id, quoted)
        plan = decide(came.event, self._rules, Context(quote=Quote(ours=quotes_us)))
        return plan.addressed or plan.open is not None

    def _without_asking(self, event: Event, *, blocked: frozenset[str] = frozenset()) -> Plan:
        """Plan by the rules alone, at no cost. `blocked`: ids that an admin blocked, added to those of the settings."""
        return decide(event, replace(self._rules, blocked_ids=self._rules.blocked_ids | blocked))

    async def _go_on(self, came: ArrivedEvent) -> None:
        """Finish an event whose request is already written down, by a process that did not get to the end."""
        known = await self._stores.requests.get(came.event.id)
        if known and known.state is State.QUEUED:
            await self.draw(known.id, user_or_chat_id=known.user_id or known.chat_id)
        self._watch.attend(came.chat)
        await self._end(came, self._without_asking(came.event))
        await self._stores.settling.settle(came.event.id)

    async def _end(self, came: ArrivedEvent, plan: Plan) -> None:
        """Do what comes after the answer."""
        if isinstance(plan.act, LeaveChat):
            if plan.act.goodbye:
                await self._say_goodbye(came.chat)
            await self._stores.settling.settle(came.event.id)
        elif plan.addressed and came.chat.kind is ChatKind.USER and came.event.reply_token:
            await self._menus.see_to(came.chat.id)

    async def _say_goodbye(self, chat: Chat) -> None:
        await self._watch.look(chat)
        try:
            await self._line.leave(chat)
        except EaselError as error:
            log.warning("group_not_left", code=error.code, vendor_request=error.vendor_request_id)

    async def _count_declined(self, event_id: str, request: NewRequest | None) -> None:
        """Count a wish that was not let in, by the words that declined it; a second tap on a button got none."""
        instead = request.instead.words if request and request.instead else None
        declined = await self._stores.requests.get(event_id)
        if declined and (instead is None or declined.words != instead):
            self._observers.metrics.ended("declined", declined.words or "")

    async def _context(self, event: Event, chat: Chat) -> Context:
        """Read what surrounds an event. A quote that we do not know may be of a message that is still under way."""
        said = _text_of(event)
        look = partial(
            context_of,
            self._stores.database,
            chat.id,
            user_id=event.user_id if chat.kind is not ChatKind.USER else None,
            message_id=said.id if said else "",
            quoted_message_id=said.quoted_message_id if said else None,
        )
        around = await look()
        if said and said.quoted_message_id and around.quote.is_unknown:
            await self._watch.silence(chat)
            around = await look()
        if said and event.user_id and chat.kind is not ChatKind.USER:
            requests = self._stores.requests
            around = await with_own_question(around, requests, chat_id=chat.id, user_id=event.user_id)
        return around


def _text_of(event: Event) -> Text | None:
    text = event.content.text if isinstance(event.content, Edited) else event.content
    return text if isinstance(text, Text) else None


def _is_alone(event: Event, around: Context) -> bool:
    """Whether the wish of this text is all that waits in its 1:1 chat."""
    return isinstance(event.content, Text) and not (around.under_way or around.undelivered)


def _wanted(request: NewRequest | None) -> str:
    if request is None:
        return "nothing"
    return "picture" if request.draws else request.words or "nothing"

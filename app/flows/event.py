"""One event, from the inbox to its answer."""

import hashlib

import structlog

from app.engine import Engine
from app.flows.decide import Plan, Rules, decide
from app.flows.watch import Watch
from app.line.contents import Text
from app.line.events import Event, read
from app.store.deliveries import Deliveries
from app.store.inbox import Inbox
from app.store.requests import NewRequest, NewToken, Requests, Sender

log = structlog.get_logger()

NAME = "event"
DRAW = "draw"


class EventFlow:
    """The workflow `event`, whose id is the `webhookEventId`."""

    def __init__(
        self,
        *,
        engine: Engine,
        inbox: Inbox,
        requests: Requests,
        deliveries: Deliveries,
        watch: Watch,
        rules: Rules,
        waiting_max: int,
    ) -> None:
        """Keep the parts. `waiting_max`: undrawn pictures at which new wishes are declined."""
        self._engine = engine
        self._inbox = inbox
        self._requests = requests
        self._deliveries = deliveries
        self._watch = watch
        self._rules = rules
        self._waiting_max = waiting_max

    async def run(self, event_id: str) -> None:
        """Understand the event, have its picture drawn, and see to it that the chat gets its answer."""
        # Step results hold no ids of people: the engine's tables are not ours to clean.
        turn = await Engine.step("receive", self._receive, event_id)
        if turn:
            await self._engine.enqueue(DRAW, f"{DRAW}-{event_id}", argument=event_id, user=turn)
        await Engine.step("answer", self._answer, event_id)

    async def _receive(self, event_id: str) -> str:
        """Write down what the event wants. Return whose turn its picture uses up, "" when there is none to draw."""
        event, arrived_at = await self._event(event_id)
        if event.chat is None:
            return ""
        plan = decide(event, self._rules, quotes_us=await self._quotes_us(event))
        if plan.prompt is not None and await self._is_full(event_id):
            plan = Plan(addressed=True, words="queue_full", quote_token=plan.quote_token)
        request = await self._asked(event, plan)
        token = None
        if event.reply_token:
            token = NewToken(token=event.reply_token, arrived_at=arrived_at, addressed=plan.addressed)
        sender = Sender(chat_id=event.chat.id, chat_kind=event.chat.kind, user_id=event.user_id)
        await self._requests.receive(event_id, sender=sender, token=token, request=request)
        log.info("event_understood", request=event_id, type=event.type, wants=_wants(plan))
        draws = request is not None and request.prompt is not None
        return hashlib.sha256((event.user_id or event.chat.id).encode()).hexdigest()[:16] if draws else ""

    async def _asked(self, event: Event, plan: Plan) -> NewRequest | None:
        if plan.show is not None:
            return await self._shown(event, plan.show)
        if plan.prompt is None and plan.words is None:
            return None
        return NewRequest(prompt=plan.prompt, words=plan.words, quote_token=plan.quote_token)

    async def _shown(self, event: Event, request_id: str) -> NewRequest | None:
        """Somebody tapped [Show picture]: it brings a token; what it shows is in the store, or is pointed at."""
        wanted = await self._requests.get(request_id)
        if wanted is None or wanted.chat_id != _chat_id(event):
            return NewRequest(words="gone")
        if wanted.sent_at is None:
            await self._requests.show_again(request_id)
            return None
        if event.timestamp_ms / 1000 < wanted.sent_at:
            return None  # the tap and the picture crossed
        if wanted.sent_quote_token is None:
            await self._requests.show_again(request_id)
            return None
        return NewRequest(words="here", quote_token=wanted.sent_quote_token)

    async def _answer(self, event_id: str) -> None:
        event, _ = await self._event(event_id)
        if event.chat is not None:
            await self._watch.until_answered(event.chat)

    async def _event(self, event_id: str) -> tuple[Event, float]:
        found = await self._inbox.read(event_id)
        if found is None:
            raise LookupError(f"event {event_id} is not in the inbox any more")
        raw, arrived_at = found
        return read(raw), arrived_at

    async def _quotes_us(self, event: Event) -> bool:
        if not isinstance(event.content, Text) or not event.content.quoted_message_id or event.chat is None:
            return False
        message_id = event.content.quoted_message_id
        return await self._deliveries.request_of_message(message_id, chat_id=event.chat.id) is not None

    async def _is_full(self, event_id: str) -> bool:
        return await self._requests.undrawn() >= self._waiting_max and await self._requests.get(event_id) is None


def _wants(plan: Plan) -> str:
    if plan.prompt is not None:
        return "picture"
    return plan.words or ("show" if plan.show is not None else "nothing")


def _chat_id(event: Event) -> str:
    return event.chat.id if event.chat else ""

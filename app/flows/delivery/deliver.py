"""The token rule: what a chat is told, when, and on which reply token.

Replies are free, so they come first. The reply token that dies soonest is spent first; near its deadline it pays for
the button [Show picture], whose tap brings a new token. LINE has no retry key for replies, so the intent is written
before the call, an unknown outcome is tried again on the same token, and a reply in doubt is never followed by a push.
https://developers.line.biz/en/docs/messaging-api/retrying-api-request/ (read 2026-11-22)
"""

import asyncio
import contextlib
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.flows.delivery.courier import TOKEN_LIFE_S, Courier, Then, token_age_s
from app.flows.delivery.languages import Languages
from app.flows.delivery.replies import OutgoingMessage, Replies
from app.line.events import Chat as LineChat
from app.line.events import ChatKind
from app.line.messages import MESSAGES_MAX, quick_reply_last, to_json
from app.line.sdk_models import Message
from app.metrics import Metrics
from app.store.deliveries import ChatDue, Deliveries, Token, Way
from app.store.requests import Request, Requests, State
from app.words import menus
from app.words.sentences import Words
from app.words.taps import tap as write_tap

NOTHING = ChatDue(waiting=(), due=(), doubtful=(), tokens=(), intents=())


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRule:
    """`deadline_s`: the age by which a token must be spent. `late`: how an answer that has no token goes out."""

    deadline_s: float
    late: Literal["button", "push"]


class Deliver:
    """Delivers to chats, one task at a time in each; between processes, claims in the store decide who delivers."""

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        courier: Courier,
        languages: Languages,
        rule: TokenRule,
        requests: Requests,
        replies: Replies,
        is_orphan: Callable[[str], bool],
        metrics: Metrics,
    ) -> None:
        """`is_orphan` tells of a delivery's owner whether its unfinished deliveries are ours to finish."""
        self._deliveries = deliveries
        self._courier = courier
        self._languages = languages
        self._rule = rule
        self._requests = requests
        self._replies = replies
        self._is_orphan = is_orphan
        self._metrics = metrics
        self._voices: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def now(self, chat_id: str) -> ChatDue:
        """Say everything that can be said in this chat now. Return what is left."""
        voice = self._voices.setdefault(chat_id, asyncio.Lock())
        async with voice:
            chat = await self._deliveries.chat(chat_id)
            if await self._finish(chat):
                chat = await self._deliveries.chat(chat_id)
            while (then := await self._one(chat)) is Then.LOOK:
                chat = await self._deliveries.chat(chat_id)
        return NOTHING if then is Then.REST else chat

    async def finish(self, chat_id: str) -> None:
        """Finish only the deliveries that a dead process left without an outcome."""
        voice = self._voices.setdefault(chat_id, asyncio.Lock())
        async with voice:
            await self._finish(await self._deliveries.chat(chat_id))

    async def push(self, request: Request) -> None:
        """Push one answer that is due, whatever the rule for late ones. The outcome is in the store."""
        voice = self._voices.setdefault(request.chat_id, asyncio.Lock())
        async with voice:
            answer = await self._answer(request, on_time=False)
            await self._say(
                Way.PUSH,
                request,
                None,
                ids=[request.id] * len(answer),
                messages=[one.message for one in answer],
                picture_ids=[one.picture_id for one in answer],
                promised=(),
            )

    async def silence(self, chat_id: str, *, within_s: float) -> None:
        """Wait up to `within_s` until no delivery to this chat is under way, and the store knows what it shows."""
        if voice := self._voices.get(chat_id):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s), voice:
                    pass

    def deadline_in_s(self, arrived_at: float) -> float:
        """Return in how many seconds a token that arrived at that Unix time must be spent."""
        return max(0.0, self._rule.deadline_s - token_age_s(arrived_at))

    def next_deadline_s(self, chat: ChatDue) -> float | None:
        """Return in how many seconds the first of this chat's addressed tokens must be spent; None: there is none."""
        ages = [token_age_s(token.arrived_at) for token in chat.tokens if token.addressed]
        return max(0.0, self._rule.deadline_s - max(ages)) if ages else None

    async def _finish(self, chat: ChatDue) -> bool:
        """Finish deliveries that were left without an outcome. Return whether there were any."""
        carried = False
        for delivery in chat.intents:
            if not self._is_orphan(delivery.owner) or self._courier.rests(delivery):
                continue
            # Its process died between intent and outcome, or LINE has not taken a push for a while.
            if await self._deliveries.take_over(delivery):
                await self._courier.carry(delivery, may_have_landed=True)
                carried = True
        return carried

    async def _one(self, chat: ChatDue) -> Then:
        """Take one step in this chat. Return what to do after it."""
        dead = [token.event_id for token in chat.tokens if token_age_s(token.arrived_at) >= TOKEN_LIFE_S]
        if dead:
            if chat.waiting or chat.due:
                self._metrics.token("expired", sum(one.addressed for one in chat.tokens if one.event_id in dead))
            await self._deliveries.close_tokens(dead)
            return Then.LOOK
        if chat.due and chat.tokens:
            return await self._answer_all(chat, _fitting(chat))
        if chat.due:
            return await self._answer_all(chat, None) if await self._may_push(chat.due[0]) else Then.WAIT
        for token in chat.tokens:
            if token.addressed and chat.doubtful and not chat.waiting and not chat.doubtful[0].promised_at:
                return await self._ask_doubtful(chat.doubtful[0], token)
            if token_age_s(token.arrived_at) >= self._rule.deadline_s:
                return await self._spend(chat, token)
        return Then.WAIT

    async def _spend(self, chat: ChatDue, token: Token) -> Then:
        """Spend a token that nears its end with nothing ready: on the promise, unless one stands below its event."""
        if not token.addressed or not _uncovered(chat, token):
            await self._deliveries.close_tokens([token.event_id])
            return Then.LOOK
        covered = [one.id for one in chat.waiting]
        message = await self._promise(chat.waiting)
        return await self._say(
            Way.PROMISE, chat.waiting[0], token, ids=[covered[0]], messages=[message], promised=covered
        )

    async def _promise(self, waiting: Sequence[Request]) -> Message:
        first = waiting[0]
        words = await self._words_for(first)
        if len(waiting) > 1:
            said = words.say("drawing_many", count=len(waiting))
        elif first.state is State.KEPT:  # lasts only while uploads to the bucket fail
            said = words.say("drawing_kept")
        else:
            said = words.say("drawing_push" if await self._may_push(first) else "drawing")
        if first.state is State.QUEUED:
            said = f"{said}\n{words.say('queue_place', place=await self._requests.queue_place(first.created_at))}"
        return menus.promise(said, words=words, data=write_tap("show", first.id))

    async def _ask_doubtful(self, request: Request, token: Token) -> Then:
        message = await self._doubt(request)
        return await self._say(Way.PROMISE, request, token, ids=[request.id], messages=[message], promised=[request.id])

    async def _doubt(self, request: Request) -> Message:
        words = await self._words_for(request)
        data = write_tap("show", request.id)
        return menus.promise(words.say("maybe_sent"), alt="maybe_sent_alt", words=words, data=data)

    async def _besides(self, chat: ChatDue, token: Token | None) -> tuple[list[Message], list[str]]:
        """Find what else must be said on this token, and the ids of the requests that it is about.

        That is the promise to those still waiting, if this is the last token; else that an answer may not have arrived.
        """
        others = any(other.addressed for other in chat.tokens if other is not token)
        if token and not others and _uncovered(chat, token):
            return [await self._promise(chat.waiting)], [one.id for one in chat.waiting]
        unasked = [one for one in chat.doubtful if not one.promised_at]
        if token and token.addressed and unasked:
            return [await self._doubt(unasked[0])], [unasked[0].id]
        return [], []

    async def _answer_all(self, chat: ChatDue, token: Token | None) -> Then:
        """Put as many due answers into one call as LINE allows, oldest first; without a token the call is a push."""
        besides, promised = await self._besides(chat, token)
        ids: list[str] = []
        messages: list[Message] = []
        picture_ids: list[str | None] = []
        for request in chat.due:
            answer = await self._answer(request, on_time=token is not None and token.event_id == request.id)
            if ids and len(messages) + len(answer) > MESSAGES_MAX - len(besides):
                break
            ids += [request.id] * len(answer)
            messages += [one.message for one in answer]
            picture_ids += [one.picture_id for one in answer]
        # Five pictures of one wish leave no room: what else is to be said waits for the next token.
        besides, promised = (besides, promised) if len(messages) + len(besides) <= MESSAGES_MAX else ([], [])
        way = Way.REPLY if token else Way.PUSH
        return await self._say(
            way,
            chat.due[0],
            token,
            ids=ids,
            messages=[*messages, *besides],
            picture_ids=[*picture_ids, *(None for _ in besides)],
            promised=promised,
        )

    async def _answer(self, request: Request, *, on_time: bool) -> list[OutgoingMessage]:
        # In a group, or when late, an answer says which request it answers.
        bare = on_time and request.chat_kind == ChatKind.USER
        words = await self._words_for(request)
        lead = None if bare else words.say("yours" if on_time else "late")
        return await self._replies.to(request, words, lead=lead)

    async def _words_for(self, request: Request) -> Words:
        await self._courier.ready()
        return await self._languages.words_for(request.user_id, chat_id=request.chat_id)

    async def _say(
        self,
        way: Way,
        request: Request,
        token: Token | None,
        *,
        ids: Sequence[str],
        messages: Sequence[Message],
        promised: Sequence[str],
        picture_ids: Sequence[str | None] = (),
    ) -> Then:
        said = quick_reply_last(messages)
        delivery = await self._deliveries.claim(
            request.chat_id,
            way=way,
            token=token,
            request_ids=ids,
            messages=[to_json(one) for one in said],
            picture_ids=picture_ids,
            promised=promised,
        )
        # No claim: somebody else was faster, so look again.
        return await self._courier.carry(delivery, said) if delivery else Then.LOOK

    async def _may_push(self, request: Request) -> bool:
        if self._rule.late != "push":
            return False
        return await self._courier.may_push(LineChat(kind=ChatKind(request.chat_kind), id=request.chat_id))


def _fitting(chat: ChatDue) -> Token:
    """Choose the token for what is due: its own, else the one that dies soonest, so that the younger ones last."""
    due = {request.id for request in chat.due}
    return next((token for token in chat.tokens if token.event_id in due), chat.tokens[0])


def _uncovered(chat: ChatDue, token: Token) -> list[Request]:
    """Find the waiting requests that have no promise below this token's event in the chat.

    A request that came after that event, with a token of its own, can wait until that one's deadline.
    """
    last = max(other.arrived_at for other in chat.tokens if other.addressed or other is token)
    return [
        one
        for one in chat.waiting
        if (not one.promised_at or one.promised_at < token.arrived_at)
        and (one.id == token.event_id or last == token.arrived_at or one.created_at < token.arrived_at)
    ]

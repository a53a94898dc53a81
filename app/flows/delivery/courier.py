"""Sends one delivery to LINE and records its outcome."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

import structlog

from app.errors import Again, BadRequest, EaselError, Final, MonthlyLimit, NotPermitted, TokenDead, VendorFault
from app.flows.delivery.loading_animation import LoadingAnimation
from app.flows.drawing.retry import backoff_s
from app.flows.upkeep.line_access import LineAccess
from app.flows.upkeep.observers import Observers
from app.line.client import LineClient
from app.line.events import Chat, Event
from app.line.line_answers import LineCall, Sent
from app.line.messages import of_json
from app.line.sdk_models import Message, rejecting_invalid
from app.store.deliveries import Deliveries, Delivery, Landed, Outcome, Way
from app.store.requests import Requests

log = structlog.get_logger()

# "Use within one minute after receiving the webhook", which LINE does not guarantee to the second:
# https://developers.line.biz/en/reference/messaging-api/#send-reply-message-reply-token (read 2026-11-22)
TOKEN_LIFE_S = 55.0
# The same page: this long after an event its token is dead, however late LINE redelivers it.
REDELIVERED_EVENT_S = 20 * 60.0
TOKEN_YOUNG_S = 50.0  # up to this age, "Invalid reply token" on a second try means that the first one landed
# The clocks of two machines may differ by this much. A token dated further in the future came from a wrong clock, and
# its age is unknown.
CLOCKS_APART_S = 5.0
REPLY_TIMEOUT_S = 5.0
SURE_S = 3.0  # half the term of a lease: within it, nobody can have taken over a delivery of ours
PUSH_PATIENCE_S = 600.0  # LINE keeps a retry key for 24 hours, so a push is safe to repeat
PUSH_TURN_S = 5.0  # for one round of tries; then the chat's other answers go first: reply tokens live only a minute
PUSH_RESTS_S = 25.0  # until its next round of tries, however often the chat is looked at meanwhile
PUSHES_CLOSED_S = 600.0  # how long the monthly quota is not checked again once it is used up


def token_age_s(arrived_at: float) -> float:
    """Return the age of a reply token; one of unknown age is treated as having a second left."""
    age_s = time.time() - arrived_at
    return age_s if age_s > -CLOCKS_APART_S else TOKEN_LIFE_S - 1


def token_since(event: Event, *, arrived_at: float) -> float:
    """Return the time from which the age of an event's reply token counts, Unix seconds.

    The token of an old, redelivered event is tried all the same. It starts out older than `TOKEN_YOUNG_S`, since being
    invalid says nothing about an earlier try.
    """
    is_old = arrived_at - event.timestamp_ms / 1000 > REDELIVERED_EVENT_S - TOKEN_LIFE_S
    return arrived_at - TOKEN_YOUNG_S if event.redelivery and is_old else arrived_at


class Then(Enum):
    """What to do next in a chat."""

    LOOK = "for more that can be said now"
    WAIT = "for what may come"
    REST = "since all is said"


class Courier:
    """Retries a reply with its own token, a push with its retry key. Knows which failures leave the outcome open."""

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        requests: Requests,
        line: LineClient,
        line_access: LineAccess,
        loading: LoadingAnimation,
        observers: Observers,
    ) -> None:
        self._deliveries = deliveries
        self._requests = requests
        self._line = line
        self._line_access = line_access
        self._loading = loading
        self._metrics = observers.metrics
        self._traces = observers.traces
        self._pushes_closed_until = 0.0
        self._resting_until: dict[str, float] = {}

    def rests(self, delivery: Delivery) -> bool:
        """Whether the delivery has just had a round of tries, and must wait for its next."""
        return time.monotonic() < self._resting_until.get(delivery.id, 0.0)

    async def carry(
        self, delivery: Delivery, messages: Sequence[Message] | None = None, *, may_have_landed: bool = False
    ) -> Then:
        """Send a delivery. Return what to do next in this chat.

        `messages`: the delivery's own, if they were just built. `may_have_landed`: an earlier try was
        made, and its outcome is unknown.
        """
        self._resting_until.pop(delivery.id, None)
        # Measured by the monotonic clock from here on, since the wall clock may jump.
        age_s = token_age_s(delivery.token_at) if delivery.token_at else 0.0
        patience_s = TOKEN_LIFE_S - age_s if delivery.token_at else PUSH_TURN_S
        began, attempt = time.monotonic(), 0
        asked_at = began - max(0.0, time.time() - delivery.created_at) if not may_have_landed else began
        while True:
            attempt += 1
            if not await self._still_ours(delivery, since=asked_at):
                return Then.LOOK
            asked_at = time.monotonic()
            try:
                sent = await self._call(delivery, messages, attempt=attempt)
            except BadRequest as error:
                unquoted = _unquoted(delivery)
                if unquoted is None:
                    return _then(await self._not_taken(delivery, error, may_have_landed=may_have_landed))
                # The quoted message may be gone or not quotable: better to answer without a quote than not at all.
                log.warning("quote_not_taken", requests=_requests(delivery), way=delivery.way, message=str(error))
                delivery, messages = unquoted, None
            except Final as error:
                age_s += time.monotonic() - began
                return _then(await self._refused(delivery, error, may_have_landed=may_have_landed, age_s=age_s))
            except EaselError as error:
                # Replies have no retry key, so after a timeout or a 5xx the outcome is unknown.
                may_have_landed |= isinstance(error, VendorFault) or not isinstance(error, Again)
                wait_s = getattr(error, "retry_after_s", None) or backoff_s(attempt)
                if time.monotonic() - began + wait_s >= patience_s:
                    return _then(await self._out_of_time(delivery, error, may_have_landed=may_have_landed))
                self._log_again(delivery, error, attempt)
                await asyncio.sleep(wait_s)
            else:
                self._loading.ended(delivery.chat_id)
                landed = await self._landed(delivery, [(one.id, one.quote_token) for one in sent.messages])
                return Then.REST if landed and landed.is_all_said else Then.LOOK

    async def _still_ours(self, delivery: Delivery, *, since: float) -> bool:
        """Whether we still own the delivery: another process may have taken it over if we were frozen or cut off."""
        if time.monotonic() - since < SURE_S or await self._deliveries.is_mine(delivery):
            return True
        log.warning("delivery_taken_over", requests=_requests(delivery), way=delivery.way)
        return False

    async def ready(self) -> None:
        """Load what messages are built from. The first caller after a start waits for it."""
        await self._line.connect()

    async def may_push(self, chat: Chat) -> bool:
        """Whether this month's quota is enough for everybody in the chat; False where it cannot be read."""
        if time.time() < self._pushes_closed_until:
            return False
        try:
            left = await self._line.remaining_pushes()
            if left == 0:
                self._close_pushes()
            return left is None or left >= await self._line.members(chat)
        except EaselError as error:
            log.warning("push_quota_not_read", code=error.code, vendor_request=error.vendor_request_id)
            return False

    async def _landed(self, delivery: Delivery, messages: Sequence[tuple[str, str | None]]) -> Landed | None:
        landed = await self._deliveries.landed(delivery, messages)
        if landed is None:
            log.warning("delivery_taken_over", requests=_requests(delivery), way=delivery.way)
            return None
        seconds = time.time() - delivery.created_at
        self._metrics.delivered(delivery.way, Outcome.LANDED, seconds)
        if delivery.token:
            self._metrics.token("promised" if delivery.way is Way.PROMISE else "spent")
        for asked_at in landed.asked_at:
            self._metrics.answered(delivery.way, time.time() - asked_at)
        self._metrics.push_saved(landed.pushes_saved)
        for request_id in _requests(delivery):
            self._traces.record(
                delivery.way, request_id=request_id, began_at=delivery.created_at, seconds=seconds, outcome="landed"
            )
        return landed

    async def _call(self, delivery: Delivery, built: Sequence[Message] | None, *, attempt: int) -> Sent:
        await self.ready()
        began, messages = time.perf_counter(), built or _messages(delivery)
        if delivery.token:
            sent = await self._line.reply(delivery.token, messages, timeout_s=REPLY_TIMEOUT_S)
        else:
            sent = await self._line.push(delivery.chat_id, messages, retry_key=delivery.id)
        log.info(
            {Way.REPLY: "reply_sent", Way.PROMISE: "promise_sent", Way.PUSH: "push_sent"}[delivery.way],
            requests=_requests(delivery),
            messages=len(delivery.messages),
            attempt=attempt,
            vendor_request=sent.request_id,
            duration_ms=round((time.perf_counter() - began) * 1000),
        )
        return sent

    async def _refused(self, delivery: Delivery, error: Final, *, may_have_landed: bool, age_s: float) -> bool:
        """Record a final refusal. Return whether to look at the chat again now. `age_s` is the token's age."""
        young = delivery.token_at is not None and age_s < TOKEN_YOUNG_S
        match error:
            case TokenDead() if may_have_landed and young:
                log.info("reply_had_landed", requests=_requests(delivery), vendor_request=error.vendor_request_id)
                await self._landed(delivery, [])
                return True
            case TokenDead() if may_have_landed:
                await self._doubt(delivery, error)
                return True
            case MonthlyLimit():
                self._close_pushes()
        await self._line_access.note(error)
        level = log.error if isinstance(error, NotPermitted) else log.warning
        level("delivery_refused", requests=_requests(delivery), way=delivery.way, code=error.code, message=str(error))
        self._metrics.delivered(delivery.way, Outcome.FAILED, time.time() - delivery.created_at)
        await self._deliveries.not_landed(delivery)
        return isinstance(error, TokenDead)

    async def _not_taken(self, delivery: Delivery, error: BadRequest, *, may_have_landed: bool) -> bool:
        """Handle messages that LINE rejects, a fault of ours: say so in words, on the same token if it still lives."""
        log.error(
            "message_not_taken", requests=_requests(delivery), way=delivery.way, code=error.code, message=str(error)
        )
        if may_have_landed or all(message.get("type") == "text" for message in delivery.messages):
            await self._doubt(delivery, error)
            return True
        ended = await self._deliveries.not_landed(delivery, reopen=delivery.way is Way.REPLY)
        if ended and delivery.way is not Way.PROMISE:
            for request_id in set(delivery.request_ids):
                await self._requests.unshowable(request_id)
        return delivery.way is Way.REPLY

    async def _out_of_time(self, delivery: Delivery, error: EaselError, *, may_have_landed: bool) -> bool:
        if may_have_landed and delivery.way is Way.PUSH and time.time() < delivery.created_at + PUSH_PATIENCE_S:
            self._resting_until[delivery.id] = time.monotonic() + PUSH_RESTS_S
            return False  # its intent stays open, and is sent again with the same key
        if may_have_landed:
            await self._doubt(delivery, error)
        else:
            log.warning("delivery_failed", requests=_requests(delivery), way=delivery.way, code=error.code)
            self._metrics.delivered(delivery.way, Outcome.FAILED, time.time() - delivery.created_at)
            await self._deliveries.not_landed(delivery)
        return delivery.way is not Way.PUSH

    async def _doubt(self, delivery: Delivery, error: EaselError) -> None:
        log.warning("delivery_in_doubt", requests=_requests(delivery), way=delivery.way, code=error.code)
        self._metrics.delivered(delivery.way, Outcome.UNKNOWN, time.time() - delivery.created_at)
        await self._deliveries.doubtful(delivery)

    def _log_again(self, delivery: Delivery, error: EaselError, attempt: int) -> None:
        log.warning(
            "delivery_tried_again",
            requests=_requests(delivery),
            way=delivery.way,
            attempt=attempt,
            code=error.code or type(error).__name__,
            vendor_request=error.vendor_request_id,
        )

    def _close_pushes(self) -> None:
        self._pushes_closed_until = time.time() + PUSHES_CLOSED_S
        log.warning("push_quota_used_up", late_answers_by="button")


def _then(looks: bool) -> Then:  # noqa: FBT001 - the only argument
    return Then.LOOK if looks else Then.WAIT


def _messages(delivery: Delivery) -> list[Message]:
    """Read the messages of a delivery, which any release may have written.

    Raises:
        BadRequest: They are not valid messages; nothing was sent.
    """
    with rejecting_invalid(LineCall.REPLY if delivery.token else LineCall.PUSH):
        return [of_json(one) for one in delivery.messages]


def _unquoted(delivery: Delivery) -> Delivery | None:
    """Return the delivery without its quotes; None where it quotes nothing."""
    bare = [{key: value for key, value in one.items() if key != "quoteToken"} for one in delivery.messages]
    return replace(delivery, messages=bare) if bare != list(delivery.messages) else None


def _requests(delivery: Delivery) -> list[str]:
    """Name the requests of a delivery, each once, for the log."""
    return list(dict.fromkeys(delivery.request_ids))

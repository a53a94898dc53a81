"""Deliveries: what is sent to a chat, on which reply token, by which process, and whether it landed.

A delivery is recorded as an intent before the call, with its token and its exact messages, so that after a crash it can
be finished with the same words. Claiming is one transaction, so two claims never share a token or an answer.

A process that was cut off or frozen may come back long after others have finished its delivery. So an outcome is
written only if the delivery is still an open intent of the writer. Whoever finishes another's takes it over first.
"""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.store import claiming
from app.store.claiming import answer_of, close_token, late_on, still_open, take_answers
from app.store.database import Database
from app.store.requests import AnswerState, Request, request_of
from app.store.tables import deliveries, requests, sent, tokens
from app.store.tallies import PUSH_SAVED, count_today

Message = dict[str, Any]


class Way(StrEnum):
    """How a delivery is sent."""

    REPLY = "reply"
    PROMISE = "promise"  # a reply that says "still drawing"
    PUSH = "push"


class Outcome(StrEnum):
    """What became of a delivery."""

    INTENT = "intent"
    LANDED = "landed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A reply token that has not been used. `arrived_at` is when its webhook came, Unix seconds."""

    event_id: str
    token: str
    arrived_at: float
    addressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One call of reply or push. `request_ids` and `picture_ids` match `messages`, except for a promise at the end."""

    id: str
    chat_id: str
    way: Way
    token: str | None
    token_at: float | None
    request_ids: Sequence[str]
    picture_ids: Sequence[str | None]
    messages: Sequence[Message]
    owner: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatDue:
    """What a chat waits for, what is ready for it, and the tokens to send it on. Oldest first."""

    waiting: Sequence[Request]
    due: Sequence[Request]
    doubtful: Sequence[Request]
    tokens: Sequence[Token]
    intents: Sequence[Delivery]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """What a delivery that landed has done.

    Attributes:
        asked_at: When each of the requests that it has answered was made, Unix seconds.
        pushes_saved: How many of them were ready too late for their own event's token, and went out on a later one:
            a bot that pushes what is late would have paid for each.
        is_all_said: Nothing else in the chat is unanswered or in doubt.
    """

    asked_at: Sequence[float]
    pushes_saved: int
    is_all_said: bool


class Deliveries:
    """Finds what a chat is to be told, and claims it before it is sent, so that it is not sent twice.

    `owner` is this process; an answer that is ready `late_after_s` after its event is late.
    """

    def __init__(self, database: Database, *, owner: str, zone: ZoneInfo, late_after_s: float) -> None:
        self._database = database
        self._owner = owner
        self._zone = zone
        self._late_after_s = late_after_s
        self._insert_sent = database.insert_once(sent)
        self._insert = database.insert_once(deliveries).returning(deliveries.c.id)

    async def chat(self, chat_id: str) -> ChatDue:
        """Return what is pending in the chat now."""

        def read(connection: sa.Connection) -> ChatDue:
            mine = {"chat": chat_id}
            found = [request_of(row) for row in connection.execute(claiming.UNSENT, mine).mappings()]
            is_open = connection.execute(claiming.OPEN, mine).mappings() if found else ()  # else nothing is to be said
            # An intent has claimed an answer, or it promises one.
            may_be_sending = any(one.answer is AnswerState.SENDING or one.promised_at for one in found)
            intents = connection.execute(claiming.INTENTS, mine).mappings() if may_be_sending else ()
            return ChatDue(
                waiting=[one for one in found if one.answer is AnswerState.WAITING],
                due=[one for one in found if one.answer is AnswerState.DUE],
                doubtful=[one for one in found if one.answer is AnswerState.UNKNOWN],
                tokens=[_token_of(row) for row in is_open],
                intents=[_delivery_of(row) for row in intents],
            )

        return await self._database.look(read)

    async def claim(
        self,
        chat_id: str,
        *,
        way: Way,
        token: Token | None,
        request_ids: Sequence[str],
        messages: Sequence[Message],
        picture_ids: Sequence[str | None] = (),
        promised: Sequence[str] = (),
    ) -> Delivery | None:
        """Record the intent to send `messages`, and claim the token and the answers of `request_ids`.

        The ids match the messages, one by one. A delivery that is only a promise claims no answer. `promised` are the
        requests for which a promise among the messages speaks.

        Returns:
            None if the token or one of the answers was claimed by somebody else: look again.
        """
        delivery = Delivery(
            id=str(uuid.uuid4()),
            chat_id=chat_id,
            way=way,
            token=token.token if token else None,
            token_at=token.arrived_at if token else None,
            request_ids=list(request_ids),
            picture_ids=list(picture_ids) or [None] * len(messages),
            messages=list(messages),
            owner=self._owner,
            created_at=time.time(),
        )
        return await self._database.run(
            lambda connection: self._claim(connection, delivery, token=token, promised=promised)
        )

    def _claim(
        self, connection: sa.Connection, delivery: Delivery, *, token: Token | None, promised: Sequence[str]
    ) -> Delivery | None:
        row = {name: getattr(delivery, name) for name in Delivery.__dataclass_fields__} | {"outcome": Outcome.INTENT}
        if connection.execute(self._insert, row).first() is None:
            return delivery  # an earlier try was committed, only the database's answer was lost
        has_token = token is None or close_token(connection, token.event_id)
        if not (has_token and _takes(connection, delivery)):
            connection.rollback()
            return None
        if promised:
            noted = sa.update(requests).where(requests.c.id.in_(promised)).values(promised_at=delivery.created_at)
            connection.execute(noted)
        return delivery

    async def take_over(self, delivery: Delivery) -> bool:
        """Take a delivery over to finish it. False: it is finished already, or another process took it over."""
        change = sa.update(deliveries).where(*_is_open(delivery, delivery.owner, self._owner)).values(owner=self._owner)
        return await self._database.run(lambda connection: connection.execute(change).rowcount == 1)

    async def is_mine(self, delivery: Delivery) -> bool:
        """Whether the delivery is open and still this process's own."""
        open_intent = sa.select(deliveries.c.id).where(*_is_open(delivery, self._owner))
        return await self._database.look(lambda connection: connection.execute(open_intent).first() is not None)

    async def landed(self, delivery: Delivery, messages: Sequence[tuple[str, str | None]]) -> Landed | None:
        """Record that LINE has it. `messages`: the ids and quote tokens it confirmed; empty if only the fact is known.

        Returns:
            None if the delivery is no longer this process's own: nothing was written.
        """
        confirmed = list(zip(delivery.request_ids, delivery.picture_ids, messages, strict=False))
        # The last message of a request that can be quoted is its picture.
        quotes = {request_id: quote_token for request_id, _, (_, quote_token) in confirmed if quote_token}

        def write(connection: sa.Connection) -> Landed | None:
            if not self._end(connection, delivery, Outcome.LANDED):
                return None
            saved = self._pushes_saved(connection, delivery)
            if saved:
                count_today(connection, PUSH_SAVED, saved, zone=self._zone)
            answered: list[float] = []
            same = {"chat_id": delivery.chat_id}
            rows = [
                {**same, "message_id": message_id, "request_id": request_id, "picture_id": picture_id}
                for request_id, picture_id, (message_id, _) in confirmed
            ]
            if rows:
                connection.execute(self._insert_sent, rows)
            if delivery.way is not Way.PROMISE:
                # What LINE dates later than `at` was done with the answer in view.
                by_it = {"delivery": delivery.id, "at": delivery.created_at}
                for request_id in set(delivery.request_ids):
                    bound = by_it | {"request": request_id, "quote": quotes.get(request_id)}
                    answered += connection.execute(claiming.SENT, bound).scalars().all()
            left = connection.execute(claiming.ANY_UNSENT, {"chat": delivery.chat_id}).first()
            return Landed(asked_at=answered, pushes_saved=saved, is_all_said=left is None)

        return await self._database.run(write)

    async def not_landed(self, delivery: Delivery, *, reopen: bool = False) -> bool:
        """Record that LINE certainly does not have it: its answers are due again. `reopen`: its token may still work.

        Returns:
            False if the delivery is no longer this process's own: nothing was written.
        """

        def write(connection: sa.Connection) -> bool:
            if not self._end(connection, delivery, Outcome.FAILED):
                return False
            if reopen:
                connection.execute(sa.update(tokens).where(tokens.c.token == delivery.token).values(is_open=True))
            promised = (requests.c.chat_id == delivery.chat_id, requests.c.promised_at == delivery.created_at)
            connection.execute(sa.update(requests).where(*promised).values(promised_at=None))
            for request_id in set(delivery.request_ids) if delivery.way is not Way.PROMISE else ():
                connection.execute(answer_of(delivery.id, request_id).values(answer=AnswerState.DUE, delivery_id=None))
            return True

        return await self._database.run(write)

    async def doubtful(self, delivery: Delivery) -> None:
        """Record that LINE may or may not have it, and that there is no way to find out."""

        def write(connection: sa.Connection) -> None:
            if not self._end(connection, delivery, Outcome.UNKNOWN):
                return
            if delivery.way is not Way.PROMISE:
                for request_id in set(delivery.request_ids):
                    values = {"answer": AnswerState.UNKNOWN, "promised_at": None}
                    connection.execute(answer_of(delivery.id, request_id).values(**values))

        await self._database.run(write)

    async def close_tokens(self, event_ids: Sequence[str]) -> None:
        """Close tokens that are too old, or not worth a message."""
        change = sa.update(tokens).where(tokens.c.event_id.in_(event_ids)).values(is_open=False)
        await self._database.run(lambda connection: connection.execute(change))

    def _pushes_saved(self, connection: sa.Connection, delivery: Delivery) -> int:
        if delivery.way is not Way.REPLY or delivery.token is None:
            return 0
        return late_on(connection, delivery.id, delivery.token, late_after_s=self._late_after_s)

    def _end(self, connection: sa.Connection, delivery: Delivery, outcome: Outcome) -> bool:
        """Record the outcome. False: the delivery is no longer this process's own."""
        # If our outcome is there already, an earlier try was committed, and only the database's answer was lost.
        bound = {"delivery": delivery.id, "by": self._owner, "became": outcome, "now": time.time()}
        return connection.execute(claiming.END, bound).rowcount == 1


def _takes(connection: sa.Connection, delivery: Delivery) -> bool:
    """Claim what is due for this delivery; a promise claims nothing, and is only sent while it is true."""
    ids = set(delivery.request_ids)
    if delivery.way is Way.PROMISE:
        return still_open(connection, ids)
    return take_answers(connection, ids, delivery.id)


def _is_open(delivery: Delivery, *owners: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return conditions: its outcome is still to come, and it belongs to one of `owners`."""
    is_intent = (deliveries.c.outcome == Outcome.INTENT, deliveries.c.owner.in_(owners))
    return (deliveries.c.id == delivery.id, *is_intent)


def _token_of(row: Mapping[Any, Any]) -> Token:
    return Token(event_id=row["event_id"], token=row["token"], arrived_at=row["arrived_at"], addressed=row["addressed"])


def _delivery_of(row: Mapping[Any, Any]) -> Delivery:
    fields = {name: row[name] for name in Delivery.__dataclass_fields__}
    way = Way(row["way"]) if row["way"] in set(Way) else Way.REPLY if row["token"] else Way.PUSH  # of a later release
    return Delivery(**fields | {"way": way})

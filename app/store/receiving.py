"""What an event brings: its reply token, and what it asks for. One transaction for each event."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.done_once import DoneOnce
from app.store.expectations import NOTHING_EXPECTED, expected_of_person
from app.store.money.budgets import count_pictures
from app.store.obstacles import obstacles_of
from app.store.photos import taken
from app.store.requests import AnswerState, State
from app.store.tables import chats, inbox, photo_uses, requests, tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What an event asks for: a picture if it `draws`, else `words` (a key of the sentences) at once.

    Attributes:
        prompt: What is to be drawn; with `words`, what a button under them would draw.
        details: Values in the words.
        message_id: LINE's, of the message that asked; for a tap, of the message whose wish is drawn again.
        words_of: LINE's, of an earlier message whose words waited for this photo; it may be unsent as well.
        tap: The data of the button that asked; until its picture is sent, a second tap asks for nothing.
        photos: Message ids of photos that no longer wait for words.
        settled: What the chat was expected to say has been said.
        understood: Which step decided what the message means.
        instead: What is asked for instead, if the words that waited for its photos are no longer waiting.
        once: What else is done in the transaction; it returns `words` and `details`.
    """

    prompt: str | None = None
    draws: bool = False
    options: Mapping[str, Any] | None = None
    sources: Sequence[Mapping[str, str]] = ()
    words: str | None = None
    details: Mapping[str, Any] | None = None
    notes: Sequence[Sequence[Any]] = ()
    message_id: str | None = None
    words_of: str | None = None
    quote_token: str | None = None
    tap: str | None = None
    photos: Sequence[str] = ()
    settled: bool = False
    understood: Mapping[str, Any] | None = None
    instead: "NewRequest | None" = None
    once: DoneOnce | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Where an event came from."""

    chat_id: str
    chat_kind: str
    user_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """The reply token of an event."""

    token: str
    arrived_at: float
    addressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalLimit:
    """What one person may have.

    Attributes:
        day: Today, YYYY-MM-DD.
        cap: Pictures on that day; 0: no limit.
        until_at: When the next day begins, Unix seconds.
        waiting_max: Pictures that may wait for the model or be drawn at one time; more of them are a flood.
        told_since: Whoever was told of their flood since then (Unix seconds) is not told again.
    """

    day: str
    cap: int
    until_at: float
    waiting_max: int
    told_since: float


class Receiving:
    """Writes what came of an event, all or nothing: its request, its token, and that it is settled."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert_token = database.insert_once(tokens)

    async def receive(
        self,
        event_id: str,
        *,
        sender: Sender,
        token: NewToken | None = None,
        request: NewRequest | None = None,
        quota: PersonalLimit | None = None,
        settles: bool = True,
    ) -> bool:
        """Write an event's reply token and what it asks for. The second call changes nothing.

        `settles`: nothing is left to do for the event afterwards.

        Returns:
            Whether there is a picture to draw: asked for, within the quota, and not a repeat.
        """

        def write(connection: sa.Connection) -> bool:
            if token:
                connection.execute(self._insert_token, token_row(event_id, sender, token))
            if settles:
                settle(connection, [event_id])
            if request is None:
                return False
            self._database.one_at_a_time(connection, sender.chat_id)
            wanted = _still_wanted(connection, sender, request)
            draws = self._written(connection, event_id, sender, wanted, quota)
            if wanted.draws and not draws:
                return False  # declined: its photos keep waiting for another try
            taken(connection, wanted.photos)
            if wanted.settled:
                mine = expected_of_person(sender.chat_id, sender.user_id)
                connection.execute(sa.update(chats).where(*mine).values(**NOTHING_EXPECTED))
            return draws

        draws = await self._database.run(write)
        if request and request.once:
            request.once.then()
        return draws

    def _written(
        self, connection: sa.Connection, event_id: str, sender: Sender, request: NewRequest, quota: PersonalLimit | None
    ) -> bool:
        messages = [one for one in (request.message_id, request.words_of) if one]
        before = obstacles_of(connection, event_id, messages, chat_id=sender.chat_id, user_id=sender.user_id)
        if before.draws is not None:
            return bool(before.draws)
        if before.taken_back or _is_pointless(connection, sender, request):
            return False
        if request.once:
            words, details = request.once.do(connection)
            request = replace(request, words=words, details=details)
        row = _request_row(event_id, sender, request)
        if request.draws and quota:
            if not before.waiting or before.waiting + _asked(request) <= quota.waiting_max:
                row |= _counted(connection, sender, request, quota)
            elif _was_told(connection, sender, "flood", since=quota.told_since):
                row |= NOT_EVEN_SAID
            else:
                row |= _declined("flood", {"count": int(before.waiting)})
        connection.execute(_INSERT, row)
        used = {source["photo"] for source in request.sources if "photo" in source}
        used |= {request.words_of} if request.words_of else set()
        if used:
            rows = [{"message_id": message_id, "request_id": event_id} for message_id in sorted(used)]
            connection.execute(sa.insert(photo_uses), rows)
        return bool(row["draws"])


_INSERT = sa.insert(requests)
# A flood that is not answered. It is written all the same, so that after a crash it does not become a wish.
NOT_EVEN_SAID: Mapping[str, Any] = {
    "draws": False,
    "prompt": None,
    "words": "flood",
    "state": State.CANCELLED,
    "answer": AnswerState.NONE,
}


def _still_wanted(connection: sa.Connection, sender: Sender, request: NewRequest) -> NewRequest:
    """Return the request, or its `instead`: of two photos that were fetched at once, only one gets the words."""
    if request.instead is None:
        return request
    waits = sa.select(chats.c.expects_prompt).where(chats.c.chat_id == sender.chat_id, chats.c.expects == "photo")
    if connection.execute(waits).scalar() == request.prompt:
        return request
    return replace(request.instead, quote_token=request.quote_token, message_id=request.message_id)


def _is_pointless(connection: sa.Connection, sender: Sender, request: NewRequest) -> bool:
    """Whether nothing is to be done: it was asked before, or its picture is under way.

    One message is one wish, under however many event ids it arrives; an edited message asks for something else.
    """
    if not request.tap:
        return bool(request.message_id) and _is_said_already(connection, sender, request)
    under_way = requests.c.answer.in_([AnswerState.WAITING, AnswerState.DUE, AnswerState.SENDING])
    same = sa.select(requests.c.id).where(
        requests.c.chat_id == sender.chat_id, requests.c.tap == request.tap, under_way
    )
    return connection.execute(same).first() is not None


def _is_said_already(connection: sa.Connection, sender: Sender, request: NewRequest) -> bool:
    last = connection.execute(_LAST_OF, {"message": request.message_id, "chat": sender.chat_id}).first()
    # What is done only once would return other words the second time.
    return last is not None and (bool(request.once) or tuple(last) == (request.draws, request.prompt, request.words))


_LAST_OF = (
    sa.select(requests.c.draws, requests.c.prompt, requests.c.words)
    .where(
        requests.c.message_id == sa.bindparam("message"),
        requests.c.chat_id == sa.bindparam("chat"),
        requests.c.tap.is_(None),
    )
    .order_by(requests.c.created_at.desc())
    .limit(1)
)


def _was_told(connection: sa.Connection, sender: Sender, words: str, *, since: float) -> bool:
    told = sa.select(requests.c.id).where(_of(sender), requests.c.words == words, requests.c.created_at >= since)
    told = told.where(requests.c.answer != AnswerState.NONE)
    return connection.execute(told.limit(1)).first() is not None


def _of(sender: Sender) -> sa.ColumnElement[bool]:
    """Return a condition for a person's requests in any chat; if unknown, for the chat's from unknown people."""
    if sender.user_id:
        return requests.c.user_id == sender.user_id
    return sa.and_(requests.c.user_id.is_(None), requests.c.chat_id == sender.chat_id)


def _counted(connection: sa.Connection, sender: Sender, request: NewRequest, quota: PersonalLimit) -> dict[str, Any]:
    """Count a wish's pictures for its person; if fewer are left, it becomes a wish for those. Return the columns."""
    asked = _asked(request)
    holder = sender.user_id or sender.chat_id
    count = count_pictures(connection, holder, day=quota.day, count=asked, cap=quota.cap)
    if not count:
        return _declined("limit_user_day", {"count": quota.cap, "until_at": quota.until_at})
    row: dict[str, Any] = {"counted_on": quota.day, "counted": count}
    if count < asked:
        row |= {"options": {**(request.options or {}), "count": count}}
        row |= {"notes": [*map(list, request.notes), ["limit_count", {"got": count}]]}
    return row


def _asked(request: NewRequest) -> int:
    return int((request.options or {}).get("count") or 1)


def _declined(words: str, details: Mapping[str, Any]) -> dict[str, Any]:
    return {"draws": False, "words": words, "details": details, "state": State.READY, "answer": AnswerState.DUE}


def settle(connection: sa.Connection, event_ids: Sequence[str]) -> None:
    """Settle events within a transaction: delete their words, but keep their ids, so that repeats are recognised."""
    connection.execute(_SETTLE, {"events": list(event_ids)})


_SETTLE = (
    sa.update(inbox).where(inbox.c.event_id.in_(sa.bindparam("events", expanding=True))).values(settled=True, raw="")
)


def token_row(event_id: str, sender: Sender, token: NewToken) -> dict[str, Any]:
    """Return the row of a token."""
    return {
        "event_id": event_id,
        "token": token.token,
        "chat_id": sender.chat_id,
        "arrived_at": token.arrived_at,
        "addressed": token.addressed,
        "is_open": True,
    }


def _request_row(event_id: str, sender: Sender, request: NewRequest) -> dict[str, Any]:
    columns = ("prompt", "draws", "options", "words", "details", "message_id", "quote_token", "tap", "understood")
    return {name: getattr(request, name) for name in columns} | {
        "id": event_id,
        "chat_id": sender.chat_id,
        "chat_kind": sender.chat_kind,
        "user_id": sender.user_id,
        "sources": list(request.sources) or None,
        "notes": [list(note) for note in request.notes] or None,
        "state": State.QUEUED if request.draws else State.READY,
        "answer": AnswerState.WAITING if request.draws else AnswerState.DUE,
        "created_at": time.time(),
    }

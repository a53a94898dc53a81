"""Requests: one verb for each change of state, one transaction for each verb.

queued ──> drawing ──> kept ──> ready        the picture
   └──────────┴──────────┴────> refused, failed, cancelled

waiting ──> due ──> sending ──> sent         its answer; `deliveries.py` moves it from due on
                        └─────> unknown      (the reply's outcome cannot be known any more)
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import calls, kept, requests, tokens


class State(StrEnum):
    """Where the picture is."""

    QUEUED = "queued"
    DRAWING = "drawing"
    KEPT = "kept"  # paid, and the bytes are on disk: never asked for again
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Answer(StrEnum):
    """Where the answer is."""

    WAITING = "waiting"
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One event that wants an answer: a picture, or words at once. Fields as in `tables.requests`."""

    id: str
    chat_id: str
    chat_kind: str
    user_id: str | None
    quote_token: str | None
    prompt: str | None
    words: str | None
    state: State
    answer: Answer
    object_key: str | None
    preview_key: str | None
    created_at: float
    promised_at: float | None
    sent_at: float | None
    sent_quote_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What an event asks for: `prompt` for a picture, else `words` (a key of the sentences)."""

    prompt: str | None = None
    words: str | None = None
    quote_token: str | None = None


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


def request_of(row: sa.RowMapping) -> Request:
    """Make a Request of a row of `tables.requests`."""
    fields = {name: row[name] for name in Request.__dataclass_fields__}
    return Request(**fields | {"state": State(row["state"]), "answer": Answer(row["answer"])})


class Requests:
    """The verbs. Each is safe to call again with the same arguments."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def receive(
        self, event_id: str, *, sender: Sender, token: NewToken | None, request: NewRequest | None
    ) -> None:
        """Write down an event's reply token and what it asks for. The second call changes nothing."""
        rows: list[tuple[sa.Table, dict[str, Any]]] = []
        if token:
            rows.append((tokens, _token_row(event_id, sender, token)))
        if request:
            rows.append((requests, _request_row(event_id, sender, request)))

        def write(connection: sa.Connection) -> None:
            for table, row in rows:
                connection.execute(self._database.insert_once(table), row)

        if rows:
            await self._database.run(write)

    async def get(self, request_id: str) -> Request | None:
        """Return the request as it is now."""

        def read(connection: sa.Connection) -> Request | None:
            row = connection.execute(sa.select(requests).where(requests.c.id == request_id)).mappings().first()
            return request_of(row) if row else None

        return await self._database.run(read)

    async def drawing(self, request_id: str) -> None:
        """The model is being asked."""
        change = _moved(request_id, State.DRAWING, since=[State.QUEUED])
        await self._database.run(lambda connection: connection.execute(change))

    async def undrawn(self) -> int:
        """Return how many pictures wait for the model or are being drawn."""
        counted = sa.select(sa.func.count()).where(requests.c.state.in_([State.QUEUED, State.DRAWING]))
        return await self._database.run(lambda connection: int(connection.execute(counted).scalar_one()))

    async def keep(
        self, request_id: str, *, call_id: int, data: bytes, size: str | None, drawn: Mapping[str, Any]
    ) -> None:
        """Put the paid bytes on disk, with what they cost. From here on nothing asks the model again.

        `drawn` holds `model`, `usage` and `vendor_request_id`.
        """

        def write(connection: sa.Connection) -> None:
            moved = _moved(request_id, State.KEPT, since=[State.QUEUED, State.DRAWING]).values(size=size, **drawn)
            if connection.execute(moved).rowcount == 1:
                connection.execute(self._database.insert_once(kept), {"request_id": request_id, "data": data})
            ended = {"outcome": "paid", "ended_at": time.time()}
            paid = {"usage": drawn["usage"], "vendor_request_id": drawn["vendor_request_id"]}
            connection.execute(sa.update(calls).where(calls.c.id == call_id).values(**ended, **paid))

        await self._database.run(write)

    async def kept_bytes(self, request_id: str) -> bytes | None:
        """Return the paid bytes, until the bucket has them."""
        wanted = sa.select(kept.c.data).where(kept.c.request_id == request_id)
        return await self._database.run(lambda connection: connection.execute(wanted).scalar())

    async def name_objects(self, request_id: str, *, object_key: str, preview_key: str) -> tuple[str, str]:
        """Fix the names in the bucket before the first upload. The names of an earlier try win."""

        def write(connection: sa.Connection) -> tuple[str, str]:
            unnamed = sa.update(requests).where(requests.c.id == request_id, requests.c.object_key.is_(None))
            connection.execute(unnamed.values(object_key=object_key, preview_key=preview_key))
            names = sa.select(requests.c.object_key, requests.c.preview_key).where(requests.c.id == request_id)
            row = connection.execute(names).one()
            return str(row.object_key), str(row.preview_key)

        return await self._database.run(write)

    async def ready(self, request_id: str, *, size: str) -> None:
        """The bucket has the picture: its answer is due, and our own copy of the bytes goes."""

        def write(connection: sa.Connection) -> None:
            moved = _moved(request_id, State.READY, since=[State.KEPT])
            connection.execute(moved.values(answer=Answer.DUE, size=size, ready_at=time.time()))
            connection.execute(sa.delete(kept).where(kept.c.request_id == request_id))

        await self._database.run(write)

    async def fail(self, request_id: str, *, reason: str, refused: bool = False) -> None:
        """There will be no picture: the answer is the sentence of `reason`."""

        def write(connection: sa.Connection) -> None:
            state = State.REFUSED if refused else State.FAILED
            moved = _moved(request_id, state, since=[State.QUEUED, State.DRAWING, State.KEPT])
            connection.execute(moved.values(answer=Answer.DUE, words=reason, ready_at=time.time()))
            connection.execute(sa.delete(kept).where(kept.c.request_id == request_id))

        await self._database.run(write)

    async def unshowable(self, request_id: str) -> None:
        """LINE does not take the message with this picture: say that something broke."""
        change = _moved(request_id, State.FAILED, since=[State.READY]).values(words="broke")
        await self._database.run(lambda connection: connection.execute(change))

    async def show_again(self, request_id: str) -> None:
        """Somebody asks for an answer of which we do not know whether it arrived: it is due once more."""
        doubtful = sa.or_(requests.c.answer == Answer.UNKNOWN, requests.c.sent_quote_token.is_(None))
        change = sa.update(requests).where(
            requests.c.id == request_id, doubtful, requests.c.answer.in_([Answer.UNKNOWN, Answer.SENT])
        )
        await self._database.run(lambda connection: connection.execute(change.values(answer=Answer.DUE)))


def _moved(request_id: str, state: State, *, since: Sequence[State]) -> sa.Update:
    return sa.update(requests).where(requests.c.id == request_id, requests.c.state.in_(since)).values(state=state)


def _token_row(event_id: str, sender: Sender, token: NewToken) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "token": token.token,
        "chat_id": sender.chat_id,
        "arrived_at": token.arrived_at,
        "addressed": token.addressed,
        "is_open": True,
    }


def _request_row(event_id: str, sender: Sender, request: NewRequest) -> dict[str, Any]:
    drawn = request.prompt is not None
    return {
        "id": event_id,
        "chat_id": sender.chat_id,
        "chat_kind": sender.chat_kind,
        "user_id": sender.user_id,
        "quote_token": request.quote_token,
        "prompt": request.prompt,
        "words": request.words,
        "state": State.QUEUED if drawn else State.READY,
        "answer": Answer.WAITING if drawn else Answer.DUE,
        "created_at": time.time(),
    }

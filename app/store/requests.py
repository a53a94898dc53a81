"""Requests: one method for each change of state, one transaction for each method.

queued ──> drawing ──> kept ──> ready        the picture
   └──────────┴──────────┴────> refused, failed, cancelled

waiting ──> due ──> sending ──> sent         its answer; `deliveries.py` moves it from due on
   │                    └─────> unknown      (the reply's outcome cannot be known any more)
   └──────> none                             (taken back or cancelled: nobody is waiting any more)
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.deletions import delete_later
from app.store.money.budgets import uncount
from app.store.money.call_outcome import READ, CallOutcome
from app.store.second_try import keep_sources
from app.store.tables import calls, inbox, pending_uploads, requests


class State(StrEnum):
    """The state of a request's picture; the drawing above shows the transitions."""

    QUEUED = "queued"
    DRAWING = "drawing"
    KEPT = "kept"  # paid, and the bytes are on disk: never asked for again
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AnswerState(StrEnum):
    """The state of the answer to a request, of which a picture is only a part."""

    WAITING = "waiting"
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    NONE = "none"


UNDRAWN = (State.QUEUED, State.DRAWING)
# Sums over wishes the pictures that each counts for its person, or one for a wish that does not count.
PICTURES_ASKED = sa.func.coalesce(sa.func.sum(sa.case((requests.c.counted > 0, requests.c.counted), else_=1)), 0)
UNFINISHED = (State.QUEUED, State.DRAWING, State.KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One event that asks for an answer: a picture, or words at once. Fields as in `tables.requests`."""

    id: str
    chat_id: str
    chat_kind: str
    user_id: str | None
    message_id: str | None
    quote_token: str | None
    prompt: str | None
    draws: bool
    options: Mapping[str, Any] | None
    sources: Sequence[Mapping[str, str]] | None
    words: str | None
    details: Mapping[str, Any] | None
    notes: Sequence[Sequence[Any]] | None
    state: State
    answer: AnswerState
    created_at: float
    promised_at: float | None
    sent_at: float | None
    sent_quote_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWish:
    """A wish that is not finished, so that a workflow must be working on it."""

    id: str
    chat_id: str
    chat_kind: str
    user_id: str | None
    state: str


def request_of(row: sa.RowMapping) -> Request:
    """Build a Request from a row of `tables.requests`."""
    fields = {name: row[name] for name in Request.__dataclass_fields__}
    # A later release may know more states than this one: such a request is not shown, and blocks nothing in its chat.
    state = State(row["state"]) if row["state"] in set(State) else State.FAILED
    answer = AnswerState(row["answer"]) if row["answer"] in set(AnswerState) else AnswerState.NONE
    return Request(**fields | {"state": state, "answer": answer})


class Requests:
    """Moves requests and their answers from state to state.

    Each method is safe to call again with the same arguments.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, request_id: str) -> Request | None:
        """Return the request as it is now; None if there is none."""

        def read(connection: sa.Connection) -> Request | None:
            row = connection.execute(_BY_ID, {"request": request_id}).mappings().first()
            return request_of(row) if row else None

        return await self._database.look(read)

    async def of_message(self, message_id: str, *, chat_id: str) -> Request | None:
        """Return the latest wish that came from this message of the chat."""
        mine = (requests.c.message_id == message_id, requests.c.chat_id == chat_id)
        return await self._first(*mine, requests.c.draws)

    async def last_of(self, chat_id: str, *, user_id: str | None, draws: bool = False) -> Request | None:
        """Return what this person of the chat (None: anybody) asked for last, or was last told; or wished for."""
        theirs = requests.c.user_id == user_id if user_id else sa.true()
        return await self._first(requests.c.chat_id == chat_id, theirs, requests.c.draws if draws else sa.true())

    async def open_wishes(self, *, before: float) -> list[OpenWish]:
        """Return the wishes from before that time (Unix seconds) that are still to be drawn or stored."""
        columns = (requests.c[name] for name in OpenWish.__dataclass_fields__)
        still_open = (requests.c.draws, requests.c.state.in_(UNFINISHED), requests.c.created_at < before)
        found = sa.select(*columns).where(*still_open).order_by(requests.c.created_at)
        rows = await self._database.look(lambda connection: connection.execute(found).mappings().all())
        return [OpenWish(**row) for row in rows]

    async def is_open(self, request_id: str) -> bool:
        """Whether a wish is still to be drawn or stored."""
        found = sa.select(requests.c.id).where(requests.c.id == request_id, requests.c.state.in_(UNFINISHED))
        return await self._database.look(lambda connection: connection.execute(found).first() is not None)

    async def queue_place(self, created_at: float) -> int:
        """Return the place in the queue, from 1, of a wish made at that time. What is being drawn does not count."""
        before = sa.select(sa.func.count()).where(requests.c.state == State.QUEUED, requests.c.created_at < created_at)
        return await self._database.look(lambda connection: int(connection.execute(before).scalar_one()) + 1)

    async def note(self, request_id: str, key: str, details: Mapping[str, Any]) -> None:
        """Add a note that is sent with the picture. Adding it again changes nothing."""

        def write(connection: sa.Connection) -> None:
            mine = requests.c.id == request_id
            notes = connection.execute(sa.select(requests.c.notes).where(mine).with_for_update()).scalar() or []
            if [key, dict(details)] not in notes:
                connection.execute(sa.update(requests).where(mine).values(notes=[*notes, [key, dict(details)]]))

        await self._database.run(write)

    async def fail(
        self, request_id: str, *, reason: str, refused: bool = False, details: Mapping[str, Any] | None = None
    ) -> bool:
        """End a request without a picture: the answer is the sentence of `reason`, and nothing counts for the person.

        Returns:
            False if its bytes are kept or shown already (those never fail), or if nobody waits for it any more.
        """
        state = State.REFUSED if refused else State.FAILED
        return await self._fail(request_id, state, since=UNDRAWN, reason=reason, details=details)

    async def unrenderable(self, request_id: str) -> None:
        """End a request whose paid bytes are no picture that can ever be shown."""
        await self._fail(request_id, State.FAILED, since=[State.KEPT], reason="broke", details=None)

    async def unshowable(self, request_id: str) -> None:
        """Answer that something broke, since LINE does not accept the message with this picture."""

        def write(connection: sa.Connection) -> None:
            change = moved(request_id, State.FAILED, since=[State.READY]).values(words="broke")
            if connection.execute(change).rowcount == 1:
                give_back(connection, request_id)
                keep_sources(self._database, connection, request_id, reason="broke")

        await self._database.run(write)

    async def show_again(self, request_id: str) -> None:
        """Make an answer due once more that somebody asks for, if it may not have arrived."""
        doubtful = sa.or_(requests.c.answer == AnswerState.UNKNOWN, requests.c.sent_quote_token.is_(None))
        change = sa.update(requests).where(
            requests.c.id == request_id, doubtful, requests.c.answer.in_([AnswerState.UNKNOWN, AnswerState.SENT])
        )
        await self._database.run(lambda connection: connection.execute(change.values(answer=AnswerState.DUE)))

    async def send_again(self, request_id: str) -> bool:
        """Make an answer due once more for an operator. False: there is none, or it is on its way."""
        settled = requests.c.answer.in_([AnswerState.UNKNOWN, AnswerState.SENT])
        change = sa.update(requests).where(requests.c.id == request_id, settled).values(answer=AnswerState.DUE)
        return await self._database.run(lambda connection: connection.execute(change).rowcount == 1)

    async def cancel(self, chat_id: str, *, user_id: str | None, event_id: str) -> int:
        """Cancel what is not drawn yet of a person's wishes in this chat; `user_id` None: of everybody's.

        Return how many were cancelled since the event arrived that asked for it, so that a repeat returns the same.
        """
        mine = sa.and_(requests.c.chat_id == chat_id, requests.c.user_id == user_id if user_id else sa.true())
        wanted = sa.select(requests.c.id).where(mine, requests.c.state.in_(UNDRAWN))
        came_at = sa.select(inbox.c.arrived_at).where(inbox.c.event_id == event_id).scalar_subquery()
        since = (requests.c.state == State.CANCELLED, requests.c.ready_at >= came_at)

        def write(connection: sa.Connection) -> int:
            found = connection.execute(wanted).scalars().all()
            now = sum(cancelled(self._database, connection, one) for one in found)
            return max(now, connection.execute(sa.select(sa.func.count()).where(mine, *since)).scalar_one())

        return await self._database.run(write)

    async def _fail(
        self, request_id: str, state: State, *, since: Sequence[State], reason: str, details: Mapping[str, Any] | None
    ) -> bool:
        answer = {"answer": AnswerState.DUE, "words": reason, "details": details, "ready_at": time.time()}

        def write(connection: sa.Connection) -> bool:
            if connection.execute(moved(request_id, state, since=since).values(**answer)).rowcount != 1:
                return False
            give_back(connection, request_id)
            drop_kept(self._database, connection, request_id)
            keep_sources(self._database, connection, request_id, reason=reason)
            return True

        return await self._database.run(write)

    async def _first(self, *conditions: sa.ColumnElement[bool]) -> Request | None:
        wanted = sa.select(requests).where(*conditions).order_by(requests.c.created_at.desc()).limit(1)

        def read(connection: sa.Connection) -> Request | None:
            row = connection.execute(wanted).mappings().first()
            return request_of(row) if row else None

        return await self._database.look(read)


_BY_ID = sa.select(requests).where(requests.c.id == sa.bindparam("request"))
_DRAWING = (
    sa.update(requests)
    .where(requests.c.id == sa.bindparam("request"), requests.c.state.in_(UNDRAWN))
    .values(state=State.DRAWING, drawing_at=sa.func.coalesce(requests.c.drawing_at, sa.bindparam("now")))
)


def drawing(connection: sa.Connection, request_id: str) -> bool:
    """Record that the model is being asked. False: nobody wants the picture any more."""
    bound = {"request": request_id, "now": time.time()}
    return connection.execute(_DRAWING, bound).rowcount == 1


def cancelled(database: Database, connection: sa.Connection, request_id: str) -> bool:
    """Cancel a request, whose picture nobody wants any more. False: it was too late.

    If a model was asked, it goes on counting for its person until `Ledger.end` records that nothing was charged:
    otherwise people could ask and take back without limit, at our cost.
    """
    change = moved(request_id, State.CANCELLED, since=UNFINISHED)
    nobody = sa.case((requests.c.answer == AnswerState.WAITING, AnswerState.NONE), else_=requests.c.answer)
    if connection.execute(change.values(answer=nobody, prompt=None, ready_at=time.time())).rowcount != 1:
        return False
    if not may_be_paid(connection, request_id):
        give_back(connection, request_id)
    drop_kept(database, connection, request_id)
    return True


def may_be_paid(connection: sa.Connection, request_id: str) -> bool:
    """Whether a model was asked for this picture and may have charged, or has not answered yet."""
    asked = (calls.c.request_id == request_id, calls.c.outcome != CallOutcome.FAILED, calls.c.kind != READ)
    return connection.execute(sa.select(calls.c.id).where(*asked).limit(1)).first() is not None


def drop_kept(database: Database, connection: sa.Connection, request_id: str) -> None:
    """Delete the paid bytes, and have deleted what the bucket may have of them already."""
    mine = pending_uploads.c.request_id == request_id
    names = connection.execute(sa.select(pending_uploads.c.object_key, pending_uploads.c.preview_key).where(mine)).all()
    delete_later(database, connection, [key for row in names for key in row if key])
    connection.execute(sa.delete(pending_uploads).where(mine))


def give_back(connection: sa.Connection, request_id: str, *, all_but: int = 0) -> None:
    """Stop counting the pictures of a request for its person, except for `all_but` of them."""
    mine = requests.c.id == request_id
    row = connection.execute(sa.select(requests).where(mine).with_for_update()).mappings().one()
    if row["counted_on"] and row["counted"] > all_but:
        more = row["counted"] - all_but
        uncount(connection, row["user_id"] or row["chat_id"], day=row["counted_on"], count=more)
        counted_on = row["counted_on"] if all_but else None
        connection.execute(sa.update(requests).where(mine).values(counted_on=counted_on, counted=all_but))


def moved(request_id: str, state: State, *, since: Sequence[State]) -> sa.Update:
    """Return an update that changes the state, if it is still one of `since`."""
    return sa.update(requests).where(requests.c.id == request_id, requests.c.state.in_(since)).values(state=state)

"""Requests as operators see them: many in a list, or one with all that was done for it. Only reads."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.requests import Answer, State
from app.store.tables import calls, deliveries, pictures, requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests. None or empty: any. `chat` is the beginning of an id; `all`: also those that drew nothing."""

    states: Sequence[State] = ()
    answers: Sequence[Answer] = ()
    reason: str | None = None
    since_at: float | None = None
    chat: str = ""
    all: bool = False
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request. Times are Unix seconds; `reason` is a key of the sentences; `microusd` of all its calls."""

    id: str
    chat_id: str
    chat_kind: str
    user_id: str | None
    draws: bool
    prompt: str | None
    state: State
    answer: Answer
    reason: str | None
    model: str | None
    created_at: float
    drawing_at: float | None
    kept_at: float | None
    ready_at: float | None
    promised_at: float | None
    sent_at: float | None
    counted_on: str | None
    counted: int
    understood: Mapping[str, Any] | None
    delivery_id: str | None
    microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to a model. Fields as in `tables.calls`."""

    id: int
    model: str
    kind: str
    size: str
    quality: str
    count: int
    outcome: str
    microusd: int
    is_estimate: bool
    vendor_request_id: str | None
    began_at: float
    ended_at: float | None
    refunded_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One call of reply or push. Fields as in `tables.deliveries`."""

    id: str
    way: str
    outcome: str
    created_at: float
    ended_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One request, and what was done for it, oldest first. Deliveries are kept for a week. `sizes`: of its pictures."""

    line: Line
    calls: Sequence[Call]
    deliveries: Sequence[Sending]
    sizes: Sequence[str]


class Histories:
    """The questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, wanted: Wanted) -> Sequence[Line]:
        """Return requests, newest first."""
        conditions = [
            *([requests.c.state.in_(wanted.states)] if wanted.states else []),
            *([requests.c.answer.in_(wanted.answers)] if wanted.answers else []),
            *([requests.c.words == wanted.reason] if wanted.reason else []),
            *([requests.c.created_at >= wanted.since_at] if wanted.since_at is not None else []),
            *([requests.c.chat_id.startswith(wanted.chat, autoescape=True)] if wanted.chat else []),
            *([] if wanted.all or wanted.reason else [requests.c.draws]),
        ]
        newest = sa.select(requests).where(*conditions).order_by(requests.c.created_at.desc()).limit(wanted.limit)
        return await self._database.read(lambda connection: _lines(connection, newest))

    async def of(self, request_id: str) -> History | None:
        """Return one request with all that was done for it."""

        def read(connection: sa.Connection) -> History | None:
            lines = _lines(connection, sa.select(requests).where(requests.c.id == request_id))
            if not lines:
                return None
            asked = sa.select(calls).where(calls.c.request_id == request_id).order_by(calls.c.id)
            shown = sa.select(pictures.c.size).where(pictures.c.request_id == request_id).order_by(pictures.c.position)
            return History(
                line=lines[0],
                calls=[Call(**_fields(Call, row)) for row in connection.execute(asked).mappings()],
                deliveries=_sendings(connection, lines[0]),
                sizes=list(connection.execute(shown).scalars()),
            )

        return await self._database.read(read)


def _lines(connection: sa.Connection, wanted: sa.Select[Any]) -> Sequence[Line]:
    rows = connection.execute(wanted).mappings().all()
    paid = sa.select(calls.c.request_id, calls.c.microusd).where(calls.c.request_id.in_([row["id"] for row in rows]))
    cost: Counter[str] = Counter()
    for request_id, microusd in connection.execute(paid):
        cost[request_id] += microusd
    return [_line(row, cost[row["id"]]) for row in rows]


def _line(row: sa.RowMapping, microusd: int) -> Line:
    known = {
        "reason": row["words"],
        "microusd": microusd,
        "state": State(row["state"]),
        "answer": Answer(row["answer"]),
    }
    return Line(**known | {name: row[name] for name in Line.__dataclass_fields__ if name not in known})


def _sendings(connection: sa.Connection, line: Line) -> Sequence[Sending]:
    """Find what was sent for a request: its deliveries are only named by their chat."""
    of_chat = sa.select(deliveries).where(deliveries.c.chat_id == line.chat_id).order_by(deliveries.c.created_at)
    rows = connection.execute(of_chat).mappings().all()
    return [Sending(**_fields(Sending, row)) for row in rows if line.id in row["request_ids"]]


def _fields(kind: type[Call] | type[Sending], row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in kind.__dataclass_fields__}

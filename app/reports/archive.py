"""Requests as an operator looks them up: some at a time, newest first, and one with everything that happened to it.

A look goes through a bounded number of the newest requests, whatever is asked for, and says where it stopped, so that
the next one goes on there. No index is kept for it, which every webhook would pay for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.requests import Answer, State
from app.store.tables import calls, deliveries, inbox, pictures, requests

LOOKED_AT = 5_000
DELIVERIES_MAX = 500  # of one chat since a request; they are kept for a week


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a list that runs from new to old."""

    at: float
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests. None: any. Times are Unix seconds, `until_at` is not included. `holder` is a chat or a person."""

    state: str | None = None
    words: str | None = None
    since_at: float | None = None
    until_at: float | None = None
    holder: str | None = None
    draws: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request of a list. Fields as in `tables.requests`.

    Attributes:
        prompt: None where it is gone, or not to be read.
        prompt_chars: Its length; None where it is gone.
        previews: Object keys of its pictures' previews, in order.
        microusd: What its calls cost, estimates included.
    """

    id: str
    chat_id: str
    chat_kind: str
    user_id: str | None
    draws: bool
    state: State
    answer: Answer
    words: str | None
    model: str | None
    created_at: float
    drawing_at: float | None
    kept_at: float | None
    ready_at: float | None
    promised_at: float | None
    sent_at: float | None
    prompt: str | None
    prompt_chars: int | None
    understood: Mapping[str, Any] | None = None
    previews: Sequence[str] = ()
    microusd: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Some requests. `older` is where to go on; None: there are no older ones."""

    entries: Sequence[Entry]
    older: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One delivery that spoke of a request. Fields as in `tables.deliveries`."""

    way: str
    outcome: str
    created_at: float
    ended_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One paid call. Fields as in `tables.calls`."""

    model: str
    kind: str
    size: str
    quality: str
    count: int
    outcome: str
    began_at: float
    ended_at: float | None
    microusd: int
    is_estimate: bool
    vendor_request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that happened to one request. `arrived_at`: its webhook, kept for 3 days."""

    entry: Entry
    arrived_at: float | None
    calls: Sequence[Asked]
    deliveries: Sequence[Told]


class Archive:
    """The questions. `reads_prompts`: whether what people asked for is read at all."""

    def __init__(self, database: Database, *, reads_prompts: bool) -> None:
        self._database = database
        names = [name for name in Entry.__dataclass_fields__ if name in requests.c and name != "prompt"]
        prompt = requests.c.prompt if reads_prompts else sa.null()
        length = sa.func.length(requests.c.prompt).label("prompt_chars")
        self._columns = (*(requests.c[name] for name in names), prompt.label("prompt"), length)

    async def find(self, wanted: Wanted, *, limit: int, after: Mark | None = None) -> Found:
        """Look through at most `LOOKED_AT` requests that are older than `after` for at most `limit` wanted ones."""
        return await self._database.read(lambda connection: self._find(connection, wanted, limit, after))

    async def story(self, request_id: str) -> Story | None:
        """Return everything about one request; None: there is no such request."""
        return await self._database.read(lambda connection: self._story(connection, request_id))

    def _find(self, connection: sa.Connection, wanted: Wanted, limit: int, after: Mark | None) -> Found:
        newest = before(sa.select(*self._columns), requests.c.created_at, requests.c.id, after)
        if wanted.since_at is not None:
            newest = newest.where(requests.c.created_at >= wanted.since_at)
        if wanted.until_at is not None:
            newest = newest.where(requests.c.created_at < wanted.until_at)
        looked_at = newest.limit(LOOKED_AT).subquery()
        fitting = sa.select(looked_at).where(*_conditions(looked_at.c, wanted))
        fitting = fitting.order_by(looked_at.c.created_at.desc(), looked_at.c.id.desc()).limit(limit + 1)
        rows = connection.execute(fitting).mappings().all()
        entries = _with_pictures(connection, rows[:limit])
        more = Mark(at=entries[-1].created_at, id=entries[-1].id) if len(rows) > limit else None
        return Found(entries=entries, older=more or _last(connection, newest))

    def _story(self, connection: sa.Connection, request_id: str) -> Story | None:
        mine = sa.select(*self._columns).where(requests.c.id == request_id)
        [*rows] = connection.execute(mine).mappings()
        if not rows:
            return None
        [entry] = _with_pictures(connection, rows)
        arrived = sa.select(inbox.c.arrived_at).where(inbox.c.event_id == request_id)
        made = sa.select(*(calls.c[name] for name in Asked.__dataclass_fields__)).where(
            calls.c.request_id == request_id
        )
        return Story(
            entry=entry,
            arrived_at=connection.execute(arrived).scalar(),
            calls=[Asked(**row) for row in connection.execute(made.order_by(calls.c.id)).mappings()],
            deliveries=_deliveries(connection, entry),
        )


def before(
    wanted: sa.Select[Any], at: sa.ColumnElement[float], key: sa.ColumnElement[str], after: Mark | None
) -> sa.Select[Any]:
    """Put rows from new to old, and go on after a mark. Two rows of one moment are told apart by their keys."""
    if after is not None:
        wanted = wanted.where(at <= after.at, sa.or_(at < after.at, key < after.id))
    return wanted.order_by(at.desc(), key.desc())


def _last(connection: sa.Connection, newest: sa.Select[Any]) -> Mark | None:
    """Find where a look ended that found less than was wanted; None: at the oldest request."""
    last = newest.with_only_columns(requests.c.created_at, requests.c.id).offset(LOOKED_AT - 1).limit(1)
    row = connection.execute(last).first()
    return Mark(at=row.created_at, id=row.id) if row else None


def _conditions(columns: Any, wanted: Wanted) -> list[sa.ColumnElement[bool]]:  # noqa: ANN401 - of a subquery
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.state is not None:
        conditions.append(columns.state == wanted.state)
    if wanted.words is not None:
        conditions.append(columns.words == wanted.words)
    if wanted.holder is not None:
        conditions.append(sa.or_(columns.chat_id == wanted.holder, columns.user_id == wanted.holder))
    if wanted.draws is not None:
        conditions.append(columns.draws == wanted.draws)
    return conditions


def _with_pictures(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> list[Entry]:
    ids = [row["id"] for row in rows]
    shown = sa.select(pictures.c.request_id, pictures.c.preview_key).where(pictures.c.request_id.in_(ids))
    spent = sa.select(calls.c.request_id, sa.func.sum(calls.c.microusd)).where(calls.c.request_id.in_(ids))
    previews: dict[str, list[str]] = {}
    for request_id, key in connection.execute(shown.order_by(pictures.c.position)):
        previews.setdefault(request_id, []).append(key)
    costs: Mapping[str, int] = {key: int(sum_) for key, sum_ in connection.execute(spent.group_by(calls.c.request_id))}
    return [
        Entry(
            **dict(row) | {"state": State(row["state"]), "answer": Answer(row["answer"])},
            previews=previews.get(row["id"], ()),
            microusd=costs.get(row["id"], 0),
        )
        for row in rows
    ]


def _deliveries(connection: sa.Connection, entry: Entry) -> list[Told]:
    names = [*Told.__dataclass_fields__]
    of_chat = sa.select(deliveries.c.request_ids, *(deliveries.c[name] for name in names)).where(
        deliveries.c.chat_id == entry.chat_id, deliveries.c.created_at >= entry.created_at
    )
    rows = connection.execute(of_chat.order_by(deliveries.c.created_at).limit(DELIVERIES_MAX)).mappings()
    return [Told(**{name: row[name] for name in names}) for row in rows if entry.id in row["request_ids"]]

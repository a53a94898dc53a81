"""Requests as operators look them up: pages of a list, newest first, and one with all that was done for it.

A search scans a bounded number of requests, whatever it looks for, and says where it stopped, so that the next one goes
on there. Its filters have no indexes, which every webhook would pay for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.reports.statement import LedgerLine, lines_of
from app.store.database import Database
from app.store.requests import AnswerState, State
from app.store.tables import calls as ledger
from app.store.tables import deliveries, inbox, pictures, requests

SCANNED_MAX = 5_000
DELIVERIES_MAX = 500  # of one chat since a request; they are kept for a week


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A position in a list that runs from new to old."""

    at: float
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """Which requests to find. None or empty: any. Times are Unix seconds; `until_at` is exclusive.

    Attributes:
        reason: A key of the sentences.
        holder: The id of a chat or a person.
        part: A part of the id of either; "…" stands for whatever is between its beginning and end.
        chat: The beginning of a chat's id.
        draws: Whether they asked for a picture.
    """

    states: Sequence[State] = ()
    answers: Sequence[AnswerState] = ()
    reason: str | None = None
    since_at: float | None = None
    until_at: float | None = None
    holder: str | None = None
    part: str = ""
    chat: str = ""
    draws: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEntry:
    """One request of a list. Fields as in `tables.requests`.

    Attributes:
        reason: Why there is no picture, or what was said in its place: a key of the sentences.
        prompt: None if it was deleted, or must not be read.
        prompt_chars: Its length; None if it was deleted.
        previews: Object keys of its pictures' previews, in order.
        sizes: The sizes of its pictures, in order.
        microusd: What its calls cost, estimates included.
    """

    id: str
    chat_id: str
    chat_kind: str
    user_id: str | None
    draws: bool
    state: State
    answer: AnswerState
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
    delivery_id: str | None
    prompt: str | None
    prompt_chars: int | None
    understood: Mapping[str, Any] | None
    previews: Sequence[str]
    sizes: Sequence[str]
    microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """A page of requests. `older` is where the next page begins; None: there are no older requests."""

    entries: Sequence[RequestEntry]
    older: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryEntry:
    """One reply or push that was about a request. Fields as in `tables.deliveries`."""

    id: str
    way: str
    outcome: str
    created_at: float
    ended_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One request, and all that was done for it, oldest first. `arrived_at`: of its webhook; None after 3 days."""

    entry: RequestEntry
    arrived_at: float | None
    calls: Sequence[LedgerLine]
    deliveries: Sequence[DeliveryEntry]


class Archive:
    """Looks up requests. `reads_prompts`: whether prompts are read at all."""

    def __init__(self, database: Database, *, reads_prompts: bool) -> None:
        self._database = database
        names = [name for name in RequestEntry.__dataclass_fields__ if name in requests.c and name != "prompt"]
        prompt = requests.c.prompt if reads_prompts else sa.null()
        length = sa.func.length(requests.c.prompt).label("prompt_chars")
        reason = requests.c.words.label("reason")
        self._columns = (*(requests.c[name] for name in names), prompt.label("prompt"), length, reason)

    async def find(self, wanted: RequestFilter, *, limit: int, after: Cursor | None = None) -> RequestPage:
        """Return up to `limit` wanted requests among at most `SCANNED_MAX` that are older than `after`."""
        return await self._database.read(lambda connection: self._find(connection, wanted, limit, after))

    async def history(self, request_id: str) -> History | None:
        """Return one request with all that was done for it; None: there is no such request."""
        return await self._database.read(lambda connection: self._history(connection, request_id))

    def _find(self, connection: sa.Connection, wanted: RequestFilter, limit: int, after: Cursor | None) -> RequestPage:
        newest = newest_first(sa.select(*self._columns), requests.c.created_at, requests.c.id, after)
        if wanted.since_at is not None:
            newest = newest.where(requests.c.created_at >= wanted.since_at)
        if wanted.until_at is not None:
            newest = newest.where(requests.c.created_at < wanted.until_at)
        scanned = newest.limit(SCANNED_MAX).subquery()
        matching = sa.select(scanned).where(*_conditions(scanned.c, wanted))
        matching = matching.order_by(scanned.c.created_at.desc(), scanned.c.id.desc()).limit(limit + 1)
        rows = connection.execute(matching).mappings().all()
        entries = _with_pictures(connection, rows[:limit])
        more = Cursor(at=entries[-1].created_at, id=entries[-1].id) if len(rows) > limit else None
        return RequestPage(entries=entries, older=more or _scan_end(connection, newest))

    def _history(self, connection: sa.Connection, request_id: str) -> History | None:
        mine = sa.select(*self._columns).where(requests.c.id == request_id)
        [*rows] = connection.execute(mine).mappings()
        if not rows:
            return None
        [entry] = _with_pictures(connection, rows)
        arrived = sa.select(inbox.c.arrived_at).where(inbox.c.event_id == request_id)
        mine = lines_of(ledger.c.request_id == request_id).order_by(ledger.c.id)
        return History(
            entry=entry,
            arrived_at=connection.execute(arrived).scalar(),
            calls=[LedgerLine(**row) for row in connection.execute(mine).mappings()],
            deliveries=_deliveries(connection, entry),
        )


def newest_first(
    wanted: sa.Select[Any], at: sa.ColumnElement[float], key: sa.ColumnElement[str], after: Cursor | None
) -> sa.Select[Any]:
    """Order rows from new to old, and go on after a cursor. Rows of the same time are ordered by their keys."""
    if after is not None:
        wanted = wanted.where(at <= after.at, sa.or_(at < after.at, key < after.id))
    return wanted.order_by(at.desc(), key.desc())


def _scan_end(connection: sa.Connection, newest: sa.Select[Any]) -> Cursor | None:
    """Return where a search ended that found less than `limit`; None: at the oldest request."""
    last = newest.with_only_columns(requests.c.created_at, requests.c.id).offset(SCANNED_MAX - 1).limit(1)
    row = connection.execute(last).first()
    return Cursor(at=row.created_at, id=row.id) if row else None


def _conditions(columns: Any, wanted: RequestFilter) -> list[sa.ColumnElement[bool]]:  # noqa: ANN401 - of a subquery
    holder, draws = wanted.holder, wanted.draws
    return [
        *([columns.state.in_(wanted.states)] if wanted.states else []),
        *([columns.answer.in_(wanted.answers)] if wanted.answers else []),
        *([columns.reason == wanted.reason] if wanted.reason else []),
        *([sa.or_(columns.chat_id == holder, columns.user_id == holder)] if holder else []),
        *(
            [sa.or_(*(_has_part(one, wanted.part) for one in (columns.chat_id, columns.user_id)))]
            if wanted.part
            else []
        ),
        *([columns.chat_id.startswith(wanted.chat, autoescape=True)] if wanted.chat else []),
        *([columns.draws == draws] if draws is not None else []),
    ]


def _has_part(line_id: sa.ColumnElement[str], part: str) -> sa.ColumnElement[bool]:
    start, gap, end = part.partition("…")
    if gap:
        return line_id.startswith(start, autoescape=True) & line_id.endswith(end, autoescape=True)
    return line_id.contains(part, autoescape=True)


def _with_pictures(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> list[RequestEntry]:
    ids = [row["id"] for row in rows]
    shown = sa.select(pictures.c.request_id, pictures.c.preview_key, pictures.c.size)
    shown = shown.where(pictures.c.request_id.in_(ids)).order_by(pictures.c.position)
    spent = sa.select(ledger.c.request_id, sa.func.sum(ledger.c.microusd)).where(ledger.c.request_id.in_(ids))
    drawn: dict[str, list[Any]] = {}
    for row in connection.execute(shown):
        drawn.setdefault(row.request_id, []).append(row)
    costs: Mapping[str, int] = {key: int(sum_) for key, sum_ in connection.execute(spent.group_by(ledger.c.request_id))}
    return [
        RequestEntry(
            **dict(row) | {"state": State(row["state"]), "answer": AnswerState(row["answer"])},
            previews=[one.preview_key for one in drawn.get(row["id"], ())],
            sizes=[one.size for one in drawn.get(row["id"], ())],
            microusd=costs.get(row["id"], 0),
        )
        for row in rows
    ]


def _deliveries(connection: sa.Connection, entry: RequestEntry) -> list[DeliveryEntry]:
    names = [*DeliveryEntry.__dataclass_fields__]
    of_chat = sa.select(deliveries.c.request_ids, *(deliveries.c[name] for name in names)).where(
        deliveries.c.chat_id == entry.chat_id, deliveries.c.created_at >= entry.created_at
    )
    rows = connection.execute(of_chat.order_by(deliveries.c.created_at).limit(DELIVERIES_MAX)).mappings()
    return [DeliveryEntry(**{name: row[name] for name in names}) for row in rows if entry.id in row["request_ids"]]

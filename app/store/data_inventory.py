"""Counts what the store holds about a person, group or room, before it is forgotten. Only reads."""

import contextlib
import json
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import (
    UNSETTLED,
    allowances,
    budgets,
    calls,
    chats,
    deliveries,
    inbox,
    languages,
    photos,
    pictures,
    requests,
    sent,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataInventory:
    """How many records of each kind. `calls` of the ledger lose the name and stay; a block by an admin stays as it is.

    `messages` are ours, and events that were not read yet; `budgets` include what admins have given.
    """

    pictures: int
    requests: int
    photos: int
    messages: int
    chats: int
    budgets: int
    calls: int
    is_blocked: bool

    @property
    def records(self) -> int:
        """How many records are deleted, not counting pictures."""
        return self.requests + self.photos + self.messages + self.chats + self.budgets

    @property
    def any(self) -> bool:
        """Whether there is anything about this id."""
        return bool(self.pictures or self.records or self.calls)


async def belongings_of(database: Database, line_id: str) -> DataInventory:
    """Count what there is about a person, in the 1:1 chat and in groups, or about a group or room."""
    return await database.read(lambda connection: _counted(connection, line_id))


def budgets_of(line_id: str) -> sa.ColumnElement[bool]:
    """Return a condition for the budgets of an id: a person's also in groups; a group's or room's with its members'."""
    own = budgets.c.holder.in_([f"chat:{line_id}", f"user:{line_id}"])
    members = budgets.c.holder.startswith(f"member:{line_id}:", autoescape=True)
    return sa.or_(own, members, budgets.c.holder.startswith("member:") & budgets.c.holder.endswith(f":{line_id}"))


def allowance_of(line_id: str) -> sa.ColumnElement[bool]:
    """Return a condition for what an admin has given a person, group or room; not for a block."""
    return sa.and_(allowances.c.holder == line_id, sa.not_(allowances.c.blocked))


def calls_of(line_id: str) -> sa.ColumnElement[bool]:
    """Return a condition for the calls that name an id, be it only in the budgets on which they are booked."""
    whose = sa.cast(calls.c.purses, sa.Text).contains(line_id, autoescape=True)
    return sa.or_(calls.c.chat_id == line_id, calls.c.user_id == line_id, whose)


def unread_of(connection: sa.Connection, line_id: str) -> list[str]:
    """Return the events of an id that are not settled yet. There are few at any time, so each is parsed."""
    names_it = inbox.c.raw.contains(line_id, autoescape=True)
    rows = connection.execute(sa.select(inbox.c.event_id, inbox.c.raw).where(UNSETTLED, names_it)).all()
    return [row.event_id for row in rows if line_id in _sources(row.raw)]


def _sources(raw: str) -> set[object]:
    """Return the ids that an event comes from. Other events may only mention an id."""
    with contextlib.suppress(ValueError, AttributeError):
        source = json.loads(raw).get("source") or {}
        return {source.get(name) for name in ("userId", "groupId", "roomId")}
    return set()


def _counted(connection: sa.Connection, line_id: str) -> DataInventory:
    def count(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
        return connection.execute(sa.select(sa.func.count()).select_from(table).where(sa.or_(*conditions))).scalar_one()

    def of(table: sa.Table) -> int:
        return count(table, table.c.chat_id == line_id, table.c.user_id == line_id)

    return DataInventory(
        pictures=of(pictures),
        requests=of(requests),
        photos=of(photos),
        messages=sum(count(table, table.c.chat_id == line_id) for table in (sent, deliveries))
        + len(unread_of(connection, line_id)),
        chats=count(chats, chats.c.chat_id == line_id) + count(languages, languages.c.user_id == line_id),
        budgets=count(budgets, budgets_of(line_id)) + count(allowances, allowance_of(line_id)),
        calls=count(calls, calls_of(line_id)),
        is_blocked=count(allowances, sa.and_(allowances.c.holder == line_id, allowances.c.blocked)) > 0,
    )

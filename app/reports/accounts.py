"""People and chats as operators see them: who asked lately, what they have used, what admins decided. Read-only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from app.store.database import Database
from app.store.money.budgets import chat_of, member_of, user_of
from app.store.tables import allowances, budgets, chats, pictures, requests

LOOKED_AT = 5_000  # the newest requests, in which people and chats are found
HOLDERS_MAX = 300
MEMBERS_MAX = 100
PICTURES_COUNTED_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person, group or room.

    Attributes:
        id: LINE's id.
        kind: user, group or room.
        asked: How many of the newest requests are theirs.
        last_at: When the newest of these was made, Unix seconds; None if none of them is theirs.
        month_microusd: What their own chat has spent this month. What people ask for in groups counts for the group.
        today: Pictures that count for today.
        extra: Additional pictures that an admin has given for today.
        blocked: Whether an admin has blocked them.
        pictures: Those of their chat in the bucket, counted up to `PICTURES_COUNTED_MAX`; None: not counted.
        left_at: When they blocked or removed us, Unix seconds; None if they have not.
    """

    id: str
    kind: str
    asked: int = 0
    last_at: float | None = None
    month_microusd: int = 0
    today: int = 0
    extra: int = 0
    blocked: bool = False
    pictures: int | None = None
    left_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who has spent part of a group's monthly budget."""

    id: str
    month_microusd: int


class Accounts:
    """Looks up people and chats, with what they have used and what admins decided for them.

    `day` is YYYY-MM-DD, `month` YYYY-MM.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lately(self, *, day: str, month: str) -> list[Account]:
        """Return who asked lately, newest first, then who else is blocked; at most `HOLDERS_MAX` of each."""

        def read(connection: sa.Connection) -> list[Account]:
            found = {one.id: one for one in _who_asked(connection)}
            blocked = sa.select(allowances.c.holder).where(allowances.c.blocked).order_by(allowances.c.holder)
            others = [one for one in connection.execute(blocked.limit(HOLDERS_MAX)).scalars() if one not in found]
            everybody = [*found.values(), *(Account(id=one, kind=kind_of(one)) for one in others)]
            return _with_counts(connection, everybody, day=day, month=month)

        return await self._database.read(read)

    async def one(self, holder: str, *, day: str, month: str) -> Account:
        """Return what is known of this person, group or room; for a stranger, an empty account."""

        def read(connection: sa.Connection) -> Account:
            known = next((one for one in _who_asked(connection) if one.id == holder), None)
            [found] = _with_counts(
                connection, [known or Account(id=holder, kind=kind_of(holder))], day=day, month=month
            )
            some = sa.select(pictures.c.id).where(pictures.c.chat_id == holder).limit(PICTURES_COUNTED_MAX).subquery()
            count = connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
            return replace(found, pictures=int(count))

        return await self._database.read(read)

    async def members(self, chat_id: str, *, month: str) -> list[Member]:
        """Return who has spent most of a group's month, highest first; at most `MEMBERS_MAX`."""
        prefix = member_of(chat_id, "")
        theirs = sa.select(budgets.c.holder, budgets.c.microusd).where(
            # Bounded by letters, not by some last character: collations order everything else differently.
            budgets.c.holder.between(f"{prefix}U", f"{prefix}V"),
            budgets.c.period == month,
        )
        most = theirs.order_by(budgets.c.microusd.desc(), budgets.c.holder).limit(MEMBERS_MAX)
        rows = await self._database.read(lambda connection: connection.execute(most).all())
        return [Member(id=row.holder.removeprefix(prefix), month_microusd=int(row.microusd)) for row in rows]


def kind_of(holder: str) -> str:
    """Return what a LINE id stands for: https://developers.line.biz/en/reference/messaging-api/#source-user."""
    return {"C": "group", "R": "room"}.get(holder[:1], "user")


def _who_asked(connection: sa.Connection) -> list[Account]:
    newest = sa.select(requests.c.chat_id, requests.c.chat_kind, requests.c.user_id, requests.c.created_at)
    some = newest.order_by(requests.c.created_at.desc()).limit(LOOKED_AT).subquery()
    last, asked = sa.func.max(some.c.created_at).label("last_at"), sa.func.count().label("asked")
    of_chats = sa.select(some.c.chat_id.label("id"), last, asked).group_by(some.c.chat_id)
    in_groups = sa.select(some.c.user_id.label("id"), last, asked).where(
        some.c.user_id.is_not(None), some.c.user_id != some.c.chat_id
    )
    found: dict[str, Account] = {}
    for row in [*connection.execute(of_chats), *connection.execute(in_groups.group_by(some.c.user_id))]:
        known = found.get(row.id, Account(id=row.id, kind=kind_of(row.id), last_at=row.last_at))
        later = max(known.last_at or 0, row.last_at)
        found[row.id] = replace(known, asked=known.asked + int(row.asked), last_at=later)
    return sorted(found.values(), key=lambda one: one.last_at or 0, reverse=True)[:HOLDERS_MAX]


def _with_counts(connection: sa.Connection, holders: Sequence[Account], *, day: str, month: str) -> list[Account]:
    ids = [one.id for one in holders]
    spent = sa.select(budgets.c.holder, budgets.c.microusd).where(
        budgets.c.holder.in_([chat_of(one) for one in ids]), budgets.c.period == month
    )
    drawn = sa.select(budgets.c.holder, budgets.c.pictures).where(
        budgets.c.holder.in_([user_of(one) for one in ids]), budgets.c.period == day
    )
    decided = sa.select(allowances).where(allowances.c.holder.in_(ids))
    gone = sa.select(chats.c.chat_id, chats.c.left_at).where(chats.c.chat_id.in_(ids), chats.c.left_at.is_not(None))
    money = {row.holder: int(row.microusd) for row in connection.execute(spent)}
    today = {row.holder: int(row.pictures) for row in connection.execute(drawn)}
    rules = {row.holder: row for row in connection.execute(decided)}
    left = {row.chat_id: row.left_at for row in connection.execute(gone)}
    return [
        replace(
            one,
            month_microusd=money.get(chat_of(one.id), 0),
            today=today.get(user_of(one.id), 0),
            extra=rules[one.id].extra if one.id in rules and rules[one.id].extra_on == day else 0,
            blocked=one.id in rules and bool(rules[one.id].blocked),
            left_at=left.get(one.id),
        )
        for one in holders
    ]

"""Budgets: what was spent or is reserved in a day or a month, and the caps that hold for it.

A call is booked on the bot's day and month, on its chat's month and, in a group, on its member's month there. For a
person's day, pictures are counted. A transaction that locks several of these locks the person's day first, then the
others in the order of `of_call`, so that processes that book at the same time never wait for each other in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.days import day_of, month_of, next_day_at, next_month_at
from app.store.money.counters import add
from app.store.tables import allowances, budgets

BOT = "bot"

BudgetKey = Sequence[str]  # holder, period


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What may be spent: pictures by one person a day, micro-dollars by the bot and by one chat. 0: no limit."""

    user_daily_pictures: int = 0
    bot_daily_microusd: int = 0
    bot_monthly_microusd: int = 0
    chat_monthly_microusd: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped:
    """A cap that would be exceeded: share, chat_month, bot_month or bot_day. `until_at`: when a new period begins."""

    cap: str
    until_at: float


class CapReached(Exception):
    """A cap would be exceeded: the transaction must be rolled back."""

    def __init__(self, capped: Capped) -> None:
        super().__init__(capped.cap)
        self.capped = capped


def of_call(*, chat_id: str, chat_kind: str, user_id: str | None, at: float, zone: ZoneInfo) -> list[BudgetKey]:
    """Return the budgets on which a call is booked, in the order in which they are locked."""
    month = month_of(at, zone)
    members = [[member_of(chat_id, user_id), month]] if chat_kind != "user" and user_id else []
    return [*members, [chat_of(chat_id), month], [BOT, month], [BOT, day_of(at, zone)]]


def chat_of(chat_id: str) -> str:
    """Name the budget of a chat."""
    return f"chat:{chat_id}"


def member_of(chat_id: str, user_id: str) -> str:
    """Name the budget of a person in a group."""
    return f"member:{chat_id}:{user_id}"


def user_of(user_or_chat_id: str) -> str:
    """Name the budget in which a person's pictures are counted."""
    return f"user:{user_or_chat_id}"


def share_of(cap_microusd: int, others_microusd: int) -> int:
    """Return what one person may use of a group's budget: half of what the others have left.

    So nobody can empty it: a latecomer still finds half of what is left. Of people who draw at the same pace, two get a
    third each, three get a quarter each; one share is always kept for the next.
    """
    return max(0, cap_microusd - others_microusd) // 2


def reserve(
    connection: sa.Connection, booked: Sequence[BudgetKey], *, microusd: int, caps: Caps, at: float, zone: ZoneInfo
) -> None:
    """Book an estimate on the budgets of `of_call`.

    Raises:
        CapReached: A cap would be exceeded. The caller rolls the whole transaction back.
    """
    *members, chat, month, day = booked
    month_ends_at = next_month_at(at, zone)
    used = sum(_add(connection, member, microusd=microusd)["microusd"] for member in members)
    group = _add(connection, chat, cap=caps.chat_monthly_microusd, microusd=microusd)
    if not group:
        raise CapReached(Capped(cap="chat_month", until_at=month_ends_at))
    has_shares = caps.chat_monthly_microusd and members
    if has_shares and used > share_of(caps.chat_monthly_microusd, group["microusd"] - used):
        raise CapReached(Capped(cap="share", until_at=month_ends_at))
    if not _add(connection, month, cap=caps.bot_monthly_microusd, microusd=microusd):
        raise CapReached(Capped(cap="bot_month", until_at=month_ends_at))
    if not _add(connection, day, cap=caps.bot_daily_microusd, microusd=microusd):
        raise CapReached(Capped(cap="bot_day", until_at=next_day_at(at, zone)))


def shift(connection: sa.Connection, booked: Sequence[BudgetKey], microusd: int, *, pictures: int = 0) -> None:
    """Add to what was reserved, or subtract with a negative amount, whatever the caps are.

    `pictures` that came of it are counted on the bot's budgets, from which reports read both.
    """
    rows = [
        {"of": holder, "in": period, "more": microusd, "more_pictures": pictures if holder == BOT else 0}
        for holder, period in booked
    ]
    if rows:
        connection.execute(_SHIFT, rows)  # one after the other, in their order


_SHIFT = (
    sa.update(budgets)
    .where(budgets.c.holder == sa.bindparam("of"), budgets.c.period == sa.bindparam("in"))
    .values(
        microusd=budgets.c.microusd + sa.bindparam("more"), pictures=budgets.c.pictures + sa.bindparam("more_pictures")
    )
)


def count_pictures(connection: sa.Connection, user_or_chat_id: str, *, day: str, count: int, cap: int) -> int:
    """Count pictures on a person's day, as many as the cap allows (0: no limit). Return how many were counted."""
    if cap:
        cap += _extra(connection, user_or_chat_id, day)
    budget = (user_of(user_or_chat_id), day)
    if _add(connection, budget, cap=cap, pictures=count):
        return count
    left = cap - counted(connection, user_or_chat_id, day=day, cap=0)[0]
    return left if left > 0 and _add(connection, budget, cap=cap, pictures=left) else 0


def uncount(connection: sa.Connection, user_or_chat_id: str, *, day: str, count: int) -> None:
    """Stop counting this many pictures on a person's day."""
    less = sa.case((budgets.c.pictures > count, budgets.c.pictures - count), else_=0)
    connection.execute(sa.update(budgets).where(*_is(user_of(user_or_chat_id), day)).values(pictures=less))


def counted(connection: sa.Connection, user_or_chat_id: str, *, day: str, cap: int) -> tuple[int, int]:
    """Return how many pictures count for a person on a day, and how many they may have (0: no limit)."""
    used = int(connection.execute(_COUNTED, {"whose": user_of(user_or_chat_id), "on": day}).scalar() or 0)
    return used, cap and cap + _extra(connection, user_or_chat_id, day)


_COUNTED = sa.select(budgets.c.pictures).where(
    budgets.c.holder == sa.bindparam("whose"), budgets.c.period == sa.bindparam("on")
)


def read_budget(connection: sa.Connection, holder: str, period: str) -> int:
    """Return what was spent or is reserved, in micro-dollars."""
    return int(connection.execute(sa.select(budgets.c.microusd).where(*_is(holder, period))).scalar() or 0)


def take_telling(connection: sa.Connection, holder: str, period: str, left: int) -> bool:
    """Claim the notice that this much is left. False: people were told before that this little, or less, is left."""
    news = sa.or_(budgets.c.told.is_(None), budgets.c.told > left)
    change = sa.update(budgets).where(*_is(holder, period), news).values(told=left)
    return connection.execute(change).rowcount == 1


def _extra(connection: sa.Connection, holder: str, day: str) -> int:
    given = sa.select(allowances.c.extra).where(allowances.c.holder == holder, allowances.c.extra_on == day)
    return int(connection.execute(given).scalar() or 0)


def _add(connection: sa.Connection, budget: BudgetKey, *, cap: int = 0, **amounts: int) -> dict[str, int]:
    """Add to a budget, and return it. `cap` is for the first amount; if it would be exceeded, the result is empty."""
    holder, period = budget
    key = {"holder": holder, "period": period}
    caps = {next(iter(amounts)): cap}
    return add(connection, budgets, key, amounts, caps=caps) or {}


def _is(holder: str, period: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (budgets.c.holder == holder, budgets.c.period == period)

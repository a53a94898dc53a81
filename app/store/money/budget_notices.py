"""What is left of a person's day, of a chat's month and of a share in it; and what is said when it runs low."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.days import day_of, month_of, next_day_at, next_month_at
from app.store.money import budgets as money
from app.store.money.budgets import Caps

PICTURES_SHORT = 3
PERCENT_SHORT = (5, 20)  # of a month's budget; each is said once

Note = Sequence[Any]  # a key of the sentences and its details


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What was spent or is reserved under a cap: bot_day, bot_month, chat_month or share. Cap 0: no limit."""

    name: str
    spent_microusd: int
    cap_microusd: int
    until_at: float

    @property
    def left_percent(self) -> int:
        """How many percent of the cap are left, rounded up, so that 0 means nothing."""
        left = max(0, self.cap_microusd - self.spent_microusd)
        return -(-100 * left // self.cap_microusd) if self.cap_microusd else 0


def chat_budgets(
    connection: sa.Connection, *, chat_id: str, chat_kind: str, user_id: str | None, cap: int, at: float, zone: ZoneInfo
) -> list[Budget]:
    """Return a chat's budget for the month and, in a group, the person's share of it. `cap` in micro-dollars."""
    month, until_at = month_of(at, zone), next_month_at(at, zone)
    spent = money.read_budget(connection, money.chat_of(chat_id), month)
    chat = Budget(name="chat_month", spent_microusd=spent, cap_microusd=cap, until_at=until_at)
    if chat_kind == "user" or not user_id:
        return [chat]
    mine = money.read_budget(connection, money.member_of(chat_id, user_id), month)
    share = money.share_of(cap, spent - mine)
    return [chat, Budget(name="share", spent_microusd=mine, cap_microusd=share, until_at=until_at)]


def notes_beside(
    connection: sa.Connection, request: sa.RowMapping, *, caps: Caps, at: float, zone: ZoneInfo
) -> list[Note]:
    """Return the notes to send with the picture of a request: what runs low now and was not told before."""
    return [
        *_of_the_day(connection, request, cap=caps.user_daily_pictures, at=at, zone=zone),
        *_of_the_month(connection, request, cap=caps.chat_monthly_microusd, at=at, zone=zone),
    ]


def _of_the_day(
    connection: sa.Connection, request: sa.RowMapping, *, cap: int, at: float, zone: ZoneInfo
) -> list[Note]:
    day, whose = day_of(at, zone), request["user_id"] or request["chat_id"]
    used, most = money.counted(connection, whose, day=day, cap=cap)
    left = max(0, most - used)
    if not most or left > PICTURES_SHORT or not money.take_telling(connection, money.user_of(whose), day, left):
        return []
    details = {"count": left, "until_at": next_day_at(at, zone)}
    return [("left_today" if left else "left_none", details)]


def _of_the_month(
    connection: sa.Connection, request: sa.RowMapping, *, cap: int, at: float, zone: ZoneInfo
) -> list[Note]:
    if not cap:
        return []
    chat_id, user_id = request["chat_id"], request["user_id"]
    budgets = chat_budgets(
        connection, chat_id=chat_id, chat_kind=request["chat_kind"], user_id=user_id, cap=cap, at=at, zone=zone
    )
    holders = [money.chat_of(chat_id), money.member_of(chat_id, user_id or "")]
    notes: list[Note] = []
    # The member before the chat: the order in which bookings lock them.
    for budget, holder in reversed(list(zip(budgets, holders, strict=False))):
        step = next((step for step in PERCENT_SHORT if budget.left_percent <= step), None)
        if step is not None and money.take_telling(connection, holder, month_of(at, zone), step):
            key = "left_chat" if budget.name == "chat_month" else "left_share"
            notes.insert(0, (key, {"percent": budget.left_percent, "until_at": budget.until_at}))
    return notes

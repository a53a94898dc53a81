"""Refunds: a picture that was no good stops counting for the person and the chat. The bot has spent it all the same."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from app.store.database import Database
from app.store.money.budgets import BOT, shift
from app.store.money.call_outcome import CallOutcome
from app.store.requests import UNFINISHED, State, give_back
from app.store.tables import calls, requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """What a refund gave back.

    Attributes:
        state: The request's; while it is unfinished nothing is given back.
        pictures: How many pictures no longer count on the day `counted_on`.
        budgets: Micro-dollars given back, by (holder, period).
        refunded_at: When it was given back; None where there was nothing.
        again: It was refunded before, so nothing was given back now.
    """

    state: State
    pictures: int = 0
    counted_on: str | None = None
    budgets: Mapping[tuple[str, str], int] = field(default_factory=dict)
    refunded_at: float | None = None
    again: bool = False


class Refunds:
    """Stops counting a request for its person and chat."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refund(self, request_id: str) -> Refund | None:
        """Give back what a request cost its person and chat. None: there is no such request.

        The second time nothing is left to give back. The bot's own day and month keep what was really spent.
        """
        return await self._database.run(lambda connection: _refunded(connection, request_id))


def _refunded(connection: sa.Connection, request_id: str) -> Refund | None:
    asked = sa.select(requests).where(requests.c.id == request_id).with_for_update()
    request = connection.execute(asked).mappings().first()
    if request is None:
        return None
    state = State(request["state"])
    if state in UNFINISHED:
        return Refund(state=state)
    mine = (calls.c.request_id == request_id, calls.c.outcome != CallOutcome.FAILED)
    rows = connection.execute(sa.select(calls).where(*mine).order_by(calls.c.id).with_for_update()).mappings().all()
    due = [row for row in rows if row["refunded_at"] is None]
    pictures = request["counted"] if request["counted_on"] else 0
    if not due and not pictures:
        before = max((row["refunded_at"] for row in rows), default=None)
        return Refund(state=state, refunded_at=before, again=before is not None)
    now = time.time()
    give_back(connection, request_id)  # on the person's day, which is locked before the other budgets
    budgets = _given_back(connection, due, now)
    return Refund(state=state, pictures=pictures, counted_on=request["counted_on"], budgets=budgets, refunded_at=now)


def _given_back(connection: sa.Connection, due: Sequence[sa.RowMapping], now: float) -> Mapping[tuple[str, str], int]:
    """Take calls out of every budget except the bot's. A late answer then changes the bot's budgets alone."""
    given: Counter[tuple[str, str]] = Counter()
    for row in due:
        booked = row["purses"] or ()
        shift(connection, [budget for budget in booked if budget[0] != BOT], -row["microusd"])
        given.update({(holder, period): row["microusd"] for holder, period in booked if holder != BOT})
        kept = [budget for budget in booked if budget[0] == BOT]
        change = sa.update(calls).where(calls.c.id == row["id"])
        connection.execute(change.values(refunded_at=now, purses=kept or None))
    return dict(given)

"""Whoever takes several budgets takes them in one order, so that no two wait for each other."""

import asyncio

import pytest
import sqlalchemy as sa

from app.store.database import Database
from app.store.money import budget_notices
from app.store.money.budgets import Caps, chat_of, member_of, shift, user_of
from app.store.money.refunds import Refunds
from app.store.tables import requests
from tests.ledger_process import NOON
from tests.unit.test_forgetting_at_once import HELD_UP
from tests.unit.test_refunds import ALICE, BOB, DAY, GROUP, TAIPEI, asked, ledger_of

CAROL = "U" + "c" * 32
MEMBER, CHAT, PERSON = (member_of(GROUP, ALICE), DAY[:7]), (chat_of(GROUP), DAY[:7]), (user_of(ALICE), DAY)


async def tell_what_is_left(database: Database) -> None:
    """As where a picture becomes ready."""

    def read(connection: sa.Connection) -> list[str]:
        row = connection.execute(sa.select(requests).where(requests.c.id == "R1")).mappings().one()
        caps = Caps(chat_monthly_microusd=1000)
        return [key for key, _ in budget_notices.notes_beside(connection, row, caps=caps, at=NOON, zone=TAIPEI)]

    assert await database.run(read) == ["left_chat", "left_share"]


async def refund(database: Database) -> None:
    given = await Refunds(database).refund("R1")
    assert given
    assert given.pictures == 1


@pytest.mark.parametrize(
    ("takes", "first", "then"),
    [(tell_what_is_left, MEMBER, CHAT), (refund, PERSON, MEMBER)],
    ids=["what is left", "refund"],
)
async def test_budgets_are_taken_in_one_order(postgres_url, takes, first, then):
    """While somebody holds the first of two that they need, the other waits for that one, and holds not the second."""
    database = Database(postgres_url)
    database.migrate()
    ledger = ledger_of(database)
    for name, user_id, microusd in (("R1", ALICE, 499), ("R2", BOB, 249), ("R3", CAROL, 124)):
        await asked(database, ledger, name, user_id=user_id, microusd=microusd)
    with database.transaction() as connection:
        connection.execute(sa.update(requests).where(requests.c.id == "R1").values(state="ready", answer="sent"))
    with database.transaction() as booking:
        booking.execute(sa.text("SET LOCAL deadlock_timeout = '1ms'"))  # it is we who are told of a circle
        shift(booking, [first], 0)
        other = asyncio.create_task(takes(database))
        while not await database.look(lambda connection: connection.execute(HELD_UP).scalar()):
            pass
        shift(booking, [then], 0)
    await other
    database.close()

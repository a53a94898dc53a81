"""What is refunded does not count for the person and the chat; the bot has spent it all the same."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.store.data_inventory import belongings_of
from app.store.forgetting import Forgetting
from app.store.money.budgets import Caps
from app.store.money.call_outcome import CallOutcome
from app.store.money.ledger import Ledger, Tokens
from app.store.money.refunds import Refunds
from app.store.receiving import NewRequest, PersonalLimit, Receiving, Sender
from app.store.requests import Requests, State
from app.store.tables import budgets, calls
from tests.ledger_process import NOON, booking

TAIPEI = ZoneInfo("Asia/Taipei")
DAY = datetime.fromtimestamp(NOON, UTC).astimezone(TAIPEI).date().isoformat()
ALICE, BOB, GROUP = "U" + "a" * 32, "U" + "b" * 32, "C" + "d" * 32


async def asked(database, ledger: Ledger, name: str, *, user_id: str = ALICE, microusd: int = 100) -> int:
    """Ask for a picture in the group. Return the call that draws it."""
    sender = Sender(chat_id=GROUP, chat_kind="group", user_id=user_id)
    quota = PersonalLimit(day=DAY, cap=9, until_at=NOON + 9, waiting_max=99, told_since=NOON)
    wish = NewRequest(prompt="a cat", draws=True)
    assert await Receiving(database).receive(name, sender=sender, request=wish, quota=quota)
    paid = {"request_id": name, "chat_id": GROUP, "user_id": user_id, "estimate_microusd": microusd}
    begun = await ledger.begin(replace(booking("", 0), **paid), now_at=NOON)
    assert isinstance(begun, int)
    return begun


async def ended(database, name: str) -> None:
    await Requests(database).fail(name, reason="too_late")


def amounts(database) -> dict[str, tuple[int, int]]:
    """Return money and pictures of each budget."""
    with database.transaction() as connection:
        rows = connection.execute(sa.select(budgets)).all()
        return {f"{row.holder} {row.period}": (row.microusd, row.pictures) for row in rows}


def ledger_of(database) -> Ledger:
    return Ledger(database, zone=TAIPEI, caps=Caps(user_daily_pictures=9, chat_monthly_microusd=1000))


async def ready(database, name: str) -> None:
    change = "UPDATE requests SET state = 'ready', answer = 'sent' WHERE id = ?"
    await database.run(lambda connection: connection.exec_driver_sql(change, (name,)))


async def test_a_refund_gives_back_what_counted_for_person_and_chat(database):
    """Once: the second time nothing is left, and the ledger keeps the marked row."""
    ledger, refunds = ledger_of(database), Refunds(database)
    await asked(database, ledger, "R1", microusd=100)
    await asked(database, ledger, "R2", microusd=7)
    await ready(database, "R1")
    given = await refunds.refund("R1")
    month = DAY[:7]
    assert (given.pictures, given.counted_on) == (1, DAY)
    assert given.budgets == {(f"member:{GROUP}:{ALICE}", month): 100, (f"chat:{GROUP}", month): 100}
    assert amounts(database) == {
        f"member:{GROUP}:{ALICE} {month}": (7, 0),
        f"chat:{GROUP} {month}": (7, 0),
        f"bot {month}": (107, 0),
        f"bot {DAY}": (107, 0),
        f"user:{ALICE} {DAY}": (0, 1),
    }
    again = await refunds.refund("R1")
    assert (again.again, again.pictures, again.budgets, again.refunded_at) == (True, 0, {}, given.refunded_at)
    assert amounts(database)[f"chat:{GROUP} {month}"] == (7, 0)
    with database.transaction() as connection:
        rows = connection.execute(sa.select(calls.c.microusd, calls.c.refunded_at).order_by(calls.c.id)).all()
    assert [tuple(row) for row in rows] == [(100, given.refunded_at), (7, None)]


async def test_many_refunds_at_once_refund_once(database):
    """Two operators, one request."""
    await asked(database, ledger_of(database), "R1")
    await ready(database, "R1")
    given = await asyncio.gather(*(Refunds(database).refund("R1") for _ in range(8)))
    assert sorted(one.again for one in given) == [False] + [True] * 7
    assert amounts(database)[f"chat:{GROUP} {DAY[:7]}"] == (0, 0)


async def test_a_late_answer_of_a_refunded_call_moves_the_bots_purses_alone(database):
    """Its exact price takes the place of the estimate only where it still counts."""
    ledger = ledger_of(database)
    call = await asked(database, ledger, "R1")
    await ledger.end(call, CallOutcome.UNKNOWN, vendor_request_id=None)
    await ended(database, "R1")
    assert (await Refunds(database).refund("R1")).pictures == 0
    tokens = Tokens(text_in=10, image_in=0, image_out=686)
    await database.run(ledger.settlement(call, tokens, vendor_request_id="req"))
    now, exact = amounts(database), 10 * 5 + 686 * 30
    assert now[f"bot {DAY}"] == (exact, 1)
    assert now[f"chat:{GROUP} {DAY[:7]}"] == now[f"member:{GROUP}:{ALICE} {DAY[:7]}"] == (0, 0)


async def test_nothing_is_refunded_too_early_or_for_nothing(database):
    """Unknown, unfinished, or free: the state tells which."""
    ledger, refunds = ledger_of(database), Refunds(database)
    call = await asked(database, ledger, "R1")
    assert await refunds.refund("R0") is None
    assert (await refunds.refund("R1")).state is State.QUEUED
    await ledger.end(call, CallOutcome.FAILED, vendor_request_id=None)
    await ended(database, "R1")
    free = await refunds.refund("R1")
    assert (free.state, free.refunded_at, free.again) == (State.FAILED, None, False)


async def test_a_refund_makes_room_under_a_share(database):
    """What was refunded can be spent again."""
    ledger = ledger_of(database)
    await asked(database, ledger, "R1", microusd=500)
    await ready(database, "R1")
    await Refunds(database).refund("R1")
    chat, share = await ledger.chat_budgets(GROUP, chat_kind="group", user_id=ALICE, now_at=NOON)
    assert (chat.spent_microusd, share.spent_microusd, share.cap_microusd) == (0, 0, 500)


async def test_forgetting_takes_the_counts_of_a_person_too(database):
    """Nothing names them any more; what the bot has spent stays."""
    ledger, forgetting = ledger_of(database), Forgetting(database)
    for name, user_id in (("R1", ALICE), ("R2", BOB)):
        call = await asked(database, ledger, name, user_id=user_id)
        await ledger.end(call, CallOutcome.UNKNOWN, vendor_request_id=None)
    there = await belongings_of(database, ALICE)
    assert (there.requests, there.budgets, there.calls) == (1, 2, 1)
    await forgetting.person(ALICE)
    assert await forgetting.counts(ALICE) == 2
    assert not (await belongings_of(database, ALICE)).any
    assert not [name for name in amounts(database) if ALICE in name]
    assert await ledger.spent(DAY) == 200
    assert await forgetting.counts(ALICE) == 0


async def test_forgetting_a_group_takes_the_shares_of_its_members(database):
    """And leaves what they did elsewhere."""
    ledger, forgetting = ledger_of(database), Forgetting(database)
    await asked(database, ledger, "R1")
    await forgetting.chat(GROUP)
    await forgetting.counts(GROUP)
    left = [name for name in amounts(database) if not name.startswith("bot ")]
    assert left == [f"user:{ALICE} {DAY}"]

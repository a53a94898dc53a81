"""Caps hold, whoever spends at the same time and whatever dies; the budgets are what the ledger says."""

import asyncio
import itertools
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app.prices import cost
from app.store.alerts import Alerts
from app.store.database import Database
from app.store.models import Models
from app.store.money.allowances import Allowances
from app.store.money.budgets import Capped, Caps, count_pictures, uncount
from app.store.money.call_outcome import READ, CallOutcome
from app.store.money.ledger import Ledger, ReadTokens, Tokens
from app.store.receiving import NewRequest, PersonalLimit, Receiving, Sender
from app.store.requests import Requests
from app.store.standing import standing_of
from app.store.tables import budgets, calls
from app.store.tallies import count_today, counted_in
from tests.depth import deep
from tests.ledger_process import ESTIMATE, NOON, booking
from tests.world import ROOT

TAIPEI = ZoneInfo("Asia/Taipei")
DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC).timestamp()
ALICE, BOB, CAROL = (f"U{letter * 32}" for letter in "abc")
GROUP = "C" + "d" * 32
TOKENS = Tokens(text_in=10, image_in=0, image_out=686)


@pytest.fixture(params=["sqlite", "postgres"])
def shared(request, tmp_path):
    """Open a fresh database of each kind."""
    is_postgres = request.param == "postgres"
    opened = Database(request.getfixturevalue("postgres_url") if is_postgres else f"sqlite:///{tmp_path}/shared.db")
    opened.migrate()
    yield opened
    opened.close()


def ledger_of(database, **caps: int) -> Ledger:
    return Ledger(database, zone=TAIPEI, caps=Caps(**caps))


def wish(name: str, *, user_id: str | None = ALICE, chat_id: str = GROUP, microusd: int = 100):
    kind = "user" if chat_id == user_id else "group"
    fresh = {"request_id": name, "chat_id": chat_id, "chat_kind": kind, "user_id": user_id}
    return replace(booking("", 0), **fresh, estimate_microusd=microusd)


async def pay(database, ledger: Ledger, call_id: int, tokens: Tokens | None = TOKENS) -> None:
    await database.run(ledger.settlement(call_id, tokens, vendor_request_id="req"))


async def test_a_paid_picture_outlives_a_count_that_no_database_takes(shared):
    """The estimate stays, marked as one; the transaction that keeps the picture goes through."""
    ledger = ledger_of(shared)
    call_id = await ledger.begin(wish("R1"))
    await pay(shared, ledger, call_id, Tokens(text_in=10, image_in=0, image_out=2**63))
    with shared.transaction() as connection:
        row = connection.execute(sa.select(calls).where(calls.c.id == call_id)).one()
    assert (row.outcome, row.microusd, row.is_estimate) == (CallOutcome.PAID, 100, True)


@pytest.mark.parametrize(
    ("calls_before", "end", "counts"),
    [
        ([], CallOutcome.FAILED, 0),
        ([CallOutcome.FAILED], CallOutcome.FAILED, 0),
        ([CallOutcome.BAD], CallOutcome.FAILED, 1),
        ([], CallOutcome.UNKNOWN, 1),
    ],
)
async def test_what_was_taken_back_and_not_paid_does_not_count(shared, calls_before, end, counts):
    """It counts while it may be paid, and not any more once it is known that nothing was."""
    ledger, requests, receiving = ledger_of(shared, user_daily_pictures=5), Requests(shared), Receiving(shared)
    sender = Sender(chat_id=GROUP, chat_kind="group", user_id=ALICE)
    quota = PersonalLimit(day="2026-11-22", cap=5, until_at=0.0, waiting_max=9, told_since=0.0)
    await receiving.receive("R1", sender=sender, request=NewRequest(draws=True, prompt="a cat"), quota=quota)
    for at, outcome in enumerate(calls_before):
        call_id = await ledger.begin(wish("R1"), now_at=NOON + at)
        await ledger.end(call_id, outcome, vendor_request_id=None)
    call_id = await ledger.begin(wish("R1"), now_at=NOON + 9)
    assert await requests.cancel(GROUP, user_id=ALICE, event_id="E2") == 1
    assert (await ledger.usage_of(GROUP, chat_kind="group", user_id=ALICE, now_at=NOON))["pictures"] == 1
    for _ in range(2):
        await ledger.end(call_id, end, vendor_request_id=None)
    assert (await ledger.usage_of(GROUP, chat_kind="group", user_id=ALICE, now_at=NOON))["pictures"] == counts


def all_purses(database) -> dict[tuple[str, str], int]:
    with database.transaction() as connection:
        rows = connection.execute(sa.select(budgets).where(budgets.c.microusd != 0)).all()
        return {(row.holder, row.period): row.microusd for row in rows}


def booked(database) -> dict[tuple[str, str], int]:
    """Add up what the ledger has booked on each budget."""
    sums: dict[tuple[str, str], int] = {}
    with database.transaction() as connection:
        for row in connection.execute(sa.select(calls.c.purses, calls.c.microusd)).all():
            for holder, period in row.purses:
                sums[holder, period] = sums.get((holder, period), 0) + row.microusd
    return {budget: microusd for budget, microusd in sums.items() if microusd}


async def test_an_estimate_is_reserved_and_the_exact_price_takes_its_place(database):
    """On the row and on every budget, even when the day has changed meanwhile."""
    ledger = ledger_of(database)
    call_id = await ledger.begin(wish("R1", microusd=ESTIMATE), now_at=NOON)
    purse_names = [
        (f"member:{GROUP}:{ALICE}", "2026-11"),
        (f"chat:{GROUP}", "2026-11"),
        ("bot", "2026-11"),
        ("bot", "2026-11-22"),
    ]
    assert all_purses(database) == dict.fromkeys(purse_names, ESTIMATE)
    await pay(database, ledger, call_id)
    exact = cost("gpt-image-2.6-flare", text_in=10, image_in=0, image_out=686)
    assert all_purses(database) == dict.fromkeys(purse_names, exact)
    with database.transaction() as connection:
        row = connection.execute(sa.select(calls)).mappings().one()
    assert (row["outcome"], row["microusd"], row["is_estimate"], row["image_out"]) == ("paid", exact, False, 686)
    assert (row["day"], row["vendor_request_id"], row["quality"]) == ("2026-11-22", "req", "low")


async def test_what_is_not_known_stays_booked_and_marked(database):
    """An answer without usage, a bad one, an unknown one; only a certain failure gives the money back."""
    ledger = ledger_of(database)
    blind, bad, unknown, failed = [
        await ledger.begin(wish(f"R{number}", chat_id=ALICE), now_at=NOON) for number in range(4)
    ]
    await pay(database, ledger, blind, None)
    for call, outcome in ((bad, CallOutcome.BAD), (unknown, CallOutcome.UNKNOWN), (failed, CallOutcome.FAILED)):
        await ledger.end(call, outcome, vendor_request_id=None)
    assert await ledger.spent("2026-11-22") == 300
    with database.transaction() as connection:
        rows = connection.execute(sa.select(calls).order_by(calls.c.id)).all()
    assert [row.microusd for row in rows] == [100, 100, 100, 0]
    assert [row.is_estimate for row in rows] == [True, True, True, False]


async def test_the_price_of_a_model_without_one_is_marked(database):
    """Its tokens are written down, so that it can be mended."""
    ledger = ledger_of(database)
    call_id = await ledger.begin(replace(wish("R1"), model="gpt-image-9"), now_at=NOON)
    await pay(database, ledger, call_id)
    with database.transaction() as connection:
        row = connection.execute(sa.select(calls)).one()
    assert (row.is_estimate, row.microusd, row.text_in) == (True, 686 * 40 + 10 * 5, 10)


async def test_a_call_that_a_crash_cut_off_may_have_been_paid(database):
    """It is counted, stays booked, and its late answer is still taken, once."""
    ledger = ledger_of(database)
    call_id = await ledger.begin(wish("R1"), now_at=NOON)
    assert await ledger.close_cut_off("R1") == 1
    assert await ledger.spent("2026-11") == 100
    for _ in range(2):
        await pay(database, ledger, call_id)
    await ledger.end(call_id, CallOutcome.FAILED, vendor_request_id=None)
    assert await ledger.close_cut_off("R1") == 0
    assert await ledger.spent("2026-11") == 10 * 5 + 686 * 30


async def test_beginning_again_after_a_lost_answer_reserves_once(database):
    """The same call at the same time is the same call."""
    ledger = ledger_of(database)
    assert await ledger.begin(wish("R1"), now_at=NOON) == await ledger.begin(wish("R1"), now_at=NOON)
    assert await ledger.begin(wish("R1"), now_at=NOON + 1) != await ledger.begin(wish("R1"), now_at=NOON)
    assert await ledger.spent("2026-11") == 200


@pytest.mark.parametrize(
    ("caps", "reached"),
    [
        ({"bot_daily_microusd": 250}, Capped(cap="bot_day", until_at=NOON + 12 * 3600)),
        ({"bot_monthly_microusd": 250}, Capped(cap="bot_month", until_at=DECEMBER)),
        ({"chat_monthly_microusd": 250}, Capped(cap="chat_month", until_at=DECEMBER)),
        ({"chat_monthly_microusd": 250, "bot_daily_microusd": 250}, Capped(cap="chat_month", until_at=DECEMBER)),
    ],
)
async def test_a_cap_is_never_passed_and_tells_when_it_begins_anew(database, caps, reached):
    """What would pass it leaves no trace; what still fits is let through."""
    ledger = ledger_of(database, **caps)
    for number in range(2):
        await ledger.begin(wish(f"R{number}", chat_id=ALICE), now_at=NOON)
    before = all_purses(database)
    assert await ledger.begin(wish("R2", chat_id=ALICE), now_at=NOON) == reached
    assert all_purses(database) == before == booked(database)
    assert isinstance(await ledger.begin(wish("R3", chat_id=ALICE, microusd=50), now_at=NOON), int)
    assert await ledger.begin(wish("R4", chat_id=ALICE, microusd=1), now_at=NOON) == reached
    assert isinstance(await ledger.begin(wish("R5", chat_id=ALICE), now_at=reached.until_at), int)


async def test_one_call_dearer_than_a_cap_is_not_made(database):
    """Also when nothing has been spent yet."""
    ledger = ledger_of(database, bot_daily_microusd=99)
    assert (await ledger.begin(wish("R1"), now_at=NOON)).cap == "bot_day"
    assert all_purses(database) == {}


async def test_a_failed_call_makes_room_again(database):
    """Nobody loses what was not spent."""
    ledger = ledger_of(database, bot_daily_microusd=100)
    call_id = await ledger.begin(wish("R1"), now_at=NOON)
    assert isinstance(await ledger.begin(wish("R2"), now_at=NOON), Capped)
    await ledger.end(call_id, CallOutcome.FAILED, vendor_request_id=None)
    assert isinstance(await ledger.begin(wish("R3"), now_at=NOON), int)


async def test_nobody_empties_the_purse_of_a_group(database):
    """Each may have half of what the others leave: whoever comes late still finds theirs, and nobody blocks another."""
    ledger, names = ledger_of(database, chat_monthly_microusd=800), map(str, itertools.count())

    async def drawn_by(user_id: str) -> int:
        """Draw until the share is used up. Return how many pictures it was."""
        count = 0
        while isinstance(reached := await ledger.begin(wish(next(names), user_id=user_id), now_at=NOON), int):
            count += 1
        assert reached == Capped(cap="share", until_at=DECEMBER)
        return count

    failed = await ledger.begin(wish("B", user_id=BOB, microusd=90), now_at=NOON)
    await ledger.end(failed, CallOutcome.FAILED, vendor_request_id=None)
    assert [await drawn_by(user_id) for user_id in (ALICE, BOB, CAROL, ALICE)] == [4, 2, 1, 0]
    _, share = await ledger.chat_budgets(GROUP, chat_kind="group", user_id=BOB, now_at=NOON)
    assert (share.spent_microusd, share.cap_microusd, share.left_percent) == (200, 150, 0)


async def test_people_of_a_group_who_draw_in_turns_get_the_same(database):
    """A third each when they are two: one share is kept for the next."""
    ledger = ledger_of(database, chat_monthly_microusd=900)
    for number in range(3):
        for user_id in (ALICE, BOB):
            assert isinstance(await ledger.begin(wish(f"{user_id} {number}", user_id=user_id), now_at=NOON), int)
    for user_id in (ALICE, BOB):
        assert (await ledger.begin(wish("more", user_id=user_id), now_at=NOON)).cap == "share"


async def test_alone_a_person_may_use_the_whole_purse(database):
    """A 1:1 chat has no shares; nor has a group that does not tell who speaks."""
    ledger = ledger_of(database, chat_monthly_microusd=200)
    for chat_id, user_id in ((ALICE, ALICE), (GROUP, None)):
        for number in range(2):
            call = await ledger.begin(wish(f"{chat_id} {number}", chat_id=chat_id, user_id=user_id), now_at=NOON)
            assert isinstance(call, int)
        assert (await ledger.begin(wish("more", chat_id=chat_id, user_id=user_id), now_at=NOON)).cap == "chat_month"


async def test_pictures_of_a_day_are_counted_up_to_the_cap(database):
    """As many as are left; what an admin gives more holds for that day, and what is given back counts no more."""
    ledger, allowances = ledger_of(database, user_daily_pictures=3), Allowances(database)

    async def count(pictures: int) -> int:
        wanted = {"day": "2026-11-22", "count": pictures, "cap": 3}
        return await database.run(lambda connection: count_pictures(connection, ALICE, **wanted))

    async def today(user_id: str, at: float = NOON) -> tuple[int, int]:
        usage = await ledger.usage_of(user_id, chat_kind="user", user_id=user_id, now_at=at)
        return usage["pictures"], usage["pictures_max"]

    assert [await count(2), await count(2), await count(1)] == [2, 1, 0]
    assert [await allowances.give(ALICE, count=1, day="2026-11-22") for _ in range(2)] == [1, 2]
    assert await today(ALICE) == (3, 5)
    assert [await count(3), await count(1)] == [2, 0]
    await database.run(lambda connection: uncount(connection, ALICE, day="2026-11-22", count=1))
    assert await today(ALICE) == (4, 5)
    assert await today(ALICE, NOON + 86_400) == (0, 3)
    assert await today(BOB) == (0, 3)


async def test_usage_tells_what_is_left(database):
    """Of the day in pictures, of the month in percent, and when each begins anew."""
    ledger = ledger_of(database, user_daily_pictures=10, chat_monthly_microusd=400)
    await ledger.begin(wish("R1"), now_at=NOON)
    await database.run(lambda connection: count_pictures(connection, ALICE, day="2026-11-22", count=1, cap=10))
    assert await ledger.usage_of(GROUP, chat_kind="group", user_id=ALICE, now_at=NOON) == {
        "pictures": 1,
        "pictures_max": 10,
        "pictures_until_at": NOON + 12 * 3600,
        "chat_month": {"left_percent": 75, "until_at": DECEMBER},
        "share": {"left_percent": 50, "until_at": DECEMBER},
    }
    free = await ledger_of(database).usage_of(ALICE, chat_kind="user", user_id=ALICE, now_at=NOON)
    assert free == {"pictures": 1, "pictures_max": 0, "pictures_until_at": NOON + 12 * 3600}


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "begin", "begin", "paid", "blind", "failed", "unknown", "bad", "crash"]),
        st.integers(0, 5),
        st.integers(0, 2000),
    ),
    max_size=40,
)


def test_the_purses_are_the_sum_of_the_ledger(tmp_path):
    """Whatever happens in whichever order, and no cap is passed by a reservation."""
    numbers = iter(range(1_000_000))

    @settings(derandomize=True, deadline=None, max_examples=deep(25, 400))
    @given(actions=ACTIONS)
    def holds(actions):
        database = Database(f"sqlite:///{tmp_path}/{next(numbers)}.db")
        database.migrate()
        asyncio.run(act(database, actions))
        assert all_purses(database) == booked(database)
        asyncio.run(newcomer_finds_a_share(database))
        database.close()

    holds()


async def test_two_hundred_at_once_in_one_process(database):
    """Threads and tasks are no way round a cap."""
    ledger = ledger_of(database, bot_daily_microusd=5000)
    got = await asyncio.gather(*(ledger.begin(wish(f"R{number}"), now_at=NOON) for number in range(200)))
    assert sum(1 for call in got if isinstance(call, int)) == 50
    assert all_purses(database) == booked(database)


async def test_admins_block_and_pause(database):
    """Until they think otherwise; any of the ids of an event counts."""
    allowances = Allowances(database)
    for _ in range(2):
        await allowances.block(GROUP)
        await allowances.pause()
    assert (await standing_of(database, "E1", holders={ALICE, GROUP})).blocked
    assert not (await standing_of(database, "E1", holders={ALICE})).blocked
    assert [one.holder for one in await allowances.blocked()] == [GROUP]
    assert await allowances.is_paused()
    await allowances.unblock(GROUP)
    await allowances.resume()
    assert not (await standing_of(database, "E1", holders={GROUP})).blocked
    assert not await allowances.is_paused()
    assert (await allowances.of(GROUP)).extra == 0
    assert await allowances.of(ALICE) is None


async def test_a_cause_is_told_once_a_day(database):
    """Of many that see it at the same time one tells; what could not be told is told later."""
    alerts = Alerts(database)
    seen = await asyncio.gather(*(alerts.claim("billing", day="2026-11-22") for _ in range(8)))
    assert sum(seen) == 1
    assert await alerts.claim("key", day="2026-11-22")
    assert await alerts.claim("billing", day="2026-11-23")
    await alerts.take_back("key", day="2026-11-22")
    assert await alerts.claim("key", day="2026-11-22")


async def test_tallies_add_up(database):
    """Whoever counts at the same time; each month for itself."""

    def two(connection: sa.Connection) -> None:
        count_today(connection, "pushes", 2, zone=TAIPEI)

    await asyncio.gather(*(database.run(two) for _ in range(10)))
    with database.transaction() as connection:
        connection.execute(sa.text("UPDATE tallies SET day = '2026-11-30'"))
        connection.execute(sa.text("INSERT INTO tallies VALUES ('2026-12-01', 'pushes', 1)"))
        connection.execute(sa.text("INSERT INTO tallies VALUES ('2026-11-01', 'others', 1)"))
        assert [counted_in(connection, "pushes", month=one) for one in ("2026-10", "2026-11", "2026-12")] == [0, 20, 1]


async def test_the_end_of_models_is_remembered(database):
    """As it was told last; a model that is gone is gone for a while."""
    models = Models(database)
    await models.ends("gpt-image-2", None)
    await models.ends("gpt-image-1.5", date(2026, 12, 2))
    await models.ends("gpt-image-1.5", date(2026, 12, 1))
    assert await models.dates() == {"gpt-image-2": None, "gpt-image-1.5": date(2026, 12, 1)}
    await models.mark_gone("gpt-image-1", for_s=60)
    await models.mark_gone("gpt-image-2", for_s=60)
    await models.mark_gone("gpt-image-2", for_s=-1)
    assert await models.gone() == {"gpt-image-1"}


async def act(database, actions) -> None:
    """Do random things; calls are chosen by number, and ended again and again."""
    ledger = ledger_of(database, bot_daily_microusd=9000, chat_monthly_microusd=8000)
    begun: list[int] = []
    for step, (action, number, amount) in enumerate(actions):
        if action == "begin":
            chat_id, user_id = ((GROUP, ALICE), (GROUP, BOB), (GROUP, None), (ALICE, ALICE))[number % 4]
            one = wish(f"R{number}", chat_id=chat_id, user_id=user_id, microusd=amount)
            before = await ledger.spent("2026-11-22")
            call = await ledger.begin(one, now_at=NOON + step)
            begun += [call] if isinstance(call, int) else []
            assert isinstance(call, Capped) or before + amount <= 9000
        elif action == "crash":
            await ledger.close_cut_off(f"R{number}")
        elif begun and action in {"paid", "blind"}:
            tokens = Tokens(text_in=amount % 7, image_in=0, image_out=amount % 50) if action == "paid" else None
            await pay(database, ledger, begun[number % len(begun)], tokens)
        elif begun:
            await ledger.end(begun[number % len(begun)], CallOutcome(action), vendor_request_id=None)


async def newcomer_finds_a_share(database) -> None:
    """Half of what is left in the group's budget can be had by somebody who has drawn nothing yet."""
    ledger = ledger_of(database, chat_monthly_microusd=8000)
    left = 8000 - await ledger.spent("2026-11", holder=f"chat:{GROUP}")
    call = await ledger.begin(wish("late", user_id=CAROL, microusd=max(0, left // 2)), now_at=NOON + 1000)
    assert isinstance(call, int) or left < 0


class Process:
    """One that begins calls, once it is told to."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, database, name: str, *, how_many: int, at_once: int) -> "Process":
        url = database.url.render_as_string(hide_password=False)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.ledger_process", url, name, str(how_many), str(at_once)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        started = cls(process)
        assert await started.says() == "ready"
        return started

    def go(self) -> None:
        self.process.stdin.write(b"go\n")

    async def says(self) -> str:
        return (await self.process.stdout.readline()).decode().strip()

    async def rest(self) -> list[str]:
        return (await self.process.communicate())[0].decode().split()


@pytest.mark.slow
async def test_two_processes_together_never_pass_a_cap(shared):
    """200 wishes at once against money for 50 make exactly 50 calls."""
    both = [await Process.start(shared, name, how_many=100, at_once=100) for name in ("one", "other")]
    for process in both:
        process.go()
    said = [line for process in both for line in await process.rest()]
    assert sorted(said) == ["begun"] * 50 + ["bot_day"] * 150
    assert all_purses(shared) == booked(shared)
    assert all_purses(shared)["bot", "2026-11-22"] == 50 * ESTIMATE


@pytest.mark.slow
async def test_a_process_that_is_killed_leaves_the_caps_exact(shared):
    """Kill -9 in the middle: what it began is booked, what it had not begun is not, and the others use the rest."""
    one, other = [await Process.start(shared, name, how_many=200, at_once=4) for name in ("one", "other")]
    one.go()
    assert [await one.says() for _ in range(5)] == ["begun"] * 5
    other.go()
    await other.says()
    one.process.kill()
    await one.rest()
    await other.rest()
    with shared.transaction() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(calls)).scalar() == 50
    assert all_purses(shared) == booked(shared)
    assert all_purses(shared)["bot", "2026-11-22"] == 50 * ESTIMATE


async def test_a_reading_is_booked_and_is_no_picture(shared):
    """By its tokens, on every budget; it is no call whose picture may have been lost, and keeps nobody's name."""
    ledger = ledger_of(shared, bot_daily_microusd=300)
    reading = replace(wish("R1", microusd=200), kind=READ, model="gpt-6-luna", count=0)
    call_id = await ledger.begin(reading, now_at=DECEMBER)
    assert await ledger.begin(replace(reading, request_id="R2"), now_at=DECEMBER) == Capped(
        cap="bot_day", until_at=DECEMBER + 86_400
    )
    await ledger.read(call_id, ReadTokens(text_in=1350, text_out=80, cached=1200), vendor_request_id="req")
    assert set(all_purses(shared).values()) == {67}
    cut_off = await ledger.begin(replace(reading, request_id="R3"), now_at=DECEMBER)
    await ledger.end(cut_off, CallOutcome.UNKNOWN, vendor_request_id=None)
    assert await ledger.close_cut_off("R3") == 0
    assert set(all_purses(shared).values()) == {267}

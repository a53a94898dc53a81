"""The questions of the dashboard: bounded, by an index, beside writers; right at their edges."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.reports.accounts import MEMBERS_MAX, Accounts
from app.reports.archive import SCANNED_MAX, Archive, Cursor, RequestFilter
from app.reports.gallery import Gallery
from app.reports.gauges import Gauges
from app.reports.statement import Statement
from app.reports.trends import Trends
from app.store.database import Database
from app.store.money.budgets import Caps, member_of
from app.store.money.ledger import Booking, Ledger, Tokens
from app.store.requests import State
from app.store.tables import budgets, calls, pictures, requests

ZONE = ZoneInfo("Asia/Taipei")
ALICE, GROUP = "U" + "a" * 32, "C" + "c" * 32
GROWING = "requests|calls|pictures|inbox|purses|deliveries|tallies|chats|tokens|sent"


@pytest.mark.slow
async def test_postgres_answers_the_same(postgres_url):
    """On Postgres every question is understood, and a read cannot write."""
    database = Database(postgres_url)
    database.migrate()
    write_requests(database, 3)
    await ask_everything(database)
    found = await Archive(database, reads_prompts=False).find(
        RequestFilter(states=[State.READY], holder=ALICE), limit=2
    )
    assert [one.id for one in found.entries] == ["R00002", "R00001"]
    ledger = Ledger(database, zone=ZONE, caps=Caps())
    in_group = replace(booking("R1", 1), chat_id=GROUP, chat_kind="group")
    await ledger.begin(in_group, now_at=1_764_000_000.0)
    assert [one.id for one in await Accounts(database).members(GROUP, month="2025-11")] == [ALICE]
    with pytest.raises(sa.exc.InternalError):
        await database.read(lambda connection: connection.execute(sa.delete(requests)))
    database.close()


def write_requests(database: Database, count: int, **values: object) -> None:
    """Write requests R00000, R00001, ..., one each second."""
    row = {"chat_id": ALICE, "chat_kind": "user", "user_id": ALICE, "draws": True, "state": "ready", "answer": "sent"}
    rows = [row | {"id": f"R{number:05}", "created_at": 1000.0 + number} | values for number in range(count)]
    with database.transaction() as connection:
        connection.execute(sa.insert(requests), rows)


async def ask_everything(database: Database) -> None:
    """Ask all that the pages ask."""
    archive, gallery = Archive(database, reads_prompts=True), Gallery(database, reads_prompts=True)
    holders, statement, trends = Accounts(database), Statement(database), Trends(database)
    cursor = Cursor(at=1500.0, id="R")
    await archive.find(RequestFilter(), limit=5)
    every = RequestFilter(states=[State.READY], reason="busy", since_at=0, until_at=9e9, holder=ALICE, draws=True)
    await archive.find(RequestFilter(part="Uaa…aaa"), limit=5)
    await archive.find(RequestFilter(part="aa"), limit=5)
    await archive.find(every, limit=5, after=cursor)
    await archive.history("R00001")
    await gallery.newest(limit=5)
    await gallery.newest(limit=5, after=cursor, chat_id=ALICE)
    await holders.lately(day="2026-11-25", month="2026-11")
    await holders.one(ALICE, day="2026-11-25", month="2026-11")
    await holders.members(GROUP, month="2026-11")
    await statement.of_day("2026-11-25", after_id=3, limit=5)
    await statement.newest(limit=5)
    await statement.newest(limit=5, before_id=3)
    await statement.newest(limit=5, day="2026-11-25")
    await trends.periods(["2026-11-24", "2026-11-25", "2026-11"])
    await trends.pushes_saved("2026-11")
    await trends.stages(since=0)
    await Gauges(database, zone=ZONE, caps=Caps()).store_state()
    await Gauges(database, zone=ZONE, caps=Caps()).last_day()


async def test_no_statement_reads_a_whole_table_that_grows(database):
    """Every look goes by an index, so that pages stay quick in old databases."""
    write_requests(database, 3)
    statements = []

    def remember(_connection, _cursor, statement, parameters, *_):
        statements.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", remember)
    await ask_everything(database)
    sa.event.remove(sa.Engine, "before_cursor_execute", remember)
    asked = [(statement, parameters) for statement, parameters in statements if statement.startswith("SELECT")]
    assert len(asked) >= 35
    with database.transaction() as connection:
        plans = {
            (row.detail, statement)
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        }
    assert not [plan for plan in plans if re.fullmatch(rf"SCAN ({GROWING})", plan[0])]


async def test_the_biggest_spenders_of_a_group_are_shown(database):
    """Also in a group of more members than fit on the page, whatever their ids are."""
    rows = [
        {"holder": member_of(GROUP, f"U{number:032x}"), "period": "2026-11", "microusd": number, "pictures": 1}
        for number in range(MEMBERS_MAX + 10)
    ]
    with database.transaction() as connection:
        connection.execute(sa.insert(budgets), rows)
    shown = await Accounts(database).members(GROUP, month="2026-11")
    assert [one.month_microusd for one in shown] == [*range(MEMBERS_MAX + 9, 9, -1)]


async def test_a_look_goes_through_so_many_and_says_where_it_stopped(database):
    """What is rare is found by going on, and a look never goes through the whole table."""
    write_requests(database, SCANNED_MAX + 10)
    with database.transaction() as connection:
        connection.execute(sa.update(requests).where(requests.c.id == "R00004").values(state="failed", words="busy"))
    archive = Archive(database, reads_prompts=False)
    first = await archive.find(RequestFilter(states=[State.FAILED]), limit=10)
    assert (list(first.entries), first.older) == ([], Cursor(at=1010.0, id="R00010"))
    then = await archive.find(RequestFilter(states=[State.FAILED]), limit=10, after=first.older)
    assert ([one.id for one in then.entries], then.older) == (["R00004"], None)


async def test_pages_join_without_a_gap(database):
    """Going from page to page shows every request once, also where many came at one moment."""
    write_requests(database, 23, created_at=1000.0)
    archive, seen, cursor = Archive(database, reads_prompts=False), [], None
    while True:
        found = await archive.find(RequestFilter(), limit=5, after=cursor)
        seen += [one.id for one in found.entries]
        cursor = found.older
        if cursor is None:
            break
    assert seen == [f"R{number:05}" for number in reversed(range(23))]


async def test_prompts_that_are_hidden_are_not_even_read(database):
    """Only their length leaves the database."""
    write_requests(database, 1, prompt="a secret")
    [hidden] = (await Archive(database, reads_prompts=False).find(RequestFilter(), limit=1)).entries
    [shown] = (await Archive(database, reads_prompts=True).find(RequestFilter(), limit=1)).entries
    assert (hidden.prompt, hidden.prompt_chars) == (None, 8)
    assert shown.prompt == "a secret"


async def test_the_pages_of_the_gallery_join_without_a_gap(database):
    """The four pictures of one wish come at one moment, and a page may end between them."""
    row = {
        "request_id": "R1",
        "chat_id": ALICE,
        "object_key": "o",
        "preview_key": "p",
        "size": "1x1",
        "created_at": 5.0,
    }
    with database.transaction() as connection:
        connection.execute(sa.insert(pictures), [row | {"id": f"P{at}", "position": at} for at in range(4)])
    gallery = Gallery(database, reads_prompts=False)
    first = await gallery.newest(limit=3)
    then = await gallery.newest(limit=3, after=first.older)
    assert [one.id for one in [*first.pictures, *then.pictures]] == ["P3", "P2", "P1", "P0"]
    assert then.older is None


async def test_the_bots_day_counts_its_pictures(database):
    """Pictures that were paid for stand beside the money of the day; calls that failed do not."""
    ledger = Ledger(database, zone=ZONE, caps=Caps())
    at = 1_764_000_000.0  # 2025-11-25 in Taipei
    for name, count in (("R1", 4), ("R2", 1)):
        call = await ledger.begin(booking(name, count), now_at=at)
        settle = ledger.settlement(call, Tokens(text_in=1, image_in=0, image_out=1), vendor_request_id=None)
        await database.run(settle)
        await database.run(settle)
    failed = await ledger.begin(booking("R3", 1), now_at=at)
    await ledger.end(failed, "failed", vendor_request_id=None)
    counted = await Trends(database).periods(["2025-11-24", "2025-11-25", "2025-11"])
    assert [(one.period, one.pictures) for one in counted] == [("2025-11-24", 0), ("2025-11-25", 5), ("2025-11", 5)]


async def test_durations_are_told_by_their_ranks(database):
    """Half, 95 and 99 of a hundred are not above the three figures; what has no end is left out."""
    write_requests(database, 100)
    with database.transaction() as connection:
        for number in range(100):
            mine = sa.update(requests).where(requests.c.id == f"R{number:05}")
            connection.execute(mine.values(drawing_at=1000.0 + number + (number + 1) / 10))
    stages = {one.name: one for one in await Trends(database).stages(since=0)}
    queue = stages["queue"]
    assert (queue.count, queue.p50_s, queue.p95_s, queue.p99_s) == pytest.approx((100, 5.0, 9.5, 9.9))
    assert (stages["model"].count, stages["model"].p50_s) == (0, None)


async def test_the_statement_comes_in_pieces(database):
    """A day of many calls is read some at a time, in order, each once."""
    row = {"request_id": "R", "model": "m", "began_at": 1.0, "outcome": "paid", "day": "2026-11-25"}
    with database.transaction() as connection:
        connection.execute(sa.insert(calls), [row] * 12)
    statement, seen = Statement(database), [0]
    while lines := await statement.of_day("2026-11-25", after_id=seen[-1], limit=5):
        seen += [line.id for line in lines]
    assert seen == list(range(13))


def booking(request_id: str, count: int) -> Booking:
    return Booking(
        request_id=request_id,
        chat_id=ALICE,
        chat_kind="user",
        user_id=ALICE,
        model="gpt-image-2",
        kind="draw",
        size="1024x1024",
        quality="low",
        count=count,
        estimate_microusd=1000,
    )

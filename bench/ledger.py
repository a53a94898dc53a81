"""What it costs to check the caps, reserve, and settle, for one picture, beside a ledger of a million calls."""

import random
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.store.database import Database
from app.store.housekeeping import Upkeep
from app.store.money.budgets import Caps
from app.store.money.ledger import Booking, Ledger, Tokens
from bench.figures import Figure, quantile

ROWS = 1_000_000
PEOPLE, GROUPS = 50_000, 5_000
ZONE = ZoneInfo("Asia/Taipei")
CAPS = Caps(bot_daily_microusd=10**12, bot_monthly_microusd=10**13, chat_monthly_microusd=10**11)
ESTIMATE, COST = 23_800, 20_580
YEAR_S = 365 * 86_400

# A year of calls of half groups, half 1:1 chats; then the purses they were paid from.
_CALLS = f"""
INSERT INTO calls (request_id, model, began_at, ended_at, outcome, chat_id, user_id, kind, size, quality, count,
                   text_in, image_in, image_out, microusd, is_estimate, day, purses)
WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < :rows),
whose AS (SELECT i, :now - {YEAR_S} * (1 - i * 1.0 / :rows) AS at, printf('U%032x', i * 7919 % {PEOPLE}) AS person,
                 printf('C%032x', i * 104729 % {GROUPS}) AS room FROM numbers),
dated AS (SELECT *, date(at, 'unixepoch', '+8 hours') AS day, strftime('%Y-%m', at, 'unixepoch', '+8 hours') AS month,
                 iif(i % 2, person, room) AS chat FROM whose)
SELECT printf('%026d', i), 'gpt-image-2.6-flare', at, at + 20, 'paid', chat, person, 'draw', '1024x1024', 'low', 1, 20,
       0, 686, {COST}, 0, day, json_array(json_array('member:' || room || ':' || person, month),
       json_array('chat:' || chat, month), json_array('bot', month), json_array('bot', day))
FROM dated"""
_PURSES = """
INSERT INTO purses (holder, period, pictures, microusd)
SELECT json_extract(one.value, '$[0]'), json_extract(one.value, '$[1]'), 0, sum(calls.microusd)
FROM calls, json_each(calls.purses) AS one GROUP BY 1, 2"""


async def ledger(*, rows: int = ROWS, times: int = 1000) -> list[Figure]:
    """On SQLite, on this disk: one transaction before the call and one after it, each on disk when it ends."""
    empty_ms, _ = await _measured(rows=0, times=times)
    full_ms, commits_ms = await _measured(rows=rows, times=times)
    return [
        Figure(name="two commits of one row each, p50", value=quantile(commits_ms, 0.50), unit="ms"),
        Figure(name="check, reserve and settle, empty ledger, p50", value=quantile(empty_ms, 0.50), unit="ms"),
        Figure(name=f"check, reserve and settle, {rows:,} calls, p50", value=quantile(full_ms, 0.50), unit="ms"),
        Figure(name=f"check, reserve and settle, {rows:,} calls, p95", value=quantile(full_ms, 0.95), unit="ms"),
    ]


async def _measured(*, rows: int, times: int) -> tuple[list[float], list[float]]:
    """Return how long the ledger's two transactions took together, and in turns with them two plain ones."""
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{Path(directory)}/easel.db")
        database.migrate()
        _fill(database, rows)
        book, plain = Ledger(database, zone=ZONE, caps=CAPS), Upkeep(database, owner="bench")
        chooser = random.Random(1)
        ledger_ms, plain_ms = [], []
        for number in range(times + 50):
            ledger_ms.append(await _timed_ms(_one_picture(database, book, _booking(number, chooser))))
            plain_ms.append(await _timed_ms(_two_commits(plain)))
        database.close()
        return ledger_ms[50:], plain_ms[50:]  # the first ones compile statements


async def _one_picture(database: Database, book: Ledger, booking: Booking) -> None:
    call = await book.begin(booking)
    assert isinstance(call, int)
    tokens = Tokens(text_in=20, image_in=0, image_out=686)
    await database.run(book.settlement(call, tokens, vendor_request_id="req_bench"))


async def _two_commits(upkeep: Upkeep) -> None:
    await upkeep.beat()
    await upkeep.beat()


async def _timed_ms(work: Awaitable[None]) -> float:
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


def _fill(database: Database, rows: int) -> None:
    if rows:
        with database.transaction() as connection:
            connection.execute(sa.text(_CALLS), {"rows": rows, "now": time.time()})
            connection.execute(sa.text(_PURSES))


def _booking(number: int, chooser: random.Random) -> Booking:
    """Of one of many people, in a group or alone."""
    user_id = f"U{chooser.randrange(PEOPLE):032x}"
    in_group = number % 2 == 0
    return Booking(
        request_id=f"{number:020d}{chooser.randrange(10**6):06d}",
        chat_id=f"C{chooser.randrange(GROUPS):032x}" if in_group else user_id,
        chat_kind="group" if in_group else "user",
        user_id=user_id,
        model="gpt-image-2.6-flare",
        kind="draw",
        size="1024x1024",
        quality="low",
        count=1,
        estimate_microusd=ESTIMATE,
    )

"""A lively day at the bot, played on the stand-ins, with a month behind it: what the dashboard is looked at with."""

import asyncio
import contextlib
import math
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from line_sandbox.faults import Fault

from app.days import day_of
from app.store.database import Database
from app.store.tables import budgets
from tests.world import Easel, World, world

TOKEN = "a-token-of-the-dashboard"
ZONE = ZoneInfo("Asia/Taipei")
WISHES = (
    "一隻在彈吉他的水獺",
    "a lighthouse in the fog, ink on paper",
    "夜空の下のペンギン",
    "หุ่นยนต์ในตลาดกลางคืน สีน้ำ",
    "a red fox reading a newspaper",
    "雪の中の赤い電車",
    "a paper boat in a storm, woodcut",
    "紅色郵筒與盛開的櫻花",
    "an astronaut on a park bench at dusk",
    "three cats on a green sofa",
    "台南老街的黃昏",
    "a whale above the clouds",
    "月の上の茶室",
    "a garden seen from a train window",
    "แมวในร้านกาแฟ",
    "mountains above a sea of clouds",
)
SETTINGS = {
    "ADMIN_TOKEN": TOKEN,
    "ADMIN_SHOWS_PROMPTS": "true",
    "IMAGE_MODELS": "gpt-image-1,gpt-image-2.6-flare,gpt-image-2",
    "USER_DAILY_PICTURES": "8",
    "DAILY_BUDGET_USD": "0.65",
    "MONTHLY_BUDGET_USD": "12",
    "CHAT_MONTHLY_BUDGET_USD": "3",
}
REPLY_DEADLINE_S, SLOW_S = 4.0, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The world after the day, and whom one meets in it."""

    world: World
    easel: Easel
    people: list[str]
    group: str


@contextlib.asynccontextmanager
async def lively_day(directory: Path, *, pace: float = 1.0) -> AsyncIterator[Played]:
    """Play the day; the bot runs as long as the block does. `pace`: the share of its time that everything takes."""
    write_history(directory, days=40)
    async with world() as vendors:
        vendors.openai.paint = True
        vendors.line.used_this_month = 37
        vendors.openai.refused_words = {"naked": "sexual", "bloody": "violence"}
        for name, days in (("gpt-image-2.6-flare", 218), ("gpt-image-2", 77)):
            ends_on = datetime.now(UTC).date() + timedelta(days=days)
            model = vendors.openai.models[name]
            vendors.openai.models[name] = replace(model, shutdown_date=ends_on.isoformat())
        vendors.openai.latency_s = lambda prompt: pace * (SLOW_S if "slow" in prompt else 0.4 + len(prompt) % 7 * 0.35)
        people = [vendors.person(language=one) for one in ("zh-TW", "en", "ja", "th", "en", "ja")]
        group = vendors.group(*people[:4])
        settings = SETTINGS | {"REPLY_DEADLINE_S": f"{pace * REPLY_DEADLINE_S:g}"}
        async with vendors.easel(directory, **settings) as easel:
            await play(vendors, people, group, directory)
            yield Played(world=vendors, easel=easel, people=people, group=group)


async def play(vendors: World, people: list[str], group: str, directory: Path) -> None:
    """Let everybody wish, with some bad luck in between."""
    chance = random.Random(7)
    for turn, wish in enumerate(WISHES):
        if turn in {4, 9, 13}:
            vendors.openai.faults.add(Fault.status(500), match="/images/", times=1)
        person = people[chance.choice((0, 0, 0, 1, 1, 2, 3, 4, 5))]
        await vendors.line.send_text(person, wish + (" x4" if turn in {1, 7, 10} else ""))
        if turn % 4 == 2:
            await vendors.line.send_text(people[turn % 3], f"draw {WISHES[-turn]}", group=group)
        await asyncio.sleep(0.15)
    for wish in ("a naked giant", "a bloody knife", "somebody naked"):
        await vendors.line.send_text(people[4], wish)
    await settled(directory)
    vendors.openai.faults.add(Fault.status(503), match="/images/generations", times=None)
    await vendors.line.send_text(people[5], "a picture on a bad day")
    await vendors.line.send_text(people[3], "a second picture on a bad day")
    await settled(directory)
    vendors.openai.faults.clear()
    for person in (people[1], people[4]):
        await vendors.line.send_text(person, "a slow river at noon")
    await settled(directory)
    for person in (people[1], people[4]):
        await vendors.line.send_tap(person, "Show picture")
    for wish in WISHES[:9]:
        await vendors.line.send_text(people[0], f"{wish}, oil painting")
    await settled(directory)


async def settled(directory: Path) -> None:
    """Wait until every event was understood and every picture is there; some may wait for a tap."""
    with contextlib.closing(sqlite3.connect(directory / "easel.db")) as database:
        async with asyncio.timeout(60):
            while database.execute(OPEN).fetchone()[0]:  # noqa: ASYNC110 - another process's news
                await asyncio.sleep(0.05)


OPEN = """SELECT (SELECT count(*) FROM inbox WHERE raw <> '')
  + (SELECT count(*) FROM requests WHERE answer IN ('waiting', 'sending'))"""


def write_history(directory: Path, *, days: int) -> None:
    """Write down what earlier days cost, as the ledger would have."""
    database, chance = Database(f"sqlite:///{directory}/easel.db"), random.Random(3)
    database.migrate()
    today = date.fromisoformat(day_of(time.time(), ZONE))
    rows: dict[str, list[int]] = {}
    for ago in range(1, days):
        day = today - timedelta(days=ago)
        busy = 1 + (day.weekday() in {5, 6}) + math.sin(ago / 6) * 0.4 + chance.random() * 0.6
        pictures = round(12 * busy * (1 - ago / 90))
        for period in (day.isoformat(), day.isoformat()[:7]):
            counts = rows.setdefault(period, [0, 0])
            counts[0] += pictures
            counts[1] += pictures * 20_600 + chance.randrange(9_000)
    with database.transaction() as connection:
        values = [
            {"holder": "bot", "period": period, "pictures": pictures, "microusd": microusd}
            for period, (pictures, microusd) in rows.items()
        ]
        connection.execute(sa.insert(budgets), values)
    database.close()

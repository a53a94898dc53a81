"""A random day of some hundred requests, with every fault and kill -9: the ledger is the vendor's invoice."""

import asyncio
import contextlib
import random
import re
import sqlite3
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from line_sandbox.faults import Fault
from line_sandbox.openai import errors as openai_errors

from tests.depth import deep
from tests.world import Easel, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow, pytest.mark.timeout(900)]

PEOPLE, WISHES = 20, deep(14, 50)  # of each
KILLS = 5
SETTINGS = {
    "IMAGE_MODELS": "gpt-image-1,gpt-image-2.6-flare,gpt-image-1-mini",
    "OPENAI_TIMEOUT_S": "2",
    "PICTURES_AT_ONCE_PER_USER": "4",
    "LOG_LEVEL": "info",
}
WISH = re.compile(r"ledger wish \d+")
OPTIONS = ("", "", " x2", " x3", " 16:9", " tall", " HD", " HD x2", " png")
PICTURE = {"data": [{"b64_json": "/9j/4AAQSkZJRg=="}]}  # the start of a JPEG, and no usage
FAULTS = [
    *(Fault.drop(), Fault.drop_after(), Fault.truncate(), Fault.slow(3), Fault.slow(3, after=True)),
    *(openai_errors.server_error(), Fault.status(502, "<html>"), Fault.body("<html>", status=504)),
    *(openai_errors.rate_limited(), openai_errors.refused(), openai_errors.billing_hard_limit()),
    *(Fault.body(b"{"), Fault.body({"created": 1, "data": []}), Fault.body(PICTURE)),
]


class RandomDay:
    """One run; all chance comes from its seed."""

    def __init__(self, stage: World, directory: Path, seed: int) -> None:
        self.stage = stage
        self.directory = directory
        self.chance = random.Random(seed)
        self.wishes: dict[str, str] = {}  # by the id of the event
        self.alive = asyncio.Event()
        self.killed = 0
        self.easel: Easel

    async def run(self) -> None:
        """People wish, one after the other; the bot dies now and then; in the middle of the day a model does."""
        await self._start()
        async with asyncio.TaskGroup() as day:
            for _ in range(PEOPLE):
                day.create_task(self._person())
            day.create_task(self._kill_at_times())
        await self.easel.until(lambda: not self.query("SELECT 1 FROM calls WHERE outcome = 'asked'"))
        assert await self.easel.stop() == 0

    def query(self, statement: str) -> list[dict[str, Any]]:
        with contextlib.closing(sqlite3.connect(self.directory / "easel.db")) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement)]

    async def _person(self) -> None:
        person, line = self.stage.person(), self.stage.line
        for _ in range(WISHES):
            number = len(self.wishes)
            if number == PEOPLE * WISHES // 2:
                self.stage.openai.shut_down("gpt-image-2.6-flare")
            words = f"ledger wish {number}"
            before = len(line.chat(person).from_bot)
            pictures = line.chat(person).pictures
            quote = pictures[-1].id if pictures and self.chance.random() < 0.2 else None
            event = line.text(person, words + self.chance.choice(OPTIONS), quote=quote)
            self.wishes[str(event["webhookEventId"])] = words
            if self.chance.random() < 0.3:
                self.stage.openai.faults.add(self.chance.choice(FAULTS), match="/images/")
            await self._deliver(event)
            await line.wait_for(partial(self._hears_more, person, before), 120)

    def _hears_more(self, person: str, before: int) -> bool:
        return len(self.stage.line.chat(person).from_bot) > before

    def _draws_past(self, due: int) -> bool:
        return len(self.wishes) > due and bool(self.stage.openai.drawing)

    async def _deliver(self, event: dict[str, object]) -> None:
        await self.alive.wait()
        delivery = await self.stage.line.deliver(event)
        while not delivery.ok:
            await self.alive.wait()
            delivery = await self.stage.line.redeliver(event)

    async def _kill_at_times(self) -> None:
        for number in range(KILLS):
            due = PEOPLE * WISHES * (number + 1) // (KILLS + 1)
            await self.stage.openai.wait_for(partial(self._draws_past, due), 600)
            self.alive.clear()
            await self.easel.kill()
            await self._start()

    async def _start(self) -> None:
        self.easel = await self.stage.start(self.directory, **SETTINGS)
        self.alive.set()


async def test_the_ledger_is_the_invoice(stage, tmp_path):
    """Every known call to the micro-dollar; every unknown one as a marked estimate that covers what it came to."""
    stage.openai.latency_s = lambda _: 0.02
    before = len(stage.openai.invoice)
    day = RandomDay(stage, tmp_path, seed=20261125)
    try:
        await day.run()
    finally:
        stage.openai.revive("gpt-image-2.6-flare")
    invoice = {line.request_id: line for line in list(stage.openai.invoice)[before:]}
    rows = day.query("SELECT * FROM calls")
    known = {row["vendor_request_id"]: row for row in rows if row["outcome"] == "paid" and not row["is_estimate"]}
    assert len(day.wishes) == PEOPLE * WISHES
    assert set(Counter(row["outcome"] for row in rows)) == {"paid", "failed", "unknown", "bad"}
    assert {request_id: _booked(row) for request_id, row in known.items()} == {
        request_id: _invoiced(line) for request_id, line in invoice.items() if request_id in known
    }
    assert all(row["microusd"] == 0 for row in rows if row["outcome"] == "failed")
    _lost_answers_are_covered(day, rows, [line for one, line in invoice.items() if one not in known])
    budgets = day.query("SELECT sum(microusd) AS microusd FROM purses WHERE holder = 'bot' AND length(period) = 10")
    assert budgets[0]["microusd"] == sum(row["microusd"] for row in rows)


def _booked(row: dict[str, Any]) -> tuple[Any, ...]:
    tokens = (row["text_in"], row["image_in"], row["image_out"], row["text_out"])
    return (row["microusd"], row["model"], row["size"], row["quality"], row["count"], *tokens)


def _invoiced(line: Any) -> tuple[Any, ...]:
    into, out = line.usage["input_tokens_details"], line.usage["output_tokens_details"]
    tokens = (into["text_tokens"], into["image_tokens"], out["image_tokens"], out["text_tokens"])
    return (line.micro_dollars, line.model, line.size, line.quality, line.pictures, *tokens)


def _lost_answers_are_covered(day: RandomDay, rows: list[dict[str, Any]], lost: list[Any]) -> None:
    """Of each wish: no more charges without an answer than estimates, and together not dearer."""
    calls = [call for call in day.stage.openai.calls if "charged" in call.notes]
    # The stand-in remembers the calls of other stories, too.
    wish_of = {call.notes["charged"]: said[0] for call in calls if (said := WISH.match(str(call.body["prompt"])))}
    charges: Counter[str] = Counter()
    dollars: Counter[str] = Counter()
    for line in lost:
        charges[wish_of[line.request_id]] += 1
        dollars[wish_of[line.request_id]] += line.micro_dollars
    estimates: Counter[str] = Counter()
    booked: Counter[str] = Counter()
    for row in rows:
        if row["is_estimate"]:
            estimates[day.wishes[row["request_id"]]] += 1
            booked[day.wishes[row["request_id"]]] += row["microusd"]
    assert charges <= estimates
    assert dollars <= booked
    assert len(lost) > KILLS

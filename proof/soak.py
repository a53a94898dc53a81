"""Many requests, one after the other: memory, open files and the database must stay flat."""

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.world import Easel, World, world

AT_ONCE = 32
PATIENCE_S = 120.0  # where others need the machine as well
LOOKS = 10
WARM_UP = 0.2  # of the requests: caches fill, pools open
# What may grow from the first look after the warm-up to the last.
MEMORY_MB_MAX = 25.0
FILES_MAX = 10
ROW_BYTES_MAX = 6_000  # of the database for each picture: its request, its picture, its call, its message


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the process."""

    requests: int
    memory_mb: float
    files: int
    database_bytes: int
    per_second: float


class Soak:
    """One run."""

    def __init__(self, opened: World, easel: Easel, directory: Path) -> None:
        self.world = opened
        self.easel = easel
        self.directory = directory
        self.asked = 0

    async def run(self, requests: int) -> list[Look]:
        """Ask for so many pictures, looking on the way."""
        looks = []
        for _ in range(LOOKS):
            began, share = time.monotonic(), requests // LOOKS
            await self._ask(share)
            looks.append(self._look(share / (time.monotonic() - began)))
            print(_line(looks[-1]), flush=True)
        return looks

    async def _ask(self, count: int) -> None:
        places = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            async with places:
                person = self.world.person()
                await self.world.line.send_text(person, "a soaked cat")
                await self.world.until(lambda: bool(self.world.line.chat(person).pictures), timeout_s=PATIENCE_S)
                # The stand-ins forget, so that only Easel's own memory is measured.
                self.world.line.chats.pop(person, None)
                self.world.r2.objects.clear()

        async with asyncio.TaskGroup() as tasks:
            for _ in range(count):
                tasks.create_task(one())
        self.asked += count

    def _look(self, per_second: float) -> Look:
        process = Path(f"/proc/{self.easel.pid}")
        pages = int((process / "statm").read_text().split()[1])
        return Look(
            requests=self.asked,
            memory_mb=pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
            files=len(list((process / "fd").iterdir())),
            database_bytes=sum(file.stat().st_size for file in self.directory.glob("easel.db*")),
            per_second=per_second,
        )


async def run(*, requests: int) -> int:
    """Soak and judge. Return the exit code."""
    print(f"soak: {requests} pictures")
    with tempfile.TemporaryDirectory() as name:
        async with world(record=False) as opened:
            settings = {"LOG_LEVEL": "info", "PICTURES_WAITING": "5000"}
            async with opened.easel(Path(name), within_s=PATIENCE_S, **settings) as easel:
                looks = await Soak(opened, easel, Path(name)).run(requests)
    problems = _grown(looks)
    print("flat" if not problems else "GROWN:", *problems, sep="\n  - " if problems else "\n")
    return 1 if problems else 0


def _grown(looks: list[Look]) -> list[str]:
    first, last = looks[int(WARM_UP * len(looks))], looks[-1]
    row_bytes = (last.database_bytes - first.database_bytes) / max(1, last.requests - first.requests)
    print(f"  the database grows by {row_bytes:.0f} bytes for each picture")
    found = [
        (last.memory_mb - first.memory_mb > MEMORY_MB_MAX, f"memory: {first.memory_mb:.0f} to {last.memory_mb:.0f} MB"),
        (last.files - first.files > FILES_MAX, f"open files: {first.files} to {last.files}"),
        (row_bytes > ROW_BYTES_MAX, f"database: {row_bytes:.0f} bytes for each picture"),
    ]
    return [said for is_grown, said in found if is_grown]


def _line(look: Look) -> str:
    return (
        f"  {look.requests:>7} pictures{look.memory_mb:>8.0f} MB{look.files:>5} files"
        f"{look.database_bytes / 1e6:>8.1f} MB database{look.per_second:>7.1f}/s"
    )

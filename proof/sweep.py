"""One story, killed at every point between its webhook and its answer: each told anew, in a process started anew.

The points are counted in the process itself (`proof.killed`), so a sweep meets all of them and not those that chance
finds. After each kill the next process makes up for it; then it is killed at the next point of the next telling.
"""

import asyncio
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from proof.books import OPEN, read_books
from proof.database import Database, database
from proof.evidence import Books, Evidence, Trouble, Wish
from proof.points import ARMED, KILL_AT, passed, tell
from proof.promises import ENDED_WELL, broken_promises
from proof.stories import PATIENCE_S, STORIES, Teller
from proof.witness import Witness
from tests.world import Easel, World, world

LOOK_EVERY_S = 0.1
COMES_BACK_S = 60.0  # as long as a reply token lives
CHARGES_MAX = 2  # of one wish: that of its picture, and one that a kill has cut off


class Sweep:
    """One story in a world of its own."""

    def __init__(self, opened: World, directory: Path, *, name: str, base: Database) -> None:
        self.broken: list[str] = []
        self.points: list[str] = []
        self.killed: list[str] = []
        self._story = STORIES[name]
        self._world = opened
        self._directory = directory
        self._base = base
        self._witness = Witness(opened)
        self._teller = Teller(world=opened)
        self._troubles: list[Trouble] = []

    async def run(self, points_max: int) -> None:
        """Count the points, then kill at each, or at so many of them from the first to the last."""
        easel = await self._told(await self._start(), 0)
        self.points = passed(self._directory)
        for number in spread(len(self.points), points_max):
            easel = await self._told(easel, number)
        await easel.stop()
        await self._world.until(lambda: not self._world.openai.app.in_flight)
        self.broken += broken_promises(self._evidence())

    async def _told(self, easel: Easel, number: int) -> Easel:
        """Have the story told once, with a kill at this point. Return the process that runs then."""
        tell(self._directory, number)
        await easel.printed(ARMED.format(number))
        told, orders, paid = len(self._teller.wishes), len(self._witness.orders), set[str]()
        resting, ended = asyncio.create_task(self._comes_to_rest()), asyncio.create_task(easel.process.wait())
        await asyncio.wait([resting, ended], return_when=asyncio.FIRST_COMPLETED)
        if number and not ended.done() and not await self._disarmed(easel):
            await ended
        if ended.done():
            orders, paid = len(self._witness.orders), self._paid()
            easel = await self._again(easel)
        try:
            while not resting.done():
                if not (await asyncio.wait([resting], timeout=COMES_BACK_S))[0]:
                    await self._teller.come_back()
            await resting
        except TimeoutError:
            self.broken.append(f"never came to rest, killed {self._where()}")
        ended.cancel()
        for wish in self._teller.wishes[told:]:
            found = self._judged(wish, since=orders, is_paid=wish.event_id in paid)
            self.broken += [f"{said}, killed {self._where()}" for said in found]
        return easel

    async def _disarmed(self, easel: Easel) -> bool:
        """Let it live from now on. False: its point lay behind its rest, and it has ended there."""
        nothing = ARMED.format(0)
        before = easel.text.count(nothing)
        tell(self._directory, 0)
        try:
            await easel.until(lambda: easel.text.count(nothing) > before)
        except AssertionError:  # its log has ended
            (self._directory / KILL_AT).unlink(missing_ok=True)
            return False
        return True

    async def _comes_to_rest(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._story.tell(self._teller)
            while not _rests(self._books()):  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(LOOK_EVERY_S)

    async def _again(self, easel: Easel) -> Easel:
        """Start another process in the place of one that was killed."""
        at = time.time()
        self.killed.append(passed(self._directory)[-1])
        if easel.process.returncode != -signal.SIGKILL:
            self.broken.append(f"ended by itself with {easel.process.returncode}: {easel.text[-500:]}")
        easel = await self._start()
        self._troubles.append(Trouble(name="kill", began_at=at, ended_at=time.time()))
        return easel

    async def _start(self) -> Easel:
        settings = {**self._story.settings, "DATABASE_URL": self._base.url}
        return await self._world.start(self._directory, within_s=PATIENCE_S, program="proof.killed", **settings)

    def _judged(self, wish: Wish, *, since: int, is_paid: bool) -> Iterator[str]:
        """Hold one wish against what came of it. `is_paid`: its bytes were kept when it had so many orders, `since`."""
        row = self._books().requests.get(wish.event_id, {"answer": "nowhere"})
        shown = sum(one.chat == wish.chat for one in self._witness.shown)
        charges = sum(bool(one.charge) and one.prompt == wish.prompt for one in self._witness.orders)
        if row["answer"] != "sent":
            yield f"{wish.name}: its answer is {row['answer']}"
        if wish.draws and shown != wish.count:
            yield f"{wish.name}: {shown} pictures were shown; it is {row.get('state')}, said was {row.get('words')}"
        if wish.draws and charges > CHARGES_MAX:
            yield f"{wish.name}: {charges} charges"
        if is_paid and any(one.prompt == wish.prompt for one in self._witness.orders[since:]):
            yield f"{wish.name}: asked for again, though its bytes were kept"

    def _paid(self) -> set[str]:
        return {str(row["request_id"]) for row in self._books().calls if row["outcome"] == "paid"}

    def _where(self) -> str:
        return self.killed[-1] if self.killed else "nowhere"

    def _books(self) -> Books:
        return read_books(self._base.driver_url, now_at=time.time())

    def _evidence(self) -> Evidence:
        witness, line = self._witness, self._world.line
        buttons = self._teller.taps
        return Evidence(
            wishes=self._teller.wishes,
            shown=witness.shown,
            said=witness.said,
            sendings=witness.sendings,
            orders=witness.orders,
            objects=witness.objects(),
            repeats_asked=buttons,
            troubles=self._troubles,
            pushes_allowed=self._story.settings.get("LATE_DELIVERY") == "push",
            pushes_paid=line.used_this_month,
            books=self._books(),
            logs=witness.strange,
        )


def _rests(books: Books) -> bool:
    """Whether nothing is left to be done."""
    answers = {str(row["answer"]) for row in books.requests.values()}
    is_working = any(count for state, count in books.workflows.items() if state not in ENDED_WELL)
    return answers.isdisjoint(OPEN) and not (books.intents or books.kept or books.unread or is_working)


def spread(count: int, most: int) -> Sequence[int]:
    """Choose at most so many of the numbers from 1 to `count`, the first and the last among them, evenly."""
    if count <= most:
        return range(1, count + 1)
    return [1 + round(at * (count - 1) / (most - 1)) for at in range(most)]


async def run(*, points: int, kind: str, stories: Sequence[str] = tuple(STORIES)) -> int:
    """Sweep every story, side by side. Return the exit code."""
    print(f"sweep: {kind}, at most {points} points of each story", flush=True)
    found = await asyncio.gather(*(_swept(name, points, kind) for name in stories))
    broken = [said for one in found for said in one]
    print("held" if not broken else "DID NOT HOLD:")
    for said in broken[:40]:
        print(f"  - {said}")
    return 1 if broken else 0


async def _swept(name: str, points: int, kind: str) -> list[str]:
    with tempfile.TemporaryDirectory() as directory, database(kind, Path(directory)) as base:
        async with world() as opened:
            opened.openai.sign = True
            sweep = Sweep(opened, Path(directory), name=name, base=base)
            await sweep.run(points)
    print(f"  {name:<8} {len(sweep.points):>3} points, killed at {len(sweep.killed)}", flush=True)
    return [f"{name}: {said}" for said in sweep.broken]

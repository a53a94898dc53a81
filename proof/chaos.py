"""A day on which everything goes wrong, by chance that a seed replays.

People wish, tap, edit, take back and come back; the three services fail in every way they can; processes are killed,
stopped, find their disk full and their clock wrong; the database goes away; events come twice and in another order.
Then the day turns fine, who still waits comes back, and `proof.promises` looks at what was promised. The script of the
day follows from its seed; how far each process was when something struck it does not.
"""

import asyncio
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from proof.books import OPEN, read_books
from proof.clock import Clock, compiled
from proof.database import Database, database
from proof.evidence import Caps, Evidence, Wish
from proof.people import People
from proof.promises import broken_promises
from proof.script import Happening, script
from proof.troubles import Troubles
from proof.witness import Witness
from tests.world import World, world

EVERY_S = 0.4  # between two things that happen, on average
CALM_S = 60.0  # without any progress, once the day is fine, until what is not at rest never will be
LOOK_EVERY_S = 5.0
BY_PEOPLE = {
    "wish": 60,
    "edit_photo": 5,
    "edit_picture": 6,
    "tap_again": 8,
    "tap_show": 10,
    "sticker": 4,
    "rewrite": 1,
    "take_back": 6,
    "cancel": 1,
    "delete": 2,
}
BY_FATE = {"break_vendor": 30, "kill": 2, "stop": 1, "jump_clock": 2}
BY_DATABASE = {"sqlite": {"fill_disk": 1}, "postgres": {"restart_database": 1}}


class BadDay:
    """One run."""

    def __init__(self, opened: World, directory: Path, *, seed: int, kind: str, base: Database) -> None:
        library = compiled(directory)
        self.seed = seed
        self.weights = BY_PEOPLE | BY_FATE | BY_DATABASE[kind]
        if library is None:
            print("  clocks stay right: there is no C compiler here, or this is not Linux")
            del self.weights["jump_clock"]
        self.world = opened
        self.base = base
        self.caps, self.settings = _settings(random.Random(seed))
        self.witness = Witness(opened)
        clocks = [Clock(directory, name=str(number), library=library) for number in range(base.processes)]
        self.troubles = Troubles(opened, directory, database=base, settings=self.settings, clocks=clocks)
        self.people = People(opened, self.witness, self.troubles.balance)
        self.happened: Counter[str] = Counter()
        self.calm_s = 0.0

    async def run(self, seconds: float) -> None:
        """Let things happen for so long, then make it a fine day and wait for it to settle."""
        await self.troubles.start_all()
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for one in script(self.seed, seconds=seconds, every_s=EVERY_S, weights=self.weights):
                await asyncio.sleep(max(0.0, began + one.at_s - time.monotonic()))
                self.happened[one.what] += 1
                if one.what in BY_PEOPLE:
                    tasks.create_task(getattr(self.people, one.what)(one.chance))
                else:
                    await self._strike(one)
        await self._settle()

    async def _strike(self, one: Happening) -> None:
        await getattr(self.troubles, one.what)(one.chance)

    async def _settle(self) -> None:
        for vendor in (self.world.line, self.world.openai, self.world.r2):
            vendor.faults.clear()
        began, chance = time.monotonic(), random.Random(self.seed)
        done, moved = -1, began
        while (waiting := self._waiting()) and time.monotonic() - moved < CALM_S:
            if (now_done := self._done()) != done:
                done, moved = now_done, time.monotonic()
            for chat, wish in waiting.items():
                await self._look_in(chance, chat, wish)
            await asyncio.sleep(LOOK_EVERY_S)
        self.calm_s = time.monotonic() - began
        await self.troubles.stop_all()
        await self.world.until(lambda: not self.world.openai.app.in_flight)

    async def _look_in(self, chance: random.Random, chat: str, wish: Wish | None) -> None:
        """Somebody who still waits taps the youngest button of a wish without an answer, or just comes back."""
        if wish is None:
            return
        buttons = self.people.show_buttons(chat)
        if mine := next((data for data in buttons if data == f"show:{wish.event_id}"), None):
            await self.people.show(chance, chat, wish.person, mine)
        else:
            await self.people.come_back(chance, chat, wish.person)

    def _done(self) -> int:
        """Count what only ever grows while work is done: answers, and orders at the model."""
        rows = read_books(self.base.driver_url, now_at=time.time()).requests.values()
        return len(self.witness.orders) + sum(row["answer"] not in OPEN for row in rows)

    def _waiting(self) -> dict[str, Wish | None]:
        """Name the chats that still wait, with one wish of each; and what else is not at rest yet."""
        broken = broken_promises(self.evidence())
        waiting: dict[str, Wish | None] = {one: None for one in broken if not one.startswith("the log")}
        books = read_books(self.base.driver_url, now_at=time.time()).requests
        for wish in self.people.wishes:
            row = books.get(wish.event_id)
            if wish.accepted and row and row["answer"] in {"waiting", "due", "sending", "unknown"}:
                waiting[wish.chat] = wish
        return waiting if broken else {}

    def evidence(self) -> Evidence:
        """Gather what is known now."""
        witness, people, line = self.witness, self.people, self.world.line
        books = read_books(self.base.driver_url, now_at=time.time())
        receipts = {one for one, row in books.requests.items() if row["words"] == "deleted_one"}
        return Evidence(
            wishes=people.wishes,
            shown=witness.shown,
            said=witness.said,
            sendings=witness.sendings,
            orders=witness.orders,
            objects=witness.objects(),
            repeats_asked=people.repeats_asked,
            cancelled_chats=frozenset(people.cancelled_chats),
            deleted=frozenset(key for one in receipts for key in people.deletions.get(one, ())),
            troubles=self.troubles.hurt,
            caps=self.caps,
            pushes_allowed=self.settings["LATE_DELIVERY"] == "push",
            pushes_paid=line.used_this_month,
            books=books,
            logs=[*self.troubles.complaints, *witness.strange],
        )


def _settings(chance: random.Random) -> tuple[Caps, dict[str, str]]:
    """Set limits that people run into, and one way for late answers or the other."""
    caps = Caps(
        at_once=6,
        at_once_per_user=2,
        user_daily_pictures=12,
        chat_monthly_microusd=150_000,
        bot_monthly_microusd=chance.choice((0, 3_000_000)),
    )
    return caps, {
        "REPLY_DEADLINE_S": "3",
        "OPENAI_TIMEOUT_S": "5",
        "PICTURES_WAITING_PER_USER": "100",
        "PICTURES_AT_ONCE": str(caps.at_once),
        "PICTURES_AT_ONCE_PER_USER": str(caps.at_once_per_user),
        "USER_DAILY_PICTURES": str(caps.user_daily_pictures),
        "CHAT_MONTHLY_BUDGET_USD": str(caps.chat_monthly_microusd / 1_000_000),
        "MONTHLY_BUDGET_USD": str(caps.bot_monthly_microusd / 1_000_000),
        "LATE_DELIVERY": chance.choice(("button", "push")),
        "LOG_LEVEL": "info",
    }


async def run(*, seconds: int, seed: int, kind: str) -> int:
    """Have a bad day and print how it went. Return the exit code."""
    print(f"chaos: {seconds} s, seed {seed}, {kind}", flush=True)
    with tempfile.TemporaryDirectory() as name, database(kind, Path(name)) as base:
        async with world() as opened:
            opened.line.redeliveries, opened.line.redelivery_delay_s = 40, 0.5
            opened.openai.latency_s, opened.openai.sign = 0.4, True
            day = BadDay(opened, Path(name), seed=seed, kind=kind, base=base)
            await day.run(seconds)
            evidence = day.evidence()
    broken = broken_promises(evidence)
    _print(day, evidence, broken)
    return 1 if broken else 0


def _print(day: BadDay, evidence: Evidence, broken: list[str]) -> None:
    accepted = [wish for wish in evidence.wishes if wish.accepted]
    states = Counter(str(row["state"]) for row in evidence.books.requests.values() if row["draws"])
    words = Counter(str(row["words"]) for row in evidence.books.requests.values() if row["words"])
    rows = {
        "events that want an answer": len(evidence.wishes),
        "accepted": len(accepted),
        "taken back": sum(wish.taken_back for wish in accepted),
        **{f"pictures {state}": count for state, count in sorted(states.items())},
        "pictures shown": len(evidence.shown),
        "limits told": sum(count for key, count in words.items() if key.startswith("limit_")),
        "orders at the model": len(evidence.orders),
        "charged, USD": f"{sum(one.microusd for one in evidence.orders) / 1e6:.4f}",
        "charged for nothing": sum(row["outcome"] in {"unknown", "bad"} for row in evidence.books.calls),
        "replies and pushes": len(evidence.sendings),
        "pushes paid": evidence.pushes_paid,
        "seconds until all was at rest": f"{day.calm_s:.0f}",
        **{f"happened: {name}": count for name, count in sorted(day.happened.items())},
    }
    for name, value in rows.items():
        print(f"  {name:<32}{value:>10}")
    print("held" if not broken else "DID NOT HOLD:")
    for line in broken[:40]:
        print(f"  - {line}")

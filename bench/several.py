"""Two Easels on one Postgres, against one on SQLite: how fast, how soon the work of a dead one goes on, how idle."""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import services, webhooks
from bench.client import Connection
from bench.figures import Figure
from bench.measures import CONNECTIONS, DRAWS_AT_ONCE, load
from bench.postgres import Postgres, postgres
from bench.services import Service
from bench.vendors import Vendors

PICTURES = 200
HELD = 50
IDLE_MINUTES = 1000
RESTS_AFTER_S = 30.0  # a start looks for what was left behind


@contextlib.asynccontextmanager
async def running(vendors: Vendors, *, count: int, **settings: str) -> AsyncIterator[list[Service]]:
    """Run so many Easels, each in a folder of its own."""
    vendors.forget()
    async with contextlib.AsyncExitStack() as stack:
        bots = []
        for _ in range(count):
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            bots.append(await stack.enter_async_context(services.easel(directory, vendors.url, **settings)))
        yield bots


async def several(vendors: Vendors, *, rounds: int, seconds: float) -> list[Figure]:
    """Pictures from the first webhook to the last reply, then webhooks as fast as they are taken."""
    figures = []
    with postgres() as server:
        for name, count, shared in (("1 on SQLite", 1, False), ("1 on Postgres", 1, True), ("2 on Postgres", 2, True)):
            found = []
            for _ in range(rounds):
                settings = DRAWS_AT_ONCE | (server.database() if shared else {})
                async with running(vendors, count=count, **settings) as bots:
                    found.append(await _round(bots, vendors, server, seconds=seconds))
            figures += [
                _median(f"{name}: pictures drawn", [one.drawn_per_s for one in found], unit="/s"),
                _median(f"{name}: processor for each picture", [one.easel_ms for one in found], unit="ms"),
                _median(f"{name}: events acknowledged", [one.taken_per_s for one in found], unit="/s"),
            ]
            if shared:
                of_server = [one.postgres_ms for one in found]
                figures.append(_median(f"{name}: Postgres' processor for each picture", of_server, unit="ms"))
    return figures


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """Of all Easels of one round together; processor time is for one picture."""

    drawn_per_s: float
    taken_per_s: float
    easel_ms: float
    postgres_ms: float


async def _round(bots: Sequence[Service], vendors: Vendors, server: Postgres, *, seconds: float) -> _Round:
    before = _used(bots, server)
    took_s = await _draw_all(bots, vendors)
    easel_s, postgres_s = (late - early for early, late in zip(before, _used(bots, server), strict=True))
    share = CONNECTIONS // len(bots)
    results = await asyncio.gather(*(load(bot, seconds, connections=share) for bot in bots))
    return _Round(
        drawn_per_s=PICTURES / took_s,
        taken_per_s=sum(one["per_s"] for one in results),
        easel_ms=easel_s * 1000 / PICTURES,
        postgres_ms=postgres_s * 1000 / PICTURES,
    )


def _median(name: str, values: Sequence[float], *, unit: str) -> Figure:
    note = f"of {', '.join(f'{one:.4g}' for one in values)}"
    return Figure(name=name, value=statistics.median(values), unit=unit, note=note)


async def recovery(vendors: Vendors) -> list[Figure]:
    """50 pictures under way on two Easels, when one is killed, or vanishes as a machine does."""
    figures = []
    with postgres() as server:
        for way, words in (("killed", "killed, same machine"), ("frozen", "gone, another machine")):
            async with running(vendors, count=2, **DRAWS_AT_ONCE, **server.database()) as bots:
                vendors.holds = True
                await _ask(bots, HELD)
                await vendors.until(lambda: len(vendors.asked_at) >= HELD)
                began = time.perf_counter()
                if way == "killed":
                    await bots[0].kill()
                else:
                    bots[0].freeze()
                await vendors.until(lambda: len(vendors.asked_at) > HELD)
                goes_on_s = time.perf_counter() - began
                vendors.release()
                await vendors.until(lambda: len(vendors.replied_at) >= HELD)
                answered_s = time.perf_counter() - began
                again = len(vendors.asked_at) - HELD
                await bots[0].kill()
            figures += [
                Figure(name=f"one of two {words}: its work goes on after", value=goes_on_s, unit="s", aim=60),
                Figure(
                    name=f"one of two {words}: all {HELD} answered after",
                    value=answered_s,
                    unit="s",
                    note=f"{again} asked again",
                ),
            ]
    return figures


async def idle(vendors: Vendors, *, seconds: float) -> list[Figure]:
    """Processor time of an Easel that has nothing to do, and of the Postgres behind two; scaled from `seconds`."""
    with postgres() as server:
        async with running(vendors, count=1) as alone, running(vendors, count=2, **server.database()) as pair:
            await asyncio.sleep(RESTS_AFTER_S)
            before = *_used(alone, server)[:1], *_used(pair, server)
            await asyncio.sleep(seconds)
            after = *_used(alone, server)[:1], *_used(pair, server)
    scale = IDLE_MINUTES * 60 / seconds
    sqlite_s, pair_s, server_s = ((late - early) * scale for early, late in zip(before, after, strict=True))
    note = f"scaled from {seconds:g} s"
    return [
        Figure(name="1,000 idle minutes of one on SQLite", value=sqlite_s, unit="CPU s", note=note),
        Figure(name="1,000 idle minutes of one on Postgres", value=pair_s / 2, unit="CPU s", note=note),
        Figure(name="1,000 idle minutes of Postgres for two", value=server_s, unit="CPU s", note=note),
    ]


def _used(bots: Sequence[Service], server: Postgres) -> tuple[float, float]:
    return sum(bot.cpu_s() for bot in bots), server.cpu_s()


async def _draw_all(bots: Sequence[Service], vendors: Vendors) -> float:
    began = time.perf_counter()
    await _ask(bots, PICTURES)
    await vendors.until(lambda: len(vendors.replied_at) >= PICTURES)
    return time.perf_counter() - began


async def _ask(bots: Sequence[Service], count: int) -> None:
    """Let so many people ask, in turns."""
    connections = [await Connection.open(bot.port) for bot in bots]
    for number in range(count):
        await connections[number % len(connections)].ask(webhooks.request())
    for connection in connections:
        connection.close()

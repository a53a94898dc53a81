"""Easel beside the plain bot, which draws in the background and promises nothing, in turns in one run."""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from bench import services, webhooks
from bench.client import Connection
from bench.figures import Figure, quantile
from bench.services import Service
from bench.vendors import Vendors

PICTURES, CHATTER = 150, 1500
WARM_UP = 10
AT_ONCE = {"PICTURES_AT_ONCE": "32"}
SETTLED_S = 3.0
DELAY_S, CHATTER_PER_S = 12.0, 500
BURST, ASKING_ONE_IN = 2000, 4
TOKEN_LIVES_S = 60.0
COUNTED = 20
BEGUN = 1500

Run = Callable[[Path, str], AbstractAsyncContextManager[Service]]


@contextlib.asynccontextmanager
async def started(run: Run, vendors: Vendors, *, settled_s: float = SETTLED_S) -> AsyncIterator[Service]:
    """Run a bot in a folder of its own until it has loaded everything."""
    vendors.forget()
    with tempfile.TemporaryDirectory() as directory:
        async with run(Path(directory), vendors.url) as bot:
            await _pictures(bot, vendors, WARM_UP)
            await asyncio.sleep(settled_s)
            yield bot


def ours(directory: Path, url: str) -> AbstractAsyncContextManager[Service]:
    return services.easel(directory, url, **AT_ONCE)


def ours_counted(directory: Path, url: str) -> AbstractAsyncContextManager[Service]:
    return services.counted(directory, url, **AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    picture_ms: float
    chatter_ms: float
    pictures_per_s: float


async def cost(vendors: Vendors, *, rounds: int) -> list[Figure]:
    """Processor time of a picture and of a message of a group that is not for the bot; pictures at saturation."""
    plain, easel = [], []
    for _ in range(rounds):
        plain.append(await _cost(services.plain, vendors))
        easel.append(await _cost(ours, vendors))
    figures = []
    for name, found in (("plain bot", plain), ("Easel", easel)):
        figures += [
            _median(f"{name}: processor for each picture", [one.picture_ms for one in found], unit="ms"),
            _median(f"{name}: processor for each message of a group", [one.chatter_ms for one in found], unit="ms"),
            _median(f"{name}: pictures at saturation", [one.pictures_per_s for one in found], unit="/s"),
        ]
    ratio = figures[3].value / figures[0].value
    return [
        *figures,
        Figure(name="Easel / plain bot, processor for each picture", value=ratio, unit="times", aim=1.3),
        Figure(name="Easel, processor for each message of a group", value=figures[4].value, unit="ms", aim=1.0),
    ]


async def counts(vendors: Vendors) -> list[Figure]:
    """Statements and commits over both databases."""
    async with started(ours_counted, vendors) as bot:
        idle = await _counted(bot, _nothing)
        begun_at = time.perf_counter()
        picture = await _counted(bot, lambda: _one_by_one(bot, vendors, COUNTED))
        idle_s = time.perf_counter() - begun_at
        chatter = await _counted(bot, lambda: _chatter(bot, CHATTER))
    statements, commits = (
        (picture[name] - idle[name] * idle_s / SETTLED_S) / COUNTED for name in ("statements", "commits")
    )
    return [
        Figure(name="statements for each picture", value=statements, unit="", aim=60),
        Figure(name="commits for each picture", value=commits, unit="", aim=20),
        Figure(name="statements for each message of a group", value=chatter["statements"] / CHATTER, unit="", aim=1),
        Figure(name="commits for each message of a group", value=chatter["commits"] / CHATTER, unit="", aim=1),
    ]


async def delay(vendors: Vendors) -> list[Figure]:
    """How long a wish takes to the model while groups talk, and behind a backlog of what they said."""
    async with started(ours, vendors) as bot:
        stop = asyncio.Event()
        talking = asyncio.create_task(_talk(bot, stop))
        delays = await _wishes(bot, vendors, for_s=DELAY_S)
        stop.set()
        said = await talking
        await _send(bot, [webhooks.chatter() for _ in range(5000)], connections=32)
        behind = await _wishes(bot, vendors, for_s=0.0)
    return [
        Figure(name="messages of groups meanwhile", value=said / DELAY_S, unit="/s"),
        Figure(name="a wish among them -> order at the model, p50", value=quantile(delays, 0.5), unit="s"),
        Figure(name="a wish among them -> order at the model, p95", value=quantile(delays, 0.95), unit="s", aim=1),
        Figure(name="a wish behind 5,000 of them -> order at the model", value=behind[0], unit="s", aim=1),
    ]


async def burst(vendors: Vendors) -> list[Figure]:
    """2,000 events as fast as they are taken, of which a quarter want an answer."""
    async with started(ours, vendors) as bot:
        vendors.forget()
        asking = BURST // ASKING_ONE_IN
        raw = [webhooks.chatter() if n % ASKING_ONE_IN else webhooks.request() for n in range(BURST)]
        began = time.perf_counter()
        await _send(bot, raw, connections=32)
        acknowledged_s = time.perf_counter() - began
        with contextlib.suppress(TimeoutError):
            await vendors.until(lambda: len(vendors.replied_at) >= asking, timeout_s=TOKEN_LIVES_S)
        on_time = sum(at - began < TOKEN_LIVES_S for at in vendors.replied_at)
        last_s = max(vendors.replied_at) - began
    return [
        Figure(name="a burst of 2,000 events acknowledged within", value=acknowledged_s, unit="s"),
        Figure(name="its last picture answered after", value=last_s, unit="s", aim=TOKEN_LIVES_S),
        Figure(name="its answers that missed their token's minute", value=asking - on_time, unit="", aim=0),
    ]


async def begun(vendors: Vendors, *, rounds: int) -> list[Figure]:
    """1,500 wishes in a row from nothing: acknowledgements while they are being begun, beside the echo bot's."""
    plain: list[float] = []
    easel: list[float] = []
    for _ in range(rounds):
        for run, found in ((services.echo, plain), (ours, easel)):
            with tempfile.TemporaryDirectory() as directory:
                vendors.forget()
                vendors.holds = True
                async with run(Path(directory), vendors.url) as bot:
                    await asyncio.sleep(SETTLED_S)
                    raw = [webhooks.request() for _ in range(BEGUN)]
                    began = time.perf_counter()
                    await _send(bot, raw, connections=32)
                    found.append(BEGUN / (time.perf_counter() - began))
                    await bot.kill()
    return [
        _median("echo bot: 1,500 events acknowledged", plain, unit="/s"),
        _median("Easel: 1,500 wishes acknowledged from nothing", easel, unit="/s"),
        Figure(
            name="Easel / echo bot, while wishes are begun",
            value=statistics.median(easel) / statistics.median(plain),
            unit="times",
            aim=3,
            most=False,
        ),
    ]


async def _cost(run: Run, vendors: Vendors) -> _Cost:
    async with started(run, vendors) as bot:
        before, began = bot.cpu_s(), time.perf_counter()
        await _pictures(bot, vendors, PICTURES)
        took_s = time.perf_counter() - began
        await asyncio.sleep(0.5)
        drawn = bot.cpu_s()
        await _chatter(bot, CHATTER)
        return _Cost(
            picture_ms=(drawn - before) * 1000 / PICTURES,
            chatter_ms=(bot.cpu_s() - drawn) * 1000 / CHATTER,
            pictures_per_s=PICTURES / took_s,
        )


async def _pictures(bot: Service, vendors: Vendors, count: int) -> None:
    expected = len(vendors.replied_at) + count
    await _send(bot, [webhooks.request() for _ in range(count)], connections=8)
    await vendors.until(lambda: len(vendors.replied_at) >= expected)


async def _one_by_one(bot: Service, vendors: Vendors, count: int) -> None:
    for _ in range(count):
        await _pictures(bot, vendors, 1)
    await asyncio.sleep(0.2)


async def _chatter(bot: Service, count: int) -> None:
    """Let groups talk as fast as is acknowledged, and wait until all of it must have been read."""
    await _send(bot, [webhooks.chatter() for _ in range(count)], connections=8)
    await asyncio.sleep(1.5)


async def _nothing() -> None:
    await asyncio.sleep(SETTLED_S)


async def _counted(bot: Service, work: Callable[[], AsyncIterator[None] | object]) -> dict[str, int]:
    before = await bot.counts()
    await work()  # type: ignore[misc]  # one of the coroutines above
    after = await bot.counts()
    return {name: after[name] - before[name] for name in after}


async def _send(bot: Service, raw: Sequence[bytes], *, connections: int) -> None:
    """Send webhooks as fast as they are acknowledged."""
    left = iter(raw)

    async def some() -> None:
        connection = await Connection.open(bot.port)
        for one in left:
            assert await connection.ask(one) == 200
        connection.close()

    await asyncio.gather(*(some() for _ in range(connections)))


async def _talk(bot: Service, stop: asyncio.Event) -> int:
    """Let groups say 500 things a second. Return how many it were."""
    connections = [await Connection.open(bot.port) for _ in range(8)]
    began, said = time.perf_counter(), 0
    while not stop.is_set():
        due = int((time.perf_counter() - began) * CHATTER_PER_S) - said
        for _ in range(0, due, len(connections)):
            await asyncio.gather(*(one.ask(webhooks.chatter()) for one in connections))
            said += len(connections)
        await asyncio.sleep(0.01)
    return said


async def _wishes(bot: Service, vendors: Vendors, *, for_s: float) -> list[float]:
    """Let somebody wish for something twice a second. Return how long each wish took to the model."""
    connection = await Connection.open(bot.port)
    delays: list[float] = []
    until = time.perf_counter() + for_s
    while not delays or time.perf_counter() < until:
        expected, began = len(vendors.asked_at) + 1, time.perf_counter()
        await connection.ask(webhooks.request())
        await vendors.until(lambda expected=expected: len(vendors.asked_at) >= expected)  # type: ignore[misc]  # mypy knows no type for a default
        delays.append(vendors.asked_at[-1] - began)
        await asyncio.sleep(max(0.0, 0.5 - delays[-1]))
    return delays


def _median(name: str, values: Sequence[float], *, unit: str) -> Figure:
    note = f"of {', '.join(f'{one:.4g}' for one in values)}"
    return Figure(name=name, value=statistics.median(values), unit=unit, note=note)

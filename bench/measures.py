"""What is measured. Each measure starts processes of its own and gives its figures."""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from bench import services, webhooks
from bench.client import Connection
from bench.figures import Figure, quantile
from bench.services import Service
from bench.vendors import Vendors

AT_ONCE = 200
CONNECTIONS = 32
SETTLED_S = 3.0  # boto3 is loaded behind the start
DRAWS_AT_ONCE = {"PICTURES_AT_ONCE": str(AT_ONCE), "PICTURES_AT_ONCE_PER_USER": "2"}


async def rush(vendors: Vendors, *, rounds: int, seconds: float) -> list[Figure]:
    """Webhooks as fast as they are taken; Easel meanwhile has 200 pictures drawn. The two bots take turns."""
    plain, ours = [], []
    lost = 0.0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as directory:
            async with services.echo(Path(directory), vendors.url) as bot:
                plain.append(await load(bot, seconds))
        vendors.forget()
        with tempfile.TemporaryDirectory() as directory:
            async with services.easel(Path(directory), vendors.url, **DRAWS_AT_ONCE) as bot:
                await _draw_many(bot, vendors)
                ours.append(await load(bot, seconds))
                drawing = len(vendors.drawing)
                await bot.kill()
                lost += ours[-1]["acknowledged"] + AT_ONCE - bot.events_on_disk()
        vendors.forget()
    rate, yardstick = _median(ours, "per_s"), _median(plain, "per_s")
    return [
        Figure(name="echo bot, events acknowledged", value=yardstick, unit="/s", note=_all(plain, "per_s")),
        Figure(name="echo bot, p99", value=_median(plain, "p99_ms"), unit="ms", note=_all(plain, "p99_ms")),
        Figure(name=f"Easel drawing {drawing}, events acknowledged", value=rate, unit="/s", note=_all(ours, "per_s")),
        Figure(name="Easel / echo bot", value=rate / yardstick, unit="times", aim=3, most=False),
        Figure(
            name=f"Easel drawing {drawing}, p99",
            value=_median(ours, "p99_ms"),
            unit="ms",
            aim=100,
            note=_all(ours, "p99_ms"),
        ),
        Figure(name="Easel, p50", value=_median(ours, "p50_ms"), unit="ms", note=_all(ours, "p50_ms")),
        Figure(name="acknowledged, but not on disk after kill -9", value=lost, unit="events", aim=0),
        Figure(
            name="not acknowledged, both", value=sum(one["refused"] for one in (*plain, *ours)), unit="events", aim=0
        ),
    ]


async def latency(vendors: Vendors, *, pictures: int) -> list[Figure]:
    """One picture after the other, on an idle service."""
    to_model, to_reply, memory = [], [], 0.0
    with tempfile.TemporaryDirectory() as directory:
        async with services.easel(Path(directory), vendors.url) as bot:
            connection = await Connection.open(bot.port)
            for number in range(pictures + 3):
                vendors.forget()
                sent_at = time.perf_counter()
                await connection.ask(webhooks.request())
                await vendors.until(lambda: bool(vendors.replied_at))
                if number >= 3:  # the first ones open connections
                    to_model.append((vendors.asked_at[0] - sent_at) * 1000)
                    to_reply.append((vendors.replied_at[0] - vendors.drawn_at[0]) * 1000)
                await asyncio.sleep(0.15 + 0.013 * (number % 7))  # not in step with the queue's polling
            memory = bot.rss_mb()
    return [
        *_percentiles("webhook sent -> order at the model, idle", to_model, aim=60),
        *_percentiles("model's last byte -> reply at LINE, JPEG 1024x1024", to_reply, aim=60),
        Figure(name=f"Easel's memory after {pictures + 3} pictures", value=memory, unit="MB"),
    ]


async def memory(vendors: Vendors) -> list[Figure]:
    """Resident memory of a service that has nothing to do, and of one that has 200 pictures drawn."""
    with tempfile.TemporaryDirectory() as directory:
        async with services.echo(Path(directory), vendors.url) as bot:
            await asyncio.sleep(1)
            yardstick = bot.rss_mb()
    vendors.forget()
    with tempfile.TemporaryDirectory() as directory:
        async with services.easel(Path(directory), vendors.url) as bot:
            await asyncio.sleep(SETTLED_S)
            first = bot.rss_mb()
        async with services.easel(Path(directory), vendors.url, **DRAWS_AT_ONCE) as bot:
            await asyncio.sleep(SETTLED_S)
            idle = bot.rss_mb()
            busy = await _cpu_share(bot)
            took_s = await _draw_many(bot, vendors)
            await asyncio.sleep(1)
            drawing = bot.rss_mb()
            began = time.perf_counter()
            vendors.release()
            await vendors.until(lambda: len(vendors.replied_at) >= AT_ONCE)
            answered_s = time.perf_counter() - began
            peak = bot.rss_mb("VmHWM")
    return [
        Figure(name="echo bot's memory, idle", value=yardstick, unit="MB"),
        Figure(name="Easel's memory, idle, on its first start", value=first, unit="MB", aim=165),
        Figure(name="Easel's memory, idle", value=idle, unit="MB", aim=165),
        Figure(name="Easel's memory, 200 pictures being drawn", value=drawing, unit="MB", aim=350),
        Figure(name="Easel's memory, peak as all 200 arrive at once", value=peak, unit="MB", aim=350),
        Figure(name="Easel's processor, idle", value=busy * 100, unit="%"),
        Figure(name="200 webhooks -> 200 orders at the model", value=took_s, unit="s"),
        Figure(name="200 pictures at once -> 200th reply", value=answered_s, unit="s"),
    ]


async def start(vendors: Vendors, *, times: int) -> list[Figure]:
    """From the start of the process to the first good answer of /readyz."""
    first: list[float] = []
    later: list[float] = []
    plain: list[float] = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as directory:
            for into in (first, later):
                async with services.easel(Path(directory), vendors.url) as bot:
                    into.append(bot.ready_s)
            async with services.echo(Path(directory), vendors.url) as bot:
                plain.append(bot.ready_s)
    took_s = [await _timed(_help) for _ in range(2 * times + 1)]
    return [
        Figure(name="echo bot, start to first answer", value=statistics.median(plain), unit="s", note=_list(plain)),
        Figure(
            name="start to ready, empty directory", value=statistics.median(first), unit="s", aim=2.5, note=_list(first)
        ),
        Figure(name="start to ready, later", value=statistics.median(later), unit="s", aim=2.5, note=_list(later)),
        Figure(name="easel --help", value=statistics.median(took_s), unit="s", aim=0.3, note=_list(took_s)),
    ]


async def load(bot: Service, seconds: float, *, connections: int = CONNECTIONS) -> dict[str, float]:
    """Let another process send webhooks as fast as they are taken. Return what `bench.load` found."""
    arguments = (str(bot.port), str(connections), str(seconds))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load", *arguments), cwd=services.ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the load ended with {process.returncode}")
    result: dict[str, float] = json.loads(out)
    return result


async def _draw_many(bot: Service, vendors: Vendors) -> float:
    """Ask for 200 pictures of 200 people and wait until the model has all the orders. Return the seconds it took."""
    vendors.holds = True
    connection = await Connection.open(bot.port)
    began = time.perf_counter()
    for _ in range(AT_ONCE):
        await connection.ask(webhooks.request())
    await vendors.until(lambda: len(vendors.drawing) >= AT_ONCE)
    connection.close()
    return time.perf_counter() - began


async def _cpu_share(bot: Service, over_s: float = 3.0) -> float:
    before = bot.cpu_s()
    await asyncio.sleep(over_s)
    return (bot.cpu_s() - before) / over_s


async def _help() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "--help"), cwd=services.ROOT, stdout=asyncio.subprocess.DEVNULL
    )
    await process.wait()


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def _percentiles(name: str, values: Iterable[float], *, aim: float) -> list[Figure]:
    found = list(values)
    return [
        Figure(name=f"{name}, p50", value=quantile(found, 0.50), unit="ms", aim=aim),
        Figure(name=f"{name}, p95", value=quantile(found, 0.95), unit="ms"),
    ]


def _median(results: Iterable[dict[str, float]], key: str) -> float:
    return statistics.median(one[key] for one in results)


def _all(results: Iterable[dict[str, float]], key: str) -> str:
    return _list([one[key] for one in results])


def _list(values: Iterable[float]) -> str:
    return f"of {', '.join(f'{one:.4g}' for one in values)}"

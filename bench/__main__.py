"""Measure Easel beside the echo bot and print a table. Loopback only; all of it takes about seven minutes."""

import argparse
import asyncio
import json
import os
import platform
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

import uvloop

from bench import beside, growth, ledger, measures, reading, several
from bench.figures import Figure
from bench.vendors import Vendors, serve

Measure = Callable[[Vendors, argparse.Namespace], Awaitable[list[Figure]]]

MEASURES: dict[str, Measure] = {
    "start": lambda vendors, _: measures.start(vendors, times=3),
    "memory": lambda vendors, _: measures.memory(vendors),
    "latency": lambda vendors, options: measures.latency(vendors, pictures=options.pictures),
    "rush": lambda vendors, options: measures.rush(vendors, rounds=options.rounds, seconds=options.seconds),
    "cost": lambda vendors, options: beside.cost(vendors, rounds=options.rounds),
    "counts": lambda vendors, _: beside.counts(vendors),
    "begun": lambda vendors, options: beside.begun(vendors, rounds=options.rounds),
    "delay": lambda vendors, _: beside.delay(vendors),
    "burst": lambda vendors, _: beside.burst(vendors),
    "several": lambda vendors, options: several.several(
        vendors, rounds=(options.rounds + 1) // 2, seconds=options.seconds
    ),
    "recovery": lambda vendors, _: several.recovery(vendors),
    "idle": lambda vendors, options: several.idle(vendors, seconds=options.idle_seconds),
    "ledger": lambda _vendors, _: ledger.ledger(),
    "growth": lambda vendors, _: growth.growth(vendors),
    "quoted": lambda _vendors, _: growth.quoted(),
    "reading": lambda vendors, options: reading.reading(vendors, messages=options.pictures),
}


async def run(options: argparse.Namespace) -> list[Figure]:
    figures: list[Figure] = []
    async with serve() as vendors:
        for name in options.measures or MEASURES:
            found = await MEASURES[name](vendors, options)
            for figure in found:
                print(figure.line(), flush=True)
            figures += found
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"of {', '.join(MEASURES)}; none means all")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each bot under load")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of one run under load, after its warm-up")
    parser.add_argument("--idle-seconds", type=float, default=45.0, help="how long to watch what does nothing")
    parser.add_argument("--pictures", type=int, default=40, help="pictures for the latencies")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    options = parser.parse_args()
    if unknown := set(options.measures) - MEASURES.keys():
        parser.error(f"there is no measure {', '.join(sorted(unknown))}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(run(options))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in figures], indent=2) + "\n")
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()

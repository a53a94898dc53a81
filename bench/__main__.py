"""Measure Easel beside the echo bot and print a table. Loopback only; about two minutes."""

import argparse
import asyncio
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

import uvloop

from bench import measures
from bench.figures import Figure
from bench.vendors import serve

MEASURES = ("start", "memory", "latency", "rush")


async def run(options: argparse.Namespace) -> list[Figure]:
    figures: list[Figure] = []
    async with serve() as vendors:
        for name in options.only or MEASURES:
            match name:
                case "start":
                    found = await measures.start(vendors, times=3)
                case "memory":
                    found = await measures.memory(vendors)
                case "latency":
                    found = await measures.latency(vendors, pictures=options.pictures)
                case _:
                    found = await measures.rush(vendors, rounds=options.rounds, seconds=options.seconds)
            for figure in found:
                print(figure.line(), flush=True)
            figures += found
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=MEASURES, help="one measure; may be given several times")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each bot under load")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of one run under load, after its warm-up")
    parser.add_argument("--pictures", type=int, default=40, help="pictures for the latencies")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(run(options))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in figures], indent=2) + "\n")
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()

"""The load: so many connections, each with the next webhook as soon as the last one is answered. A process of its own.

Prints one JSON object: how many were acknowledged at all, and the rate and latencies after the warm-up.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import uvloop

from bench import webhooks
from bench.client import Connection
from bench.figures import quantile

WARM_UP_S = 1.0
PREPARED_PER_S = 6000  # more than any of them takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Of one run. `acknowledged` counts every 200, warm-up included; all else is after the warm-up."""

    acknowledged: int
    refused: int
    per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


async def run(port: int, *, connections: int, seconds: float) -> Result:
    prepared = iter([webhooks.request() for _ in range(int(PREPARED_PER_S * (seconds + WARM_UP_S)))])
    opened = [await Connection.open(port) for _ in range(connections)]
    gc.disable()
    counted_from = time.perf_counter() + WARM_UP_S
    samples: list[tuple[float, float, int]] = []
    await asyncio.gather(*(_ask_on(one, prepared, samples, until=counted_from + seconds) for one in opened))
    counted = [(ended, took) for ended, took, status in samples if ended >= counted_from and status == 200]
    took_ms = [took * 1000 for _, took in counted]
    acknowledged = sum(status == 200 for _, _, status in samples)
    return Result(
        acknowledged=acknowledged,
        refused=len(samples) - acknowledged,
        per_s=len(counted) / (max(ended for ended, _ in counted) - counted_from),
        p50_ms=quantile(took_ms, 0.50),
        p95_ms=quantile(took_ms, 0.95),
        p99_ms=quantile(took_ms, 0.99),
        max_ms=max(took_ms),
    )


async def _ask_on(
    connection: Connection, prepared: Iterator[bytes], samples: list[tuple[float, float, int]], *, until: float
) -> None:
    began = time.perf_counter()
    while began < until and (raw := next(prepared, None)):
        status = await connection.ask(raw)
        ended = time.perf_counter()
        samples.append((ended, ended - began, status))
        began = ended


def main() -> None:
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(run(port, connections=connections, seconds=seconds)))))


if __name__ == "__main__":
    main()

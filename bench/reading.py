"""What reading messages costs: the gate's file, its memory, how long it loads and reads."""

import asyncio
import json
import sys

from bench.figures import Figure

# In a process of its own, so that nothing else is measured. The modules are there before: the service has them anyway.
MEASURED = """
import json, time, tracemalloc
from importlib import resources
from app.reading.gate import Gate
from app.reading.gate_file import unpacked
from app.reading.meaning import Moment

file = resources.files("app.reading").joinpath("gate.bin")
began = time.perf_counter(); unpacked(file.read_bytes()); load_s = time.perf_counter() - began
tracemalloc.start(); gate = Gate.load(); memory, peak = tracemalloc.get_traced_memory(); tracemalloc.stop()
found = {"size": file.stat().st_size, "load_s": load_s, "memory": memory, "peak": peak}
texts = {"short": "an otter playing the guitar", "200": ("a cat by the window, " * 10)[:200], "5000": "雨の街。" * 1250}
for name, text in texts.items():
    took = []
    for _ in range(300):
        began = time.perf_counter(); gate.read(text, Moment(has_picture=True)); took.append(time.perf_counter() - began)
    found[name] = sorted(took)[150]
print(json.dumps(found))
"""


async def reading() -> list[Figure]:
    """The classifier of messages, by itself."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", MEASURED, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    found = json.loads(out)
    return [
        Figure(name="gate, size of its file", value=found["size"] / 1e6, unit="MB", aim=2),
        Figure(name="gate, memory", value=found["memory"] / 1e6, unit="MB", aim=8),
        Figure(name="gate, memory while it is read", value=found["peak"] / 1e6, unit="MB", aim=8),
        Figure(name="gate, loading", value=found["load_s"] * 1e3, unit="ms", aim=50),
        Figure(name="gate, a message of 27 characters", value=found["short"] * 1e6, unit="µs", aim=1000),
        Figure(name="gate, a message of 200 characters", value=found["200"] * 1e6, unit="µs", aim=1000),
        Figure(name="gate, a message of 5,000 characters", value=found["5000"] * 1e6, unit="µs", aim=1000),
    ]

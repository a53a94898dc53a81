"""What reading messages costs: the gate by itself, and what a text model adds to sure and to unsure messages."""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench import services, webhooks
from bench.client import Connection
from bench.figures import Figure
from bench.vendors import Vendors

SURE, UNSURE = "一隻在彈吉他的水獺", "Sunday at my aunt's"

# In a process of its own, so that nothing else is measured. The modules are there before: the service has them anyway.
MEASURED = """
import json, time, tracemalloc
from importlib import resources
from app.reading.gate import Gate
from app.reading.gate_file import unpacked
from app.reading.meaning import Moment

file = resources.files("app.reading").joinpath("gate.bin")
with file.open("rb") as opened:
    began = time.perf_counter(); unpacked(opened); load_s = time.perf_counter() - began
tracemalloc.start(); gate = Gate.load(); memory, peak = tracemalloc.get_traced_memory(); tracemalloc.stop()
found = {"size": file.stat().st_size, "load_s": load_s, "memory": memory, "peak": peak}
texts = {"short": "an otter playing the guitar", "200": ("a cat by the window, " * 10)[:200], "5000": "雨の街。" * 1250}
for name, text in texts.items():
    took = []
    for _ in range(300):
        began = time.perf_counter(); gate.read(text, Moment(has_picture=True)); took.append(time.perf_counter() - began)
    found[name] = sorted(took)[150]

import asyncio
from app.flows.conversation.understanding import Understanding
from app.line.events import read
from app.reading.decide import Rules
from app.store.context import Context

async def name(): return "Easel"

async def understood(text):
    rules = Rules(group_prefixes=("draw", "畫"))
    understanding = Understanding(rules=rules, gate=gate, reader=None, bot_name=name)
    event = {"type": "message", "source": {"type": "user", "userId": "U" + "a" * 32}, "replyToken": "t"}
    event = read(json.dumps(event | {"message": {"id": "1", "type": "text", "text": text}}))
    took = []
    for _ in range(300):
        began = time.perf_counter(); await understanding.plan(event, Context())
        took.append(time.perf_counter() - began)
    return sorted(took)[150]

found["wish"] = asyncio.run(understood("一隻在彈吉他的水獺"))
found["unsure"] = asyncio.run(understood("Sunday at my aunt's"))
print(json.dumps(found))
"""


async def reading(vendors: Vendors, *, messages: int) -> list[Figure]:
    """The classifier of messages by itself, then the service with a text model beside it and without."""
    return [*await _gate(), *await _reader(vendors, messages=messages)]


async def _gate() -> list[Figure]:
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
        Figure(name="rules and gate add to a sure wish", value=found["wish"] * 1e3, unit="ms", aim=3),
        Figure(name="rules and gate add to an unsure message", value=found["unsure"] * 1e3, unit="ms", aim=3),
    ]


async def _reader(vendors: Vendors, *, messages: int) -> list[Figure]:
    """Messages one by one, on two idle services in turn. The model answers at once: its own time is not ours."""
    took: dict[str, dict[str, list[float]]] = {"without": {SURE: [], UNSURE: []}, "with": {SURE: [], UNSURE: []}}
    reads = {SURE: 0, UNSURE: 0}
    with tempfile.TemporaryDirectory() as without, tempfile.TemporaryDirectory() as beside:
        async with (
            services.easel(Path(without), vendors.url, READER_MODELS="") as alone,
            services.easel(Path(beside), vendors.url, READER_MODELS="gpt-6-luna") as reader,
        ):
            bots = {"without": await Connection.open(alone.port), "with": await Connection.open(reader.port)}
            for number in range(messages + 3):
                for name, connection in bots.items():
                    for text in (SURE, UNSURE):
                        one = await _one(vendors, connection, text)
                        reads[text] += len(vendors.read_at) if number >= 3 else 0
                        took[name][text] += [one] if number >= 3 else []  # the first ones open connections
    alone_ms, beside_ms = ({text: statistics.median(all_) for text, all_ in took[name].items()} for name in took)
    return [
        Figure(name="a sure wish -> its order, no reader", value=alone_ms[SURE], unit="ms"),
        Figure(name="a reader adds to a sure wish", value=beside_ms[SURE] - alone_ms[SURE], unit="ms", aim=3),
        Figure(name="calls of the model, all sure wishes", value=reads[SURE], unit="calls", aim=0),
        Figure(name="an unsure message -> the offer, no reader", value=alone_ms[UNSURE], unit="ms"),
        Figure(name="a reader adds to an unsure message", value=beside_ms[UNSURE] - alone_ms[UNSURE], unit="ms"),
        Figure(name="calls of the model, an unsure message", value=reads[UNSURE] / messages, unit="calls", aim=1),
    ]


async def _one(vendors: Vendors, connection: Connection, text: str) -> float:
    """Send one message; return after how many ms its order was at the model, or its answer at LINE."""
    vendors.forget()
    sent_at = time.perf_counter()
    await connection.ask(webhooks.request(text))
    await vendors.until(lambda: bool(vendors.replied_at))
    decided_at = vendors.asked_at[0] if text == SURE else vendors.replied_at[0]
    await asyncio.sleep(0.1)
    return (decided_at - sent_at) * 1000

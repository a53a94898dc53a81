"""Strangers do their worst for a while each, beside a good webhook every 100 ms and a good wish every 2 s.

Easel is the process that operators run. Whoever attacks the port is a process of its own, so that its work is not
measured as ours. Memory is the kernel's own peak of the resident set, set back before each attack.
"""

import asyncio
import contextlib
import gzip
import os
import shutil
import socket
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from line_sandbox.faults import Fault

from proof.siege_attack import ATTACKS
from tests.world import ROOT, Easel, World, world

HOOK_EVERY_S, WISH_EVERY_S, HARM_EVERY_S = 0.1, 2.0, 1.0
MEMORY_MB_MAX = 1024.0
HOOK_LIMIT_S = 2.0  # LINE gives up: https://developers.line.biz/en/docs/messaging-api/receiving-messages/
PATIENCE_S = 90.0
BOMB_PX = 9_000
SWELLS_TO_BYTES = 300_000_000
EMPTY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'


@dataclass(slots=True)
class Row:
    """How it went under one attack."""

    name: str
    hooks_s: list[float] = field(default_factory=list)
    hooks_lost: int = 0
    wishes: list[str] = field(default_factory=list)
    wishes_lost: int = 0
    peak_mb: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nobody was lost and the memory was enough."""
        return not self.hooks_lost and not self.wishes_lost and self.peak_mb < MEMORY_MB_MAX


class Siege:
    """One run."""

    def __init__(self, opened: World, easel: Easel, *, seconds: float) -> None:
        self.world = opened
        self.easel = easel
        self.seconds = seconds
        self.bombs = [_png(BOMB_PX, depth=depth, colour=colour) for depth, colour in ((16, 0), (8, 2), (16, 6))]
        self.swelling = gzip.compress(b" " * SWELLS_TO_BYTES)

    async def under(self, name: str, *, port: int, harm: Callable[[], Awaitable[None]] | None = None) -> Row:
        """Be attacked, and look whom it costs."""
        row = Row(name)
        _forget_peak(self.easel.pid)
        async with asyncio.TaskGroup() as tasks, _attacker(name, port=port):
            ends = time.monotonic() + self.seconds
            tasks.create_task(_every(HOOK_EVERY_S, ends, lambda: self._hook(row, port)))
            tasks.create_task(_every(WISH_EVERY_S, ends, lambda: self._wish(row)))
            if harm:
                tasks.create_task(_every(HARM_EVERY_S, ends, harm))
            await asyncio.sleep(self.seconds)
        with contextlib.suppress(TimeoutError):
            await self.world.until(lambda: not self._unserved(row), timeout_s=PATIENCE_S)
        row.wishes_lost += len(self._unserved(row))
        row.peak_mb = _peak_mb(self.easel.pid)
        for vendor in (self.world.line, self.world.openai, self.world.r2):
            vendor.faults.clear()
        return row

    def _unserved(self, row: Row) -> list[str]:
        return [one for one in row.wishes if not self.world.line.chat(one).pictures]

    async def _hook(self, row: Row, port: int) -> None:
        """Deliver an empty webhook over a connection of its own."""
        began = time.monotonic()
        head = f"POST /callback HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        head += f"Content-Length: {len(EMPTY)}\r\nx-line-signature: {self.world.line.sign(EMPTY)}\r\n\r\n"
        answer = b""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(HOOK_LIMIT_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(head.encode() + EMPTY)
                answer = await reader.readline()
                writer.close()
        row.hooks_s.append(time.monotonic() - began)
        row.hooks_lost += b" 200 " not in answer

    async def _wish(self, row: Row) -> None:
        person = self.world.person()
        if (await self.world.line.send_text(person, "a good cat")).ok:
            row.wishes.append(person)
        else:
            row.wishes_lost += 1

    async def photo_bomb(self) -> None:
        """Somebody sends a small file that is a huge picture, and wants it changed."""
        person, line = self.world.person(), self.world.line
        self.bombs.append(self.bombs.pop(0))
        await line.deliver(line.image(person, self.bombs[0], content_type="image/png"))
        await line.send_text(person, "make it blue")

    async def endless_answers(self) -> None:
        """A gateway before the model answers with a few hundred kB that swell to 300 MB."""
        await self.world.line.send_text(self.world.person(), "an endless story")

    def let_answers_swell(self) -> None:
        """Have the model's gateway do so, for the wishes of `endless_answers` only."""
        headers = {"content-encoding": "gzip", "content-type": "application/json"}
        swelling = Fault.status(200, self.swelling, headers=headers)
        self.world.openai.faults.add(swelling, match=lambda call: "endless" in str(call.body), times=None)


async def _every(every_s: float, ends: float, do: Callable[[], Awaitable[None]]) -> None:
    """Begin one every so often, however long the others take."""
    async with asyncio.TaskGroup() as tasks:
        while time.monotonic() < ends:
            tasks.create_task(_whole(do))
            await asyncio.sleep(every_s)


async def _whole(do: Callable[[], Awaitable[None]]) -> None:
    await do()


@contextlib.asynccontextmanager
async def _attacker(name: str, *, port: int) -> AsyncIterator[None]:
    """Attack the port with what has this name, if anything has."""
    attack = name.partition(" ")[0]
    if attack not in ATTACKS:
        yield
        return
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "proof.siege_attack", attack, str(port)), cwd=ROOT
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def _caddy(easel: Easel, directory: Path) -> AsyncIterator[int | None]:
    """Stand Caddy in front, with the file of deploy/. None: there is none on this machine."""
    if not shutil.which("caddy"):
        yield None
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *("caddy", "run", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/Caddyfile")),
        env=os.environ
        | {"EASEL_DOMAIN": f"http://127.0.0.1:{port}", "EASEL_HOST": "127.0.0.1", "EASEL_PORT": str(easel.port)}
        | {"XDG_DATA_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _is_open(port):  # noqa: ASYNC110 - another process tells nobody
                await asyncio.sleep(0.1)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _png(side_px: int, *, depth: int, colour: int) -> bytes:
    """Make a picture of one colour: some hundred kB that are hundreds of MB when decoded."""
    channels = {0: 1, 2: 3, 6: 4}[colour]
    row = bytes(1 + side_px * channels * depth // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(side_px)) + packer.flush()
    header = struct.pack(">IIBBBBB", side_px, side_px, depth, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    parts = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


async def run(*, seconds: float) -> int:
    """Be besieged and print the table. Return the exit code."""
    print(f"siege: {seconds:g} s each, a good webhook every {HOOK_EVERY_S} s, a good wish every {WISH_EVERY_S} s")
    print(f"  {'attack':<34}{'webhooks':>9}{'lost':>6}{'slowest':>10}{'wishes':>8}{'lost':>6}{'peak':>9}", flush=True)
    rows = []
    settings = {"LOG_LEVEL": "info", "USER_DAILY_PICTURES": "0", "DAILY_BUDGET_USD": "0", "MONTHLY_BUDGET_USD": "0"}
    with tempfile.TemporaryDirectory() as name:
        async with world() as opened, opened.easel(Path(name), **settings) as easel, _caddy(easel, Path(name)) as proxy:
            siege = Siege(opened, easel, seconds=seconds)

            async def under(name: str, **more: object) -> None:
                rows.append(await siege.under(name, **{"port": easel.port} | more))
                _print(rows[-1])

            await under("nothing")
            for attack in ATTACKS:
                await under(attack)
            if proxy:
                for attack in ("silent", "half-heads", "half-bodies", "half-bodies-unsigned", "large-bodies"):
                    await under(f"{attack} through Caddy", port=proxy)
            await under("photos that are bombs", harm=siege.photo_bomb)
            siege.let_answers_swell()
            await under("answers that swell", harm=siege.endless_answers)
    lost = [row.name for row in rows if not row.holds]
    print("held" if not lost else f"DID NOT HOLD: {', '.join(lost)}")
    return 1 if lost else 0


def _print(row: Row) -> None:
    slowest = f"{max(row.hooks_s, default=0) * 1000:.0f} ms"
    print(
        f"  {row.name:<34}{len(row.hooks_s):>9}{row.hooks_lost:>6}{slowest:>10}"
        f"{len(row.wishes):>8}{row.wishes_lost:>6}{row.peak_mb:>6.0f} MB",
        flush=True,
    )

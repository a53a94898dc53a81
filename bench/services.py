"""The two bots, each as a process of its own."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import webhooks
from bench.vendors import MODEL

ROOT = Path(__file__).parent.parent
PATIENCE_S = 60.0


@dataclass(slots=True)
class Service:
    """A bot that answers on `port`; `ready_s` after it was started."""

    process: asyncio.subprocess.Process
    port: int
    directory: Path
    ready_s: float

    def rss_mb(self, field: str = "VmRSS") -> float:
        """Resident memory now, or with `VmHWM` at its highest, in MB of 10^6 bytes."""
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith(field)) * 1024 / 1e6
        ps = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
        return int(ps.stdout) * 1024 / 1e6

    def cpu_s(self) -> float:
        """Processor time used so far, in seconds; NaN where there is no /proc."""
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return float("nan")

    def events_on_disk(self) -> int:
        """Count what the inbox of a dead Easel holds."""
        with contextlib.closing(sqlite3.connect(self.directory / "easel.db")) as database:
            return int(database.execute("SELECT count(*) FROM inbox").fetchone()[0])

    async def counts(self) -> dict[str, int]:
        """Return the statements and commits so far, of both databases."""
        told = self.directory / "counts.json"
        told.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        while not told.exists():  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.01)
        found: dict[str, int] = json.loads(told.read_text())
        return found

    def freeze(self) -> None:
        """As a machine that is gone looks to the others: its process neither ends nor does anything."""
        self.process.send_signal(signal.SIGSTOP)

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


@contextlib.asynccontextmanager
async def easel(directory: Path, vendors_url: str, **settings: str) -> AsyncIterator[Service]:
    """Run Easel as operators do, with its database in `directory`."""
    command = [sys.executable, "-m", "app", "serve", "--host", "127.0.0.1"]
    environment = _vendors(vendors_url) | {"DATABASE_URL": f"sqlite:///{directory}/easel.db"} | settings
    async with _running(command, directory, vendors_url, environment, ready=200) as service:
        yield service


@contextlib.asynccontextmanager
async def counted(directory: Path, vendors_url: str, **settings: str) -> AsyncIterator[Service]:
    """Run Easel with every statement and commit counted, for `Service.counts`."""
    command = [sys.executable, "-m", "bench.counted", "serve", "--host", "127.0.0.1"]
    environment = _vendors(vendors_url) | {"DATABASE_URL": f"sqlite:///{directory}/easel.db"} | settings
    async with _running(command, directory, vendors_url, environment, ready=200) as service:
        yield service


@contextlib.asynccontextmanager
async def plain(directory: Path, vendors_url: str) -> AsyncIterator[Service]:
    """Run the bot without promises of `plain.py`."""
    command = [sys.executable, "-m", "uvicorn", "bench.plain:app", "--host", "127.0.0.1", "--no-access-log"]
    async with _running(command, directory, vendors_url, _vendors(vendors_url), ready=404) as service:
        yield service


@contextlib.asynccontextmanager
async def echo(directory: Path, vendors_url: str) -> AsyncIterator[Service]:
    """Run the echo bot as its README says, but without the log of every access, which Easel does not write either."""
    command = [sys.executable, "-m", "uvicorn", "bench.echo:app", "--host", "127.0.0.1", "--no-access-log"]
    async with _running(command, directory, vendors_url, {}, ready=404) as service:
        yield service


def _vendors(vendors_url: str) -> dict[str, str]:
    return {
        "OPENAI_API_KEY": "sk-bench-of-the-stand-in",
        "OPENAI_BASE_URL": f"{vendors_url}/v1",
        "IMAGE_MODELS": MODEL,
        "USER_DAILY_PICTURES": "0",
        "DAILY_BUDGET_USD": "0",
        "MONTHLY_BUDGET_USD": "0",
        "R2_ACCOUNT_ID": "account",
        "R2_ACCESS_KEY_ID": "0123456789abcdef0123456789abcdef",
        "R2_SECRET_ACCESS_KEY": "f" * 64,
        "R2_BUCKET": "pictures",
        "R2_ENDPOINT_URL": vendors_url,
        "R2_PUBLIC_BASE_URL": f"{vendors_url}/public",
    }


@contextlib.asynccontextmanager
async def _running(
    command: Sequence[str], directory: Path, vendors_url: str, environment: Mapping[str, str], *, ready: int
) -> AsyncIterator[Service]:
    port = _free_port()
    base = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LINE_CHANNEL_SECRET": webhooks.SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": "an-access-token-of-the-stand-in",
        "LINE_API_BASE_URL": vendors_url,
        "LINE_DATA_API_BASE_URL": vendors_url,
    }
    with (directory / "log").open("ab") as log:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(*command, "--port", str(port)), env=base | dict(environment), cwd=directory, stdout=log, stderr=log
        )
        try:
            if not await _becomes_ready(process, port, ready):
                raise RuntimeError(f"the service did not start:\n{_end_of(directory / 'log')}")
            yield Service(process, port, directory, time.perf_counter() - began)
        finally:
            await stop(process)


async def stop(process: asyncio.subprocess.Process) -> None:
    """SIGTERM, and SIGKILL when that does not help within 10 s."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(10):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _becomes_ready(process: asyncio.subprocess.Process, port: int, status: int) -> bool:
    give_up_at = time.monotonic() + PATIENCE_S
    while await _status_of_readyz(port) != status:
        if process.returncode is not None or time.monotonic() > give_up_at:
            return False
        await asyncio.sleep(0.005)
    return True


def _end_of(log: Path) -> str:
    return log.read_text()[-3000:]


async def _status_of_readyz(port: int) -> int | None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    try:
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return int((await reader.readline()).split()[1])
    except (OSError, IndexError):
        return None
    finally:
        writer.close()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])

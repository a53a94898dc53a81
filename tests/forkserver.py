"""Starts `python -m app …` by forking a process that has imported everything already: most of a start is imports.

The child is what an operator's process is: its own environment, folder, arguments and pipes, and nothing of Easel has
run before the fork. What an interpreter reads from its environment is left to a fresh one; tests of what is loaded, and
when, start their own.
"""

import asyncio
import gc
import importlib
import json
import os
import queue
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

PRELOADED = (
    *("app.cli", "app.server", "app.main", "app.line.sdk", "app.r2.isolation", "boto3.session", "botocore.handlers"),
    *("app.ops.doctor", "app.ops.setup", "uvicorn.protocols.http.httptools_impl", "uvloop"),
    # What is imported where it is first used, by those above.
    *("anyio._backends._asyncio", "app.r2.bounded", "boto3.s3.inject", "encodings.idna", "fastapi.telemetry._runtime"),
    *("h11", "httpcore", "socksio", "uvicorn.lifespan.on", "uvicorn.loops.uvloop"),
    *("dbos._sys_db_sqlite", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg", "psycopg"),
)
SDK = ("linebot.v3.messaging", "linebot.v3.oauth")
OF_THE_INTERPRETER = ("PYTHON", "LD_", "LC_", "LANG", "MALLOC_")
MESSAGE_BYTES = 65_536
PIPE_BYTES = 2**20
Pipe = tuple[asyncio.StreamReader, asyncio.ReadTransport]


class Forked:
    """A started process, as `asyncio.subprocess.Process` shows one."""

    def __init__(self, pid: int, ended: "Future[int]", stdout: Pipe, stderr: Pipe) -> None:
        self.pid = pid
        self.stdout, self._stdout = stdout
        self.stderr, self._stderr = stderr
        self._ended = ended

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        return await asyncio.wrap_future(self._ended)

    async def communicate(self) -> tuple[bytes, bytes]:
        printed, complained, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return printed, complained

    def send_signal(self, number: int) -> None:
        if not self._ended.done():
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Let go of its pipes, which a child of its own may still hold."""
        for one in (self._stdout, self._stderr):
            one.close()


class ForkServer:
    """The process that forks. One for a run of tests; it ends with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._started: queue.SimpleQueue[tuple[int, Future[int]] | None] = queue.SimpleQueue()
        self._asking = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "tests.forkserver", str(theirs.fileno())),
                cwd=Path(__file__).parent.parent,
                env=dict(environment),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        threading.Thread(target=self._hear, daemon=True).start()

    async def start(self, arguments: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> Forked:
        """Start `python -m app` with these arguments."""
        asked = json.dumps({"arguments": arguments, "env": dict(env), "cwd": str(cwd)}).encode()
        (stdout, out), (stderr, err) = os.pipe(), os.pipe()
        started = await asyncio.to_thread(self._ask, asked, [out, err])
        if started is None:
            raise RuntimeError("the fork server has ended: see what it wrote to the standard error")
        return Forked(*started, await _reader(stdout), await _reader(stderr))

    def close(self) -> None:
        self._control.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        self._control.close()

    def _ask(self, asked: bytes, pipes: list[int]) -> "tuple[int, Future[int]] | None":
        with self._asking:
            socket.send_fds(self._control, [asked], pipes)
            for pipe in pipes:
                os.close(pipe)
            return self._started.get()

    def _hear(self) -> None:
        running: dict[int, Future[int]] = {}
        while said := self._control.recv(MESSAGE_BYTES):
            pid, code = json.loads(said)
            if code is None:
                running[pid] = Future()
                self._started.put((pid, running[pid]))
            else:
                running.pop(pid).set_result(code)
        self._started.put(None)


def can_fork(settings: Mapping[str, str]) -> bool:
    """Whether a forked process is the same as a fresh one under these settings."""
    return hasattr(os, "pidfd_open") and not any(name.startswith(OF_THE_INTERPRETER) for name in settings)


async def _reader(pipe: int) -> Pipe:
    reader = asyncio.StreamReader(limit=PIPE_BYTES)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb"))
    return reader, transport


def _preload() -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    load_sdk = importlib.import_module("app.line.sdk_loader").load_sdk
    for name in SDK:
        load_sdk(name)
    # Reads botocore's descriptions of S3, 0.15 s of parsing JSON. It connects to nothing.
    session = importlib.import_module("app.r2.isolation").isolated_session()
    session.create_client("s3", region_name="auto", aws_access_key_id="", aws_secret_access_key="")
    assert threading.active_count() == 1, "what is preloaded must not begin threads: a fork loses them"
    gc.collect()
    gc.freeze()  # a child neither looks through these objects nor copies their pages


def _serve(control: socket.socket) -> dict[str, Any] | None:
    """Fork for whoever asks, and tell how each ended. Return None at the end; in a child, what it is to run."""
    children: dict[int, int] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not control:
                    pidfd = int(key.fd)
                    selector.unregister(pidfd)
                    os.close(pidfd)
                    pid, status = os.waitpid(children.pop(pidfd), 0)
                    control.send(json.dumps([pid, os.waitstatus_to_exitcode(status)]).encode())
                    continue
                asked, pipes, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
                if not asked:
                    for pid in children.values():
                        os.kill(pid, signal.SIGKILL)
                    return None
                pid = os.fork()
                if pid == 0:
                    for pidfd in children:
                        os.close(pidfd)
                    return json.loads(asked) | {"pipes": pipes}
                for pipe in pipes:
                    os.close(pipe)
                control.send(json.dumps([pid, None]).encode())
                pidfd = os.pidfd_open(pid)
                children[pidfd] = pid
                selector.register(pidfd, selectors.EVENT_READ)


def main() -> None:
    with socket.socket(fileno=int(sys.argv[1])) as control:
        _preload()
        child = _serve(control)
    if child is None:
        return
    for target, pipe in enumerate(child["pipes"], start=1):
        os.dup2(pipe, target)
        os.close(pipe)
    os.environ.clear()
    os.environ.update(child["env"])
    time.tzset()
    os.chdir(child["cwd"])
    sys.argv = ["", *child["arguments"]]
    runpy.run_module("app", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

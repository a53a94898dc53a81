"""Runs the service in this process until SIGTERM or SIGINT."""

import asyncio
import contextlib
import functools
import gc
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import structlog
import uvicorn

from app import telemetry
from app.engine import EngineError
from app.main import create_app
from app.protocol import ConnectionLimits, Connections, Protocol
from app.refusals import Refusals
from app.settings import Settings, misspelt

log = structlog.get_logger()

EX_CONFIG = 78
# In a burst the event loop is never idle, and the thread that commits waits this long for each turn (default: 5 ms).
THREADS_WAIT_S = 0.001
EACH_SECOND = 0  # number of the tick on which uvicorn renews the Date header of its answers
LAST_S = 0.5  # of the time that a stop may take: to end whatever still hangs
LAST_LINES_S = 0.2  # of that, for the log
REQUESTS_END_S = 2  # for webhooks under way; each takes milliseconds
# Longer than proxies keep an idle connection (nginx, cloud load balancers: 60 s), so that they close it: if we did, a
# request that a proxy is just sending would be lost.
KEEP_ALIVE_S = 75
CONNECTIONS_MAX = 1_000
FILES_WANTED = 65_536
OWN_FILES = 256  # for the database, vendors, pictures under way


class Server(uvicorn.Server):
    """uvicorn's server, except that it logs where it listens as we do, and ends in time even if something hangs."""

    def __init__(
        self, config: uvicorn.Config, *, stop_within_s: float, exit_code: Callable[[], int], lines: telemetry.LogWriter
    ) -> None:
        super().__init__(config)
        self._stop_within_s = stop_within_s
        self._exit_code = exit_code
        self._lines = lines
        self._leave: Callable[[], object] = lambda: None

    async def main_loop(self) -> None:
        """Wait for a signal. uvicorn looks for one ten times a second: a third of an idle Easel's processor time."""
        leaving, loop = asyncio.Event(), asyncio.get_running_loop()
        self._leave = lambda: loop.call_soon_threadsafe(leaving.set)
        while not await self.on_tick(EACH_SECOND):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await leaving.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note a signal, and wake the main loop."""
        super().handle_exit(sig, frame)
        self._leave()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port once everything is started."""
        await super().startup(sockets)
        _spare_the_collector()
        for server in self.servers:
            for one in server.sockets:
                host, port, *_ = one.getsockname()
                log.info("listening", host=host, port=port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop within the given time: a thread held by a silent database would keep the process for half a minute."""
        watchdog = threading.Timer(self._stop_within_s - LAST_S, self._end)
        watchdog.daemon = True
        watchdog.start()
        await super().shutdown(sockets)

    def _end(self) -> None:
        log.warning("ended_with_threads_that_hang", after_s=self._stop_within_s)
        self._lines.close(within_s=LAST_LINES_S)
        os._exit(self._exit_code())


def _spare_the_collector() -> None:
    """Keep full collections short and rare: with 200 pictures under way one stopped every webhook for 170 ms."""
    gc.collect()
    gc.freeze()  # what exists by now lives as long as the process
    gc.set_threshold(10_000, 20, 50)


def configure_logs(settings: Settings) -> telemetry.LogWriter:
    """Send every log line through one formatter that knows this process's secrets."""
    return telemetry.configure(level=settings.log_level, style=settings.log_format, secrets=settings.secrets)


def connections_max() -> int:
    """Raise the soft limit on open files. Return how many connections it allows beside the files of our own."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if most == resource.RLIM_INFINITY else min(FILES_WANTED, most)
    if files != resource.RLIM_INFINITY and files < wanted:
        with contextlib.suppress(OSError, ValueError):  # a sandbox may forbid it; then the limit stays
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
            files = wanted
    files = FILES_WANTED if files == resource.RLIM_INFINITY else files
    return min(CONNECTIONS_MAX, max(files // 4, files - OWN_FILES))


def run(settings: Settings, lines: telemetry.LogWriter) -> int:
    """Serve until told to stop. Return the exit code: 0, 1 if the start or a worker failed, 78 if it cannot run."""
    os.umask(0o077)  # files are for this user only: the database holds people's words
    sys.setswitchinterval(THREADS_WAIT_S)
    for name, meant in misspelt().items():
        log.warning("setting_misspelt", name=name, meant=meant)
    refusals = Refusals()
    app = create_app(settings, refusals=refusals, lines_dropped=lambda: lines.dropped)
    crowd = Connections(most=connections_max(), refusals=refusals)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=functools.partial(Protocol, limits=ConnectionLimits(), crowd=crowd),  # type: ignore[arg-type]  # only ever called
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        headers=[("X-Content-Type-Options", "nosniff")],
        proxy_headers=False,
        workers=1,  # whatever WEB_CONCURRENCY says: uvicorn would read it, and fail on "auto"
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=REQUESTS_END_S,
    )
    try:
        app.state.easel.take_database()
    except EngineError as error:
        log.error("cannot_start", message=str(error))
        return EX_CONFIG
    easel = app.state.easel
    server = Server(
        config, stop_within_s=settings.stop_within_s, exit_code=lambda: 1 if easel.failed else 0, lines=lines
    )

    def stop(*_: object) -> None:
        # For signals that come before uvicorn handles them, and those that it raises again once it has stopped: a stop
        # on request is a success for us.
        server.should_exit = True

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    try:
        server.run(sockets=_both_families(settings))
    except (SystemExit, OSError):  # from uvicorn, when the start fails
        if not server.lifespan.should_exit:
            # uvicorn has logged the system's message about the address, which names no setting.
            message = f"HOST {settings.host}, PORT {settings.port} cannot be listened on: set others, or free the port"
            log.error("cannot_start", message=message)
        return EX_CONFIG if easel.is_unfit else 1
    return 1 if easel.failed else 0


def _both_families(settings: Settings) -> list[socket.socket] | None:
    """Return a socket that takes IPv4, too, if HOST is "::". None: uvicorn opens its own."""
    if settings.host != "::" or not socket.has_dualstack_ipv6():
        return None
    return [socket.create_server(("::", settings.port), family=socket.AF_INET6, backlog=2048, dualstack_ipv6=True)]

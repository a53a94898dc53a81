"""The page on a port of this machine, and the browser that is led to it."""

import asyncio
import contextlib
import errno
import os
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Iterator

import uvicorn

from line_sandbox.page.origin_guard import LOOPBACK
from line_sandbox.page.web import Web

STREAMS_END_S = 2


class CannotListen(Exception):
    """The address is not this machine's, or not to be had; the message says why."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: who serves the page has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(web: Web, host: str, listening: socket.socket) -> AsyncIterator[None]:
    """Serve the page as long as the block runs."""
    config = uvicorn.Config(
        web.app(host=host),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=STREAMS_END_S,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        web.close()
        server.should_exit = True
        await task


@contextlib.contextmanager
def listening_at(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port, or a free one when it is taken.

    Raises:
        CannotListen: Not even a free one.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen()
        except OSError as error:
            if not isinstance(error, PermissionError) and error.errno != errno.EADDRINUSE:
                raise CannotListen(f"cannot listen on {host}: {error.strerror}") from error
            listening.close()
            with listening_at(host, 0) as other:
                yield other
            return
        yield listening


def url_of(host: str, listening: socket.socket) -> str:
    """Where a browser finds the page."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only shown
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listening.getsockname()[1]}/demo"


def address_told(url: str, *, host: str, port: int) -> Iterator[str]:
    """Say where the page is, and what is worth knowing of that; `host` and `port` are what was asked for."""
    yield f"\nOpen        {url}\n"
    if port and f":{port}/" not in url:
        yield f"Port {port} was taken, so it is another one."
    if host not in LOOPBACK:
        yield "Everybody who reaches this address can use it, and pays with your keys if there are any."


def open_browser(url: str) -> None:
    """Open the page where somebody sits at a terminal with a display."""
    has_display = sys.platform in {"darwin", "win32"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if has_display and sys.stdout.isatty() and not os.environ.get("CI"):
        webbrowser.open(url)

"""Runs any ASGI app on a loopback port inside the running event loop. No lifespan, no signals, no access log."""

import asyncio
import ssl as tls
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

WIRE = "sandbox.wire"  # the key of the Wire in an ASGI scope's extensions
STOP_GRACE_S = 0.05


class Wire:
    """The connection under one request, for those who must misbehave below HTTP."""

    def __init__(self, protocol: HttpToolsProtocol | None) -> None:
        self._protocol = protocol
        self._on_lost: list[Callable[[], None]] = []
        self.lost = False

    def on_lost(self, callback: Callable[[], None]) -> None:
        """Call `callback` when the connection ends while this request is being answered."""
        self._on_lost.append(callback)

    def note_lost(self) -> None:
        """Tell everybody who asked that the connection is gone. The second call does nothing."""
        callbacks, self._on_lost, self.lost = self._on_lost, [], True
        for callback in callbacks:
            callback()

    def forget(self) -> None:
        """Stop telling: the request is answered."""
        self._on_lost = []

    def skip_continue(self) -> None:
        """Do not answer `Expect: 100-continue` of this request."""
        if self._protocol is not None:
            self._protocol.cycle.waiting_for_100_continue = False

    async def close(self, receive: "Receive") -> None:
        """Send what is written, then close the connection without finishing the answer.

        Raises:
            RuntimeError: Another server than `serve` runs the app.
        """
        if self._protocol is None:
            raise RuntimeError("only line_sandbox.server.serve can break connections")
        self._protocol.transport.close()
        # uvicorn only accepts an unfinished answer from an app that has seen the disconnect.
        while (await receive())["type"] != "http.disconnect":
            pass


class _Protocol(HttpToolsProtocol):
    """uvicorn's own protocol that also hands the connection to the app."""

    wire: Wire | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        self.access_log = False  # here and not by Config, which would silence the caller's loggers for good
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.wire = Wire(self)
        self.scope["extensions"] = {WIRE: self.wire}  # type: ignore[dict-item]  # the ASGI types allow only mappings

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.wire is not None:
            self.wire.note_lost()


class _Stopping:
    """An app that ends quietly when its own server cancels it."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app
        self.stopping = False

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:
            if not self.stopping:  # otherwise uvicorn would log a traceback for every request cut short
                raise


@asynccontextmanager
async def serve(app: "ASGIApp", *, port: int = 0, ssl: tls.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve an app on 127.0.0.1 as long as the block runs.

    Args:
        app: Any ASGI app; its lifespan is not run.
        port: 0 takes a free one.
        ssl: Serve TLS with this context.

    Yields:
        The base URL without a slash at its end.
    """
    guarded = _Stopping(app)
    config = Config(
        guarded, lifespan="off", ws="none", interface="asgi3", log_config=None, proxy_headers=False, server_header=False
    )
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Protocol(config=config, server_state=state, app_state={}), "127.0.0.1", port, ssl=ssl, backlog=2048
    )
    scheme = "http" if ssl is None else "https"
    try:
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        guarded.stopping = True
        await _stop(server, state)


async def _stop(server: asyncio.Server, state: ServerState) -> None:
    """Let running answers end for a moment, then cut the connections and their requests off."""
    server.close()
    for connection in list(state.connections):
        connection.shutdown()
    if state.tasks:
        await asyncio.wait(set(state.tasks), timeout=STOP_GRACE_S)
    for connection in list(state.connections):
        connection.transport.abort()
    while state.connections:  # noqa: ASYNC110  # an aborted connection is gone after a turn or two of the loop
        await asyncio.sleep(0)
    tasks = set(state.tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await server.wait_closed()

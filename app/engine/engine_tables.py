"""Where the engine keeps its tables, and whether they can be used."""

import contextlib
import sqlite3
import sys
from pathlib import Path

import sqlalchemy as sa

SQLITE_MIN = (3, 42)  # for Python 3.12 and later; in older ones unixepoch('subsec') is NULL, and DBOS cannot launch


class EngineError(Exception):
    """The engine cannot start here; the message says why and what helps."""


def engine_url(database_url: str) -> str:
    """Return where the engine keeps its tables.

    On SQLite it has a file of its own, since one file has one writer: its commits must not delay the webhook's.
    """
    url = sa.make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return database_url
    return url.set(database=str(Path(url.database).with_suffix(".engine.db"))).render_as_string()


def check_sqlite() -> None:
    """Raise EngineError when the engine cannot launch with this machine's SQLite."""
    if sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < SQLITE_MIN:
        raise EngineError(
            f"SQLite {sqlite3.sqlite_version} is too old for Python {sys.version_info.major}."
            f"{sys.version_info.minor}: use Python 3.11, a newer SQLite (3.42), or DATABASE_URL=postgresql://..."
        )


def prepare(url: str) -> None:
    """Prepare the engine's SQLite file; Postgres needs nothing.

    Raises:
        EngineError: The file is damaged.
    """
    path = sa.make_url(url).database
    if not url.startswith("sqlite") or path is None:
        return
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")  # DBOS does not set it; without it each commit costs 4 syncs
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        raise  # missing, full or locked: handled as for the store's own file
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise EngineError(
            f"{path} is damaged ({found.splitlines()[-1]}). It holds only how far each picture has come: move it away "
            f"with its -wal and -shm files and start again, and open wishes are begun again; see docs/backup.md"
        )

"""What the store and the engine share about databases: how to connect to Postgres, what an error means. No I/O."""

import sqlite3
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

# A host that vanishes sends nothing: without these timeouts a thread would wait for it for a quarter of an hour.
# https://www.postgresql.org/docs/current/libpq-connect.html (read 2026-11-26)
CONNECT_ARGUMENTS = {
    "connect_timeout": 5,  # s
    "tcp_user_timeout": 10_000,  # ms until what was sent must be acknowledged
    "keepalives_idle": 5,  # s
    "keepalives_interval": 2,  # s
    "keepalives_count": 3,
    # PgBouncer in transaction mode may run each transaction on another server connection, which lacks what was prepared
    # before; https://www.psycopg.org/psycopg3/docs/advanced/prepare.html#using-prepared-statements-with-pgbouncer
    "prepare_threshold": None,
}
# read_only_sql_transaction, as while a disk is full, or on a standby that is about to take over;
# https://www.postgresql.org/docs/current/errcodes-appendix.html
ONLY_READS = "25006"


# SQLite says "no such table" as an OperationalError, too: https://www.sqlite.org/rescode.html (read 2026-11-27)
WRONG: Final = frozenset({sqlite3.SQLITE_ERROR})
PRIMARY_CODE = 0xFF  # an extended code has the primary one in its last byte


def file_uri(path: Path, *, mode: Literal["ro", "rw"]) -> str:
    """Return the URI under which SQLite opens a file that is there: with `uri=True`, and neither mode makes one.

    A "?", "#" or "%" of the path is escaped: https://www.sqlite.org/uri.html (read 2026-11-28).
    """
    return f"{path.absolute().as_uri()}?mode={mode}"


def is_away(error: Exception) -> bool:
    """Whether the database is unavailable for now. If not, the fault is in the statement or the tables."""
    only_reads = isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == ONLY_READS
    return only_reads or (isinstance(error, OperationalError | InterfaceError) and not is_wrong(error))


def is_wrong(error: Exception) -> bool:
    """Whether SQLite rejects the statement itself, say for a missing table or column: waiting does not help."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return isinstance(error, OperationalError) and code is not None and code & PRIMARY_CODE in WRONG


def first_line(error: Exception) -> str:
    """Return the first line of the database's own message, without statement or address; "" if there is none."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]

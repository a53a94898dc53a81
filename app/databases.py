"""What the store and the engine know of databases: how Postgres is reached, when one is away, what it said. No I/O."""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

# A host that vanishes says nothing: without these a thread would wait for it for a quarter of an hour.
# https://www.postgresql.org/docs/current/libpq-connect.html (read 2026-11-26)
CONNECT_ARGUMENTS = {
    "connect_timeout": 5,  # s
    "tcp_user_timeout": 10_000,  # ms until what was sent must be acknowledged
    "keepalives_idle": 5,  # s
    "keepalives_interval": 2,  # s
    "keepalives_count": 3,
    # PgBouncer in transaction mode gives each transaction another server, which does not know what was prepared
    # elsewhere; https://www.psycopg.org/psycopg3/docs/advanced/prepare.html#using-prepared-statements-with-pgbouncer
    "prepare_threshold": None,
}
# While a disk is full, or a standby is about to take over: https://www.postgresql.org/docs/current/errcodes-appendix.html
ONLY_READS = "25006"


# SQLite says "no such table" as an OperationalError, too: https://www.sqlite.org/rescode.html (read 2026-11-27)
WRONG: Final = frozenset({sqlite3.SQLITE_ERROR})
PRIMARY_CODE = 0xFF  # an extended code has the primary one in its last byte


def is_away(error: Exception) -> bool:
    """Whether the database could not be used, and can be again later; else the fault is in what it was asked."""
    only_reads = isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == ONLY_READS
    return only_reads or (isinstance(error, OperationalError | InterfaceError) and not is_wrong(error))


def is_wrong(error: Exception) -> bool:
    """Whether SQLite has other tables or columns than it was asked for: waiting alone mends nothing."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return isinstance(error, OperationalError) and code is not None and code & PRIMARY_CODE in WRONG


def first_line(error: Exception) -> str:
    """Return what the database itself said; the statement and the address below it are left out. "": nothing."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]

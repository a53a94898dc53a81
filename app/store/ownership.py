"""Lets one process own the SQLite file, since two would draw everything twice."""

import errno
import fcntl
from pathlib import Path
from typing import IO

# https://man7.org/linux/man-pages/man2/flock.2.html (read 2026-11-27); some file systems say EACCES
TAKEN = frozenset({errno.EWOULDBLOCK, errno.EACCES})


class DatabaseTakenError(Exception):
    """The file belongs to another process, or cannot be owned or written; the message says what helps."""


def own(database: Path) -> IO[str]:
    """Lock the file for this process alone, until the result is closed.

    Raises:
        DatabaseTakenError: Another process has it, or it cannot be locked or written.
    """
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = database.with_name(f"{database.name}.lock").open("w", encoding="ascii")
    except OSError as error:
        message = f"{database.parent} cannot be written ({error.strerror}): check DATABASE_URL"
        raise DatabaseTakenError(message) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise DatabaseTakenError(why_not_ours(database, error)) from error
    return lock


def moved_mark(database: Path) -> Path:
    """Return the file beside a database that says that it was moved elsewhere; people can delete it to go back."""
    return database.with_name(f"{database.name}.moved")


def why_not_ours(database: Path, error: OSError) -> str:
    """Return why the lock was denied: another process has it, or the file system has no locks (as NFS)."""
    if error.errno in TAKEN:
        return f"another Easel uses {database}: stop it, or set DATABASE_URL=postgresql://... to share the work"
    return (
        f"the file system of {database.parent} knows no locks ({error.strerror}): put the data on a local disk, or "
        "set DATABASE_URL=postgresql://..."
    )

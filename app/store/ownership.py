"""Who owns the SQLite file: one process, since two would draw everything twice."""

import fcntl
from pathlib import Path
from typing import IO


class DatabaseTakenError(Exception):
    """The file belongs to another process, or cannot be written; the message says what helps."""


def own(database: Path) -> IO[str]:
    """Take the file for this process alone, until the result is closed.

    Raises:
        DatabaseTakenError: See there.
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
        raise DatabaseTakenError(
            f"another Easel uses {database}: stop it, or set DATABASE_URL=postgresql://... to share the work"
        ) from error
    return lock

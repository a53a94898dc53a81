"""SQLite: the folder, the store's file and the engine's. Files that a running Easel owns are left alone.

Writing is tried on a temporary file beside them, so that no lock is ever taken on theirs.
"""

import contextlib
import os
import sqlite3
import tempfile
import time
from errno import EACCES
from pathlib import Path
from typing import Final

from app.databases import file_uri
from app.flows.drawing.queue import request_of
from app.ops.doctor.finding import Finding, failed, ok, skipped
from app.ops.doctor.revision import judge_revision
from app.ops.doctor.wishes import JUST_RECEIVED_S, OPEN, UNFINISHED_WORKFLOWS, judge_wishes

LOCKS: Final = Path("/proc/locks")  # Linux only


def check_sqlite_file(path: Path, engine_path: Path) -> list[Finding]:
    """Check everything about the two files. Missing permissions are a finding, and no reason to restore a backup."""
    try:
        return _check(path, engine_path)
    except PermissionError as error:
        name = error.filename or path.parent
        return [failed("database", f"{name} is not for the user with id {os.geteuid()}", cure=_rights(path.parent))]


def _check(path: Path, engine_path: Path) -> list[Finding]:
    written = _write(path.parent)
    owner = owner_of(path.with_name(f"{path.name}.lock"))
    if owner is not None:
        return [written, ok("database", f"{path} is in use by a running Easel (process {owner}), which is left alone")]
    if not path.exists():
        return [written, ok("database", f"{path} is not there yet; the first start makes it")]
    for one in (path, engine_path):
        if one.exists() and not os.access(one, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError(EACCES, "not ours", str(one))
    return [written, _revision(path), _workflows(engine_path), _wishes(path, engine_path)]


def owner_of(lock: Path) -> int | None:
    """Return the process that holds this lock, without trying to take it; None if none is known to hold it."""
    try:
        inode, lines = lock.stat().st_ino, LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:  # "1: FLOCK  ADVISORY  WRITE 1234 fd:01:567 0 EOF": kind, process, device and inode
        match line.split():
            case [_, "FLOCK", _, _, process, place, *_] if place.rpartition(":")[2] == str(inode):
                return int(process)
    return None


def _write(folder: Path) -> Finding:
    check = "write"
    if not folder.exists():
        return _make(folder)
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder) as scratch,
            contextlib.closing(sqlite3.connect(Path(scratch, "try.db"), isolation_level=None)) as connection,
        ):
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            connection.execute("CREATE TABLE doctor (at REAL)")
    except (OSError, sqlite3.Error) as error:
        return failed(check, f"SQLite cannot write in {folder}: {error}", cure=_rights(folder))
    if mode != "wal":
        cure = "Put the data on a local disk: network file systems have no write-ahead log"
        return failed(check, f"SQLite has no write-ahead log in {folder}", cure=cure)
    return ok(check, f"SQLite {sqlite3.sqlite_version} can write in {folder}, with its write-ahead log")


def _make(folder: Path) -> Finding:
    there = next(one for one in folder.absolute().parents if one.exists())
    if there.is_dir() and os.access(there, os.W_OK):
        return ok("write", f"{folder} is not there yet and can be made")
    return failed("write", f"{folder} is not there and cannot be made", cure=_rights(there))


def _rights(folder: Path) -> str:
    return (
        f"Let the user with id {os.geteuid()} read and write {folder} and what is in it, run this as the user "
        "that Easel runs as, or set DATABASE_URL to another place"
    )


def _revision(path: Path) -> Finding:
    try:
        with _reading(path) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if "alembic_version" not in tables:
                return judge_revision(None, empty=not tables)
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return judge_revision(str(revision))
    except (sqlite3.Error, TypeError) as error:
        cure = "Restore the file from a backup, or move it away to begin anew"
        return failed("database", f"{path} cannot be read: {error}", cure=cure)


def _workflows(path: Path) -> Finding:
    if not path.exists():
        return skipped("engine", f"{path} is not there yet; the first start makes it")
    try:
        with _reading(path) as connection:
            count = len(_living(connection))
            return ok("engine", f"{count} pictures wait for the next start")
    except sqlite3.Error as error:
        cure = "Move the engine's file away: the next start makes a new one and begins open wishes again"
        return failed("engine", f"{path} cannot be read: {error}", cure=cure)


def _living(connection: sqlite3.Connection) -> list[str]:
    return [request_of(one) for (one,) in connection.execute(UNFINISHED_WORKFLOWS.format(table="workflow_status"))]


def _wishes(path: Path, engine_path: Path) -> Finding:
    try:
        with _reading(path) as connection:
            found = [one for (one,) in connection.execute(OPEN.format(before="?"), (time.time() - JUST_RECEIVED_S,))]
    except sqlite3.Error as error:
        return skipped("wishes", f"{path} cannot be read: {error}")
    try:
        with _reading(engine_path) as connection:
            return judge_wishes(found, _living(connection))
    except sqlite3.Error:  # there is none, or it is broken
        return judge_wishes(found, [])


def _reading(path: Path) -> "contextlib.closing[sqlite3.Connection]":
    return contextlib.closing(sqlite3.connect(file_uri(path, mode="ro"), uri=True))

"""Copies the SQLite files while the service runs, and puts copies back.

The store is copied before the engine: a request that is being drawn in the store's copy needs its workflow in the
engine's copy, while a workflow whose request is missing just ends. https://www.sqlite.org/backup.html
"""

import contextlib
import os
import shutil
import sqlite3
import time
from pathlib import Path

import sqlalchemy as sa

from app.databases import file_uri
from app.engine import engine_url
from app.store.ownership import own

POSTGRES_HELP = (
    'this is Postgres: use pg_dump --format=custom --file=easel.dump "$DATABASE_URL", and pg_restore for the way back'
)


class BackupError(Exception):
    """The backup cannot be made or restored; the message says why and what helps."""


def save(database_url: str, directory: Path) -> list[Path]:
    """Copy both files into a new or empty directory, and return the copies. The service may be running."""
    if directory.exists() and any(directory.iterdir()):
        raise BackupError(f"{directory} is not empty: name a new directory")
    _keep_to_ourselves()
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    copies = []
    for file in _files(database_url):
        if not file.exists():
            raise BackupError(f"{file} is not there: check DATABASE_URL")
        copies.append(directory / file.name)
        with (
            contextlib.closing(sqlite3.connect(file_uri(file, mode="ro"), uri=True)) as source,
            contextlib.closing(sqlite3.connect(copies[-1])) as target,
        ):
            source.backup(target)
    return copies


def restore(database_url: str, directory: Path) -> list[Path]:
    """Put the copies back, and return the restored files; what was there is renamed. The service must be stopped.

    Raises:
        BackupError: The directory does not hold a backup.
        DatabaseTakenError: A service is running.
    """
    files = _files(database_url)
    missing = [file.name for file in files if not (directory / file.name).exists()]
    if missing:
        raise BackupError(f"{directory} has no {' and no '.join(missing)}: name the directory of a backup")
    _keep_to_ourselves()
    with own(files[0]):
        aside = f"before-restore-{time.strftime('%Y%m%d-%H%M%S')}"
        for file in files:
            for old in (file.with_name(f"{file.name}{end}") for end in ("", "-wal", "-shm")):
                if old.exists():
                    old.rename(old.with_name(f"{old.name}.{aside}"))
            shutil.copyfile(directory / file.name, file)
    return files


def _keep_to_ourselves() -> None:
    """Make files private from now on, even while they are being copied: they hold what people wrote."""
    os.umask(0o077)


def _files(database_url: str) -> list[Path]:
    """Return the paths of the store's file and of the engine's."""
    urls = [sa.make_url(database_url), sa.make_url(engine_url(database_url))]
    if any(url.get_backend_name() != "sqlite" for url in urls):
        raise BackupError(POSTGRES_HELP)
    return [Path(url.database or "") for url in urls]

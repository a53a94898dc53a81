"""A copy of the SQLite files while the service runs, and the way back.

The store is copied before the engine: a picture that the store's copy has as drawing must have its workflow in the
engine's, while a workflow whose request is not there only ends. https://www.sqlite.org/backup.html
"""

import contextlib
import os
import shutil
import sqlite3
import time
from pathlib import Path

import sqlalchemy as sa

from app.engine import engine_url
from app.store.ownership import own

POSTGRES_HELP = (
    'this is Postgres: use pg_dump --format=custom --file=easel.dump "$DATABASE_URL", and pg_restore for the way back'
)


class BackupError(Exception):
    """It cannot be done; the message says why and what helps."""


def save(database_url: str, directory: Path) -> list[Path]:
    """Copy both files into a directory, which must be new or empty. The service may run. Return the copies."""
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
            contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source,
            contextlib.closing(sqlite3.connect(copies[-1])) as target,
        ):
            source.backup(target)
    return copies


def restore(database_url: str, directory: Path) -> list[Path]:
    """Put the copies back, and what was there aside. The service must be stopped. Return the files that are back.

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
            for old in file.parent.glob(f"{file.name}*"):
                if old.name in {file.name, f"{file.name}-wal", f"{file.name}-shm"}:
                    old.rename(old.with_name(f"{old.name}.{aside}"))
            shutil.copyfile(directory / file.name, file)
    return files


def _keep_to_ourselves() -> None:
    """Let nobody else read what is made from now on, not even while it is copied: it holds people's words."""
    os.umask(0o077)


def _files(database_url: str) -> list[Path]:
    """Name the store's file and the engine's."""
    urls = [sa.make_url(database_url), sa.make_url(engine_url(database_url))]
    if any(url.get_backend_name() != "sqlite" for url in urls):
        raise BackupError(POSTGRES_HELP)
    return [Path(url.database or "") for url in urls]

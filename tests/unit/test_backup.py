"""The copies of a bot on SQLite hold what its files hold, whatever those are called."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.ops.backup import restore, save

PLACES = [
    "bot/easel.db",
    "bot #1/easel.db",
    "100% bot/easel.db",
    "bot%20/easel.db",
    "a bot?/easel.db",
    "bot/easel[1].db",
    "bot/a#b.db",
]


def write(path: Path, said: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS said (words)")
        connection.execute("INSERT INTO said VALUES (?)", [said])


def read(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [words for (words,) in connection.execute("SELECT words FROM said")]


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """A backup makes every file of its process private, which ends with a command but not with a test."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("place", PLACES)
def test_both_files_are_copied_and_come_back(place, tmp_path):
    """Their path may hold what ends a path in a URI, or what means something in a pattern."""
    files = [tmp_path / place, (tmp_path / place).with_suffix(".engine.db")]
    for file in files:
        write(file, "before")
    url = sa.URL.create("sqlite", database=str(files[0])).render_as_string()
    copies = save(url, tmp_path / "copies")
    assert {*tmp_path.iterdir()} == {files[0].parent, tmp_path / "copies"}
    there = {one.name.removesuffix("-wal").removesuffix("-shm") for one in files[0].parent.iterdir()}
    assert there == {file.name for file in files}
    assert [read(copy) for copy in copies] == [["before"], ["before"]]
    for file in files:
        write(file, "after")
        file.with_name(f"{file.name}-wal").touch()
    restore(url, tmp_path / "copies")
    assert not [*files[0].parent.glob("*-wal")]
    assert [read(file) for file in files] == [["before"], ["before"]]

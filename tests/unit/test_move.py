"""`easel move`: all of a SQLite file comes into Postgres, or nothing, and never into what is in use."""

import sqlite3
import uuid

import pytest
import sqlalchemy as sa

from app.ops.move import OF_PROCESSES, MoveError, move, tables
from app.store.database import HEAD, Database
from app.store.ownership import DatabaseTakenError, own
from app.store.tables import calls, heartbeats, leases, metadata, requests

ROWS = 3


def value(column: sa.Column, row: int) -> object:
    """Something of the column's type, another one in each row; NULL in the last one where it may be."""
    if row == ROWS - 1 and column.nullable and not column.primary_key:
        return None
    values = {
        sa.Boolean: row % 2 == 0,
        sa.BigInteger: 2**40 + row,
        sa.Integer: row + 1,
        sa.Float: 1_764_284_400.123456 + row,
        sa.LargeBinary: b"\x00\xff" * 1000 + bytes([row]),
        sa.JSON: {"words": ["一隻水獺", None, row], "of": {"size": "1:1"}},
        sa.Text: f"字\n'{row}",
        sa.String: f"{row}水",
    }
    return values[type(column.type)]


def rows_of(table: sa.Table) -> list[dict[str, object]]:
    return [{column.key: value(column, row) for column in table.columns} for row in range(ROWS)]


def read(url: str, table: sa.Table) -> list[tuple]:
    database = Database(url)
    try:
        with database.transaction() as connection:
            return [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key))]
    finally:
        database.close()


def write(url: str, *statements: sa.Executable) -> None:
    database = Database(url)
    try:
        database.migrate()
        with database.transaction() as connection:
            for statement in statements:
                connection.execute(statement)
    finally:
        database.close()


@pytest.fixture
def source(tmp_path):
    """A file with some rows in every table."""
    url = f"sqlite:///{tmp_path}/easel.db"
    write(url, *(table.insert().values(rows_of(table)) for table in metadata.sorted_tables))
    return url


@pytest.fixture
def target(postgres):
    """Make a database of its own."""
    name = f"move_{uuid.uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    return postgres.get_uri(database=name)


def refused(source: str, target: str) -> str:
    with pytest.raises(MoveError) as told:
        move(source, target, lambda *_: None)
    return str(told.value)


def test_every_row_of_every_table_arrives_as_it_was(source, target):
    """Numbers, texts, JSON, bytes and NULLs are the same on both sides; what tells who lives stays behind."""
    told = []
    moved = move(source, target, lambda *progress: told.append(progress))
    assert {table.name for table in metadata.sorted_tables} == {t.name for t in tables()} | {
        t.name for t in OF_PROCESSES
    }
    for table in tables():
        assert read(target, table) == read(source, table)
    assert not read(target, leases) + read(target, heartbeats)
    assert (moved.rows, moved.tables) == (ROWS * len(tables()), len(tables()))
    assert {(name, done, total) for name, done, total in told if done == total} == {
        (t.name, ROWS, ROWS) for t in tables()
    }


def test_the_next_call_gets_a_number_of_its_own(source, target):
    """Postgres goes on counting behind the last row of the ledger."""
    move(source, target, lambda *_: None)
    row = {key: found for key, found in rows_of(calls)[0].items() if key != "id"}
    write(target, calls.insert().values(row))
    ids = [found[0] for found in read(target, calls)]
    assert len(set(ids)) == ROWS + 1


def test_a_target_that_is_in_use_is_refused(source, target):
    """Neither a database with data, nor one on which an Easel lives, nor one of another release is touched."""
    lives = leases.insert().values(executor_id="another", expires_at=2**40)
    write(target, lives)
    assert "running on the target" in refused(source, target)
    write(target, leases.delete(), requests.insert().values(rows_of(requests)))
    assert "not empty (requests)" in refused(source, target)
    write(target, requests.delete(), sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert "another release" in refused(source, target)


def test_a_source_in_use_or_of_another_release_is_refused(source, target, tmp_path):
    """The service must be stopped, and its tables those of this release."""
    with own(tmp_path / "easel.db"), pytest.raises(DatabaseTakenError, match="another Easel uses"):
        move(source, target, lambda *_: None)
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    assert f"revision 0001, here {HEAD}" in refused(source, target)
    assert "is not there" in refused(f"sqlite:///{tmp_path}/elsewhere.db", target)
    assert "from a SQLite file to Postgres" in refused(target, target)


def test_only_a_whole_move_keeps_services_off_the_file(source, target, tmp_path):
    """A move that fails leaves no mark; one that ends well does, and a failing one after it does not take it away."""
    write(target, requests.insert().values(rows_of(requests)))
    refused(source, target)
    assert not (tmp_path / "easel.db.moved").exists()
    write(target, requests.delete())
    move(source, target, lambda *_: None)
    refused(source, target)
    assert (tmp_path / "easel.db.moved").exists()


@pytest.mark.parametrize("damage", [{"model": "m" * 65}, {"options": sa.text("'{'")}])
def test_what_does_not_fit_leaves_nothing_behind(source, target, damage):
    """A row that Postgres does not take, or that cannot be read, ends the move; the next try begins at nothing."""
    write(source, requests.update().values(damage))
    assert refused(source, target)
    assert not [table.name for table in tables() if read(target, table)]
    write(source, requests.update().values(model="m", options=None))
    assert move(source, target, lambda *_: None).rows == ROWS * len(tables())

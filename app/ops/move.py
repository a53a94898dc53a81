"""`easel move`: copies a whole SQLite file into an empty Postgres database, in one transaction: all or nothing.

The engine's file is not copied. It holds only how far each picture has got: the first start on Postgres finds the open
wishes and begins them again, and what is already paid for is not paid for again.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.databases import first_line
from app.store.database import HEAD, MIGRATION_LOCK, Database, DatabaseUnfitError, revision_of
from app.store.leases import NOW
from app.store.ownership import moved_mark, own
from app.store.requests import UNFINISHED
from app.store.tables import heartbeats, leases, metadata, requests

OF_PROCESSES = frozenset({leases, heartbeats})  # which processes are alive: those of the old file do not matter
ROWS_AT_ONCE = 1000
BYTES_AT_ONCE = 8  # rows at once where they hold pictures or photos of some MB each

Tell = Callable[[str, int, int], None]  # the table, its rows copied so far, its rows in total


class MoveError(Exception):
    """The move cannot be done, and nothing was changed; the message says why and what helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was moved. `open_wishes` go on at the first start."""

    rows: int
    tables: int
    open_wishes: int


def move(source_url: str, target_url: str, tell: Tell) -> Moved:
    """Copy every row and compare the counts. The service must be stopped; the file stays as it is, marked as moved.

    Raises:
        MoveError: One of the two databases is not as it must be, or Postgres rejected something.
        DatabaseTakenError: A service is running on the file.
    """
    with _open(source_url) as source, _open(target_url) as target:
        if not source.is_sqlite or target.is_sqlite:
            raise MoveError("this moves from a SQLite file to Postgres: DATABASE_URL is sqlite:///..., the target not")
        path = Path(source.url.database or "")
        if not path.is_file():
            raise MoveError(f"{path} is not there: check DATABASE_URL and the directory you are in")
        with own(path), _explained(path), source.transaction() as ours:
            _check_revision(ours, path)
            with _marking(moved_mark(path)) as mark:
                return _into(target, ours, tell, mark)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except DatabaseUnfitError as error:
        raise MoveError(f"the target is not fit: {error}") from error
    except ValueError as error:
        raise MoveError(f"{path} has a row that cannot be read ({error})") from error
    except SQLAlchemyError as error:
        is_ours = isinstance(getattr(error, "orig", None), sqlite3.Error)
        raise MoveError(f"{path if is_ours else 'Postgres'} says: {first_line(error)}") from error


@contextmanager
def _marking(mark: Path) -> Iterator[Callable[[], object]]:
    """Yield a function that makes the mark, which keeps services off the file; an error removes it again."""

    def made() -> None:
        try:
            mark.touch()
        except OSError as error:
            raise MoveError(f"{mark}, which keeps services off the file, cannot be made: {error.strerror}") from error

    was_there = mark.exists()
    try:
        yield made
    except BaseException:
        if not was_there:
            mark.unlink(missing_ok=True)
        raise


def _into(target: Database, ours: Connection, tell: Tell, mark: Callable[[], object]) -> Moved:
    with target.transaction() as theirs:
        if (found := revision_of(theirs)) not in {None, HEAD}:
            raise MoveError(f"the target has tables of another release (revision {found}, here {HEAD})")
    target.migrate()
    with target.transaction() as theirs:
        theirs.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))  # a service that starts now waits
        _check_empty(theirs)
        rows = sum(_copied(table, ours, theirs, tell) for table in tables())
        _continue_counting(theirs)
        _compare(ours, theirs)
        moved = Moved(rows=rows, tables=len(tables()), open_wishes=_open_wishes(theirs))
        mark()  # before the commit: a kill between the two must not leave two databases in service
        return moved


def tables() -> list[sa.Table]:
    """Return the tables to move, in order of their dependencies."""
    return [table for table in metadata.sorted_tables if table not in OF_PROCESSES]


@contextmanager
def _open(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def _check_revision(connection: Connection, place: Path) -> None:
    found = revision_of(connection)
    if found is None:
        raise MoveError(f"{place} has no tables of Easel: check DATABASE_URL")
    if found != HEAD:
        how = "start this release's service on it once" if found < HEAD else "use that release's `easel move`"
        raise MoveError(f"{place} is of another release (revision {found}, here {HEAD}): {how}")


def _check_empty(theirs: Connection) -> None:
    """Check that no service uses the target, and that it holds no rows of its own."""
    if theirs.execute(sa.select(sa.func.count()).select_from(leases).where(leases.c.expires_at > NOW)).scalar_one():
        raise MoveError("an Easel is running on the target: stop it, and wait half a minute if it was killed")
    full = [table.name for table in tables() if theirs.execute(sa.select(sa.exists(table.select()))).scalar_one()]
    if full:
        raise MoveError(f"the target is not empty ({', '.join(full)}): make a new database for it")


def _copied(table: sa.Table, ours: Connection, theirs: Connection, tell: Tell) -> int:
    """Copy one table, reporting progress. Return how many rows it has."""
    total, done = _count(ours, table), 0
    has_bytes = any(isinstance(column.type, sa.LargeBinary) for column in table.columns)
    at_once = BYTES_AT_ONCE if has_bytes else ROWS_AT_ONCE
    with ours.execute(table.select(), execution_options={"yield_per": at_once}) as rows:
        for part in rows.mappings().partitions():
            theirs.execute(table.insert(), _by_key(table, part))
            done += len(part)
            tell(table.name, done, total)
    return done


def _by_key(table: sa.Table, rows: Sequence[sa.RowMapping]) -> list[dict[str, object]]:
    return [{column.key: row[column] for column in table.columns} for row in rows]


def _continue_counting(theirs: Connection) -> None:
    """Have Postgres number new rows of each table from after the last copied one."""
    for table in tables():
        column = table.autoincrement_column
        if column is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            last = sa.select(sa.func.max(column)).scalar_subquery()
            theirs.execute(sa.select(sa.func.setval(sequence, last)).where(last.is_not(None)))


def _compare(ours: Connection, theirs: Connection) -> None:
    differing = [table.name for table in tables() if _count(ours, table) != _count(theirs, table)]
    if differing:
        raise MoveError(f"not as many rows arrived as were sent, of {', '.join(differing)}: nothing was kept there")


def _count(connection: Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _open_wishes(theirs: Connection) -> int:
    unfinished = requests.c.draws, requests.c.state.in_(UNFINISHED)
    return theirs.execute(sa.select(sa.func.count()).select_from(requests).where(*unfinished)).scalar_one()

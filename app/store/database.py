"""The connection: SQLite in one file, or Postgres. Every statement runs in a thread, never on the event loop."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from app.databases import CONNECT_ARGUMENTS, file_uri, first_line, is_away
from app.store.own_file import OwnFile
from app.store.schema_check import misfits
from app.store.tables import metadata

HEAD = "0007"  # the newest revision under migrations/versions; a test checks it
THREADS = 4
MIGRATION_PATIENCE_S = 600.0
AGAIN_MAX_S = 3.0  # after an outage everything goes on within 5 s
FREE_PAGES = 2500  # 10 MB that SQLite may keep for what comes next
PAGES_AT_ONCE = 500  # a few milliseconds, during which nobody else can write
WAL_BYTES_MAX = 64_000_000  # what is left of the write-ahead log after a burst
MIGRATION_LOCK = 4_158_201  # any number, the same in every process that shares a Postgres
GIVES_WAY_S = 1.0  # LINE waits 2 s for a webhook, which queues behind a migration that waits for a table
GAP_S = 2.0
LOCK_NOT_AVAILABLE = "55P03"  # https://www.postgresql.org/docs/current/errcodes-appendix.html

PRAGMAS = (
    "busy_timeout=10000",
    "auto_vacuum=INCREMENTAL",  # only has an effect while the file is empty; see `shrink`
    "journal_mode=WAL",
    f"journal_size_limit={WAL_BYTES_MAX}",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what people take back is erased from the file, too; SQLite's default depends on its build
)

log = structlog.get_logger()

T = TypeVar("T")


class DatabaseUnfitError(Exception):
    """This release cannot work on these tables; the message names what is in the way and what helps."""


class Database:
    """One SQLAlchemy engine and the threads that may wait for it."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # One writer at a time in this process: waiting here is fair, waiting for SQLite's lock sleeps in long steps.
        self._writing = threading.Lock() if self.is_sqlite else contextlib.nullcontext()
        self._file = OwnFile(Path(self.url.database) if self.is_sqlite and self.url.database else None)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="store")
        # Saves two round trips to Postgres. Not `postgresql_readonly`: later transactions on the connection would be
        # read-write, whatever the server's default. On SQLite it is a PRAGMA: all statements would be prepared anew.
        self._looking: dict[str, Any] = {"begins": False} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._engine = self._connect()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction, in a thread. It commits when `work` returns.

        A database that is unavailable, full or read-only is waited for, however long: a workflow must not fail over it.
        What waiting cannot fix (a missing table or column) is raised at once.
        `work` may run again after a commit whose answer was lost, so every method allows for that.
        """
        return await self._patiently(self._transact, work)

    async def _patiently(self, how: Callable[[Callable[[Connection], T]], T], work: Callable[[Connection], T]) -> T:
        attempt = 0
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, how, work)
            except DBAPIError as error:
                attempt += 1
                if not is_away(error):
                    raise
                log.warning("store_tried_again", attempt=attempt, error=type(error).__name__, said=first_line(error))
                await asyncio.sleep(min(0.1 * 2 ** min(attempt, 9), AGAIN_MAX_S))

    async def run_once(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction, in a thread, and raise what goes wrong."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, which only reads, in a thread; raise what goes wrong. It blocks no writer, and none blocks it.

        For all but the handling of requests: reports may take long, and SQLite has one writer at a time.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, work)

    async def look(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, which only reads, while a request is handled. No writer waits for it, and it waits as `run` does.

        There is no transaction: each statement sees what others have written meanwhile.
        """
        return await self._patiently(self._look, work)

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self.transaction() as connection:
            return work(connection)

    def _look(self, work: Callable[[Connection], T]) -> T:
        with self._named(), self._engine.connect() as connection:
            connection.execution_options(**self._looking)
            return work(connection)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._named(), self._engine.connect() as connection:
            connection.execution_options(only_reads=True)
            with connection.begin():
                if not self.is_sqlite:
                    connection.exec_driver_sql("SET TRANSACTION READ ONLY")  # of this transaction alone
                return work(connection)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction in the calling thread."""
        self._file.check()
        with self._writing, self._named(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Raise an error that says so if the file was taken away while a connection was opening it."""
        try:
            yield
        except OperationalError:
            self._file.check()
            raise

    def insert_once(self, table: sa.Table) -> sa.Insert:
        """Return an insert that does nothing if the row exists."""
        if self.is_sqlite:
            return sqlite.insert(table).on_conflict_do_nothing()
        return postgresql.insert(table).on_conflict_do_nothing()

    def upsert(self, table: sa.Table, changes: Sequence[str]) -> sa.Insert:
        """Return an insert that changes these columns if the row exists."""
        insert = sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)
        changed = {name: insert.excluded[name] for name in changes}
        return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)

    def one_at_a_time(self, connection: Connection, name: str) -> None:
        """Let no other transaction of this name go on until this one ends. SQLite has one writer at a time anyway."""
        if not self.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))

    async def shrink(self) -> None:
        """Give free pages of the SQLite file back to the disk, some at a time.

        Paid bytes that wait for a bucket may fill gigabytes, and SQLite keeps a file as large as it ever was. Postgres
        takes care of that itself.
        """
        while self.is_sqlite and await self.run(_freed):
            pass

    def migrate(self) -> None:
        """Bring the tables up to date. Safe when several processes start at once, and while others serve.

        On Postgres a table that something reads for long, such as pg_dump, is waited for in short turns: everybody else
        who wants that table queues behind a migration that waits for it.

        Raises:
            DatabaseUnfitError: The tables differ too much from those of this release.
        """
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        give_up_at = time.monotonic() + MIGRATION_PATIENCE_S
        while True:
            try:
                with self._engine.begin() as connection:
                    self._migrate(connection)
                self._file.remember()
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or time.monotonic() > give_up_at:
                    raise
                log.warning("migration_gave_way", again_in_s=GAP_S)
                time.sleep(GAP_S)
            else:
                return

    def _migrate(self, connection: Connection) -> None:
        if not self.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            connection.execute(sa.text(f"SET LOCAL lock_timeout = '{GIVES_WAY_S}s'"))
        revision = revision_of(connection)
        if revision is None:
            _create(connection)
        elif revision < HEAD:
            upgrade(connection)
        if found := misfits(connection):
            raise DatabaseUnfitError(_unfit(revision, found))
        if revision and revision > HEAD:
            # As during a rolling upgrade, when a process of the previous release is started again.
            log.warning("database_is_newer", revision=revision, known=HEAD)

    def close(self) -> None:
        """Close every connection, once the work that is under way has ended."""
        self._threads.shutdown(wait=True)
        self._engine.dispose()

    def _connect(self) -> Engine:
        # hide_parameters: an error's text must not hold prompts or tokens.
        if not self.is_sqlite:
            return sa.create_engine(
                self.url,
                hide_parameters=True,
                pool_size=THREADS + 2,
                pool_pre_ping=True,
                connect_args=CONNECT_ARGUMENTS,
            )
        engine = sa.create_engine(self.url, hide_parameters=True, pool_size=THREADS + 2, pool_use_lifo=True)

        @sa.event.listens_for(engine, "do_connect")
        def _open(_dialect: object, _record: object, args: list[str], options: dict[str, Any]) -> object:
            if not self._file.is_remembered:
                return None  # SQLAlchemy's own way: the file is created if there is none
            # While ours is missing, none is created in its place: that connection would not see ours once it is back.
            return sqlite3.connect(file_uri(Path(args[0]), mode="rw"), uri=True, **options)

        @sa.event.listens_for(engine, "connect")
        def _configure(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
            connection.isolation_level = None  # sqlite3's own; we issue BEGIN ourselves
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            options = connection.get_execution_options()
            if options.get("begins", True):
                connection.exec_driver_sql("BEGIN" if options.get("only_reads") else "BEGIN IMMEDIATE")

        return engine


def _freed(connection: Connection) -> bool:
    """Free some pages. Return whether it is worth doing again."""
    before = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())
    if before <= FREE_PAGES:
        return False
    # Not through SQLAlchemy, which fetches no rows of a statement without columns: each step of this one frees a page.
    connection.connection.cursor().execute(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})").fetchall()
    return int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()) < before


def revision_of(connection: Connection) -> str | None:
    """Return the migration that the tables have seen last; None if they are not ours, or do not exist yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _create(connection: Connection) -> None:
    """Create the tables of an empty database as they are today. A test checks that migrating gives the same."""
    metadata.create_all(connection)
    connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _unfit(revision: str | None, found: Sequence[str]) -> str:
    said = ", ".join(found)
    if revision and revision > HEAD:
        return (
            f"a later Easel made the tables of this database (revision {revision}, here {HEAD} is the newest), and "
            f"this one cannot work on them: {said}. Start the later one."
        )
    return (
        f"the tables of this database are not those of any Easel that was released: {said}. Restore a backup, or set "
        "DATABASE_URL to a database of its own; see docs/backup.md"
    )


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run every migration that this database has not seen, up to a revision."""
    # Imported only here: a quarter of a second and 8 MB that most starts do not need.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    from app.store.first_landing import bring_to_today_s_0001, is_of_the_first_landing  # noqa: PLC0415 - see above

    if is_of_the_first_landing(connection, revision_of(connection) or ""):
        log.warning("tables_of_the_first_landing_brought_over")
        bring_to_today_s_0001(connection)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)

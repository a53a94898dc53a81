"""The durable engine, DBOS Transact, behind the few verbs that Easel needs, so that it could be replaced.

A workflow is started by id and runs to its end whatever happens: after a crash it goes on behind its last step.
Measured of DBOS 3.4.0 (https://docs.dbos.dev): a direct start takes about 3 ms; a queue is polled; two processes with
one executor id run everything twice; nobody notices a dead peer (`lease.py` does); nothing prunes old rows (`prune`).
"""

import asyncio
import contextlib
import functools
import logging
import sqlite3
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID
from dbos import _sys_db as dbos_database
from dbos._queue import QueueRateLimit
from dbos._schemas.system_database import SystemSchema
from dbos._serialization import DefaultSerializer

from app.databases import CONNECT_ARGUMENTS, is_away

log = structlog.get_logger()

APPLICATION = "easel"
APPLICATION_VERSION = "easel-1"  # DBOS strands running workflows of another version, so it is not the release's
QUEUE = "pictures"
POLLING_S = 0.25  # seconds; for what other processes enqueue, see _QueueBell
THREADS = 32  # unbounded by default: 1000 concurrent starts would be 1000 threads
RECOVERY_ATTEMPTS = 50  # restarts that one workflow may live through; each deploy is one
SQLITE_MIN = (3, 42)  # on Python 3.12 and later; unixepoch('subsec') is NULL before, and DBOS cannot launch
PRUNED_AT_ONCE = 500

Body = Callable[[str], Awaitable[None]]
T = TypeVar("T")


class EngineError(Exception):
    """The engine cannot start here; the message says why and what helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is drawn at the same time, across all processes. `per_minute` 0: no limit."""

    at_once: int
    at_once_per_user: int
    per_minute: int


def engine_url(database_url: str) -> str:
    """Return where the engine keeps its tables.

    On SQLite it has a file of its own, since one file has one writer: its commits must not delay the webhook's.
    """
    url = sa.make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return database_url
    return url.set(database=str(Path(url.database).with_suffix(".engine.db"))).render_as_string()


def check_sqlite() -> None:
    """Raise EngineError when the engine cannot launch with this machine's SQLite."""
    if sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < SQLITE_MIN:
        raise EngineError(
            f"SQLite {sqlite3.sqlite_version} is too old for Python {sys.version_info.major}."
            f"{sys.version_info.minor}: use Python 3.11, a newer SQLite (3.42), or DATABASE_URL=postgresql://..."
        )


class _QueueBell:
    """Lets the queue's worker see at once what this process enqueues.

    DBOS only polls: every 50 ms that costs 25 ms of each picture and 4 % of a core, every 250 ms less than 1 %.
    """

    def __init__(self) -> None:
        self._rang = threading.Event()

    def ring(self) -> None:
        """There is something in the queue, or it is time to stop."""
        self._rang.set()

    def shorten_waits(self, stop_events: Sequence[threading.Event]) -> None:
        """Take the place of the wait between two polls. Internal to DBOS; held by a test."""
        for stop in stop_events:
            stop.wait = functools.partial(self._wait, stop)  # type: ignore[method-assign]  # see above

    def _wait(self, stop: threading.Event, timeout: float | None = None) -> bool:
        if threading.current_thread().name != f"queue-worker-{QUEUE}":
            return threading.Event.wait(stop, timeout)
        self._rang.wait(timeout)
        self._rang.clear()
        return stop.is_set()


class Engine:
    """One engine for each process. Register every workflow, then start."""

    def __init__(self, *, database_url: str, executor_id: str, limits: Limits, polling_s: float = POLLING_S) -> None:
        self._url = engine_url(database_url)
        self._limits = limits
        self._polling_s = polling_s
        self._workflows: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {}
        self._running: dict[str, int] = {}
        self._one_ended = asyncio.Event()
        self._queue_bell = _QueueBell()
        is_sqlite = self._url.startswith("sqlite")
        connect = {} if is_sqlite else {"connect_args": dict(CONNECT_ARGUMENTS)}
        self._config = DBOSConfig(
            name=APPLICATION,
            system_database_url=self._url,
            executor_id=executor_id,
            application_version=APPLICATION_VERSION,
            serializer=DBOSPortableJSONSerializer(),
            max_executor_threads=THREADS,
            sys_db_pool_size=2 if is_sqlite else 10,
            db_engine_kwargs={"hide_parameters": True, **connect},
            log_level="WARNING",
        )
        self._dbos: DBOS | None = None
        # Of its own: while the database is away, all others may be waiting for it.
        self._looker = ThreadPoolExecutor(1, thread_name_prefix="engine-look")

    def workflow(self, name: str, body: Body, *, broke: Body | None = None) -> None:
        """Make `body(id)` a durable workflow. Its order of steps must not change while old ones may be running.

        `broke(id)` goes on when `body` raises: a fault of ours, and somebody may wait for an answer.
        """

        async def counted(workflow_id: str) -> None:
            self._running[name] = self._running.get(name, 0) + 1
            try:
                await body(workflow_id)
            except Exception:  # what DBOS raises to a process that was replaced is none
                log.exception("workflow_broke", workflow=name, request=workflow_id)
                if broke:
                    await broke(workflow_id)
            finally:
                self._running[name] -= 1
                self._one_ended.set()
                self._queue_bell.ring()  # a place is free

        counted.__qualname__ = name  # DBOS names by it, and tells closures of one function apart by nothing else
        self._workflows[name] = counted

    async def start(self) -> None:
        """Launch inside the running loop and go on with what was left."""
        if self._url.startswith("sqlite"):
            self._prepare_sqlite()
        _decode_json_only()
        _wait_for_the_database()
        await asyncio.to_thread(self._declare_queue)
        self._dbos = DBOS(config=self._config)
        for name, body in list(self._workflows.items()):
            decorate = DBOS.workflow(name=name, max_recovery_attempts=RECOVERY_ATTEMPTS)
            self._workflows[name] = decorate(body)
        # Not in a thread: workflows run on the loop that is running here. It blocks for a moment, before we listen.
        DBOS.launch()
        self._queue_bell.shorten_waits(self._dbos.background_thread_stop_events)

    async def stop(self, *, drain: str, drain_s: float) -> None:
        """Take nothing new, wait up to `drain_s` for workflows named `drain`, hand the rest back to the database."""
        if self._dbos is None:
            return
        for event in self._dbos.background_thread_stop_events:
            event.set()
        self._queue_bell.ring()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(drain_s):
                while self._running.get(drain):
                    self._one_ended.clear()
                    await self._one_ended.wait()
        # A cancelled workflow stays pending, and goes on behind its last step at the next start. DBOS warns of each,
        # and prints a traceback of what it was about to start.
        voice = logging.getLogger("dbos")
        level = voice.level
        voice.setLevel(logging.CRITICAL)
        tasks = list(self._dbos._workflow_tasks)  # noqa: SLF001 - DBOS leaves them running
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # In a thread, since it joins threads that may wait for this loop; and in one of our own, since it shuts the
        # loop's default executor, which DBOS has replaced by its own.
        with ThreadPoolExecutor(1) as ours:
            await asyncio.get_running_loop().run_in_executor(ours, lambda: DBOS.destroy(destroy_registry=True))
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        self._looker.shutdown(wait=False)
        voice.setLevel(level)
        self._dbos = None

    async def begin(self, name: str, workflow_id: str) -> None:
        """Start a workflow now. When the id is known already, nothing happens."""
        with SetWorkflowID(workflow_id):
            await DBOS.start_workflow_async(self._workflows[name], workflow_id)

    async def enqueue(self, name: str, workflow_id: str, *, argument: str, user: str) -> None:
        """Put a workflow into the bounded queue. `user` is whose turn it uses up."""
        with SetWorkflowID(workflow_id), SetEnqueueOptions(queue_partition_key=user):
            await DBOS.enqueue_workflow_async(QUEUE, self._workflows[name], argument)
        self._queue_bell.ring()

    @staticmethod
    async def step(name: str, work: Callable[..., Coroutine[Any, Any, T]], *arguments: object) -> T:
        """Run one step of the workflow that is running. Once finished it is not run again; its result is kept."""
        return await DBOS.run_step_async({"name": name}, work, *arguments)

    def is_alive(self) -> bool:
        """Whether the thread is there that looks after the queues and starts their workers anew."""
        return any("(queue_thread)" in thread.name for thread in threading.enumerate())

    async def check(self) -> None:
        """Read from the engine's tables; raises when that fails or takes longer than 5 s."""
        async with asyncio.timeout(5):
            await asyncio.get_running_loop().run_in_executor(self._looker, self._look)

    async def owners_of_pending(self) -> set[str]:
        """Return the executor ids that own unfinished workflows."""
        pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        return {one.executor_id for one in pending if one.executor_id}

    async def adopt(self, executor_ids: Sequence[str]) -> int:
        """Go on with the workflows of dead processes here. Safe when two processes adopt at once."""
        # Internal to DBOS, whose public way is a paid product; held by a test.
        handles = await asyncio.to_thread(DBOS._recover_pending_workflows, list(executor_ids))  # noqa: SLF001 - see above
        return len(handles)

    async def prune(self, *, before: float) -> int:
        """Forget workflows that ended before that Unix time. Return how many went."""
        ended = await DBOS.list_workflows_async(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=datetime.fromtimestamp(before, UTC).isoformat(),
            limit=PRUNED_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if ended:
            await DBOS.delete_workflows_async([one.workflow_id for one in ended])
        return len(ended)

    def _look(self) -> None:
        """Read one row, without DBOS's patience: whoever asks wants to know how it is now."""
        if self._dbos is None:
            raise EngineError("the engine is not running")
        with self._dbos._sys_db.engine.connect() as connection:  # noqa: SLF001 - it has no public way without patience
            connection.execute(sa.select(sa.literal(1)).select_from(SystemSchema.queues).limit(1))

    def _declare_queue(self) -> None:
        """Write the queue down before the launch: a running engine looks for new queues only once a second."""
        DBOS.migrate(self._url)
        client = DBOSClient(system_database_url=self._url, serializer=DBOSPortableJSONSerializer())
        per_minute = self._limits.per_minute
        try:
            client.register_queue(
                QUEUE,
                global_concurrency=self._limits.at_once,
                partition_concurrency=self._limits.at_once_per_user,
                limiter=QueueRateLimit(limit=per_minute, period=60.0) if per_minute else None,
                polling_interval_sec=self._polling_s,
                application_name=APPLICATION,
            )
        finally:
            client.destroy()

    def _prepare_sqlite(self) -> None:
        path = sa.make_url(self._url).database
        if path is None:
            return
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")  # DBOS does not; without it each commit costs 4 syncs


def _wait_for_the_database() -> None:
    """Let a workflow wait while the engine's database is away, instead of ending over it.

    DBOS does so, but for few of the ways to be away: a Postgres that only reads or whose socket is gone, or a full
    disk, ended workflows, and their people were never answered. Internal to DBOS; held by tests.
    """
    vars(dbos_database).update(retriable_postgres_exception=is_away, retriable_sqlite_exception=is_away)


def _decode_json_only() -> None:
    """Let no row of the engine's database run code.

    DBOS goes by the row's own column, whatever serializer it was given, and its default one is pickle: whoever can
    write to the database, or hands over a backup to be restored, would own every Easel. Internal; held by a test.
    """
    DefaultSerializer.deserialize = _refuse  # type: ignore[method-assign, assignment]  # see above


def _refuse(_serializer: DefaultSerializer, _serialized: str) -> Any:  # noqa: ANN401 - as DBOS has it
    raise EngineError("a row of the engine's database is pickled, and is not read")

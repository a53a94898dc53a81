"""Starts, runs and stops durable workflows.

A workflow is started by id and runs to its end whatever happens: after a crash it resumes after its last finished step.
Found in DBOS 3.4.0 (https://docs.dbos.dev): a direct start takes about 3 ms; a queue is polled; two processes with the
same executor id run everything twice; dead peers go unnoticed (see `lease.py`), and old rows stay (see `prune`).
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import structlog
from dbos import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    SetEnqueueOptions,
    SetWorkflowID,
)
from dbos._queue import QueueRateLimit
from dbos._schemas.system_database import SystemSchema
from dbos._utils import INTERNAL_QUEUE_NAME
from sqlalchemy.exc import DBAPIError

from app.databases import CONNECT_ARGUMENTS, first_line
from app.engine.direct_start import DirectStart
from app.engine.engine_tables import EngineError, engine_url, prepare
from app.engine.internals import DatabaseRetries, QueueSignal, decode_json_only
from app.engine.workflow_state import UNFINISHED, WorkflowState, workflow_states

log = structlog.get_logger()

APPLICATION = "easel"
APPLICATION_VERSION = "easel-1"  # DBOS never resumes workflows of another version, so this is not the release's
QUEUE = "pictures"
POLLING_S = 0.25  # while something of ours waits; see QueueSignal
IDLE_S = 10.0  # for what other processes left; one that adopts it looks at once
THREADS = 32  # unbounded by default: 1000 concurrent starts would be 1000 threads
RECOVERY_ATTEMPTS = 50  # restarts that one workflow may survive; each deploy is one
PRUNED_AT_ONCE = 500

Body = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """How much is drawn at the same time, across all processes. `per_minute` 0: no limit."""

    at_once: int
    at_once_per_user: int
    per_minute: int


class Engine:
    """One engine for each process. Register every workflow, then start."""

    def __init__(
        self, *, database_url: str, executor_id: str, limits: QueueLimits, polling_s: float = POLLING_S
    ) -> None:
        self._url = engine_url(database_url)
        self.executor_id = executor_id
        self._limits = limits
        self._polling_s = polling_s
        self._workflows: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {}
        self._running: dict[str, int] = {}
        self._workflow_ended = asyncio.Event()
        is_sqlite = self._url.startswith("sqlite")
        self._queue_signal = QueueSignal(QUEUE, idle_s=IDLE_S)
        self._database_retries = DatabaseRetries()
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
        self._direct_start: DirectStart | None = None
        # A thread of its own: while the database is unavailable, all others may be waiting for it.
        self._check_executor = ThreadPoolExecutor(1, thread_name_prefix="engine-check")

    def workflow(self, name: str, body: Body, *, on_error: Body | None = None) -> None:
        """Register `body(id)` as a durable workflow. The order of its steps must not change while old runs may be open.

        `on_error(id)` is run when `body` raises: that is a fault of ours, and somebody may be waiting for an answer.
        """

        async def counted(workflow_id: str) -> None:
            self._queue_signal.note_started(workflow_id)
            self._running[name] = self._running.get(name, 0) + 1
            try:
                await body(workflow_id)
            except Exception:  # not what DBOS raises in a process that was replaced: that is a BaseException
                log.exception("workflow_broke", workflow=name, request=workflow_id)
                if on_error:
                    await _run_on_error(on_error, workflow_id)
            finally:
                self._running[name] -= 1
                self._workflow_ended.set()
                self._queue_signal.note_ended()

        counted.__qualname__ = name  # the only thing by which DBOS tells closures of one function apart
        self._workflows[name] = counted

    async def start(self) -> None:
        """Launch in the running event loop, and resume unfinished workflows."""
        prepare(self._url)
        decode_json_only()
        self._database_retries.install()
        await asyncio.to_thread(self._declare_queue)
        self._dbos = DBOS(config=self._config)
        for name, body in list(self._workflows.items()):
            decorate = DBOS.workflow(name=name, max_recovery_attempts=RECOVERY_ATTEMPTS)
            self._workflows[name] = decorate(body)
        # Not in a thread: workflows run on the loop in which this runs. It blocks for a moment, before we listen.
        DBOS.launch()
        self._queue_signal.install(self._dbos)
        self._direct_start = self._make_direct_start(self._dbos)
        await DBOS._configure_asyncio_thread_pool()  # noqa: SLF001 - what its public methods begin with
        self._queue_signal.wake_all()

    def stop_starting(self) -> None:
        """Start nothing more. What is enqueued from now on is recorded, for another process or the next start."""
        if self._dbos is None:
            return
        if self._direct_start:
            self._direct_start.stop_starting()
        for event in self._dbos.background_thread_stop_events:
            event.set()
        self._queue_signal.wake_all()

    async def stop(self, *, drain: str, drain_s: float) -> None:
        """Start nothing more, wait up to `drain_s` for workflows named `drain`, and hand the rest back to DBOS."""
        if self._dbos is None:
            return
        self.stop_starting()
        self._direct_start = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(drain_s):
                while self._running.get(drain):
                    self._workflow_ended.clear()
                    await self._workflow_ended.wait()
        # A cancelled workflow stays pending, and resumes after its last step at the next start. DBOS warns about each,
        # and logs a traceback for each that it was about to start.
        dbos_log = logging.getLogger("dbos")
        level = dbos_log.level
        dbos_log.setLevel(logging.CRITICAL)
        tasks = list(self._dbos._workflow_tasks)  # noqa: SLF001 - DBOS leaves them running
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._database_retries.stop()
        # In a thread, since it joins threads that may wait for this loop; and in one of our own, since it shuts down
        # the loop's default executor, which DBOS has replaced with its own.
        with ThreadPoolExecutor(1) as ours:
            await asyncio.get_running_loop().run_in_executor(ours, lambda: DBOS.destroy(destroy_registry=True))
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        self._check_executor.shutdown(wait=False)
        dbos_log.setLevel(level)
        self._dbos = None

    async def enqueue(self, name: str, workflow_id: str, *, argument: str, user: str) -> None:
        """Put a workflow into the bounded queue, unless its id is known. It counts against the limit of `user`."""
        if self._direct_start:
            await self._direct_start.start(self._workflows[name], workflow_id, argument=argument, user=user)
            return
        self._queue_signal.note_waiting(argument)
        with SetWorkflowID(workflow_id), SetEnqueueOptions(queue_partition_key=user):
            await DBOS.enqueue_workflow_async(QUEUE, self._workflows[name], argument)
        self._queue_signal.wake_worker()

    def is_alive(self) -> bool:
        """Whether the thread that manages the queues and restarts their workers is alive."""
        return any("(queue_thread)" in thread.name for thread in threading.enumerate())

    async def check(self) -> None:
        """Read from the engine's tables; raise if that fails or takes longer than 5 s."""
        async with asyncio.timeout(5):
            await asyncio.get_running_loop().run_in_executor(self._check_executor, self._read_one_row)

    async def unfinished(self, name: str) -> list[WorkflowState]:
        """Return the workflows of that name that wait for their turn or run."""
        return workflow_states(
            await DBOS.list_workflows_async(name=name, status=UNFINISHED, load_input=False, load_output=False)
        )

    async def with_id_prefix(self, workflow_id_prefix: str) -> list[WorkflowState]:
        """Return every workflow whose id has this prefix, including those that have ended."""
        return workflow_states(
            await DBOS.list_workflows_async(workflow_id_prefix=workflow_id_prefix, load_input=False, load_output=False)
        )

    def is_running(self, workflow_id: str) -> bool:
        """Whether this process is running the workflow."""
        return self._dbos is not None and workflow_id in self._dbos._active_workflows_set.activeList()  # noqa: SLF001 - DBOS tells it nowhere else

    async def resume(self, workflow_id: str) -> bool:
        """Resume a workflow that is ours by its row but does not run in any process. False: the row has changed."""
        if self._dbos is None:
            return False
        # Internal to DBOS, as in `adopt`: it needs us to be the owner, and a run that goes on anyway can write no more.
        resumed = await asyncio.to_thread(
            self._dbos._sys_db.reenqueue_for_recovery,  # noqa: SLF001 - see above
            workflow_id,
            [self.executor_id],
            INTERNAL_QUEUE_NAME,
        )
        self._queue_signal.wake_all()
        return resumed

    async def owners_of_pending(self) -> set[str]:
        """Return the executor ids that own unfinished workflows."""
        pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        return {one.executor_id for one in pending if one.executor_id}

    async def adopt(self, executor_ids: Sequence[str]) -> int:
        """Resume workflows of dead processes here. Return how many. Safe when two processes adopt at once."""
        # Internal to DBOS, whose public way is a paid product; a test covers it.
        handles = await asyncio.to_thread(DBOS._recover_pending_workflows, list(executor_ids))  # noqa: SLF001 - see above
        self._queue_signal.wake_all()
        return len(handles)

    async def prune(self, *, before: float) -> int:
        """Delete workflows that ended before that Unix time, at most `PRUNED_AT_ONCE`. Return how many."""
        ended = await DBOS.list_workflows_async(
            status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
            completed_before=datetime.fromtimestamp(before, UTC).isoformat(),
            limit=PRUNED_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if ended:
            await DBOS.delete_workflows_async([one.workflow_id for one in ended])
        return len(ended)

    def _make_direct_start(self, dbos: DBOS) -> DirectStart | None:
        """Return what bypasses the queue; None if there is a rate, or other processes: only DBOS counts those."""
        limits = self._limits
        if limits.per_minute or not self._url.startswith("sqlite"):
            return None
        return DirectStart(dbos, queue=QUEUE, at_once=limits.at_once, at_once_per_user=limits.at_once_per_user)

    def _read_one_row(self) -> None:
        """Read one row, without DBOS's retries: the caller wants to know how things are now."""
        if self._dbos is None:
            raise EngineError("the engine is not running")
        with self._dbos._sys_db.engine.connect() as connection:  # noqa: SLF001 - it has no public way without retries
            connection.execute(sa.select(sa.literal(1)).select_from(SystemSchema.queues).limit(1))

    def _declare_queue(self) -> None:
        """Create the queue before the launch: a running engine looks for new queues only once a second."""
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


async def _run_on_error(on_error: Body, workflow_id: str) -> None:
    try:
        await on_error(workflow_id)
    except DBAPIError as error:
        # Not even this can be recorded: the reconciler starts open wishes again once the database works.
        log.error("workflow_given_up_untold", request=workflow_id, said=first_line(error))

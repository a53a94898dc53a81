"""Starts the queue's workflows without polling the queue, on SQLite, where one process owns the file.

DBOS records a workflow as enqueued; then the queue's thread polls, and finds, counts and claims it with nine more
statements: a sixth of a picture's processor time, and a fifth when many wait. Here a workflow for which there is room
is recorded as claimed, and one that ends hands its place to the one that has waited longest, each in the transaction
that writes its row anyway. On Postgres, where other processes claim, too, and for what is found at the start, DBOS's
own way is used.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from typing import Any

import sqlalchemy as sa
import structlog
from dbos import DBOS, SetEnqueueOptions, SetWorkflowID, WorkflowIDReusePolicy
from dbos import _sys_db as dbos_database
from dbos._context import DBOSContext, current_owner_xid
from dbos._core import execute_dequeued_workflow, start_workflow_async
from dbos._sys_db import WorkflowStatuses, WorkflowStatusInternal
from dbos._utils import GlobalParams, generate_uuid

from app.engine import direct_start_sql as sql

log = structlog.get_logger()


class DirectStart:
    """Stands between DBOS and its SQLite file. Tests cover what it changes in DBOS 3.4.0."""

    def __init__(self, dbos: DBOS, *, queue: str, at_once: int, at_once_per_user: int) -> None:
        """Replace the methods of DBOS that record the start and the end of a workflow."""
        self._dbos = dbos
        self._database = dbos._sys_db  # noqa: SLF001 - DBOS has no public way to do any of this
        self._queue = queue
        self._limits = {"queue": queue, "at_once": at_once, "per_user": at_once_per_user}
        # Whether any workflow waits; only cleared while holding SQLite's one write lock. At the start it is not known.
        self._has_waiting = True
        self._stopping = threading.Event()
        with_retries = dbos_database.db_retry(sys_db=self._database)
        self._database.init_workflow = with_retries(self._record_start)  # type: ignore[method-assign]  # see above
        self._database.update_workflow_outcome = self._record_end  # type: ignore[method-assign]  # see above
        self._write_end = with_retries(self._write_end_once)

    async def start(
        self, workflow: Callable[[str], Coroutine[Any, Any, None]], workflow_id: str, *, argument: str, user: str
    ) -> None:
        """Record a workflow, and run it if there is room. Otherwise it waits until another one ends."""
        # In a context of its own, like one that comes from the queue: it outlives its caller.
        await asyncio.create_task(self._start(workflow, workflow_id, argument, user), context=Context())

    def stop_starting(self) -> None:
        """Start nothing more: what is recorded from now on waits for the next process."""
        self._stopping.set()

    async def _start(
        self, workflow: Callable[[str], Coroutine[Any, Any, None]], workflow_id: str, argument: str, user: str
    ) -> None:
        with SetWorkflowID(workflow_id), SetEnqueueOptions(queue_partition_key=user):
            context = DBOSContext.create_start_workflow_child(None)
        await start_workflow_async(self._dbos, context, workflow, (argument,), {}, queue_name=self._queue)

    def _record_start(
        self,
        status: WorkflowStatusInternal,
        *,
        creator_xid: str | None,
        reuse_policy: WorkflowIDReusePolicy | None = None,
    ) -> tuple[WorkflowStatuses, bool]:
        """Record a workflow. Return its status, and whether it is to be run here and now."""
        with self._database.engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # so that nobody else counts until this is written
            bound = self._limits | {"user": status["queue_partition_key"]}
            room = not self._stopping.is_set() and connection.execute(sql.HAS_ROOM, bound).scalar()
            status["status"] = "PENDING" if room else "ENQUEUED"
            self._has_waiting |= not room
            became, is_new = self._database._insert_workflow_status(  # noqa: SLF001 - see above
                status, connection, creator_xid=creator_xid, reuse_policy=reuse_policy
            )
        return became, is_new and became == "PENDING"

    def _record_end(
        self,
        workflow_id: str,
        status: WorkflowStatuses,
        *,
        output: str | None = None,
        error: str | None = None,
        owner_xid: str | None = None,
    ) -> bool:
        """Record an end, unless it is not ours to record, and run those that get its place."""
        ended = {"workflow": workflow_id, "became": status, "output": output, "error": error}
        owner, claim = owner_xid or current_owner_xid(workflow_id), generate_uuid()
        has_ended, claimed = self._write_end(ended | {"owner": owner}, claim)
        if claimed:
            # As in DBOS's queue thread: not as a child of the workflow that has ended.
            Context().run(self._run_claimed, claimed, claim)
        return has_ended

    def _write_end_once(self, ended: dict[str, str | None], claim: str) -> tuple[bool, Sequence[str]]:
        try:
            with self._database.engine.begin() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # so that no other starts to wait until this is written
                if connection.execute(sql.END, ended).rowcount != 1:
                    return False, ()
                connection.execute(sql.OUTPUT, ended)
                return True, self._claim_waiting(connection, claim)
        except sa.exc.SQLAlchemyError:
            self._has_waiting = True  # not known any more
            raise

    def _claim_waiting(self, connection: sa.Connection, claim: str) -> Sequence[str]:
        """Claim free places for those that have waited longest and whose user may have one more. Return their ids."""
        if not self._has_waiting or self._stopping.is_set():
            return ()
        claimant = {"executor": GlobalParams.executor_id, "version": GlobalParams.app_version, "claim": claim}
        bound = self._limits | claimant
        claimed: list[str] = []
        for _ in range(connection.execute(sql.FREE_PLACES, bound).scalar_one()):
            if (one := connection.execute(sql.CLAIM, bound).scalar()) is None:
                break
            claimed.append(one)
        self._has_waiting = bool(connection.execute(sql.HAS_WAITING, bound).scalar())
        return claimed

    def _run_claimed(self, claimed: Sequence[str], claim: str) -> None:
        """Run what was claimed, as DBOS's queue thread does. What cannot be run is left to the reconciler."""
        try:
            for status in self._database.get_workflow_statuses(list(claimed)):
                execute_dequeued_workflow(self._dbos, status, claim)
        except Exception as fault:  # noqa: BLE001 - the workflow that has ended is not at fault
            log.warning("workflow_not_begun", error=type(fault).__name__)

"""Begins a workflow of the queue at once where the queue has room for it, on SQLite, whose file is one process's own.

DBOS writes a workflow down as enqueued, and its queue's thread finds, counts and claims it with nine statements more: a
sixth of a picture's processor time. Here it is counted and written down as claimed in one transaction. Where there is
no room, or on Postgres, where others claim beside us, DBOS's own way is taken.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, SetEnqueueOptions, SetWorkflowID, WorkflowIDReusePolicy
from dbos import _sys_db as dbos_database
from dbos._context import DBOSContext
from dbos._core import WorkflowHandleAsyncTask, start_workflow_async
from dbos._sys_db import WorkflowStatuses, WorkflowStatusInternal

# What waits counts as if it ran: whoever comes later does not get past it.
_ROOM = sa.text("""
    SELECT (SELECT count(*) FROM (SELECT 1 FROM workflow_status WHERE queue_name = :queue
               AND status IN ('ENQUEUED', 'PENDING') LIMIT :at_once)) < :at_once
       AND (SELECT count(*) FROM (SELECT 1 FROM workflow_status WHERE queue_name = :queue
               AND queue_partition_key = :user AND status IN ('ENQUEUED', 'PENDING') LIMIT :per_user)) < :per_user
""")


class AtOnce:
    """Stands between DBOS and its SQLite file. What it changes of DBOS 3.4.0 is held by tests."""

    def __init__(self, dbos: DBOS, *, queue: str, at_once: int, at_once_per_user: int) -> None:
        """Take the place of what writes a new workflow down."""
        self._dbos = dbos
        self._database = dbos._sys_db  # noqa: SLF001 - DBOS has no public way to any of this
        self._queue = queue
        self._limits = {"queue": queue, "at_once": at_once, "per_user": at_once_per_user}
        written = dbos_database.db_retry(sys_db=self._database)(self._written)
        self._database.init_workflow = written  # type: ignore[method-assign]  # see above

    async def begin(
        self, workflow: Callable[[str], Coroutine[Any, Any, None]], workflow_id: str, *, argument: str, user: str
    ) -> bool:
        """Write a workflow down and run it. False: it waits in the queue now, or is known."""
        # In a context of its own, as one that comes out of the queue: it outlives whoever asked for it.
        return await asyncio.create_task(self._begin(workflow, workflow_id, argument, user), context=Context())

    async def _begin(
        self, workflow: Callable[[str], Coroutine[Any, Any, None]], workflow_id: str, argument: str, user: str
    ) -> bool:
        with SetWorkflowID(workflow_id), SetEnqueueOptions(queue_partition_key=user):
            context = DBOSContext.create_start_workflow_child(None)
        handle = await start_workflow_async(self._dbos, context, workflow, (argument,), {}, queue_name=self._queue)
        return isinstance(handle, WorkflowHandleAsyncTask)

    def _written(
        self,
        status: WorkflowStatusInternal,
        *,
        creator_xid: str | None,
        reuse_policy: WorkflowIDReusePolicy | None = None,
    ) -> tuple[WorkflowStatuses, bool]:
        """Return how it stands, and whether it is to be run here and now."""
        with self._database.engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # so that nobody else counts until it is written
            room = connection.execute(_ROOM, self._limits | {"user": status["queue_partition_key"]}).scalar()
            status["status"] = "PENDING" if room else "ENQUEUED"
            became, is_new = self._database._insert_workflow_status(  # noqa: SLF001 - see above
                status, connection, creator_xid=creator_xid, reuse_policy=reuse_policy
            )
        return became, is_new and became == "PENDING"

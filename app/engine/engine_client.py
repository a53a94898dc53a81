"""Access to the engine of a service that may be running, from a command: to look, and to put work into its queue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbos import DBOSClient, DBOSPortableJSONSerializer

from app.engine.engine import APPLICATION, APPLICATION_VERSION, QUEUE
from app.engine.engine_tables import engine_url
from app.engine.internals import decode_json_only
from app.engine.workflow_state import WorkflowState, workflow_states


class EngineClient:
    """What a command may do with the engine. It runs nothing itself."""

    def __init__(self, client: DBOSClient) -> None:
        self._client = client

    async def with_id_prefix(self, workflow_id_prefix: str) -> list[WorkflowState]:
        """Return every workflow whose id has this prefix, including those that have ended."""
        return workflow_states(
            await self._client.list_workflows_async(
                workflow_id_prefix=workflow_id_prefix, load_input=False, load_output=False
            )
        )

    async def enqueue(self, name: str, workflow_id: str, *, argument: str, user: str) -> None:
        """Put a workflow into the bounded queue, as `Engine.enqueue` does."""
        await self._client.enqueue_async(
            {
                "workflow_name": name,
                "workflow_id": workflow_id,
                "queue_name": QUEUE,
                "queue_partition_key": user,
                "app_version": APPLICATION_VERSION,
            },
            argument,
        )


@asynccontextmanager
async def open_engine_client(database_url: str) -> AsyncIterator[EngineClient]:
    """Connect to the engine's tables.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: They cannot be reached, or do not exist yet.
    """
    decode_json_only()
    client = await asyncio.to_thread(
        DBOSClient,
        system_database_url=engine_url(database_url),
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
        retry_connection_errors=False,
    )
    try:
        yield EngineClient(client)
    finally:
        await asyncio.to_thread(client.destroy)

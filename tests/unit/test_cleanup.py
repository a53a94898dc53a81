"""What is forgotten is swept from the bucket, whatever the database does meanwhile."""

import asyncio

import pytest
from line_sandbox.r2 import R2StandIn
from line_sandbox.server import serve
from structlog.testing import capture_logs

from app.flows.upkeep.cleanup import Cleanup
from app.r2 import Bucket
from app.store.chats import Chats
from app.store.database import Database
from app.store.deletions import Deletions
from app.store.forgetting import Forgetting

KEYS = {"access_key_id": "a" * 32, "secret_access_key": "b" * 64}

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_sweep_outlives_a_database_that_is_gone(tmp_path):
    """Its file was moved: the process goes on, and says so, until it is back."""
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    async with serve(R2StandIn(**KEYS, bucket="pictures").app) as base_url:
        bucket = Bucket(endpoint_url=base_url, bucket="pictures", public_base_url=f"{base_url}/public", **KEYS)
        forgetting, chats = Forgetting(database), Chats(database)
        cleanup = Cleanup(
            deletions=Deletions(database), forgetting=forgetting, chats=chats, bucket=bucket, retention_days=0
        )
        with capture_logs() as logs:
            sweeping = asyncio.create_task(cleanup.keep())
            while not logs and not sweeping.done():  # noqa: ASYNC110 - a log is no event
                await asyncio.sleep(0.01)
            assert [one["event"] for one in logs] == ["objects_not_deleted"]
            assert not sweeping.done()
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)
        await bucket.aclose()
    database.close()

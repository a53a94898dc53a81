"""What we lean on in DBOS that it does not promise."""

import asyncio

from app.engine import Engine, Limits

LIMITS = Limits(at_once=4, at_once_per_user=4, per_minute=0)


async def test_what_is_enqueued_starts_without_waiting_for_a_poll(tmp_path):
    """Twenty workflows, one after the other, in an engine that polls every five seconds: the bell brings each."""
    engine = Engine(database_url=f"sqlite:///{tmp_path}/easel.db", executor_id="us", limits=LIMITS, polling_s=5.0)
    done: asyncio.Queue[str] = asyncio.Queue()
    engine.workflow("draw", done.put)
    await engine.start()
    async with asyncio.timeout(30):
        for number in range(20):
            await engine.enqueue("draw", f"draw-{number}", argument=str(number), user="somebody")
            assert await done.get() == str(number)
    await engine.stop(drain="draw", drain_s=5)


async def test_a_workflow_is_run_once_for_its_id(tmp_path):
    """Beginning the same id again, together or later, does nothing."""
    engine = Engine(database_url=f"sqlite:///{tmp_path}/easel.db", executor_id="us", limits=LIMITS)
    runs: asyncio.Queue[str] = asyncio.Queue()

    async def body(workflow_id: str) -> None:
        await runs.put(await engine.step("look", said, workflow_id))

    async def said(workflow_id: str) -> str:
        return f"ran {workflow_id}"

    engine.workflow("event", body)
    await engine.start()
    await asyncio.gather(*(engine.begin("event", "E1") for _ in range(10)))
    await engine.begin("event", "E2")
    async with asyncio.timeout(20):
        assert {await runs.get(), await runs.get()} == {"ran E1", "ran E2"}
    await engine.stop(drain="event", drain_s=5)
    assert runs.empty()

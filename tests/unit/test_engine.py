"""What we lean on in DBOS that it does not promise."""

import asyncio
import base64
import pickle
import sqlite3
from pathlib import Path

import pytest

from app.engine import Engine, QueueLimits

LIMITS = QueueLimits(at_once=4, at_once_per_user=4, per_minute=0)


@pytest.fixture(params=["sqlite", "sqlite with a rate", "postgres"])
def settings(request, tmp_path):
    """Give what makes an engine of each kind; only the first passes the queue by."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else f"sqlite:///{tmp_path}/easel.db"
    per_minute = 1000 if "rate" in request.param else 0
    return {"database_url": url, "limits": QueueLimits(at_once=4, at_once_per_user=4, per_minute=per_minute)}


async def test_what_is_enqueued_starts_without_waiting_for_a_poll(settings):
    """Twenty workflows, one after the other, in an engine that polls every five seconds: each starts at once.

    On SQLite they pass the queue by; with a rate, and on Postgres, the signal wakes the worker.
    """
    engine = Engine(executor_id="us", polling_s=5.0, **settings)
    done: asyncio.Queue[str] = asyncio.Queue()
    engine.workflow("draw", done.put)
    await engine.start()
    async with asyncio.timeout(30):
        for number in range(20):
            await engine.enqueue("draw", f"draw-{number}", argument=str(number), user="somebody")
            assert await done.get() == str(number)
    await engine.stop(drain="draw", drain_s=5)


async def test_a_workflow_is_run_once_for_its_id(tmp_path):
    """Enqueueing the same id again, together or later, does nothing."""
    engine = Engine(database_url=f"sqlite:///{tmp_path}/easel.db", executor_id="us", limits=LIMITS)
    runs: asyncio.Queue[str] = asyncio.Queue()

    engine.workflow("draw", runs.put)
    await engine.start()
    await asyncio.gather(*(engine.enqueue("draw", "draw-1", argument="1", user="somebody") for _ in range(10)))
    async with asyncio.timeout(20):
        first = await runs.get()
        await engine.enqueue("draw", "draw-1", argument="1", user="somebody")
        await engine.enqueue("draw", "draw-2", argument="2", user="somebody")
        assert [first, await runs.get()] == ["1", "2"]
    await engine.stop(drain="draw", drain_s=5)
    assert runs.empty()


class Held:
    """A workflow that runs until it is let go."""

    def __init__(self) -> None:
        self.running: set[str] = set()
        self.began: list[str] = []
        self.changed = asyncio.Condition()
        self._let_go: set[str] = set()

    async def run(self, name: str) -> None:
        async with self.changed:
            self.running.add(name)
            self.began.append(name)
            self.changed.notify_all()
            await self.changed.wait_for(lambda: name in self._let_go)
            self.running.discard(name)
            self.changed.notify_all()

    async def let_go(self, *names: str) -> None:
        async with self.changed:
            self._let_go.update(names)
            self.changed.notify_all()

    async def until(self, *names: str) -> None:
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(lambda: self.running == set(names))


def waiting(directory: Path) -> list[str]:
    """What the engine's file says of the queue: the workflows that have no place yet."""
    with sqlite3.connect(directory / "easel.engine.db") as connection:
        asked = "SELECT workflow_uuid FROM workflow_status WHERE status = 'ENQUEUED' ORDER BY workflow_uuid"
        return [name for (name,) in connection.execute(asked)]


async def test_who_has_no_room_waits_and_is_not_passed_by(tmp_path):
    """Two at once, one of each person: a place that gets free goes to who waits for it, not to who comes then."""
    limits = QueueLimits(at_once=2, at_once_per_user=1, per_minute=0)
    engine = Engine(database_url=f"sqlite:///{tmp_path}/easel.db", executor_id="us", limits=limits)
    held = Held()
    engine.workflow("draw", held.run)
    await engine.start()
    for name, user in (("a1", "a"), ("b1", "b"), ("a2", "a"), ("c1", "c")):
        await engine.enqueue("draw", name, argument=name, user=user)
    await held.until("a1", "b1")
    assert waiting(tmp_path) == ["a2", "c1"]
    await held.let_go("b1")
    await held.until("a1", "c1")
    await engine.enqueue("draw", "d1", argument="d1", user="d")
    assert waiting(tmp_path) == ["a2", "d1"]
    await held.let_go("a1", "a2", "c1", "d1")
    await held.until()
    async with asyncio.timeout(30):
        while await engine.unfinished("draw"):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
    await engine.stop(drain="draw", drain_s=5)
    assert sorted(held.began) == ["a1", "a2", "b1", "c1", "d1"]


async def test_a_place_goes_to_who_waits_longest(tmp_path):
    """One at a time, in the order in which they came, without a poll; one that breaks hands its place on as well."""
    limits = QueueLimits(at_once=1, at_once_per_user=1, per_minute=0)
    engine = Engine(database_url=f"sqlite:///{tmp_path}/easel.db", executor_id="us", limits=limits, polling_s=600.0)
    held, names = Held(), [f"{number}" for number in range(8)]

    async def breaks(name: str) -> None:
        await held.run(name)
        if name == "3":
            raise ValueError(name)

    engine.workflow("draw", breaks)
    await engine.start()
    for name in names:
        await engine.enqueue("draw", f"draw-{name}", argument=name, user=f"person {name}")
    for name in names:
        await held.until(name)
        await held.let_go(name)
    await held.until()
    async with asyncio.timeout(30):
        while await engine.unfinished("draw"):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
    await engine.stop(drain="draw", drain_s=5)
    assert held.began == names


async def test_who_waits_is_not_begun_while_we_stop(tmp_path):
    """What runs ends in peace; whoever would get its place stays for the next process."""
    limits = QueueLimits(at_once=1, at_once_per_user=1, per_minute=0)
    engine = Engine(database_url=f"sqlite:///{tmp_path}/easel.db", executor_id="us", limits=limits)
    held = Held()
    engine.workflow("draw", held.run)
    await engine.start()
    await engine.enqueue("draw", "a1", argument="a1", user="a")
    await engine.enqueue("draw", "b1", argument="b1", user="b")
    await held.until("a1")
    stopping = asyncio.create_task(engine.stop(drain="draw", drain_s=30))
    await asyncio.sleep(0)  # it has begun to stop
    await held.let_go("a1", "b1")
    await stopping
    assert held.began == ["a1"]
    assert waiting(tmp_path) == ["b1"]


async def test_what_is_enqueued_after_stop_starting_is_left_to_the_next(settings):
    """It has room and is not begun all the same: it would be cut off."""
    first, second = Held(), Held()
    engine = Engine(executor_id="us", **settings)
    engine.workflow("draw", first.run)
    await engine.start()
    engine.stop_starting()
    await engine.enqueue("draw", "a1", argument="a1", user="a")
    await engine.stop(drain="draw", drain_s=0)
    engine = Engine(executor_id="we", **settings)
    engine.workflow("draw", second.run)
    await engine.start()
    await second.until("a1")
    await second.let_go("a1")
    await second.until()
    await engine.stop(drain="draw", drain_s=5)
    assert (first.began, second.began) == ([], ["a1"])


@pytest.mark.slow
async def test_what_another_process_left_waiting_is_begun_without_pauses(postgres, tmp_path):
    """On Postgres nobody tells of it, and a queue in which nothing waits is looked through every ten seconds only."""
    name, limits = f"easel_{abs(hash(tmp_path.name))}", QueueLimits(at_once=1, at_once_per_user=1, per_minute=0)
    postgres.psql(f"CREATE DATABASE {name}")
    url, first, second = postgres.get_uri(database=name), Held(), Held()
    names = [f"draw-{number}" for number in range(6)]
    engine = Engine(database_url=url, executor_id="they", limits=limits)
    engine.workflow("draw", first.run)
    await engine.start()
    for one in names:
        await engine.enqueue("draw", one, argument=one, user=one)
    async with asyncio.timeout(30):
        while not first.running:  # noqa: ASYNC110 - it tells whom it waits for, not that there is one
            await asyncio.sleep(0.02)
    await engine.stop(drain="draw", drain_s=0)
    engine = Engine(database_url=url, executor_id="we", limits=limits)
    engine.workflow("draw", second.run)
    await second.let_go(*names)
    await engine.start()
    await engine.adopt(["they"])
    async with asyncio.timeout(40):
        while await engine.unfinished("draw"):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.05)
    await engine.stop(drain="draw", drain_s=5)
    assert sorted(second.began) == names


async def test_what_was_started_directly_goes_on_after_a_crash(tmp_path):
    """Its row says who ran it, and in which queue: the next process takes it up, and counts it for its person."""
    limits = QueueLimits(at_once=2, at_once_per_user=1, per_minute=0)
    url, held, again = f"sqlite:///{tmp_path}/easel.db", Held(), Held()
    engine = Engine(database_url=url, executor_id="us", limits=limits)
    engine.workflow("draw", held.run)
    await engine.start()
    await engine.enqueue("draw", "a1", argument="a1", user="a")
    await held.until("a1")
    await engine.stop(drain="draw", drain_s=0)
    engine = Engine(database_url=url, executor_id="us", limits=limits)
    engine.workflow("draw", again.run)
    await engine.start()
    await engine.enqueue("draw", "a2", argument="a2", user="a")
    await again.until("a1")
    assert waiting(tmp_path) == ["a2"]
    await again.let_go("a1", "a2")
    async with asyncio.timeout(30):
        while await engine.unfinished("draw"):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
    await engine.stop(drain="draw", drain_s=5)
    assert again.began == ["a1", "a2"]


class Caught:
    """Unpickled, it makes a file: whoever can write to the engine's database would run code here."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self):
        return Path.touch, (self.proof,)


async def test_a_pickled_row_runs_nothing(tmp_path):
    """Somebody writes a call into the engine's database, marked as pickled: it is refused, unread, and others run."""
    done: asyncio.Queue[str] = asyncio.Queue()
    engine = Engine(database_url=f"sqlite:///{tmp_path}/easel.db", executor_id="us", limits=LIMITS)
    engine.workflow("draw", done.put)
    await engine.start()
    await engine.enqueue("draw", "draw-1", argument="1", user="somebody")
    assert await done.get() == "1"
    await engine.stop(drain="draw", drain_s=5)

    pickled = base64.b64encode(pickle.dumps(Caught(tmp_path / "caught"))).decode()
    with sqlite3.connect(tmp_path / "easel.engine.db") as connection:
        connection.execute("UPDATE workflow_status SET status = 'PENDING', serialization = 'py_pickle'")
        connection.execute("UPDATE workflow_input SET inputs = ?", (pickled,))
    again = Engine(database_url=f"sqlite:///{tmp_path}/easel.db", executor_id="us", limits=LIMITS)
    again.workflow("draw", done.put)
    await again.start()
    await again.enqueue("draw", "draw-2", argument="2", user="somebody")
    assert await done.get() == "2"
    async with asyncio.timeout(20):
        while await again.owners_of_pending():  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
    await again.stop(drain="draw", drain_s=5)
    assert not (tmp_path / "caught").exists()

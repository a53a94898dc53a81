"""How processes that share a Postgres know each other."""

import asyncio
import contextlib
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from app.engine import Engine, QueueLimits
from app.lease import RENEW_S, TERM_S, Lease
from app.store.database import Database
from app.store.inbox import Arrival, Inbox, Rank
from app.store.leases import Leases
from app.store.settling import Settling
from app.store.tables import deliveries, inbox, leases
from tests.wire import Wire, wire
from tests.world import ROOT

LIMITS = QueueLimits(at_once=4, at_once_per_user=4, per_minute=0)

LONGEST = "easel-" + "o" * 57  # 63 characters, as many as a pod's name may have
ELSEWHERE = ("unshare", "--user", "--map-root-user", "--uts", "sh", "-c", f'hostname {LONGEST} && exec "$@"', "sh")
SAY_ITS_ID = "from app.lease import new_executor_id; print(new_executor_id())"


def has_namespaces() -> bool:
    """Whether a process may have a host name of its own here."""
    try:
        return subprocess.run([*ELSEWHERE, "true"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not has_namespaces(), reason="a process may not have a host name of its own here")
def test_the_store_takes_an_id_from_a_host_with_a_long_name():
    """Postgres refuses what is longer than its column, and Easel would not start."""
    said = subprocess.run([*ELSEWHERE, sys.executable, "-c", SAY_ITS_ID], check=True, capture_output=True, cwd=ROOT)
    columns: tuple[Any, ...] = (leases.c.executor_id, inbox.c.owner, deliveries.c.owner)
    assert len(said.stdout.decode().strip()) <= min(column.type.length for column in columns)


HIDDEN = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh")
SAY_TWO_IDS = "from app.lease import new_executor_id; print(new_executor_id(), new_executor_id())"


def can_hide_proc() -> bool:
    """Whether a process may be without /proc here."""
    try:
        return subprocess.run([*HIDDEN, "true"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not can_hide_proc(), reason="a process may not be without /proc here")
def test_a_process_without_proc_knows_its_own_machine():
    """It cannot tell which machine it is on, and calls it by one made-up name for as long as it runs."""
    said = subprocess.run([*HIDDEN, sys.executable, "-c", SAY_TWO_IDS], check=True, capture_output=True, cwd=ROOT)
    first, second = (one.rpartition("-")[0] for one in said.stdout.decode().split())
    assert first == second


class Peers:
    """We, who reach the database by wires, and another process, which has an event that it has not begun."""

    def __init__(self, url: str, *, store: Wire, engine: Wire) -> None:
        self.store = store
        self.engine = engine
        self.database = Database(_psycopg(url))
        self.database.migrate()
        self.leases = Leases(self.database)
        self._far = Database(_psycopg(store.url))
        self._engine = Engine(database_url=engine.url, executor_id="us", limits=LIMITS)
        self.lease = Lease(
            leases=Leases(self._far),
            settling=Settling(self._far, owner="us"),
            engine=self._engine,
            executor_id="us",
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let us keep our lease."""
        theirs = Inbox(self.database, owner="they")
        theirs.start()
        await theirs.take([Arrival("E1", "{}")])
        await self.leases.renew("they", term_s=60.0)
        await self._engine.start()
        keeping = asyncio.create_task(self.lease.keep())
        try:
            yield
        finally:
            self.store.mend()
            self.engine.mend()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self._engine.stop(drain="draw", drain_s=0)
            theirs.stop()
            self._far.close()
            self.database.close()

    async def renewed(self, *, since: float) -> float:
        """Wait until we have renewed our lease after that time of the database. Return when it will run out."""
        mine = sa.select(leases.c.expires_at).where(leases.c.executor_id == "us", leases.c.expires_at > since + TERM_S)
        while not (found := await self.database.run(lambda connection: connection.execute(mine).scalar())):  # noqa: ASYNC110 - Postgres tells nobody
            await asyncio.sleep(0.02)
        return float(found)

    async def now(self) -> float:
        """Return the database's time."""
        clock = sa.select(sa.extract("epoch", sa.func.clock_timestamp()))
        return float(await self.database.run(lambda connection: connection.execute(clock).scalar_one()))

    async def passes(self, at: float) -> None:
        """Wait until the database's clock is there."""
        while await self.now() < at:  # noqa: ASYNC110 - Postgres tells nobody
            await asyncio.sleep(0.02)


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


@contextlib.asynccontextmanager
async def peers_on(postgres) -> AsyncIterator[Peers]:
    """Two processes on a fresh database."""
    name = f"easel_{uuid.uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    url = postgres.get_uri(database=name)
    with wire(url) as store, wire(url) as engine:
        made = Peers(url, store=store, engine=engine)
        async with made.running():
            yield made


@pytest.fixture
async def peers(postgres):
    async with peers_on(postgres) as made:
        yield made


@pytest.mark.slow
async def test_after_an_outage_of_less_than_a_term_nobody_is_dead(postgres):
    """The other could not renew either, and its next try may come later than ours: it gets the time."""
    for _ in range(5):
        async with peers_on(postgres) as peers:
            if (again_at := await after_a_short_outage(peers)) is None:
                continue  # it was longer than a term: this machine was busy elsewhere
            await peers.renewed(since=again_at + RENEW_S)
            assert not peers.lease.is_dead("they")
            (left,) = await Settling(peers.database, owner="they").unsettled(Rank.ASKS, limit=1)
            assert left.event_id == "E1"
            return
    pytest.fail("five times we were not back within a term")


async def after_a_short_outage(peers: Peers) -> float | None:
    """Cut the wire for half a term. Return when we renewed again, or None where that was too late to tell anything."""
    renewed_at = await peers.renewed(since=await peers.now()) - TERM_S
    await peers.passes(renewed_at + RENEW_S / 3)
    await peers.leases.renew("they", term_s=TERM_S - RENEW_S)  # as if they had, a while before us
    peers.store.cut()
    await peers.passes(renewed_at + TERM_S / 2 + 0.1)
    peers.store.mend()
    again_at = await peers.renewed(since=await peers.now()) - TERM_S
    return again_at if again_at < renewed_at + TERM_S else None


@pytest.mark.slow
async def test_a_lease_waits_for_nothing_of_the_engine(peers):
    """Its tables are slow to answer: meanwhile we live, and nobody may begin our work anew."""
    async with asyncio.timeout(20):
        cut_at = await peers.renewed(since=await peers.now()) - TERM_S
        peers.engine.hush()
        await peers.renewed(since=cut_at + TERM_S)


@pytest.mark.slow
async def test_far_from_postgres_the_dead_are_found_all_the_same(peers):
    """Each renewal takes over a second: that is the distance, not an outage, and the work of the dead is adopted."""
    peers.store.delay_s = 0.15
    await peers.leases.release(["they"])
    async with asyncio.timeout(60):
        while not peers.lease.is_dead("they"):  # noqa: ASYNC110 - Postgres tells nobody
            await asyncio.sleep(0.1)

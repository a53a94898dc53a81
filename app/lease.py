"""Detects dead processes when several share a Postgres, and takes over their work.

The open-source engine does not. Each process renews a lease; unfinished work whose owner has none is adopted by the
first process that notices. After an outage of the database nobody is declared dead for one term, since nobody could
renew; even a short outage counts, because another process may try again later than we do.
"""

import asyncio
import contextlib
import functools
import hashlib
import math
import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.engine import Engine
from app.store.leases import Leases
from app.store.settling import Settling

log = structlog.get_logger()

TERM_S = 6.0
RENEW_S = TERM_S / 4
OUTAGE_S = TERM_S / 2  # this long without a renewal of ours counts as an outage
LATEST = 5  # recent renewals, the fastest of which tells how far away Postgres is
LOOK_S = 30.0  # between two searches for work of the dead while no process comes or goes
START_S = 30.0  # the first term: the engine's launch blocks the event loop, and may wait for tables
ALONE = "local"  # on SQLite one process owns the file
HOST_CHARS = 32  # of the host name in an executor id, to be readable; a pod's has up to 63, and the columns hold 80


def new_executor_id() -> str:
    """Return a new id for this process: unique, and enough for its own machine to tell whether it still runs."""
    return f"{_pid_space()}-{os.getpid()}-{secrets.token_hex(4)}"


class Lease:
    """The lease of this process, and what it knows about the other processes."""

    def __init__(self, *, leases: Leases, settling: Settling, engine: Engine, executor_id: str) -> None:
        self._leases = leases
        self._settling = settling
        self._engine = engine
        self._adopt_events: Callable[[list[str]], Awaitable[object]] = settling.adopt
        self._id = executor_id
        self._living = {executor_id}
        self._renewed_at = math.inf  # for ever where `keep` is not run, because no other process could take over
        self._took_s: deque[float] = deque(maxlen=LATEST)
        self._grace_until = 0.0
        self._retired = False
        self._others_changed = asyncio.Event()

    def adopts(self, adopt: Callable[[list[str]], Awaitable[object]]) -> None:
        """Set the function that takes over what dead processes left in the store. It is called with their ids."""
        self._adopt_events = adopt

    def is_dead(self, executor_id: str) -> bool:
        """Whether this process may finish what that one began. If in doubt, that one counts as alive."""
        if executor_id == self._id:
            return True  # the caller holds the chat's lock: whatever of ours is unfinished was left behind
        return executor_id not in self._living and not self._in_grace_period()

    async def begin(self) -> None:
        """Take the lease, before taking any work; `keep` renews it once the engine has started."""
        await self._leases.renew(self._id, term_s=START_S)

    async def keep(self) -> None:
        """Renew the lease and adopt the work of dead processes, for ever. Renewing waits for nothing else."""
        self._renewed_at = time.monotonic()
        async with asyncio.TaskGroup() as both:
            both.create_task(_for_ever(self._renew))
            both.create_task(_for_ever(self._look))

    def retire(self) -> None:
        """Adopt nothing from now on, but go on renewing: what is under way here is still finished here."""
        self._retired = True

    async def give_up(self) -> None:
        """Release the lease, so that others take over at once. Do not renew afterwards."""
        await self._leases.release([self._id])

    async def _renew(self) -> None:
        began = time.monotonic()
        living = await self._leases.renew(self._id, term_s=TERM_S)
        now = time.monotonic()
        if now - self._renewed_at > self._outage_s():
            self._grace_until = now + TERM_S
        self._renewed_at = now
        self._took_s.append(now - began)
        self._see(living)
        await asyncio.sleep(RENEW_S)

    def _see(self, living: set[str]) -> None:
        """Note which processes live; wake `_look` when one has come or gone."""
        before, self._living = self._living, {one for one in living if not _has_ended(one)} | {self._id}
        if self._living != before:
            self._others_changed.set()

    def _outage_s(self) -> float:
        """Return how many seconds without a renewal count as an outage: more where Postgres is far away.

        The fastest of the recent renewals counts: one that an outage delayed says nothing about the distance.
        """
        return OUTAGE_S + min(self._took_s, default=0.0)

    def _in_grace_period(self) -> bool:
        """Whether we recently failed to renew: others may have failed, too, and are given time to catch up."""
        now = time.monotonic()
        return now - self._renewed_at > self._outage_s() or now < self._grace_until

    async def _look(self) -> None:
        """Adopt the work of dead processes whenever one has come or gone: each takes a lease before work."""
        self._others_changed.clear()
        if self._retired or self._in_grace_period() or not await self._adopt():
            await asyncio.sleep(RENEW_S)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._others_changed.wait()

    async def _adopt(self) -> bool:
        """Adopt the work of dead processes. Return whether none of it is left."""
        owners = await self._engine.owners_of_pending() | await self._settling.owners()
        if owners <= self._living:
            return True
        self._see(await self._leases.living())  # a process that started meanwhile had its lease before any work
        dead = sorted(owners - self._living)
        if dead and self._in_grace_period():
            return False
        if dead:
            await self._adopt_events(dead)
            workflows = await self._engine.adopt(dead)
            await self._leases.release(dead)
            log.warning("work_adopted", of=len(dead), workflows=workflows)
        return True


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except SQLAlchemyError as error:
            log.warning("lease_not_kept", error=type(error).__name__)
            await asyncio.sleep(RENEW_S)


def _has_ended(executor_id: str) -> bool:
    """Whether that process has certainly ended: it ran on this machine, among the processes that we can see."""
    space, _, rest = executor_id.rpartition("-")[0].rpartition("-")
    if space != _pid_space() or not rest.isdigit():
        return False
    # Our own pid under another executor id: the pid was reused.
    return int(rest) == os.getpid() or not _runs(int(rest))


def _runs(pid: int) -> bool:
    # Not through /proc, which may hide other users' processes.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@functools.cache  # where /proc is hidden the name is random, and has to stay the same
def _pid_space() -> str:
    """Return a name for this machine and its pid namespace: a container has its own."""
    host = socket.gethostname()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return f"{host[:HOST_CHARS]}-{secrets.token_hex(4)}"
    return f"{host[:HOST_CHARS]}.{hashlib.sha256(f'{host} {boot} {space}'.encode()).hexdigest()[:16]}"

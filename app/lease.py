"""Notices dead processes when several share a Postgres, and goes on with their work.

The open-source engine does not. Each process renews a lease; unfinished work whose owner has none is adopted by whoever
sees it first. After an outage of the database nobody is declared dead for one term, since nobody could renew; a short
one counts as well, for another process may try again later than we do.
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
OUTAGE_S = TERM_S / 2  # without a renewal of ours
LATEST = 5  # renewals whose quickest says how far away Postgres is
LOOK_S = 30.0  # for the dead, where nobody is seen to come or go
START_S = 30.0  # the engine's launch holds the event loop, and may wait for tables
ALONE = "local"  # on SQLite one process owns the file
HOST_CHARS = 32  # of the host's name in an executor id, for people; a pod's has up to 63, and the columns take 80


def new_executor_id() -> str:
    """Make an id for this process: no two live ones share it, and its own machine can tell whether it still runs."""
    return f"{_pid_space()}-{os.getpid()}-{secrets.token_hex(4)}"


class Lease:
    """The lease of this process, and what it knows of the others."""

    def __init__(self, *, leases: Leases, settling: Settling, engine: Engine, executor_id: str) -> None:
        self._leases = leases
        self._settling = settling
        self._engine = engine
        self._adopt_events: Callable[[list[str]], Awaitable[object]] = settling.adopt
        self._id = executor_id
        self._living = {executor_id}
        self._renewed_at = math.inf  # where nobody else could take over, the lease is not kept
        self._took_s: deque[float] = deque(maxlen=LATEST)
        self._patient_until = 0.0
        self._retired = False
        self._others_changed = asyncio.Event()

    def adopts(self, adopt: Callable[[list[str]], Awaitable[object]]) -> None:
        """Have what dead processes have left in the store taken over so. `adopt` gets their ids."""
        self._adopt_events = adopt

    def is_dead(self, executor_id: str) -> bool:
        """Whether this process may finish what that one began. In doubt it lives."""
        if executor_id == self._id:
            return True  # one voice for each chat: whatever of ours is unfinished was left behind
        return executor_id not in self._living and not self._is_patient()

    async def begin(self) -> None:
        """Say that this process lives, before it takes any work; it is kept once the engine has started."""
        await self._leases.renew(self._id, term_s=START_S)

    async def keep(self) -> None:
        """Renew for ever, and adopt what the dead left. Renewing waits for nothing else."""
        self._renewed_at = time.monotonic()
        async with asyncio.TaskGroup() as both:
            both.create_task(_for_ever(self._renew))
            both.create_task(_for_ever(self._look))

    def retire(self) -> None:
        """Adopt nothing from now on, but go on renewing: what is under way here still ends here."""
        self._retired = True

    async def give_up(self) -> None:
        """Hand this process's work over at once. Do not renew afterwards."""
        await self._leases.release([self._id])

    async def _renew(self) -> None:
        began = time.monotonic()
        living = await self._leases.renew(self._id, term_s=TERM_S)
        now = time.monotonic()
        if now - self._renewed_at > self._outage_s():
            self._patient_until = now + TERM_S
        self._renewed_at = now
        self._took_s.append(now - began)
        self._see(living)
        await asyncio.sleep(RENEW_S)

    def _see(self, living: set[str]) -> None:
        """Note who lives; somebody who came or went is news."""
        before, self._living = self._living, {one for one in living if not _has_ended(one)} | {self._id}
        if self._living != before:
            self._others_changed.set()

    def _outage_s(self) -> float:
        """How long without a renewal means that there was an outage: where Postgres is far, each takes its time.

        The quickest of the latest ones counts: what an outage has held up says nothing of the distance.
        """
        return OUTAGE_S + min(self._took_s, default=0.0)

    def _is_patient(self) -> bool:
        """Whether we could not renew lately, so that others could not either and are given the time to."""
        now = time.monotonic()
        return now - self._renewed_at > self._outage_s() or now < self._patient_until

    async def _look(self) -> None:
        """Adopt what the dead have left, whenever somebody came or went: whoever has work has had a lease."""
        self._others_changed.clear()
        if self._retired or self._is_patient() or not await self._adopt():
            await asyncio.sleep(RENEW_S)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._others_changed.wait()

    async def _adopt(self) -> bool:
        """Return whether nothing of the dead is left."""
        owners = await self._engine.owners_of_pending() | await self._settling.owners()
        if owners <= self._living:
            return True
        self._see(await self._leases.living())  # whoever has begun meanwhile had its lease before it had work
        dead = sorted(owners - self._living)
        if dead and self._is_patient():
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
    """Whether that process surely runs no more: it was on this machine, among the processes that we can see."""
    space, _, rest = executor_id.rpartition("-")[0].rpartition("-")
    if space != _pid_space() or not rest.isdigit():
        return False
    return int(rest) == os.getpid() or not _runs(int(rest))


def _runs(pid: int) -> bool:
    # Not by /proc, which may hide the processes of others.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@functools.cache  # where /proc is hidden it is made up, and has to stay the same
def _pid_space() -> str:
    """Name the machine and its process id space: a container has its own."""
    host = socket.gethostname()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return f"{host[:HOST_CHARS]}-{secrets.token_hex(4)}"
    return f"{host[:HOST_CHARS]}.{hashlib.sha256(f'{host} {boot} {space}'.encode()).hexdigest()[:16]}"

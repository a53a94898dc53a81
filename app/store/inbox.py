"""The inbox: what LINE handed over, on disk before LINE gets its 200. Concurrent webhooks share a commit."""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import inbox

COMMIT_TIMEOUT_S = 5.0  # LINE gives up after 2 s; what commits later is still handled once
EVENTS_PER_COMMIT = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as it came: its id and its own JSON."""

    event_id: str
    raw: str


@dataclass(slots=True)
class _Batch:
    arrivals: Sequence[Arrival]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None]"


class Inbox:
    """Takes events in on one thread of its own, so that a burst costs a few commits and not one each.

    `owner` is this process; it begins what it has taken in.
    """

    def __init__(self, database: Database, *, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._waiting: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._commit_forever, name="inbox", daemon=True)

    def start(self) -> None:
        """Start the committing thread."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits and end the thread."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Whether events are being committed."""
        return self._thread.is_alive()

    async def take(self, arrivals: Sequence[Arrival]) -> None:
        """Return when every event is on disk. An event that is there already changes nothing.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: Nothing was stored: disk full, database away.
            TimeoutError: The commit took longer than 5 s; it may still land, which is harmless.
        """
        loop = asyncio.get_running_loop()
        batch = _Batch(arrivals, loop, loop.create_future())
        self._waiting.put(batch)
        async with asyncio.timeout(COMMIT_TIMEOUT_S):
            await batch.done

    async def unbegun(self, *, limit: int) -> list[str]:
        """Return the oldest events of this process that have no workflow yet."""
        ours = sa.select(inbox.c.event_id).where(~inbox.c.begun, inbox.c.owner == self._owner)
        oldest = ours.order_by(inbox.c.arrived_at).limit(limit)
        return await self._database.run(lambda connection: list(connection.execute(oldest).scalars()))

    async def owners(self) -> set[str]:
        """Return the processes that have events without a workflow."""
        owners = sa.select(inbox.c.owner).where(~inbox.c.begun).distinct()
        return await self._database.run(lambda connection: set(connection.execute(owners).scalars()))

    async def adopt(self, dead: Sequence[str]) -> None:
        """Take over the events that dead processes have not begun."""
        change = sa.update(inbox).where(~inbox.c.begun, inbox.c.owner.in_(dead)).values(owner=self._owner)
        await self._database.run(lambda connection: connection.execute(change))

    async def mark_begun(self, event_ids: Sequence[str]) -> None:
        """Remember that the engine has these events."""
        change = sa.update(inbox).where(inbox.c.event_id.in_(event_ids)).values(begun=True)
        await self._database.run(lambda connection: connection.execute(change))

    async def read(self, event_id: str) -> tuple[str, float] | None:
        """Return the event's JSON and when it arrived (Unix seconds)."""

        def read(connection: sa.Connection) -> tuple[str, float] | None:
            row = connection.execute(
                sa.select(inbox.c.raw, inbox.c.arrived_at).where(inbox.c.event_id == event_id)
            ).first()
            return (row.raw, row.arrived_at) if row else None

        return await self._database.run(read)

    async def blank(self, event_id: str) -> None:
        """Forget what an event said, now that it is answered. That it came is still known, so that repeats are."""
        change = sa.update(inbox).where(inbox.c.event_id == event_id).values(raw="")
        await self._database.run(lambda connection: connection.execute(change))

    def _commit_forever(self) -> None:
        while batch := self._waiting.get():
            batches = [batch]
            stopping = False
            while sum(len(one.arrivals) for one in batches) < EVENTS_PER_COMMIT and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    stopping = True
                    break
                batches.append(following)
            self._commit(batches)
            if stopping:
                return

    def _commit(self, batches: Sequence[_Batch]) -> None:
        now = time.time()
        rows = [
            {"event_id": one.event_id, "raw": one.raw, "arrived_at": now, "owner": self._owner, "begun": False}
            for batch in batches
            for one in batch.arrivals
        ]
        error: Exception | None = None
        try:
            with self._database.transaction() as connection:
                connection.execute(self._database.insert_once(inbox), rows)
        except Exception as caught:  # noqa: BLE001 - handed to every webhook of this commit
            error = caught
        batches[0].loop.call_soon_threadsafe(_settle, batches, error)


def _settle(batches: Sequence[_Batch], error: Exception | None) -> None:
    for batch in batches:
        if batch.done.done():
            continue
        if error:
            batch.done.set_exception(error)
        else:
            batch.done.set_result(None)

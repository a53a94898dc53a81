"""The inbox: what LINE handed over, on disk before LINE gets its 200. Concurrent webhooks share a commit."""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from app.store.database import Database
from app.store.tables import inbox

COMMIT_TIMEOUT_S = 5.0  # LINE gives up after 2 s; what commits later is still handled once
EVENTS_PER_COMMIT = 500
APART_S = 1e-6  # at least, between two events of one process, so that their order is the order in which they came


class Rank(IntEnum):
    """Which events are read first."""

    ASKS = 0  # somebody may wait for an answer
    CHATTER = 1


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as it came: its id and its own JSON."""

    event_id: str
    raw: str
    rank: Rank = Rank.ASKS


@dataclass(slots=True)
class _Batch:
    arrivals: Sequence[Arrival]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None]"


class Inbox:
    """Stores events from a thread of its own, so that a burst costs a few commits and not one each.

    `owner` is this process, which also reads what it has stored; see `settling`.
    """

    def __init__(self, database: Database, *, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._waiting: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._commit_forever, name="inbox", daemon=True)
        self._last_at = 0.0
        self._insert = database.insert_once(inbox)

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
        """Whether the committing thread runs."""
        return self._thread.is_alive()

    async def take(self, arrivals: Sequence[Arrival]) -> None:
        """Store events, and return when every one is on disk. An event that is there already changes nothing.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: Nothing was stored: disk full, database unavailable.
            TimeoutError: The commit took longer than 5 s; it may still land, which is harmless.
        """
        loop = asyncio.get_running_loop()
        batch = _Batch(arrivals, loop, loop.create_future())
        self._waiting.put(batch)
        async with asyncio.timeout(COMMIT_TIMEOUT_S):
            await batch.done

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
        rows = [self._row(one) for batch in batches for one in batch.arrivals]
        error: Exception | None = None
        try:
            with self._database.transaction() as connection:
                connection.execute(self._insert, rows)
        except Exception as caught:  # noqa: BLE001 - handed to every webhook of this commit
            error = caught
        batches[0].loop.call_soon_threadsafe(_answer, batches, error)

    def _row(self, arrival: Arrival) -> dict[str, object]:
        self._last_at = max(time.time(), self._last_at + APART_S)
        return {
            "event_id": arrival.event_id,
            "raw": arrival.raw,
            "rank": int(arrival.rank),
            "arrived_at": self._last_at,
            "owner": self._owner,
            "settled": False,
        }


def _answer(batches: Sequence[_Batch], error: Exception | None) -> None:
    for batch in batches:
        if batch.done.done():
            continue
        if error:
            batch.done.set_exception(error)
        else:
            batch.done.set_result(None)

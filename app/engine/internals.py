"""What Easel changes inside DBOS 3.4.0, which has no other way for it. All of it is held by tests."""

import functools
import threading
import time
import types
from collections.abc import Callable
from typing import Any

from dbos import DBOS
from dbos import _sys_db as dbos_database
from dbos._serialization import DefaultSerializer
from dbos._utils import INTERNAL_QUEUE_NAME

from app.databases import is_away, is_wrong

OTHERS_S = 30.0  # between two looks of DBOS's other threads: for queues, schedules and versions, which stay as they are
NOTIFIES_S = 1.0  # a stop waits for it
WAITS_S = 600.0
RECOVERY_S = 20.0  # for what a start or an adoption puts into DBOS's own queue, in a thread of its own
RECOVERY_POLLING_S = 0.2
PAUSE_MAX_S = 3.0  # between two tries to reach a database; DBOS lets up to 90 s pass, and new wishes wait for it


class QueueSignal:
    """Lets a queue's worker see at once what this process enqueues, and rest while nothing waits.

    DBOS only polls: every 50 ms that costs 25 ms of each picture and 4 % of a core, every 250 ms less than 1 %; and its
    other threads look for news once a second that never come here.
    """

    def __init__(self, queue: str, *, idle_s: float) -> None:
        """`idle_s`: between two polls while nothing of this process waits; others may have left something."""
        self._worker = f"queue-worker-{queue}"
        self._recovery = f"queue-worker-{INTERNAL_QUEUE_NAME}"
        self._idle_s = idle_s
        self._rang = {self._worker: threading.Event(), self._recovery: threading.Event()}
        self._waiting: dict[str, float] = {}
        self._others_wait = True
        self._rang_at = time.monotonic()

    def ring(self) -> None:
        """There is or will be something in one of the queues, or it is time to stop."""
        self._rang_at = time.monotonic()
        self._others_wait = True
        for rang in self._rang.values():
            rang.set()

    def waits(self, name: str) -> None:
        """This is about to wait in the queue."""
        self._waiting[name] = time.monotonic()

    def look(self) -> None:
        """What waits can be seen now."""
        self._rang[self._worker].set()

    def started(self, name: str) -> None:
        """It runs here."""
        self._waiting.pop(name, None)

    def ended(self) -> None:
        """A place is free."""
        if self._waiting:
            self.look()

    def take_over(self, dbos: DBOS) -> None:
        """Take the place of the waits of its threads, and let those rest that serve what we do not use."""
        for stop in [*dbos.background_thread_stop_events, dbos._background_jobs_stop_event]:  # noqa: SLF001 - see above
            stop.wait = functools.partial(self._wait, stop)  # type: ignore[method-assign]  # see above
        database = dbos._sys_db  # noqa: SLF001 - see above
        database._notification_coalesce_sec = NOTIFIES_S  # noqa: SLF001 - else a thread looks 100 times a second
        looked = functools.partial(self._looked, database.get_queue_partitions)
        database.get_queue_partitions = looked  # type: ignore[method-assign]  # see above

    def _looked(self, look: Callable[[str], list[str]], queue: str) -> list[str]:
        """Look who waits. What dead processes have left waiting brings no signal: it is looked for until it is gone."""
        found = look(queue)
        self._others_wait = bool(found)
        return found

    def _wait(self, stop: threading.Event, timeout: float | None = None) -> bool:
        name, given_s = threading.current_thread().name, timeout or 0.0
        recovers = time.monotonic() - self._rang_at < RECOVERY_S
        if name not in self._rang:
            return threading.Event.wait(stop, given_s if recovers else max(given_s, OTHERS_S))
        if name == self._recovery:
            pause_s = RECOVERY_POLLING_S if recovers else self._idle_s
        else:
            # Where processes contend for the queue DBOS lets up to two minutes pass.
            pause_s = min(given_s, PAUSE_MAX_S) if self._is_busy() else self._idle_s
        self._rang[name].wait(pause_s)
        self._rang[name].clear()
        return stop.is_set()

    def _is_busy(self) -> bool:
        # Another process may have taken it, and nobody tells: then it is the others' to look for.
        since = time.monotonic() - WAITS_S
        for waiting, at in list(self._waiting.items()):
            if at < since:
                self._waiting.pop(waiting, None)
        return bool(self._waiting) or self._others_wait


class Patience:
    """How DBOS waits for its database: as long as it takes, with short pauses, while the engine runs.

    DBOS itself waits over few of the ways to be away: a Postgres that only reads or whose socket is gone, or a full
    disk, ended workflows, and their people were never answered.
    """

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def begin(self) -> None:
        """Take the place of what DBOS's module for its database does itself."""
        clock = types.SimpleNamespace(**vars(time) | {"sleep": self._sleep})
        vars(dbos_database).update(
            retriable_postgres_exception=self._is_worth_it, retriable_sqlite_exception=self._is_worth_it, time=clock
        )

    def end(self) -> None:
        """Wait no more: a thread that waits for a database would outlive everything else."""
        self._stopped.set()

    def _is_worth_it(self, error: Exception) -> bool:
        # Where tables are missing, too: a workflow that ends over it would be begun again, and perhaps paid again.
        return (is_away(error) or is_wrong(error)) and not self._stopped.is_set()

    def _sleep(self, seconds: float) -> None:
        self._stopped.wait(min(seconds, PAUSE_MAX_S))


def decode_json_only() -> None:
    """Let no row of the engine's database run code.

    DBOS goes by the row's own column, whatever serializer it was given, and its default one is pickle: whoever can
    write to the database, or hands over a backup to be restored, would own every Easel.
    """
    DefaultSerializer.deserialize = _refuse  # type: ignore[method-assign, assignment]  # see above


def _refuse(_serializer: DefaultSerializer, _serialized: str) -> Any:  # noqa: ANN401 - as DBOS has it
    raise ValueError("a row of the engine's database is pickled, and is not read")

"""What Easel changes inside DBOS 3.4.0, which offers no other way. Tests cover all of it."""

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

OTHERS_S = 30.0  # between two polls of DBOS's other threads: for queues, schedules and versions, which never change
NOTIFIES_S = 1.0  # a stop waits for it
WAITING_MAX_S = 600.0  # a workflow that has waited longer is no longer polled for
RECOVERY_S = 20.0  # of fast polling: DBOS puts what a start or an adoption recovers into its own queue from a thread
RECOVERY_POLLING_S = 0.2
PAUSE_MAX_S = 3.0  # between two attempts to reach the database; DBOS lets up to 90 s pass while new wishes wait


class QueueSignal:
    """Wakes a queue's worker at once for what this process enqueues, and lets it pause while nothing waits.

    DBOS only polls: every 50 ms costs each picture 25 ms, and 4 % of a core; every 250 ms less than 1 % of a core. Its
    other threads poll once a second for changes that never happen here.
    """

    def __init__(self, queue: str, *, idle_s: float) -> None:
        """`idle_s`: seconds between two polls while nothing of this process waits; others may have left something."""
        self._worker_name = f"queue-worker-{queue}"
        self._recovery_name = f"queue-worker-{INTERNAL_QUEUE_NAME}"
        self._idle_s = idle_s
        self._wake_events = {self._worker_name: threading.Event(), self._recovery_name: threading.Event()}
        self._waiting: dict[str, float] = {}
        self._others_waiting = True
        self._woken_at = time.monotonic()

    def wake_all(self) -> None:
        """Wake both workers: there is or will be something in one of the queues, or it is time to stop."""
        self._woken_at = time.monotonic()
        self._others_waiting = True
        for event in self._wake_events.values():
            event.set()

    def note_waiting(self, name: str) -> None:
        """Note that `name` is about to wait in the queue."""
        self._waiting[name] = time.monotonic()

    def wake_worker(self) -> None:
        """Wake the queue's worker: it can see what waits now."""
        self._wake_events[self._worker_name].set()

    def note_started(self, name: str) -> None:
        """Note that `name` runs here."""
        self._waiting.pop(name, None)

    def note_ended(self) -> None:
        """Wake the queue's worker if something waits: a place is free."""
        if self._waiting:
            self.wake_worker()

    def install(self, dbos: DBOS) -> None:
        """Replace the waits in DBOS's threads, and slow down the threads that serve what we do not use."""
        for stop in [*dbos.background_thread_stop_events, dbos._background_jobs_stop_event]:  # noqa: SLF001 - see above
            stop.wait = functools.partial(self._wait, stop)  # type: ignore[method-assign]  # see above
        database = dbos._sys_db  # noqa: SLF001 - see above
        database._notification_coalesce_sec = NOTIFIES_S  # noqa: SLF001 - else a thread polls 100 times a second
        partitions = functools.partial(self._partitions, database.get_queue_partitions)
        database.get_queue_partitions = partitions  # type: ignore[method-assign]  # see above

    def _partitions(self, find: Callable[[str], list[str]], queue: str) -> list[str]:
        """Find who waits. What dead processes left waiting sends no signal: while there is any, polling goes on."""
        found = find(queue)
        self._others_waiting = bool(found)
        return found

    def _wait(self, stop: threading.Event, timeout: float | None = None) -> bool:
        name, given_s = threading.current_thread().name, timeout or 0.0
        is_recovering = time.monotonic() - self._woken_at < RECOVERY_S
        if name not in self._wake_events:
            return threading.Event.wait(stop, given_s if is_recovering else max(given_s, OTHERS_S))
        if name == self._recovery_name:
            pause_s = RECOVERY_POLLING_S if is_recovering else self._idle_s
        else:
            # When processes contend for the queue, DBOS lets up to two minutes pass.
            pause_s = min(given_s, PAUSE_MAX_S) if self._is_busy() else self._idle_s
        self._wake_events[name].wait(pause_s)
        self._wake_events[name].clear()
        return stop.is_set()

    def _is_busy(self) -> bool:
        # Another process may have taken it without our knowing: after a while we stop polling for it.
        since = time.monotonic() - WAITING_MAX_S
        for waiting, at in list(self._waiting.items()):
            if at < since:
                self._waiting.pop(waiting, None)
        return bool(self._waiting) or self._others_waiting


class DatabaseRetries:
    """Makes DBOS wait for its database: as long as it takes, with short pauses, while the engine runs.

    By itself DBOS retries only some failures: a read-only Postgres, a Postgres whose socket is gone, or a full disk
    ended workflows, and people were never answered.
    """

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def install(self) -> None:
        """Replace the retry rules and the clock of DBOS's database module."""
        clock = types.SimpleNamespace(**vars(time) | {"sleep": self._sleep})
        vars(dbos_database).update(
            retriable_postgres_exception=self._is_retriable, retriable_sqlite_exception=self._is_retriable, time=clock
        )

    def stop(self) -> None:
        """Stop waiting: a thread that waits for a database would outlive everything else."""
        self._stopped.set()

    def _is_retriable(self, error: Exception) -> bool:
        # Even when tables are missing: a workflow that ended over it would be started, and perhaps paid for, again.
        return (is_away(error) or is_wrong(error)) and not self._stopped.is_set()

    def _sleep(self, seconds: float) -> None:
        self._stopped.wait(min(seconds, PAUSE_MAX_S))


def decode_json_only() -> None:
    """Refuse pickled rows, so that no row of the engine's database can run code.

    DBOS uses the serializer that the row names, whatever it was configured with, and its default is pickle: whoever can
    write to the database, or supplies a backup to be restored, could take over every Easel.
    """
    DefaultSerializer.deserialize = _refuse  # type: ignore[method-assign, assignment]  # see above


def _refuse(_serializer: DefaultSerializer, _serialized: str) -> Any:  # noqa: ANN401 - as DBOS has it
    raise ValueError("a row of the engine's database is pickled, and is not read")

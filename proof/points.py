"""Counts points in a process that may end at one of them. Between that process and whoever watches it: two files.

Whoever writes N into `kill_at` has it count anew, and end at the Nth point; 0 only counts. The names of the points that
were passed are in the file `points`.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TextIO

KILL_AT, PASSED = "kill_at", "points"
ARMED = "armed to end at point {}\n"
LOOK_EVERY_S = 0.02


class Points:
    """Counts what is passed, from the moment when it is told to."""

    def __init__(self) -> None:
        self._passing = threading.Lock()
        self._passed = self._last = 0
        self._file: TextIO | None = None

    def watch(self) -> None:
        """Look for N in a thread. Not by a signal: the loop may be asleep, and then nobody would hear it."""
        threading.Thread(target=self._watch, name="points", daemon=True).start()

    def passed(self, name: str) -> None:
        """Count a point, and end here where it is the last one. The others hear nothing of it."""
        if self._file is None:
            return
        with self._passing:
            self._passed += 1
            print(name, file=self._file, flush=True)
            if self._passed == self._last:
                os.kill(os.getpid(), signal.SIGKILL)

    def _watch(self) -> None:
        told = Path(KILL_AT)
        while True:
            if told.exists():
                self._arm(int(told.read_text()))
                told.unlink()
                print(ARMED.format(self._last), end="", file=sys.stderr, flush=True)
            time.sleep(LOOK_EVERY_S)

    def _arm(self, last: int) -> None:
        with self._passing:
            self._passed, self._last = 0, last
            self._file = Path(PASSED).open("w")  # noqa: SIM115 - as long as the process lives


def tell(directory: Path, number: int) -> None:
    """Have the process in that directory end at this point."""
    written = directory / f"{KILL_AT}.new"
    written.write_text(str(number))
    written.rename(directory / KILL_AT)


def passed(directory: Path) -> list[str]:
    """Return what the process in that directory has passed."""
    return (directory / PASSED).read_text().splitlines()

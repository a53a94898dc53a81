"""Lets the wall clock of a process jump, by a small library that is compiled and preloaded. Linux only.

Not libfaketime: with its monotonic clock left alone, `time.sleep` fails with EINVAL after a jump (0.9.10, Python 3.11).
"""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parent / "clock.c"


class Clock:
    """The clock of one process. `environment` belongs into its start; empty where clocks cannot be moved here."""

    def __init__(self, directory: Path, *, name: str, library: Path | None) -> None:
        self._file = directory / f"clock-{name}"
        self.jump(0)
        self.environment: dict[str, str] = {}
        if library:
            self.environment = {"LD_PRELOAD": str(library), "PROOF_CLOCK": str(self._file)}

    def jump(self, seconds: int) -> None:
        """Set the clock so far before (negative) or after the real time; it goes on from there."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("q", seconds))


def compiled(directory: Path) -> Path | None:
    """Make the library; None where there is no C compiler, or another system than Linux."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        return None
    library = directory / "clock.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    return library

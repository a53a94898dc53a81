"""Whether the SQLite file is still the one that was opened."""

from pathlib import Path

from sqlalchemy.exc import OperationalError


class OwnFile:
    """Notices when the file is deleted, moved or replaced: that takes its name away, not what the process has open.

    SQLite would go on writing to the open file, and all of that is lost when the process ends.
    """

    def __init__(self, path: Path | None) -> None:
        """`path` None: there is no file, and nothing to check."""
        self._path = path
        self._known: tuple[int, int] | None = None

    @property
    def is_remembered(self) -> bool:
        """Whether there is a file, and `remember` was called."""
        return self._known is not None

    def remember(self) -> None:
        """Remember the file that has the name now as ours."""
        self._known = self._identity()

    def check(self) -> None:
        """Raise OperationalError, as for an unavailable database, while another file, or none, has its name."""
        if self._known is not None and self._identity() != self._known:
            said = f"{self._path} was deleted, moved or replaced: put it back, or restore a backup and start again"
            raise OperationalError("", {}, FileNotFoundError(said), hide_parameters=True)

    def _identity(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return (0, 0)
        return (found.st_dev, found.st_ino)

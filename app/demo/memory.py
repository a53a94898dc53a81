"""What the bot remembers of its vendors between two starts, taken from it: the day is another one, a phone has changed.

Real vendors change without our doing, and the bot finds out in hours. Nobody at the demo waits that long.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from app.store.tables import gone_models, languages

BUSY_S = 10.0


class Memory:
    """The bot's database, which may be in use, or not there yet."""

    def __init__(self, path: Path) -> None:
        """`path`: of a file of SQLite."""
        self._path = path

    async def forget_gone_models(self) -> None:
        """Let every model be asked again."""
        await asyncio.to_thread(self._delete, sa.delete(gone_models))

    async def forget_language(self, user_id: str) -> None:
        """Let the profile of a person be read again."""
        await asyncio.to_thread(self._delete, sa.delete(languages).where(languages.c.user_id == user_id))

    def erase(self) -> None:
        """Take the whole database away, and nothing beside it, while nobody uses it."""
        for file in (self._path, self._path.with_suffix(".engine.db")):
            for end in ("", "-wal", "-shm"):
                file.with_name(f"{file.name}{end}").unlink(missing_ok=True)

    def _delete(self, what: sa.Delete) -> None:
        with self._connected() as connection:
            connection.execute(what)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        engine = sa.create_engine(f"sqlite:///{self._path}", connect_args={"timeout": BUSY_S})
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

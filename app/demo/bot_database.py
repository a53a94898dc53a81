"""Makes the bot forget what it has stored about its vendors, after the page has changed them.

The bot would notice such changes within hours. Nobody at the demo waits that long.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from app.store.tables import gone_models, languages

BUSY_S = 10.0


class BotDatabase:
    """The bot's database, which may be in use, or not there yet."""

    def __init__(self, path: Path) -> None:
        """`path`: the SQLite file."""
        self._path = path

    async def forget_gone_models(self) -> None:
        """Forget which models are gone, so that all are asked again."""
        await asyncio.to_thread(self._delete, sa.delete(gone_models))

    async def forget_language(self, user_id: str) -> None:
        """Forget a person's language, so that their profile is read again."""
        await asyncio.to_thread(self._delete, sa.delete(languages).where(languages.c.user_id == user_id))

    def erase(self) -> None:
        """Delete the whole database, and nothing beside it. Nobody may be using it."""
        for file in (self._path, self._path.with_suffix(".engine.db")):
            for end in ("", "-wal", "-shm"):
                file.with_name(f"{file.name}{end}").unlink(missing_ok=True)

    def _delete(self, what: sa.Delete) -> None:
        with self._connected() as connection:
            connection.execute(what)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(self._path)), connect_args={"timeout": BUSY_S})
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

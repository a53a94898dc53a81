"""Sessions of the dashboard that were ended before their time, for every process to know."""

import time

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import switches

PREFIX = "signed_out:"
KEPT_S = 24 * 3600.0  # longer than any session lasts


class SignOuts:
    """Remembers sessions that were ended before their time.

    A session is named by at most 20 characters that reveal nothing of its cookie.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, session_id: str) -> None:
        """End a session. The second call does nothing."""
        now_at = time.time()
        row = {"name": f"{PREFIX}{session_id}", "at": now_at}
        old = sa.delete(switches).where(switches.c.name.startswith(PREFIX), switches.c.at < now_at - KEPT_S)

        def write(connection: sa.Connection) -> None:
            connection.execute(self._database.insert_once(switches), row)
            connection.execute(old)

        await self._database.run(write)

    async def holds(self, session_id: str) -> bool:
        """Whether a session was ended."""
        found = sa.select(switches.c.at).where(switches.c.name == f"{PREFIX}{session_id}")
        return await self._database.read(lambda connection: connection.execute(found).first() is not None)

"""Who lives, when several processes share a Postgres. Time is the database's, so clocks need not agree."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import leases

NOW = sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)


class Leases:
    """Says which processes live, by the database's own clock. On SQLite one process owns the file and nobody asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def renew(self, executor_id: str, *, term_s: float) -> None:
        """Say that `executor_id` lives for another `term_s` seconds."""
        expires_at = NOW + term_s
        changed = sa.update(leases).where(leases.c.executor_id == executor_id).values(expires_at=expires_at)

        def write(connection: sa.Connection) -> None:
            if connection.execute(changed).rowcount == 0:
                connection.execute(sa.insert(leases).values(executor_id=executor_id, expires_at=expires_at))

        await self._database.run(write)

    async def living(self) -> set[str]:
        """Return the processes whose lease has not run out."""
        alive = sa.select(leases.c.executor_id).where(leases.c.expires_at > NOW)
        return await self._database.look(lambda connection: set(connection.execute(alive).scalars()))

    async def release(self, executor_ids: Sequence[str]) -> None:
        """These processes are gone, or about to go."""
        gone = sa.delete(leases).where(leases.c.executor_id.in_(executor_ids))
        await self._database.run(lambda connection: connection.execute(gone))

"""Which processes live, when several share a Postgres. Times are the database's, so clocks need not agree."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.store.database import Database
from app.store.tables import leases

NOW = sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)
_ALIVE = sa.select(leases.c.executor_id).where(leases.c.expires_at > NOW)


class Leases:
    """Tells which processes live, by the database's own clock. Not used on SQLite, where one process owns the file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def renew(self, executor_id: str, *, term_s: float) -> set[str]:
        """Extend the lease of `executor_id` to `term_s` seconds from now. Return the processes that live."""
        expires_at = NOW + term_s
        mine = postgresql.insert(leases).values(executor_id=executor_id, expires_at=expires_at)
        renewed = (
            mine.on_conflict_do_update(index_elements=[leases.c.executor_id], set_={"expires_at": expires_at})
            .returning(leases.c.executor_id)
            .cte("renewed")
        )
        alive = _ALIVE.union(sa.select(renewed.c.executor_id))
        # One statement, which commits by itself, is one round trip: an idle process does this every second or two.
        return await self._database.look(lambda connection: set(connection.execute(alive).scalars()))

    async def living(self) -> set[str]:
        """Return the processes whose lease has not run out."""
        return await self._database.look(lambda connection: set(connection.execute(_ALIVE).scalars()))

    async def release(self, executor_ids: Sequence[str]) -> None:
        """Delete the leases of processes that are gone, or about to go."""
        gone = sa.delete(leases).where(leases.c.executor_id.in_(executor_ids))
        await self._database.run(lambda connection: connection.execute(gone))

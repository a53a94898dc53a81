"""Objects that are to be deleted from the bucket. Their pictures are deleted already."""

import time
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import deletions

AT_ONCE = 100


class Deletions:
    """Remembers which objects are to be deleted from the bucket, until they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def some(self) -> list[str]:
        """Return some object keys that are to be deleted, oldest first."""
        oldest = sa.select(deletions.c.object_key).order_by(deletions.c.since).limit(AT_ONCE)
        return await self._database.run(lambda connection: list(connection.execute(oldest).scalars()))

    async def swept(self, keys: Sequence[str]) -> None:
        """Forget keys that are no longer in the bucket."""
        change = sa.delete(deletions).where(deletions.c.object_key.in_(keys))
        await self._database.run(lambda connection: connection.execute(change))


def delete_later(database: Database, connection: sa.Connection, keys: Iterable[str]) -> None:
    """Note objects for deletion, in the transaction that deletes their pictures."""
    rows = [{"object_key": key, "since": time.time()} for key in keys]
    if rows:
        connection.execute(database.insert_once(deletions), rows)

"""What admins were told: each cause once a day, whichever process sees it first."""

import time

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import alerts


class Alerts:
    """Makes sure that only one process tells of a cause, once a day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, cause: str, *, day: str) -> bool:
        """Claim the alert for a cause. False: admins were told on that day, or another process is about to tell them.

        Args:
            cause: In our words, without ids of people.
            day: YYYY-MM-DD; any fixed word for what is to be told only once.
        """
        row = {"cause": cause, "day": day, "at": time.time()}
        mine = sa.select(alerts.c.at).where(alerts.c.cause == cause, alerts.c.day == day)

        def write(connection: sa.Connection) -> bool:
            connection.execute(self._database.insert_once(alerts), row)
            # Recognised by its time, so that a second try after a lost answer still finds its own row.
            return bool(connection.execute(mine).scalar_one() == row["at"])

        return await self._database.run(write)

    async def take_back(self, cause: str, *, day: str) -> None:
        """Give a claim back, because admins could not be told: the next time the cause is new again."""
        gone = sa.delete(alerts).where(alerts.c.cause == cause, alerts.c.day == day)
        await self._database.run(lambda connection: connection.execute(gone))

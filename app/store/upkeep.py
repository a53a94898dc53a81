"""Keeps the store writable and small."""

import time

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import deliveries, gone_models, heartbeats, inbox, languages, tokens

DAY_S = 86_400.0
# LINE redelivers for minutes, not days; its number and interval are undisclosed:
# https://developers.line.biz/en/docs/messaging-api/receiving-messages/#webhook-redelivery (read 2026-11-22)
EVENTS_KEPT_S = 3 * DAY_S
DELIVERIES_KEPT_S = 7 * DAY_S
LANGUAGES_KEPT_S = 30 * DAY_S


class Upkeep:
    """The verbs. `owner` is this process."""

    def __init__(self, database: Database, *, owner: str) -> None:
        self._database = database
        self._owner = owner

    async def beat(self) -> None:
        """Write something; raises when the store does not take it."""

        def write(connection: sa.Connection) -> None:
            connection.execute(sa.delete(heartbeats).where(heartbeats.c.owner == self._owner))
            connection.execute(sa.insert(heartbeats).values(owner=self._owner, at=time.time()))

        await self._database.run_once(write)

    async def prune(self) -> None:
        """Forget what can be of no use any more. Requests, what was paid for them, and what was sent stay."""
        now = time.time()
        old = [
            sa.delete(inbox).where(inbox.c.begun, inbox.c.arrived_at < now - EVENTS_KEPT_S),
            sa.delete(tokens).where(tokens.c.arrived_at < now - EVENTS_KEPT_S),
            sa.delete(deliveries).where(deliveries.c.ended_at < now - DELIVERIES_KEPT_S),
            sa.delete(languages).where(languages.c.read_at < now - LANGUAGES_KEPT_S),
            sa.delete(gone_models).where(gone_models.c.until < now),
            sa.delete(heartbeats).where(heartbeats.c.at < now - DAY_S),
        ]

        def write(connection: sa.Connection) -> None:
            for statement in old:
                connection.execute(statement)

        await self._database.run(write)

"""What was asked of the Images API, and which of its models are gone. The beginning of a ledger."""

import time

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import calls, gone_models


class Calls:
    """Every call that may cost money, written down before it is made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, request_id: str, *, model: str) -> int:
        """Write down that the model is about to be asked, which may cost money. Return the call's id."""

        def write(connection: sa.Connection) -> int:
            row = {"request_id": request_id, "model": model, "began_at": time.time(), "outcome": "asked"}
            return int(connection.execute(sa.insert(calls).values(row).returning(calls.c.id)).scalar_one())

        return await self._database.run(write)

    async def end(self, call_id: int, *, outcome: str, vendor_request_id: str | None) -> None:
        """Write down how a call without a picture ended: `failed` (not charged), `unknown` or `bad` (charged)."""
        change = (
            sa.update(calls)
            .where(calls.c.id == call_id)
            .values(outcome=outcome, ended_at=time.time(), vendor_request_id=vendor_request_id)
        )
        await self._database.run(lambda connection: connection.execute(change))

    async def charged_blind(self, request_id: str) -> int:
        """Return for how many calls we may have paid without getting a picture.

        A call that has no end was cut off by a crash or a stop: its outcome is unknown from now on.
        """

        def read(connection: sa.Connection) -> int:
            mine = calls.c.request_id == request_id
            cut_off = sa.update(calls).where(mine, calls.c.outcome == "asked")
            connection.execute(cut_off.values(outcome="unknown", ended_at=time.time()))
            counted = sa.select(sa.func.count()).where(mine, calls.c.outcome.in_(["unknown", "bad"]))
            return int(connection.execute(counted).scalar_one())

        return await self._database.run(read)

    async def gone_models(self) -> set[str]:
        """Return the models that are known to be shut down."""
        known = sa.select(gone_models.c.model).where(gone_models.c.until > time.time())
        return await self._database.run(lambda connection: set(connection.execute(known).scalars()))

    async def model_gone(self, model: str, *, for_s: float) -> None:
        """Remember for `for_s` seconds that a model is gone."""

        def write(connection: sa.Connection) -> None:
            connection.execute(sa.delete(gone_models).where(gone_models.c.model == model))
            row = {"model": model, "until": time.time() + for_s}
            connection.execute(self._database.insert_once(gone_models), row)

        await self._database.run(write)

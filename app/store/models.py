"""What is known of models: which are gone, and when the others are shut down."""

import time
from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import gone_models, model_dates


class Models:
    """Remembers what all processes should know of models. Each method is safe to call again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def gone(self) -> set[str]:
        """Return the models that are known to be shut down."""
        known = sa.select(gone_models.c.model).where(gone_models.c.until > time.time())
        return await self._database.look(lambda connection: set(connection.execute(known).scalars()))

    async def mark_gone(self, model: str, *, for_s: float) -> None:
        """Remember for `for_s` seconds that a model is gone."""
        await self._write(gone_models, {"model": model, "until": time.time() + for_s})

    async def mark_alive(self, model: str) -> None:
        """Forget that it was gone, so that it is asked again."""
        back = sa.delete(gone_models).where(gone_models.c.model == model)
        await self._database.run(lambda connection: connection.execute(back))

    async def ends(self, model: str, shutdown_on: date | None) -> None:
        """Remember when a model is shut down, as its maker says; None: no date is known."""
        day = shutdown_on.isoformat() if shutdown_on else None
        await self._write(model_dates, {"model": model, "shutdown_on": day, "read_at": time.time()})

    async def dates(self) -> Mapping[str, date | None]:
        """Return the models whose shutdown was looked up, with its date if one is known."""
        wanted = sa.select(model_dates.c.model, model_dates.c.shutdown_on)
        rows = await self._database.look(lambda connection: connection.execute(wanted).all())
        return {row.model: date.fromisoformat(row.shutdown_on) if row.shutdown_on else None for row in rows}

    async def _write(self, table: sa.Table, row: Mapping[str, object]) -> None:
        others = {name: value for name, value in row.items() if name != "model"}

        def write(connection: sa.Connection) -> None:
            connection.execute(self._database.insert_once(table), row)
            connection.execute(sa.update(table).where(table.c.model == row["model"]).values(**others))

        await self._database.run(write)

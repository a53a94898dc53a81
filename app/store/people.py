"""What is known of people: the language LINE tells, cached."""

import time

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import languages


class People:
    """The verbs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def language(self, user_id: str, *, not_before: float) -> tuple[bool, str | None]:
        """Return whether the language was read since `not_before` (Unix seconds), and the language."""
        wanted = sa.select(languages.c.language).where(
            languages.c.user_id == user_id, languages.c.read_at >= not_before
        )

        def read(connection: sa.Connection) -> tuple[bool, str | None]:
            row = connection.execute(wanted).first()
            return (True, row.language) if row else (False, None)

        return await self._database.look(read)

    async def speaks(self, user_id: str, language: str | None) -> None:
        """Remember a language (BCP 47); None when LINE does not tell."""
        row = {"user_id": user_id, "language": language, "read_at": time.time()}
        speaks = self._database.upsert(languages, ("language", "read_at"))
        await self._database.run(lambda connection: connection.execute(speaks, row))

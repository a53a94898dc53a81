"""What is known of people: the language that LINE tells us, cached."""

import time
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.database import Database
from app.store.tables import chats, languages


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChoice:
    """`chosen` for the chat; else `language` as LINE `told` it recently; None: LINE does not tell."""

    chosen: str | None
    told: bool
    language: str | None


_MINE = languages.c.user_id == sa.bindparam("user")
_SPEECH = sa.select(
    sa.select(chats.c.settings).where(chats.c.chat_id == sa.bindparam("chat")).scalar_subquery().label("settings"),
    sa.select(languages.c.read_at).where(_MINE).scalar_subquery().label("read_at"),
    sa.select(languages.c.language).where(_MINE).scalar_subquery().label("language"),
)


class People:
    """Remembers which language a person reads, as LINE tells us or as they chose."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def speech(self, user_id: str | None, *, chat_id: str | None, not_before: float) -> LanguageChoice:
        """Return what is known of a person's language in a chat; `told`: LINE told it since that Unix time."""
        bound = {"user": user_id, "chat": chat_id}
        row = await self._database.look(lambda connection: connection.execute(_SPEECH, bound).one())
        chosen = (row.settings or {}).get("language") or None
        return LanguageChoice(
            chosen=chosen, told=row.read_at is not None and row.read_at >= not_before, language=row.language
        )

    async def speaks(self, user_id: str, language: str | None) -> None:
        """Remember a person's language (BCP 47); None: LINE does not tell."""
        row = {"user_id": user_id, "language": language, "read_at": time.time()}
        speaks = self._database.upsert(languages, ("language", "read_at"))
        await self._database.run(lambda connection: connection.execute(speaks, row))

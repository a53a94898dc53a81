"""A chat's settings, what we expect to be said in it next, and whether we are still in it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.expectations import NOTHING_EXPECTED, expected_of_person
from app.store.tables import chats


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the next message of the chat is about.

    Attributes:
        what: `words`: what to do with `sources`. `photo`: the photo for `prompt`; `sources` name the message that said
            it. `offer`: yes or no to the offer of the request in `sources`. `delete`: yes or no to deleting everything.
            `settings`: a number or a shape for the settings that were shown. `better`: how to improve the picture in
            `sources`, after a complaint. `wish`: whether somebody has a wish.
        user_id: Whose message; None: anybody's.
    """

    what: str
    prompt: str | None = None
    options: Mapping[str, Any] | None = None
    sources: Sequence[Mapping[str, str]] = ()
    user_id: str | None = None

    @property
    def message_id(self) -> str | None:
        """LINE's id of the message that gave the prompt, if it is known."""
        return next((one["message"] for one in self.sources if "message" in one), None)

    def is_of(self, user_id: str | None) -> bool:
        """Whether it may be this person's message; an unknown person may be anybody."""
        return self.user_id is None or user_id is None or self.user_id == user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatState:
    """What is known of a chat. `settings` has size, quality, count and language where they are set.

    `left_at`: when we were blocked or removed, Unix seconds.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    expected: Expected | None = None
    current_picture: str | None = None
    left_at: float | None = None


class Chats:
    """Remembers a chat's settings, its current picture and what its next message will be about.

    Each method is safe to call again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, chat_id: str) -> ChatState:
        """Return what is known of the chat; an empty state for a new one."""
        return await self._database.look(lambda connection: read_chat(connection, chat_id))

    async def set(self, chat_id: str, chat_kind: str, name: str, value: str) -> None:
        """Set one of the chat's settings; an empty value removes it."""

        def write(connection: sa.Connection) -> None:
            meet(self._database, connection, chat_id, chat_kind)
            mine = chats.c.chat_id == chat_id
            settings = connection.execute(sa.select(chats.c.settings).where(mine).with_for_update()).scalar() or {}
            changed = {key: old for key, old in settings.items() if key != name} | ({name: value} if value else {})
            connection.execute(sa.update(chats).where(mine).values(settings=changed))

        await self._database.run(write)

    async def expect(self, chat_id: str, chat_kind: str, expected: Expected, *, for_s: float) -> None:
        """Remember for `for_s` seconds what the next message of the chat is about."""
        values = {
            "expects": expected.what,
            "expects_prompt": expected.prompt,
            "expects_options": expected.options,
            "expects_sources": list(expected.sources),
            "expects_until": time.time() + for_s,
            "expects_user": expected.user_id,
        }
        await self._change(chat_id, chat_kind, values)

    async def expect_nothing(self, chat_id: str, chat_kind: str, *, user_id: str | None) -> None:
        """The next message of this person stands for itself; None: whoever's it is."""
        await self._change(chat_id, chat_kind, NOTHING_EXPECTED, *expected_of_person(chat_id, user_id))

    async def point_at(self, chat_id: str, chat_kind: str, picture_id: str) -> None:
        """Make this the chat's current picture."""
        await self._change(chat_id, chat_kind, {"current_picture": picture_id})

    async def came(self, chat_id: str, chat_kind: str, *, at: float) -> None:
        """Record that we were in the chat then (Unix seconds), unless we left later: events come in any order."""
        await self._change(chat_id, chat_kind, {"left_at": None}, chats.c.left_at < at)

    async def left(self, chat_id: str, chat_kind: str, *, at: float) -> None:
        """Record that we were blocked or removed then (Unix seconds): the chat's data goes after a day of grace."""
        is_later = sa.or_(chats.c.left_at.is_(None), chats.c.left_at < at)
        await self._change(chat_id, chat_kind, {"left_at": at}, is_later)

    async def left_before(self, before: float, *, limit: int) -> list[str]:
        """Return chats that we left before that Unix time."""
        wanted = sa.select(chats.c.chat_id).where(chats.c.left_at < before).limit(limit)
        return await self._database.look(lambda connection: list(connection.execute(wanted).scalars()))

    async def _change(
        self, chat_id: str, chat_kind: str, values: Mapping[str, Any], *conditions: sa.ColumnElement[bool]
    ) -> None:
        def write(connection: sa.Connection) -> None:
            meet(self._database, connection, chat_id, chat_kind)
            connection.execute(sa.update(chats).where(chats.c.chat_id == chat_id, *conditions).values(**values))

        await self._database.run(write)


def meet(database: Database, connection: sa.Connection, chat_id: str, chat_kind: str) -> None:
    """Insert the row of a chat, if there is none yet."""
    row = {"chat_id": chat_id, "chat_kind": chat_kind, "created_at": time.time()}
    connection.execute(database.insert_once(chats), row)


_BY_ID = sa.select(chats).where(chats.c.chat_id == sa.bindparam("chat"))


def read_chat(connection: sa.Connection, chat_id: str) -> ChatState:
    """Read a chat within a transaction."""
    row = connection.execute(_BY_ID, {"chat": chat_id}).mappings().first()
    if row is None:
        return ChatState()
    return ChatState(
        settings=row["settings"] or {},
        expected=_expected(row),
        current_picture=row["current_picture"],
        left_at=row["left_at"],
    )


def _expected(row: sa.RowMapping) -> Expected | None:
    if not row["expects"] or row["expects_until"] < time.time():
        return None
    return Expected(
        what=row["expects"],
        prompt=row["expects_prompt"],
        options=row["expects_options"],
        sources=row["expects_sources"] or (),
        user_id=row["expects_user"],
    )

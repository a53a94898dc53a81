"""Deletes what people take back: from the store at once, from the bucket as soon as it can be reached.

A record is deleted in the transaction that notes its objects as deletions, so that a crash loses track of none;
`app.flows.upkeep.cleanup` then deletes the objects. What was paid stays in the ledger, without a name.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.store.data_inventory import allowance_of, budgets_of, calls_of, unread_of
from app.store.database import Database
from app.store.deletions import delete_later
from app.store.expectations import NOTHING_EXPECTED
from app.store.money.call_outcome import READ, CallOutcome
from app.store.receiving import settle
from app.store.requests import UNFINISHED, AnswerState, cancelled, drop_kept
from app.store.tables import (
    allowances,
    budgets,
    calls,
    chats,
    deliveries,
    inbox,
    languages,
    pending_uploads,
    photo_uses,
    photos,
    pictures,
    requests,
    sent,
    tokens,
    unsent,
)

AT_ONCE = 200
VERSIONS_MAX = 1000  # how far a chain of edits is followed
BLANK = {"prompt": None, "options": None, "sources": None, "notes": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """What somebody has in a chat. `more`: words, photos, or something that waits or is being drawn."""

    pictures: int
    more: bool

    @property
    def any(self) -> bool:
        """Whether there is anything to delete."""
        return bool(self.pictures) or self.more


class Forgetting:
    """Deletes what is known about a person, a chat or a message, and notes which objects have to follow.

    Each method is safe to call again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def picture(self, picture_id: str, *, chat_id: str | None = None) -> bool:
        """Forget one picture, of this chat if one is given. False: there is none."""
        mine = [pictures.c.id == picture_id] + ([pictures.c.chat_id == chat_id] if chat_id else [])
        return await self._database.run(lambda connection: self._pictures(connection, *mine) == 1)

    async def own_data(self, chat_id: str, *, user_id: str | None = None) -> OwnData:
        """Return what there is of a chat, or of one person in it, that `all_of` would forget."""
        return await self._database.look(lambda connection: _own_data(connection, chat_id, user_id))

    def all_of(self, connection: sa.Connection, chat_id: str, *, user_id: str | None = None) -> OwnData:
        """Forget every picture, word and photo of a chat, or of one person in it, within a transaction.

        What waits or is being drawn is cancelled. Settings stay, and so do the rows of requests, without their words.
        """
        self._database.one_at_a_time(connection, chat_id)  # no other wish is written down meanwhile
        there = _own_data(connection, chat_id, user_id)
        of_them = sa.select(requests.c.id).where(*_theirs(requests, chat_id, user_id))
        has_bytes = requests.c.id.in_(sa.select(pending_uploads.c.request_id))
        still_open = of_them.where(sa.or_(requests.c.state.in_(UNFINISHED), has_bytes))
        for request_id in connection.execute(still_open).scalars().all():
            # First, as in `_request`: pictures that are just being stored can then be deleted below, and counted.
            cancelled(self._database, connection, request_id)
            drop_kept(self._database, connection, request_id)
        count = self._pictures(connection, *_theirs(pictures, chat_id, user_id))
        blank = sa.update(requests).where(*_theirs(requests, chat_id, user_id))
        connection.execute(blank.values(**BLANK, answer=_WITHOUT_OFFERS))
        connection.execute(sa.update(inbox).where(inbox.c.event_id.in_(of_them)).values(raw=""))
        connection.execute(sa.delete(photo_uses).where(photo_uses.c.request_id.in_(of_them)))
        connection.execute(sa.delete(photos).where(*_theirs(photos, chat_id, user_id)))
        connection.execute(sa.update(chats).where(*_expecting(chat_id, user_id)).values(**NOTHING_EXPECTED))
        return OwnData(pictures=count, more=there.more)

    async def message(self, message_id: str, *, chat_id: str) -> int:
        """Forget a message that was unsent, with its photo, wish and pictures. Return how many pictures.

        Its wish is cancelled if it is not drawn yet. If its words wait for a photo, they no longer do.
        """

        def write(connection: sa.Connection) -> int:
            self._database.one_at_a_time(connection, chat_id)  # another process may be writing the wish down
            connection.execute(self._database.insert_once(unsent), {"message_id": message_id, "at": time.time()})
            connection.execute(sa.delete(photos).where(photos.c.message_id == message_id, photos.c.chat_id == chat_id))
            self._expect_no_more_of(connection, message_id, chat_id)
            mine = sa.select(requests).where(requests.c.chat_id == chat_id)
            asked = connection.execute(mine.where(requests.c.message_id == message_id)).mappings().all()
            return sum(self._request(connection, row["id"]) for row in asked)

        return await self._database.run(write)

    async def made_from_photo(self, message_id: str, *, chat_id: str) -> int:
        """Forget the pictures that were made from a photo that was unsent, and their later versions. Return how many.

        If the message was words that waited for a photo, forget what was made with them from that photo.
        """
        uses = sa.select(photo_uses.c.request_id).where(photo_uses.c.message_id == message_id)
        mine = sa.select(requests.c.id).where(requests.c.id.in_(uses), requests.c.chat_id == chat_id)

        def write(connection: sa.Connection) -> int:
            made = list(connection.execute(mine).scalars())
            later = self._versions_of(connection, made)
            return sum(self._request(connection, one) for one in (*made, *later))

        return await self._database.run(write)

    async def chat(self, chat_id: str) -> int:
        """Forget everything about a chat. Return how many pictures it had."""
        return await self._database.run(lambda connection: self._chat(connection, chat_id))

    async def left_chat(self, chat_id: str, *, before: float) -> int | None:
        """Forget a chat that was left before that time (Unix seconds). None: we are in it again."""
        is_left = sa.select(chats.c.left_at).where(chats.c.chat_id == chat_id, chats.c.left_at < before)

        def write(connection: sa.Connection) -> int | None:
            self._database.one_at_a_time(connection, chat_id)
            if connection.execute(is_left.with_for_update()).first() is None:
                return None
            return self._chat(connection, chat_id)

        return await self._database.run(write)

    async def person(self, user_id: str) -> int:
        """Forget everything about a person: the 1:1 chat, what they asked for in groups. Return how many pictures."""
        count = await self.chat(user_id)

        def write(connection: sa.Connection) -> int:
            settle(connection, unread_of(connection, user_id))
            self._requests(connection, requests.c.user_id == user_id)
            theirs = self._pictures(connection, pictures.c.user_id == user_id)
            connection.execute(sa.delete(photos).where(photos.c.user_id == user_id))
            connection.execute(sa.update(chats).where(chats.c.expects_user == user_id).values(**NOTHING_EXPECTED))
            connection.execute(_nameless(calls_of(user_id)))
            connection.execute(sa.update(calls).where(calls.c.user_id == user_id).values(user_id=None))
            return theirs

        return count + await self._database.run(write)

    async def counts(self, line_id: str) -> int:
        """Forget what a person, group or room has used or was given: its limits start afresh. A block stays.

        Return how many records were deleted.
        """
        changes = (sa.delete(budgets).where(budgets_of(line_id)), sa.delete(allowances).where(allowance_of(line_id)))
        return await self._database.run(lambda connection: sum(connection.execute(one).rowcount for one in changes))

    async def pictures_before(self, before: float) -> int:
        """Forget pictures from before that Unix time, at most `AT_ONCE`. Return how many."""
        oldest = sa.select(pictures.c.id).where(pictures.c.created_at < before).limit(AT_ONCE)
        return await self._database.run(lambda connection: self._pictures(connection, pictures.c.id.in_(oldest)))

    async def photos_before(self, before: float) -> None:
        """Forget photos from before that Unix time."""
        old = sa.delete(photos).where(photos.c.created_at < before)
        await self._database.run(lambda connection: connection.execute(old))

    def _chat(self, connection: sa.Connection, chat_id: str) -> int:
        settle(connection, unread_of(connection, chat_id))
        self._requests(connection, requests.c.chat_id == chat_id)
        count = self._pictures(connection, pictures.c.chat_id == chat_id)
        used = sa.select(photos.c.message_id).where(photos.c.chat_id == chat_id)
        connection.execute(sa.delete(photo_uses).where(photo_uses.c.message_id.in_(used)))
        for table in (photos, tokens, deliveries, sent, chats):
            connection.execute(sa.delete(table).where(table.c.chat_id == chat_id))
        connection.execute(sa.delete(languages).where(languages.c.user_id == chat_id))
        connection.execute(_nameless(calls_of(chat_id)))
        connection.execute(sa.update(calls).where(calls.c.chat_id == chat_id).values(chat_id="", user_id=None))
        return count

    def _expect_no_more_of(self, connection: sa.Connection, message_id: str, chat_id: str) -> None:
        """Forget words that wait for a photo, if this message said them, or if it is not known which one did."""
        waits = sa.and_(chats.c.chat_id == chat_id, chats.c.expects == "photo")
        sources = connection.execute(sa.select(chats.c.expects_sources).where(waits)).scalar()
        if not sources or {"message": message_id} in sources:
            connection.execute(sa.update(chats).where(waits).values(**NOTHING_EXPECTED))

    def _versions_of(self, connection: sa.Connection, request_ids: Sequence[str]) -> list[str]:
        """Return the requests that edited pictures of these requests, and in turn those that edited theirs."""
        found: dict[str, None] = {}
        ids = list(request_ids)
        while ids and len(found) < VERSIONS_MAX:
            theirs = sa.select(pictures.c.id).where(pictures.c.request_id.in_(ids))
            later = sa.select(pictures.c.request_id).where(pictures.c.parent_id.in_(theirs)).distinct()
            ids = [one for one in connection.execute(later).scalars() if one not in found]
            found |= dict.fromkeys(ids)
        return list(found)

    def _request(self, connection: sa.Connection, request_id: str) -> int:
        # First, since this waits for a transaction that is just storing the pictures: they can then be deleted below.
        cancelled(self._database, connection, request_id)
        drop_kept(self._database, connection, request_id)  # a wish that was broken off still has its bytes
        count = self._pictures(connection, pictures.c.request_id == request_id)
        mine = sa.update(requests).where(requests.c.id == request_id)
        connection.execute(mine.values(**BLANK, answer=_WITHOUT_OFFERS))
        connection.execute(sa.delete(photo_uses).where(photo_uses.c.request_id == request_id))
        connection.execute(sa.update(inbox).where(inbox.c.event_id == request_id).values(raw=""))
        return count

    def _requests(self, connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
        """Delete requests, with the events that asked for them and what waits for the bucket; not their pictures."""
        ids = sa.select(requests.c.id).where(which)
        for request_id in connection.execute(ids).scalars().all():
            cancelled(self._database, connection, request_id)
            drop_kept(self._database, connection, request_id)
        connection.execute(sa.update(inbox).where(inbox.c.event_id.in_(ids)).values(raw=""))
        connection.execute(sa.delete(sent).where(sent.c.request_id.in_(ids)))
        connection.execute(sa.delete(photo_uses).where(photo_uses.c.request_id.in_(ids)))
        connection.execute(sa.delete(requests).where(which))

    def _pictures(self, connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> int:
        """Forget pictures, and the words of a wish whose last picture goes.

        Which message showed them is kept: whoever quotes it is told that the picture is gone.
        """
        rows = connection.execute(sa.select(pictures).where(*conditions)).mappings().all()
        delete_later(
            self._database, connection, [key for row in rows for key in (row["object_key"], row["preview_key"])]
        )
        ids, of = [row["id"] for row in rows], {row["request_id"] for row in rows}
        connection.execute(sa.delete(pictures).where(pictures.c.id.in_(ids)))
        left = set(connection.execute(sa.select(pictures.c.request_id).where(pictures.c.request_id.in_(of))).scalars())
        # What was not sent yet is no longer sent: there is nothing left to show.
        unsent_answer = sa.case((requests.c.answer == AnswerState.DUE, AnswerState.NONE), else_=requests.c.answer)
        forgotten = sa.update(requests).where(requests.c.id.in_(of - left))
        connection.execute(forgotten.values(**BLANK, answer=unsent_answer))
        connection.execute(sa.delete(photo_uses).where(photo_uses.c.request_id.in_(of - left)))
        return len(rows)


# "Shall I draw …?" is no longer asked when the words are gone.
_WITHOUT_OFFERS = sa.case(
    (
        sa.and_(requests.c.answer == AnswerState.DUE, ~requests.c.draws, requests.c.prompt.is_not(None)),
        AnswerState.NONE,
    ),
    else_=requests.c.answer,
)


def _own_data(connection: sa.Connection, chat_id: str, user_id: str | None) -> OwnData:
    count = sa.select(sa.func.count()).where(*_theirs(pictures, chat_id, user_id)).select_from(pictures)
    has_words = sa.or_(requests.c.prompt.is_not(None), requests.c.state.in_(UNFINISHED))
    found = connection.execute(
        sa.select(
            count.scalar_subquery(),
            sa.or_(
                sa.exists().where(*_theirs(requests, chat_id, user_id), has_words),
                sa.exists().where(*_theirs(photos, chat_id, user_id)),
                sa.exists().where(*_expecting(chat_id, user_id), chats.c.expects_prompt.is_not(None)),
            ),
        )
    ).one()
    return OwnData(pictures=int(found[0]), more=bool(found[1]))


def _theirs(table: sa.Table, chat_id: str, user_id: str | None) -> list[sa.ColumnElement[bool]]:
    return [table.c.chat_id == chat_id] + ([table.c.user_id == user_id] if user_id else [])


def _expecting(chat_id: str, user_id: str | None) -> list[sa.ColumnElement[bool]]:
    """Return conditions for the chat, if something is expected there of this person, or of anybody."""
    of_them = sa.or_(chats.c.expects_user == user_id, chats.c.expects_user.is_(None))
    return [chats.c.chat_id == chat_id, chats.c.expects.is_not(None), *([of_them] if user_id else [])]


def _nameless(which: sa.ColumnElement[bool]) -> sa.Update:
    """Remove the holders from calls that are settled; an open call still needs them, and loses them when it ends."""
    is_open = sa.and_(
        calls.c.outcome == CallOutcome.ASKED, calls.c.kind != READ
    )  # a call that reads may have been cut off, and never end
    return sa.update(calls).where(which, sa.not_(is_open)).values(purses=None)

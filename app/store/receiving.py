"""What an event brings: its reply token, and what it asks for. One transaction for each event."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.photos import taken
from app.store.purses import count_pictures
from app.store.requests import Answer, State
from app.store.tables import chats, photo_uses, requests, tokens, unsent


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What an event asks for: a picture if it `draws`, else `words` (a key of the sentences) at once.

    Attributes:
        prompt: What is to be drawn; with `words`, what a button under them would draw.
        details: What the words speak of.
        message_id: LINE's, of the message that asked; of a tap, the message whose wish it draws again.
        tap: The data of the button that asked; while its picture is not sent, a second tap asks for nothing.
        photos: Message ids of photos that do not wait for words any more.
        settled: What the chat was expected to say has been said.
    """

    prompt: str | None = None
    draws: bool = False
    options: Mapping[str, Any] | None = None
    sources: Sequence[Mapping[str, str]] = ()
    words: str | None = None
    details: Mapping[str, Any] | None = None
    notes: Sequence[Sequence[Any]] = ()
    message_id: str | None = None
    quote_token: str | None = None
    tap: str | None = None
    photos: Sequence[str] = ()
    settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Where an event came from."""

    chat_id: str
    chat_kind: str
    user_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """The reply token of an event."""

    token: str
    arrived_at: float
    addressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many pictures a person may have on a day (YYYY-MM-DD); 0: as many as they like. `until_at`: Unix seconds."""

    day: str
    cap: int
    until_at: float


class Receiving:
    """The verb."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def receive(
        self,
        event_id: str,
        *,
        sender: Sender,
        token: NewToken | None = None,
        request: NewRequest | None = None,
        pictures: int = 1,
        quota: Quota | None = None,
    ) -> bool:
        """Write down an event's reply token and what it asks for. The second call changes nothing.

        Returns:
            Whether there is a picture to draw: asked for, not over the quota, not asked for by a tap already.
        """

        def write(connection: sa.Connection) -> bool:
            if token:
                connection.execute(self._database.insert_once(tokens), _token_row(event_id, sender, token))
            if request is None:
                return False
            self._database.one_at_a_time(connection, sender.chat_id)
            draws = self._written(connection, event_id, sender, request, pictures=pictures, quota=quota)
            taken(connection, request.photos)
            if request.settled:
                connection.execute(sa.update(chats).where(chats.c.chat_id == sender.chat_id).values(**NOTHING_EXPECTED))
            return draws

        return await self._database.run(write)

    def _written(
        self,
        connection: sa.Connection,
        event_id: str,
        sender: Sender,
        request: NewRequest,
        *,
        pictures: int,
        quota: Quota | None,
    ) -> bool:
        there = connection.execute(sa.select(requests.c.draws).where(requests.c.id == event_id)).first()
        if there:
            return bool(there.draws)
        if _is_pointless(connection, sender, request):
            return False
        row = _request_row(event_id, sender, request)
        if request.draws and quota:
            holder = sender.user_id or sender.chat_id
            if count_pictures(connection, holder, day=quota.day, count=pictures, cap=quota.cap):
                row |= {"counted_on": quota.day, "counted": pictures}
            else:
                row |= _declined("limit_user_day", {"count": quota.cap, "until_at": quota.until_at})
        connection.execute(sa.insert(requests), row)
        used = {source["photo"] for source in request.sources if "photo" in source}
        if used:
            rows = [{"message_id": message_id, "request_id": event_id} for message_id in sorted(used)]
            connection.execute(sa.insert(photo_uses), rows)
        return bool(row["draws"])


NOTHING_EXPECTED: Mapping[str, Any] = {
    "expects": None,
    "expects_prompt": None,
    "expects_options": None,
    "expects_sources": None,
    "expects_until": None,
    "expects_user": None,
}


def _is_pointless(connection: sa.Connection, sender: Sender, request: NewRequest) -> bool:
    """Whether the message was taken back meanwhile, or the same button was tapped and its picture is under way."""
    gone = sa.select(unsent.c.message_id).where(unsent.c.message_id == request.message_id)
    if request.message_id and connection.execute(gone).first() is not None:
        return True
    if not request.tap:
        return False
    under_way = requests.c.answer.in_([Answer.WAITING, Answer.DUE, Answer.SENDING])
    same = sa.select(requests.c.id).where(
        requests.c.chat_id == sender.chat_id, requests.c.tap == request.tap, under_way
    )
    return connection.execute(same).first() is not None


def _declined(words: str, details: Mapping[str, Any]) -> dict[str, Any]:
    return {"draws": False, "words": words, "details": details, "state": State.READY, "answer": Answer.DUE}


def _token_row(event_id: str, sender: Sender, token: NewToken) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "token": token.token,
        "chat_id": sender.chat_id,
        "arrived_at": token.arrived_at,
        "addressed": token.addressed,
        "is_open": True,
    }


def _request_row(event_id: str, sender: Sender, request: NewRequest) -> dict[str, Any]:
    columns = ("prompt", "draws", "options", "words", "details", "message_id", "quote_token", "tap")
    return {name: getattr(request, name) for name in columns} | {
        "id": event_id,
        "chat_id": sender.chat_id,
        "chat_kind": sender.chat_kind,
        "user_id": sender.user_id,
        "sources": list(request.sources) or None,
        "notes": [list(note) for note in request.notes] or None,
        "state": State.QUEUED if request.draws else State.READY,
        "answer": Answer.WAITING if request.draws else Answer.DUE,
        "created_at": time.time(),
    }

"""What we ask with an answer of ours, so that what is typed next is understood."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.line.events import Event
from app.reading.moment import expected_of
from app.store.chats import Expected
from app.store.context import Context
from app.store.receiving import NewRequest
from app.store.requests import Requests
from app.words.answers import (
    ChangeLater,
    ChatSettings,
    Complaint,
    ConfirmDeleteAll,
    EditedOffer,
    Offer,
    StickerOffer,
    key_of,
)

_ASKS: Mapping[str, str] = {
    **dict.fromkeys(map(key_of, (Offer, ChangeLater, StickerOffer, EditedOffer)), "offer"),
    key_of(ConfirmDeleteAll): "delete",
    key_of(ChatSettings): "settings",
    key_of(Complaint): "better",
    "talk_morning": "wish",
}
EXPECTED_FOR_S = 600.0


def asked_with(said: NewRequest, event: Event) -> Expected | None:
    """Return what we wait for once this is said; None: we have asked nothing."""
    return _asked(said.words, said.details, request_id=event.id, user_id=event.user_id)


async def with_own_question(around: Context, requests: Requests, *, chat_id: str, user_id: str) -> Context:
    """Let a member of a group answer what they were asked last, though somebody else was asked something since.

    A chat remembers one question. Theirs is open still if they got no other answer.
    """
    if expected_of(around, user_id):
        return around
    last = await requests.last_of(chat_id, user_id=user_id)
    if last is None or last.draws or around.read_at - last.created_at > EXPECTED_FOR_S:
        return around
    asked = _asked(last.words, last.details, request_id=last.id, user_id=user_id)
    return replace(around, chat=replace(around.chat, expected=asked)) if asked else around


def _asked(
    words: str | None, details: Mapping[str, Any] | None, *, request_id: str, user_id: str | None
) -> Expected | None:
    what = _ASKS.get(words or "")
    about = {"request": request_id}
    if what == "better":
        picture = (details or {}).get("picture")
        if picture is None:
            return None
        about = {"picture": str(picture)}
    return Expected(what=what, sources=[about], user_id=user_id) if what else None

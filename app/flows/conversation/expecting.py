"""What an answer of ours asks, so that what is typed next is understood. No I/O."""

from collections.abc import Mapping

from app.line.events import Event
from app.store.chats import Expected
from app.store.receiving import NewRequest
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


def asked_with(said: NewRequest, event: Event) -> Expected | None:
    """Return what we wait for once this is said; None: it asks nothing."""
    what = _ASKS.get(said.words or "")
    about = {"request": event.id}
    if what == "better":
        picture = (said.details or {}).get("picture")
        if picture is None:
            return None
        about = {"picture": str(picture)}
    return Expected(what=what, sources=[about], user_id=event.user_id) if what else None

"""Shows what there is: by the button [Show picture] of a promise, to who asks for it, or the latest in a row."""

import math
from dataclasses import replace

from app.flows.conversation.event_facts import happened_at
from app.flows.conversation.saying import saying
from app.line.events import Chat, ChatKind, Event
from app.reading.moment import CONVERSATION_S
from app.reading.rules import NOT_DRAWING
from app.store.chat_pictures import Pictures
from app.store.receiving import NewRequest
from app.store.requests import Request, Requests, State
from app.words.answers import Mine, Sentence

SHOWN_MAX = 10  # columns of an image carousel


async def shown(
    event: Event, chat: Chat, request_id: str, *, requests: Requests, pictures: Pictures
) -> NewRequest | None:
    """Answer a tap on [Show picture], which brings a new reply token.

    Return what to say: where the answer was sent before, words that quote it. None: the answer itself is due, or has
    just come.
    """
    wanted = await requests.get(request_id)
    if wanted is None or wanted.chat_id != chat.id:
        return saying(Sentence("gone"))
    if wanted.state is State.CANCELLED:
        return saying(Sentence("cancelled_one"))
    if await _is_deleted(wanted, pictures):
        return saying(Sentence("picture_gone"))
    if wanted.sent_at is not None and event.timestamp_ms / 1000 < wanted.sent_at:
        return None  # the tap and the picture crossed
    if wanted.sent_at is None or wanted.sent_quote_token is None:
        await requests.show_again(request_id)
        return None
    return replace(saying(Sentence("here")), quote_token=wanted.sent_quote_token)


async def where_it_is(event: Event, chat: Chat, *, requests: Requests, pictures: Pictures) -> NewRequest | None:
    """Somebody asks after a picture while none is drawn: point at their last one, or say again why there is none."""
    person = None if chat.kind is ChatKind.USER else event.user_id
    last, now_at = await requests.last_of(chat.id, user_id=person, draws=True), happened_at(event)
    if last and now_at - last.created_at < CONVERSATION_S:
        if last.state is State.READY:
            return await shown(event, chat, last.id, requests=requests, pictures=pictures)
        details = last.details or {}
        if last.state in {State.REFUSED, State.FAILED} and last.words and now_at < details.get("until_at", math.inf):
            return saying(Sentence(last.words, details))
    return saying(NOT_DRAWING)


async def latest_shown(chat: Chat, pictures: Pictures) -> NewRequest:
    """Show the latest pictures of a chat; a tap on one brings it again."""
    latest = await pictures.latest(chat.id, limit=SHOWN_MAX)
    return saying(Mine(pictures=[(one.id, one.preview_key) for one in latest]))


async def _is_deleted(wanted: Request, pictures: Pictures) -> bool:
    return wanted.draws and wanted.state is State.READY and not await pictures.of_request(wanted.id)

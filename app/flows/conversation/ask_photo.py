"""Asks for the photo that words are about; for one of the writer only if no picture shows them yet."""

from dataclasses import replace

from app.flows.conversation.event_facts import said_by
from app.flows.conversation.expecting import EXPECTED_FOR_S
from app.flows.conversation.saying import saying
from app.line.events import Chat, ChatKind, Event
from app.reading.oneself import shows_oneself
from app.reading.plan import AskForPhoto, Draw
from app.store.chat_pictures import Pictures
from app.store.chats import Chats, ChatState, Expected
from app.store.receiving import NewRequest
from app.words.answers import AskPhoto, Sentence


class PhotoRequests:
    """Asks for photos, and remembers the words until the photo comes."""

    def __init__(self, *, chats: Chats, pictures: Pictures) -> None:
        self._chats = chats
        self._pictures = pictures

    async def ask(self, ask: AskForPhoto, event: Event, chat: Chat, before: Expected | None) -> NewRequest:
        """Ask for the photo. Remember whose message the words are from: an earlier one, if this one was a yes."""
        can_wait = chat.kind is ChatKind.USER  # in a group a photo cannot mention us, but it can be quoted
        said = saying(AskPhoto(of_oneself=ask.of_oneself) if can_wait else Sentence("ask_photo_quote"))
        if ask.of_oneself:
            said = replace(said, prompt=ask.prompt, options=ask.options.to_json() or None)
        if not can_wait:
            return said
        is_same = before is not None and before.what == "photo" and before.prompt == ask.prompt
        sources = before.sources if before and is_same else said_by(event)
        expected = Expected(
            what="photo", prompt=ask.prompt, options=ask.options.to_json(), sources=sources, user_id=event.user_id
        )
        await self._chats.expect(chat.id, chat.kind, expected, for_s=EXPECTED_FOR_S)
        return said

    async def unless_seen(self, draw: Draw, event: Event, chat: Chat, state: ChatState) -> NewRequest | None:
        """Ask for a photo of the writer; None if the picture to be changed already shows them."""
        if await self._is_seen(draw.sources[0]["picture"], event, chat):
            return None
        ask = AskForPhoto(prompt=draw.prompt, options=draw.options, of_oneself=True)
        return await self.ask(ask, event, chat, state.expected)

    async def _is_seen(self, picture_id: str, event: Event, chat: Chat) -> bool:
        """Whether a picture was made from a photo of this person, or drawn to show them without one."""
        picture = await self._pictures.get(picture_id, chat_id=chat.id)
        if picture is None or (chat.kind is not ChatKind.USER and picture.user_id != event.user_id):
            return False
        wishes = await self._pictures.wishes_of(picture_id, chat_id=chat.id)
        return any(one.has_photo or shows_oneself(one.prompt) for one in wishes)

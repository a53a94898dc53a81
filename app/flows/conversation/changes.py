"""What buttons and words do with one picture: again, another shape, finer, edit, back, look at it, delete."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.flows.conversation.draw_request import drawn
from app.flows.conversation.saying import saying
from app.flows.conversation.showing import latest_shown
from app.line.contents import Text
from app.line.events import Chat, ChatKind, Event
from app.reading.options import Options
from app.reading.plan import Change, Draw
from app.store.chat_pictures import Picture, Pictures
from app.store.chats import Chats, ChatState, Expected
from app.store.forgetting import Forgetting
from app.store.receiving import NewRequest
from app.store.requests import Requests
from app.words.answers import Sentence, ShowCard, ShowPicture

EDIT_WITHIN_S = 600.0
FINE_QUALITY = "high"
SHAPES = {"wide": (3, 2), "tall": (2, 3), "square": (1, 1)}


class Changes:
    """Performs what is asked of a picture. Only the chat's own pictures can be reached, whatever a button says."""

    def __init__(
        self,
        *,
        requests: Requests,
        pictures: Pictures,
        chats: Chats,
        forgetting: Forgetting,
        admin_ids: frozenset[str],
        swept: Callable[[], None],
    ) -> None:
        """`swept` is called when there is something to delete from the bucket."""
        self._requests = requests
        self._pictures = pictures
        self._chats = chats
        self._forgetting = forgetting
        self._admin_ids = admin_ids
        self._swept = swept

    async def make(self, change: Change, event: Event, chat: Chat, state: ChatState) -> NewRequest:
        """Make the change. Return what the chat is to get."""
        if change.request_id:
            return await self._of_wish(change, change.request_id, event, chat, state)
        return await self._of_picture(change, event, chat, state)

    async def _of_picture(  # noqa: PLR0911 - one line for each verb
        self, change: Change, event: Event, chat: Chat, state: ChatState
    ) -> NewRequest:
        picture_id = change.picture_id or state.current_picture
        if picture_id is None:
            return saying(Sentence("nothing_before"))
        picture = await self._pictures.get(picture_id, chat_id=chat.id)
        if picture is None and change.picture_id is None and change.verb != "delete":
            picture = next(iter(await self._pictures.latest(chat.id, limit=1)), None)  # the one before what was deleted
        if picture is None:
            return await self._gone(change, event, chat)
        if change.nth:
            return await self._chosen(change, picture, event, chat)
        match change.verb:
            case "edit":
                return await self._expect_words(event, chat, {"picture": picture.id})
            case "back":
                return await self._before(chat, picture)
            case "see" | "menu":
                await self._chats.point_at(chat.id, chat.kind, picture.id)
                return saying((ShowPicture if change.verb == "see" else ShowCard)(picture=picture.id))
            case "delete":
                return await self._delete(event, chat, picture)
            case _:
                return await self._again(change, picture, chat, state)

    async def _gone(self, change: Change, event: Event, chat: Chat) -> NewRequest:
        """Say that it is gone; who goes on deleting in words sees which one is next, and deletes it by a tap."""
        is_next = change.verb == "delete" and isinstance(event.content, Text)
        latest = await self._pictures.latest(chat.id, limit=1) if is_next else []
        return saying(ShowCard(picture=latest[0].id) if latest else Sentence("picture_gone"))

    async def _chosen(self, change: Change, picture: Picture, event: Event, chat: Chat) -> NewRequest:
        """Show or delete one of the pictures that came together; where one came alone, show those that there are."""
        meant = await self._pictures.beside(picture.id, change.nth, chat_id=chat.id)
        if meant is None:
            return await latest_shown(chat, self._pictures)
        if change.verb == "delete":
            return await self._delete(event, chat, meant)
        await self._chats.point_at(chat.id, chat.kind, meant.id)
        return saying(ShowPicture(picture=meant.id))

    async def _again(self, change: Change, picture: Picture, chat: Chat, state: ChatState) -> NewRequest:
        """Draw the picture's wish once more, in another shape or finer, for the message that made the wish."""
        wish = await self._requests.get(picture.request_id)
        if wish is None or not wish.prompt:
            return saying(Sentence("picture_gone"))
        options = Options(ratio=SHAPES.get(change.verb), count=1)
        sources, is_fine = list(wish.sources or ()), bool((wish.details or {}).get("fine"))
        if change.verb == "fine":
            # The draft itself is the source, so that the finer picture is the same one.
            options, sources, is_fine = Options(quality=FINE_QUALITY, count=1), [{"picture": picture.id}], True
        before = Options.of_json(wish.options or {})
        draw = Draw(
            prompt=wish.prompt, options=change.options.merged_over(options).merged_over(before), sources=sources
        )
        alone = chat.kind is ChatKind.USER
        details = {"fine": True} if is_fine else None
        return drawn(draw, state, alone=alone, details=details, message_id=wish.message_id)

    async def _of_wish(self, change: Change, request_id: str, event: Event, chat: Chat, state: ChatState) -> NewRequest:
        """Change a wish that was being drawn when the change was asked for. Its picture may be there by now, or not."""
        made = await self._pictures.of_request(request_id)
        if made:
            change = replace(change, picture_id=made[-1].id, request_id=None)
            return await self._of_picture(change, event, chat, state)
        wish = await self._requests.get(request_id)
        if wish is None or wish.chat_id != chat.id or not wish.prompt:
            return saying(Sentence("nothing_before"))
        if change.verb == "edit":
            return await self._expect_words(event, chat, {"request": request_id})
        quality = FINE_QUALITY if change.verb == "fine" else None
        options = Options(ratio=SHAPES.get(change.verb), quality=quality, count=1)
        options = change.options.merged_over(options).merged_over(Options.of_json(wish.options or {}))
        draw = Draw(prompt=wish.prompt, options=options, sources=list(wish.sources or ()))
        return drawn(draw, state, alone=chat.kind is ChatKind.USER, message_id=wish.message_id)

    async def _expect_words(self, event: Event, chat: Chat, source: Mapping[str, str]) -> NewRequest:
        expected = Expected(what="words", sources=[source], user_id=event.user_id)
        await self._chats.expect(chat.id, chat.kind, expected, for_s=EDIT_WITHIN_S)
        key = "ask_edit" if chat.kind is ChatKind.USER else "ask_edit_group"
        return saying(Sentence(key, {"picture": source["picture"]} if "picture" in source else {}))

    async def _before(self, chat: Chat, picture: Picture) -> NewRequest:
        before = await self._pictures.get(picture.parent_id, chat_id=chat.id) if picture.parent_id else None
        if before is None:
            return saying(Sentence("picture_gone" if picture.parent_id else "back_none"))
        await self._chats.point_at(chat.id, chat.kind, before.id)
        return saying(ShowPicture(picture=before.id))

    async def _delete(self, event: Event, chat: Chat, picture: Picture) -> NewRequest:
        """Delete a picture. In a group only its asker or an admin may, and LINE does not always say who taps there."""
        theirs = event.user_id is not None and event.user_id in {picture.user_id, *self._admin_ids}
        if chat.kind is not ChatKind.USER and not theirs:
            return saying(Sentence("delete_not_yours"))
        await self._forgetting.picture(picture.id, chat_id=chat.id)
        self._swept()
        return saying(Sentence("deleted_one"))

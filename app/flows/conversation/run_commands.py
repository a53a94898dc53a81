"""Commands that are not about one picture: help, settings, my pictures, cancel, delete all, usage; and the admins'."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app.flows.conversation.admin_commands import AdminCommands
from app.flows.conversation.admins import Admins
from app.flows.conversation.event_facts import happened_at
from app.flows.conversation.saying import saying
from app.flows.conversation.showing import latest_shown
from app.line.events import Chat, ChatKind, Event
from app.reading.commands import ADMIN_WORDS, Command, Name
from app.store.chat_pictures import Pictures
from app.store.chats import Chats
from app.store.done_once import DoneOnce
from app.store.forgetting import Forgetting, OwnData
from app.store.money.ledger import Ledger
from app.store.photos import Photos
from app.store.receiving import NewRequest
from app.store.requests import Requests, State
from app.words.answers import (
    ChatSettings,
    ConfirmDeleteAll,
    Cost,
    Help,
    PersonalUsage,
    Sentence,
    key_of,
    of_row,
    to_row,
)

_NOTHING = Sentence("delete_none")
_NOTHING_OWN = Sentence("delete_none_own")
_SAID = {Name.ABOUT: "about", Name.KEEP: "kept", Name.DECLINE: "declined"}


class Commands:
    """Runs commands. All but /give are safe to run again."""

    def __init__(
        self,
        *,
        requests: Requests,
        pictures: Pictures,
        photos: Photos,
        chats: Chats,
        forgetting: Forgetting,
        ledger: Ledger,
        admins: Admins,
        defaults: Mapping[str, str],
        swept: Callable[[], None],
    ) -> None:
        """`defaults`: size, quality, count and language where a chat has set none.

        `swept` is called when there is something to delete from the bucket.
        """
        self._requests = requests
        self._pictures = pictures
        self._photos = photos
        self._chats = chats
        self._forgetting = forgetting
        self._ledger = ledger
        self._admins = admins
        self._of_admins = AdminCommands(admins)
        self._defaults = defaults
        self._swept = swept

    async def run(  # noqa: C901, PLR0911 - one case for each command
        self, command: Command, event: Event, chat: Chat, *, about: str | None
    ) -> NewRequest:
        """Run a command. Return what the chat is to get. `about`: the person whose message it quotes."""
        if command.name in ADMIN_WORDS and self._admins.knows(event.user_id):
            return await self._of_admins.run(command, about=about, alone=chat.kind is ChatKind.USER)
        person = None if chat.kind is ChatKind.USER else event.user_id
        match command.name:
            case Name.SETTINGS:
                return await self.settings(chat)
            case Name.MINE:
                return await latest_shown(chat, self._pictures)
            case Name.CANCEL:
                return await self._cancel(event, chat, person)
            case Name.DELETE_ALL:
                return await self._ask_to_delete_all(event, chat, person)
            case Name.DELETE_ALL_YES:
                return await self._delete_all(event, chat, person, asked=command.argument)
            case Name.NEW:
                return await self._start_anew(event, chat)
            case Name.USAGE | Name.COST:
                return await self._usage(event, chat, Cost if command.name is Name.COST else PersonalUsage)
            case Name.ABOUT | Name.KEEP | Name.DECLINE:
                return saying(Sentence(_SAID[command.name]))
            case Name.HELLO:
                return saying(Sentence("blank"))
        return saying(Help(admin=self._admins.knows(event.user_id)))

    async def settings(self, chat: Chat, *, saved: bool = False) -> NewRequest:
        """Show what is set, with buttons to change it."""
        state = await self._chats.get(chat.id)
        now = {**self._defaults, **state.settings}
        return saying(
            ChatSettings(
                size=now.get("size", ""),
                quality=now.get("quality", ""),
                count=now.get("count", ""),
                language=now.get("language", ""),
                saved=saved,
            )
        )

    async def _cancel(self, event: Event, chat: Chat, person: str | None) -> NewRequest:
        """Cancel what is not drawn yet: in a group only one's own, and nothing if LINE does not say who asks."""
        if chat.kind is not ChatKind.USER and person is None:
            return saying(Sentence("cancel_none"))
        count = await self._requests.cancel(chat.id, user_id=person, event_id=event.id)
        await self._chats.expect_nothing(chat.id, chat.kind, user_id=event.user_id)
        if chat.kind is ChatKind.USER:
            await self._photos.let_go(chat.id)
        if not count:
            return saying(Sentence("cancel_none"))
        return saying(_counted("cancelled_one", "cancelled", count))

    async def _ask_to_delete_all(self, event: Event, chat: Chat, person: str | None) -> NewRequest:
        alone, is_admin = chat.kind is ChatKind.USER, self._admins.knows(event.user_id)
        if not alone and person is None:
            return saying(Sentence("delete_whose"))
        there = await self._forgetting.own_data(chat.id, user_id=None if is_admin else person)
        if not there.any:
            return saying(_NOTHING if alone or is_admin else _NOTHING_OWN)
        return saying(ConfirmDeleteAll(count=there.pictures, whose="" if alone else "everybody" if is_admin else "own"))

    async def _delete_all(self, event: Event, chat: Chat, person: str | None, *, asked: str) -> NewRequest:
        """Delete everything; in a group only one's own, unless an admin asks. The same transaction writes the answer.

        `asked`: the request whose button was tapped; anybody else who taps it is asked first. Empty after a typed yes
        and on buttons of earlier releases.
        """
        alone = chat.kind is ChatKind.USER
        if not alone and person is None:
            return saying(Sentence("delete_whose"))
        question = await self._requests.get(asked) if asked and not alone else None
        if asked and not alone and (question is None or question.user_id != person):
            return await self._ask_to_delete_all(event, chat, person)
        whose = None if alone or self._admins.knows(event.user_id) else person

        def delete(connection: sa.Connection) -> tuple[str, Mapping[str, Any] | None]:
            gone = self._forgetting.all_of(connection, chat.id, user_id=whose)
            return to_row(_receipt(gone, is_own=whose is not None))

        return replace(saying(_NOTHING), once=DoneOnce(do=delete, then=self._swept))

    async def _start_anew(self, event: Event, chat: Chat) -> NewRequest:
        await self._photos.let_go(chat.id)
        await self._chats.expect_nothing(chat.id, chat.kind, user_id=event.user_id)
        return saying(Sentence("blank"))

    async def _usage(self, event: Event, chat: Chat, kind: type[PersonalUsage]) -> NewRequest:
        used = await self._ledger.usage_of(chat.id, chat_kind=chat.kind, user_id=event.user_id)
        reached = await self._reached(chat, event)
        return saying(of_row(key_of(kind), used | ({"reached": reached} if reached else {})))

    async def _reached(self, chat: Chat, event: Event) -> Mapping[str, Any] | None:
        """Find the budget for which their last wish was declined, if it has not begun anew."""
        person = None if chat.kind is ChatKind.USER else event.user_id
        last = await self._requests.last_of(chat.id, user_id=person, draws=True)
        until_at = (last.details or {}).get("until_at", 0) if last and last.state is State.FAILED else 0
        is_reached = last and (last.words or "").startswith("limit_") and until_at > happened_at(event)
        return {"words": last.words, "until_at": until_at} if last and is_reached else None


def _receipt(gone: OwnData, *, is_own: bool) -> Sentence:
    """Say what is gone: a group keeps what others have."""
    if gone.pictures:
        return Sentence("deleted_own" if is_own else "deleted_all", {"count": gone.pictures})
    if gone.any:
        return Sentence("deleted_rest_own" if is_own else "deleted_rest")
    return _NOTHING_OWN if is_own else _NOTHING


def _counted(one: str, many: str, count: int) -> Sentence:
    return Sentence(one if count == 1 else many, {"count": count})

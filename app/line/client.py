"""The Messaging API client of the running service; `console` adds the calls that only set up or check a channel.

https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.errors import BadAnswer, VendorFault
from app.line.connection import LIST_BYTES_MAX, Connection, check_token, success
from app.line.events import Chat, ChatKind
from app.line.json_fields import identifier, sections, string
from app.line.line_answers import LineCall, Sent, sent_of
from app.line.quota import Quota, limit_of, used_of
from app.line.rich_menus import RichMenu
from app.line.sdk_models import Message, checked_models, rejecting_invalid, sdk

if TYPE_CHECKING:
    from app.line.sdk import SdkClients

CONTENT_TIMEOUT_S: Final = 20.0
_READY_FIRST_S, _READY_LONGEST_S = 0.25, 4.0  # waits between polls for content that is not ready
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class BotInfo:
    """The bot's own profile.

    Attributes:
        user_id: The `destination` of its webhooks.
        basic_id: The id by which people find the bot; begins with @.
        name: The display name, by which people also mention it.
        chat_mode: "bot", or "chat" where staff may answer by hand, too.
    """

    user_id: str
    basic_id: str
    name: str
    chat_mode: str


class LineClient:
    """Calls LINE and never retries: whether to ask again is the caller's decision.

    Every method raises errors of `app.errors`: `Unreachable` if nothing was sent, `OutcomeUnknown` if LINE may have
    acted, and `RateLimited`, `VendorFault`, `NotPermitted` or `BadRequest` by status. No error message contains an id
    or a token.
    """

    def __init__(
        self, *, channel_access_token: str, base_url: str, data_base_url: str, timeout_s: float = 10.0
    ) -> None:
        """Open no connection and load nothing yet.

        Args:
            channel_access_token: From the LINE Developers console.
            base_url: `https://api.line.me`, or a stand-in.
            data_base_url: `https://api-data.line.me`, which serves the content that users send.
            timeout_s: From the start of a call to the end of its answer.
        """
        check_token(channel_access_token)

        def load() -> "SdkClients":
            from app.line.sdk import messaging_apis  # noqa: PLC0415 - slow to import

            return messaging_apis(
                channel_access_token=channel_access_token, base_url=base_url, data_base_url=data_base_url
            )

        self._line = Connection(load, timeout_s=timeout_s)

    async def connect(self) -> None:
        """Load the SDK now, in a thread, so that building the first message does not have to. Sends nothing."""
        await self._line.open()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._line.aclose()

    async def reply(self, reply_token: str, messages: Sequence[Message], *, timeout_s: float | None = None) -> Sent:
        """Answer an event with one to five messages. Free, and possible only once per token.

        LINE accepts no retry key here, so after `OutcomeUnknown` or `VendorFault` the messages may be in the chat.

        Raises:
            TokenDead: The token was used before, is too old, or is invalid.
        """
        await self.connect()
        with rejecting_invalid(LineCall.REPLY):
            request = sdk.ReplyMessageRequest(replyToken=reply_token, messages=checked_models(messages))
        return sent_of(await self._line.carry_out(LineCall.REPLY, "reply_message", request, timeout_s=timeout_s))

    async def push(self, to: str, messages: Sequence[Message], *, retry_key: str) -> Sent:
        """Send one to five messages at any time. Costs one of the month's messages per person in the chat.

        Args:
            to: The id of a user, group or room.
            messages: Must be the same for the same `retry_key`.
            retry_key: A UUID. A second push with the same key within 24 h sends nothing and succeeds.

        Raises:
            MonthlyLimit: LINE says so. A bare 429 (`RateLimited`) may mean the same: compare `remaining_pushes`.
        """
        await self.connect()
        with rejecting_invalid(LineCall.PUSH):
            request = sdk.PushMessageRequest(to=to, messages=checked_models(messages))
        return sent_of(await self._line.carry_out(LineCall.PUSH, "push_message", request, x_line_retry_key=retry_key))

    async def start_loading(self, user_id: str, *, seconds: int = 60) -> None:
        """Show the loading animation in a 1:1 chat for `seconds` (5, 10, ... 60), or until our next message.

        A second call restarts it; the seconds do not add up.
        """
        await self.connect()
        request = sdk.ShowLoadingAnimationRequest(chatId=user_id, loadingSeconds=seconds)
        await self._line.carry_out(LineCall.LOADING, "show_loading_animation", request)

    async def bot_info(self) -> BotInfo:
        """Return the bot's profile; the cheapest check of the access token.

        Raises:
            BadAnswer: The answer names no user id.
        """
        answer = await self._line.get(LineCall.BOT_INFO, "get_bot_info")
        user_id = identifier(answer, "userId")
        if user_id is None:
            raise BadAnswer(f"{LineCall.BOT_INFO}: the answer names no userId")
        return BotInfo(
            user_id=user_id,
            basic_id=string(answer, "basicId"),
            name=string(answer, "displayName"),
            chat_mode=string(answer, "chatMode"),
        )

    async def remaining_pushes(self) -> int | None:
        """Return how many people, roughly, can still be pushed to this month; None if there is no limit.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        limit = await self._push_limit()
        return None if limit is None else Quota(limit=limit, used=await self._used_pushes()).remaining

    async def push_quota(self) -> Quota:
        """Return the month's limit and, roughly, how much of it was used.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        return Quota(limit=await self._push_limit(), used=await self._used_pushes())

    async def members(self, chat: Chat) -> int:
        """Return how many people one push to this chat reaches, which is what it costs.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        if chat.kind is ChatKind.USER:
            return 1
        match await self._line.get(LineCall.MEMBERS, f"get_{chat.kind}_member_count", chat.id):
            case {"count": int(count)}:
                return count
        raise BadAnswer(f"{LineCall.MEMBERS}: the answer names no count")

    async def language(self, user_id: str) -> str | None:
        """Return the language of a user's LINE app (BCP 47); None if LINE does not tell, as for strangers."""
        answer = await self._line.ask(LineCall.PROFILE, "get_profile", user_id)
        if answer.status == _NOT_FOUND:
            return None
        match success(answer, call=LineCall.PROFILE).body:
            case {"language": str(language)} if language:
                return language
        return None

    async def content(self, message_id: str, *, bytes_max: int, timeout_s: float = CONTENT_TIMEOUT_S) -> bytes:
        """Download a photo, video or file that somebody sent. LINE deletes it after an undocumented time.

        Polls while LINE is still preparing it. The call changes nothing at LINE, so it is always safe to repeat.

        Args:
            message_id: The message that carries it.
            bytes_max: Reading stops beyond this size.
            timeout_s: For the whole download, waits included.

        Raises:
            SourceGone: Its sender unsent it, or LINE has deleted it.
            TooLarge: It has more than `bytes_max` bytes.
            VendorFault: Also, with the code "not_ready", if it is not ready in time.
        """
        clock = asyncio.get_running_loop().time
        end_at, wait_s = clock() + timeout_s, _READY_FIRST_S
        while True:
            left_s = max(0.0, end_at - clock())
            found = await self._line.download(
                LineCall.CONTENT, "get_message_content", message_id, bytes_max=bytes_max, timeout_s=left_s
            )
            if found is not None:
                return found
            if clock() + wait_s >= end_at:
                raise VendorFault(f"{LineCall.CONTENT}: not ready within {timeout_s:g} s", code="not_ready")
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _READY_LONGEST_S)

    async def rich_menus(self) -> tuple[RichMenu, ...]:
        """Return all menus that were created through the API. May be called 10 times a second."""
        listed = await self._line.get(LineCall.RICH_MENU, "get_rich_menu_list", bytes_max=LIST_BYTES_MAX)
        named = ((identifier(menu, "richMenuId"), string(menu, "name")) for menu in sections(listed, "richmenus"))
        return tuple(RichMenu(id=menu_id, name=name) for menu_id, name in named if menu_id)

    async def linked_rich_menu(self, user_id: str) -> str | None:
        """Return the id of the menu linked to a person; None if none is."""
        return await self._menu_id("get_rich_menu_id_of_user", user_id)

    async def link_rich_menu(self, user_id: str, menu_id: str | None) -> None:
        """Link a menu to a person; with None, unlink theirs, so that they see the default menu."""
        if menu_id is None:
            await self._line.carry_out(LineCall.RICH_MENU, "unlink_rich_menu_id_from_user", user_id)
        else:
            await self._line.carry_out(LineCall.RICH_MENU, "link_rich_menu_id_to_user", user_id, menu_id)

    async def leave(self, chat: Chat) -> None:
        """Leave a group or room, which only its members can undo. Does nothing in a 1:1 chat, which cannot be left."""
        if chat.kind is not ChatKind.USER:
            await self._line.carry_out(LineCall.LEAVE, f"leave_{chat.kind}", chat.id)

    async def _menu_id(self, method: str, *arguments: object) -> str | None:
        answer = await self._line.ask(LineCall.RICH_MENU, method, *arguments)
        if answer.status == _NOT_FOUND:
            return None
        return identifier(success(answer, call=LineCall.RICH_MENU).body, "richMenuId")

    async def _push_limit(self) -> int | None:
        return limit_of(await self._line.get(LineCall.QUOTA, "get_message_quota"))

    async def _used_pushes(self) -> int:
        return used_of(await self._line.get(LineCall.QUOTA, "get_message_quota_consumption"))

"""The Messaging API as the running service uses it: `console` adds what is only set up or checked.

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
from app.line.sdk_models import Message, built, models, sdk

if TYPE_CHECKING:
    from app.line.sdk import Loaded

CONTENT_TIMEOUT_S: Final = 20.0
_READY_FIRST_S, _READY_LONGEST_S = 0.25, 4.0  # between two looks whether content is ready
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class BotInfo:
    """Who the bot is.

    Attributes:
        user_id: The `destination` of its webhooks.
        basic_id: Begins with an @; people find the bot by it.
        name: What people see and mention.
        chat_mode: "bot", or "chat" where people answer by hand, too.
    """

    user_id: str
    basic_id: str
    name: str
    chat_mode: str


class LineClient:
    """Calls LINE, once per call: whether to ask again is the caller's decision.

    Every method raises `app.errors`: `Unreachable` where nothing was sent, `OutcomeUnknown` where LINE may have acted,
    `RateLimited`, `VendorFault`, `NotPermitted` and `BadRequest` by status. No message of theirs holds an id or token.
    """

    def __init__(
        self, *, channel_access_token: str, base_url: str, data_base_url: str, timeout_s: float = 10.0
    ) -> None:
        """Open no connection yet, and load nothing.

        Args:
            channel_access_token: From the LINE Developers console.
            base_url: `https://api.line.me`, or a stand-in.
            data_base_url: `https://api-data.line.me`, the host of what users send.
            timeout_s: From the start of a call to the end of its answer.
        """
        check_token(channel_access_token)

        def load() -> "Loaded":
            from app.line.sdk import messaging_apis  # noqa: PLC0415 - slow to import

            return messaging_apis(
                channel_access_token=channel_access_token, base_url=base_url, data_base_url=data_base_url
            )

        self._line = Connection(load, timeout_s=timeout_s)

    async def connect(self) -> None:
        """Load the SDK now, in a thread; messages can be built from then on. Sends nothing."""
        await self._line.open()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._line.aclose()

    async def reply(self, reply_token: str, messages: Sequence[Message], *, timeout_s: float | None = None) -> Sent:
        """Answer an event with one to five messages. Free, and only once for each token.

        LINE takes no retry key here: after `OutcomeUnknown` or `VendorFault` the messages may be in the chat.

        Raises:
            TokenDead: The token was used, is too old, or is not one.
        """
        await self.connect()
        with built(LineCall.REPLY):
            request = sdk.ReplyMessageRequest(replyToken=reply_token, messages=models(messages))
        return sent_of(await self._line.carry_out(LineCall.REPLY, "reply_message", request, timeout_s=timeout_s))

    async def push(self, to: str, messages: Sequence[Message], *, retry_key: str) -> Sent:
        """Send one to five messages at any time. Costs one of the month's messages for each person in the chat.

        Args:
            to: A user, group or room.
            messages: The same ones for the same key.
            retry_key: A UUID. Within 24 h a second push with it sends nothing and succeeds.

        Raises:
            MonthlyLimit: LINE says so. It may also say 429 without words, `RateLimited`: compare `remaining_pushes`.
        """
        await self.connect()
        with built(LineCall.PUSH):
            request = sdk.PushMessageRequest(to=to, messages=models(messages))
        return sent_of(await self._line.carry_out(LineCall.PUSH, "push_message", request, x_line_retry_key=retry_key))

    async def start_loading(self, user_id: str, *, seconds: int = 60) -> None:
        """Show the loading animation in a 1:1 chat until `seconds` (5, 10, ... 60) are over or a message of ours comes.

        Called again it starts anew; the seconds do not add up.
        """
        await self.connect()
        request = sdk.ShowLoadingAnimationRequest(chatId=user_id, loadingSeconds=seconds)
        await self._line.carry_out(LineCall.LOADING, "show_loading_animation", request)

    async def bot_info(self) -> BotInfo:
        """Ask who we are: the cheapest check of the access token.

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
        """Count the people who can still be pushed to this month, roughly; None where there is no limit.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        limit = await self._push_limit()
        return None if limit is None else Quota(limit=limit, used=await self._used_pushes()).remaining

    async def push_quota(self) -> Quota:
        """Return the month's limit and what was used of it, roughly.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        return Quota(limit=await self._push_limit(), used=await self._used_pushes())

    async def members(self, chat: Chat) -> int:
        """Count the people whom one push to this chat reaches, which is its price.

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
        """Find the language of a user's LINE (BCP 47); None where LINE does not tell, as for strangers."""
        answer = await self._line.ask(LineCall.PROFILE, "get_profile", user_id)
        if answer.status == _NOT_FOUND:
            return None
        match success(answer, call=LineCall.PROFILE).body:
            case {"language": str(language)} if language:
                return language
        return None

    async def content(self, message_id: str, *, bytes_max: int, timeout_s: float = CONTENT_TIMEOUT_S) -> bytes:
        """Fetch the photo, video or file that somebody sent. LINE forgets it after a time that it does not tell.

        While LINE still prepares it, it is asked for again. Nothing changes at LINE: asking is always safe.

        Args:
            message_id: Of the message that it came with.
            bytes_max: Of what is larger no more is read.
            timeout_s: For all of it, waiting included.

        Raises:
            SourceGone: Its sender took it back, or LINE has forgotten it.
            TooLarge: It has more than `bytes_max` bytes.
            VendorFault: Also where it is not ready in time, with the code "not_ready".
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
        """Ask for all menus that were made through the API. At most 10 times a second."""
        listed = await self._line.get(LineCall.RICH_MENU, "get_rich_menu_list", bytes_max=LIST_BYTES_MAX)
        named = ((identifier(menu, "richMenuId"), string(menu, "name")) for menu in sections(listed, "richmenus"))
        return tuple(RichMenu(id=menu_id, name=name) for menu_id, name in named if menu_id)

    async def linked_rich_menu(self, user_id: str) -> str | None:
        """Ask for the id of a person's own menu; None where they have none."""
        return await self._menu_id("get_rich_menu_id_of_user", user_id)

    async def link_rich_menu(self, user_id: str, menu_id: str | None) -> None:
        """Give a person a menu of their own; None: take it back, so that they see what everybody sees."""
        if menu_id is None:
            await self._line.carry_out(LineCall.RICH_MENU, "unlink_rich_menu_id_from_user", user_id)
        else:
            await self._line.carry_out(LineCall.RICH_MENU, "link_rich_menu_id_to_user", user_id, menu_id)

    async def leave(self, chat: Chat) -> None:
        """Leave a group or room, which only people can undo. A 1:1 chat cannot be left: nothing happens."""
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

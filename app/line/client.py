"""The Messaging API as the running service uses it: `console` has what is only set up or checked.

https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import httpx

from app.errors import BadAnswer, VendorFault
from app.line import rich_menus
from app.line.answers import Call, Sent, sent_of
from app.line.connection import Ask, Connection, success
from app.line.events import Chat, ChatKind
from app.line.messages import Message
from app.line.quota import Quota, limit_of, used_of
from app.line.rich_menus import RichMenu

CONTENT_TIMEOUT_S: Final = 20.0
_READY_FIRST_S, _READY_LONGEST_S = 0.25, 4.0  # between two looks whether content is ready


class LineClient:
    """Calls LINE, once per call: whether to ask again is the caller's decision.

    Every method raises `app.errors`: `Unreachable` where nothing was sent, `OutcomeUnknown` where LINE may have acted,
    `RateLimited`, `VendorFault`, `NotPermitted` and `BadRequest` by status. No message of theirs holds an id or token.
    """

    def __init__(
        self, *, channel_access_token: str, base_url: str, data_base_url: str, timeout_s: float = 10.0
    ) -> None:
        """Open no connection yet. The arguments are those of `Connection`."""
        self._line = Connection(
            channel_access_token=channel_access_token,
            base_url=base_url,
            data_base_url=data_base_url,
            timeout_s=timeout_s,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._line.aclose()

    async def reply(self, reply_token: str, messages: Sequence[Message], *, timeout_s: float | None = None) -> Sent:
        """Answer an event with one to five messages. Free, and only once for each token.

        LINE takes no retry key here: after `OutcomeUnknown` or `VendorFault` the messages may be in the chat.

        Raises:
            TokenDead: The token was used, is too old, or is not one.
        """
        body = {"replyToken": reply_token, "messages": list(messages)}
        ask = Ask(call=Call.REPLY, method="POST", path="/v2/bot/message/reply", body=body)
        return sent_of(await self._line.carry_out(ask, timeout_s=timeout_s))

    async def push(self, to: str, messages: Sequence[Message], *, retry_key: str) -> Sent:
        """Send one to five messages at any time. Costs one of the month's messages for each person in the chat.

        Args:
            to: A user, group or room.
            messages: The same ones for the same key.
            retry_key: A UUID. Within 24 h a second push with it sends nothing and succeeds.

        Raises:
            MonthlyLimit: LINE says so. It may also say 429 without words, `RateLimited`: compare `remaining_pushes`.
        """
        body, headers = {"to": to, "messages": list(messages)}, {"X-Line-Retry-Key": retry_key}
        ask = Ask(call=Call.PUSH, method="POST", path="/v2/bot/message/push", body=body, headers=headers)
        return sent_of(await self._line.carry_out(ask))

    async def start_loading(self, user_id: str, *, seconds: int = 60) -> None:
        """Show the loading animation in a 1:1 chat until `seconds` (5, 10, ... 60) are over or a message of ours comes.

        Called again it starts anew; the seconds do not add up.
        """
        body = {"chatId": user_id, "loadingSeconds": seconds}
        await self._line.carry_out(Ask(call=Call.LOADING, method="POST", path="/v2/bot/chat/loading/start", body=body))

    async def remaining_pushes(self) -> int | None:
        """Count the people who can still be pushed to this month, roughly; None where there is no limit.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        limit = limit_of(await self._line.get(Call.QUOTA, "/v2/bot/message/quota"))
        return None if limit is None else Quota(limit=limit, used=await self._used_pushes()).remaining

    async def push_quota(self) -> Quota:
        """Return the month's limit and what was used of it, roughly.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        limit = limit_of(await self._line.get(Call.QUOTA, "/v2/bot/message/quota"))
        return Quota(limit=limit, used=await self._used_pushes())

    async def members(self, chat: Chat) -> int:
        """Count the people whom one push to this chat reaches, which is its price.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        if chat.kind is ChatKind.USER:
            return 1
        match await self._line.get(Call.MEMBERS, f"{_path(chat)}/members/count"):
            case {"count": int(count)}:
                return count
        raise BadAnswer(f"{Call.MEMBERS}: the answer names no count")

    async def language(self, user_id: str) -> str | None:
        """Find the language of a user's LINE (BCP 47); None where LINE does not tell, as for strangers."""
        path = f"/v2/bot/profile/{quote(user_id, safe='')}"
        answer = await self._line.ask(Ask(call=Call.PROFILE, method="GET", path=path))
        if answer.status == httpx.codes.NOT_FOUND:
            return None
        match success(answer, call=Call.PROFILE).body:
            case {"language": str(language)} if language:
                return language
        return None

    async def display_name(self) -> str:
        """Ask how LINE shows us: https://developers.line.biz/en/reference/messaging-api/#get-bot-info."""
        match await self._line.get(Call.BOT_INFO, "/v2/bot/info"):
            case {"displayName": str(name)}:
                return name
        return ""

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
        path = f"/v2/bot/message/{quote(message_id, safe='')}/content"
        ask = Ask(call=Call.CONTENT, method="GET", path=path, on_data_host=True)
        clock = asyncio.get_running_loop().time
        end_at, wait_s = clock() + timeout_s, _READY_FIRST_S
        while True:
            found = await self._line.download(ask, bytes_max=bytes_max, timeout_s=end_at - clock())
            if found is not None:
                return found
            if clock() + wait_s >= end_at:
                raise VendorFault(f"{Call.CONTENT}: not ready within {timeout_s:g} s", code="not_ready")
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _READY_LONGEST_S)

    async def rich_menus(self) -> Sequence[RichMenu]:
        """Ask for all menus that were made through the API. At most 10 times a second."""
        return await rich_menus.rich_menus(self._line)

    async def linked_rich_menu(self, user_id: str) -> str | None:
        """Ask for the id of a person's own menu; None where they have none."""
        return await rich_menus.linked(self._line, user_id)

    async def link_rich_menu(self, user_id: str, menu_id: str | None) -> None:
        """Give a person a menu of their own; None: take it back."""
        await rich_menus.link(self._line, user_id, menu_id)

    async def leave(self, chat: Chat) -> None:
        """Leave a group or room, which only people can undo. A 1:1 chat cannot be left: nothing happens."""
        if chat.kind is not ChatKind.USER:
            await self._line.carry_out(Ask(call=Call.LEAVE, method="POST", path=f"{_path(chat)}/leave"))

    async def _used_pushes(self) -> int:
        return used_of(await self._line.get(Call.QUOTA, "/v2/bot/message/quota/consumption"))


def _path(chat: Chat) -> str:
    return f"/v2/bot/{chat.kind}/{quote(chat.id, safe='')}"

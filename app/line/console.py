"""What is set up and checked once, by `easel setup` and `easel doctor`, and never while people wait.

https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx

from app.errors import BadAnswer
from app.line.answers import Call
from app.line.connection import Ask, Connection, success
from app.line.fields import identifier, number, string
from app.line.quota import Quota, limit_of, used_of
from app.line.rich_menus import RichMenu, rich_menus

TEST_TIMEOUT_S: Final = 30.0  # LINE itself tries to connect meanwhile
UPLOAD_TIMEOUT_S: Final = 30.0

_ENDPOINT = "/v2/bot/channel/webhook/endpoint"
_DEFAULT_MENU = "/v2/bot/user/all/richmenu"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """Where LINE sends events, and whether *Use webhook* is on, which only the console can switch."""

    url: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTest:
    """What became of an empty webhook that LINE sent for a test.

    Attributes:
        success: The bot answered 200 in time.
        status: What it answered; 0 if it did not.
        reason: LINE's word: "OK", "COULD_NOT_CONNECT", "REQUEST_TIMEOUT", "ERROR_STATUS_CODE", "UNCLASSIFIED".
        detail: LINE's words for it.
    """

    success: bool
    status: int
    reason: str
    detail: str


class LineConsole:
    """Sets up and checks a channel. Raises as `LineClient` does; close it after use."""

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

    async def bot_info(self) -> BotInfo:
        """Ask who we are: the cheapest check of the access token.

        Raises:
            BadAnswer: The answer names no user id.
        """
        answer = await self._line.get(Call.BOT_INFO, "/v2/bot/info")
        user_id = identifier(answer, "userId")
        if user_id is None:
            raise BadAnswer(f"{Call.BOT_INFO}: the answer names no userId")
        return BotInfo(
            user_id=user_id,
            basic_id=string(answer, "basicId"),
            name=string(answer, "displayName"),
            chat_mode=string(answer, "chatMode"),
        )

    async def quota(self) -> Quota:
        """Ask for the month's paid messages and how many were used.

        Raises:
            BadAnswer: The answer cannot be read, so nothing is known.
        """
        limit = limit_of(await self._line.get(Call.QUOTA, "/v2/bot/message/quota"))
        return Quota(limit=limit, used=used_of(await self._line.get(Call.QUOTA, "/v2/bot/message/quota/consumption")))

    async def webhook_endpoint(self) -> WebhookEndpoint | None:
        """Ask where events go; None where no address is set."""
        answer = await self._line.ask(Ask(call=Call.WEBHOOK, method="GET", path=_ENDPOINT))
        if answer.status == httpx.codes.NOT_FOUND:
            return None
        body = success(answer, call=Call.WEBHOOK).body
        return WebhookEndpoint(url=string(body, "endpoint"), active=body.get("active") is True)

    async def set_webhook_endpoint(self, url: str) -> None:
        """Have events sent to this https address of at most 500 characters, within a minute from now."""
        await self._line.carry_out(Ask(call=Call.WEBHOOK, method="PUT", path=_ENDPOINT, body={"endpoint": url}))

    async def test_webhook(self, url: str | None = None) -> WebhookTest:
        """Have LINE send an empty webhook, to the address that is set or to this one. At most 60 times an hour."""
        body = {} if url is None else {"endpoint": url}
        ask = Ask(call=Call.WEBHOOK, method="POST", path="/v2/bot/channel/webhook/test", body=body)
        said = (await self._line.carry_out(ask, timeout_s=TEST_TIMEOUT_S)).body
        return WebhookTest(
            success=said.get("success") is True,
            status=number(said, "statusCode"),
            reason=string(said, "reason"),
            detail=string(said, "detail"),
        )

    async def create_rich_menu(self, menu: Mapping[str, Any]) -> str:
        """Make a rich menu and return its id. It shows once it has a picture and is somebody's default.

        Args:
            menu: LINE's rich menu object: size, selected, name, chatBarText, areas.

        Raises:
            BadAnswer: The answer names no id; the menu may be there.
        """
        answer = await self._line.carry_out(Ask(call=Call.RICH_MENU, method="POST", path="/v2/bot/richmenu", body=menu))
        menu_id = identifier(answer.body, "richMenuId")
        if menu_id is None:
            raise BadAnswer(f"{Call.RICH_MENU}: the answer names no id")
        return menu_id

    async def upload_rich_menu_image(self, menu_id: str, image: bytes, *, content_type: str) -> None:
        """Give a menu its picture, once: JPEG or PNG of the menu's size, at most 1 MB."""
        ask = Ask(
            call=Call.RICH_MENU,
            method="POST",
            path=f"{_menu(menu_id)}/content",
            content=image,
            headers={"Content-Type": content_type},
            on_data_host=True,
        )
        await self._line.carry_out(ask, timeout_s=UPLOAD_TIMEOUT_S)

    async def set_default_rich_menu(self, menu_id: str) -> None:
        """Show a menu to everybody who has none of their own."""
        path = f"{_DEFAULT_MENU}/{quote(menu_id, safe='')}"
        await self._line.carry_out(Ask(call=Call.RICH_MENU, method="POST", path=path))

    async def default_rich_menu(self) -> str | None:
        """Ask for the id of the menu that everybody sees; None where there is none."""
        answer = await self._line.ask(Ask(call=Call.RICH_MENU, method="GET", path=_DEFAULT_MENU))
        if answer.status == httpx.codes.NOT_FOUND:
            return None
        return identifier(success(answer, call=Call.RICH_MENU).body, "richMenuId")

    async def list_rich_menus(self) -> tuple[RichMenu, ...]:
        """Ask for all menus that were made through the API."""
        return await rich_menus(self._line)

    async def delete_rich_menu(self, menu_id: str) -> None:
        """Delete a menu; whoever saw it sees none. One that is gone already is a success."""
        answer = await self._line.ask(Ask(call=Call.RICH_MENU, method="DELETE", path=_menu(menu_id)))
        if answer.status != httpx.codes.NOT_FOUND:
            success(answer, call=Call.RICH_MENU)


def _menu(menu_id: str) -> str:
    return f"/v2/bot/richmenu/{quote(menu_id, safe='')}"

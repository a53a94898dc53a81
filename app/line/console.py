"""What is set up and checked once, by `easel setup` and `easel doctor`, and never while people wait.

https://developers.line.biz/en/reference/messaging-api/ (read 2026-11-22)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.errors import BadAnswer
from app.line.client import LineClient
from app.line.connection import success
from app.line.json_fields import identifier, number, string
from app.line.line_answers import LineCall
from app.line.sdk_models import built, sdk

TEST_TIMEOUT_S: Final = 30.0  # LINE itself tries to connect meanwhile
UPLOAD_TIMEOUT_S: Final = 30.0
_NOT_FOUND: Final = 404


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


class LineConsole(LineClient):
    """Sets up and checks a channel, beside all that `LineClient` does, and raises as that; close it after use."""

    async def webhook_endpoint(self) -> WebhookEndpoint | None:
        """Ask where events go; None where no address is set."""
        answer = await self._line.ask(LineCall.WEBHOOK, "get_webhook_endpoint")
        if answer.status == _NOT_FOUND:
            return None
        body = success(answer, call=LineCall.WEBHOOK).body
        return WebhookEndpoint(url=string(body, "endpoint"), active=body.get("active") is True)

    async def set_webhook_endpoint(self, url: str) -> None:
        """Have events sent to this https address of at most 500 characters, within a minute from now."""
        await self.connect()
        with built(LineCall.WEBHOOK):
            request = sdk.SetWebhookEndpointRequest(endpoint=url)
        await self._line.carry_out(LineCall.WEBHOOK, "set_webhook_endpoint", request)

    async def test_webhook(self, url: str | None = None) -> WebhookTest:
        """Have LINE send an empty webhook, to the address that is set or to this one. At most 60 times an hour."""
        await self.connect()
        request = sdk.TestWebhookEndpointRequest(endpoint=url)
        said = (
            await self._line.carry_out(LineCall.WEBHOOK, "test_webhook_endpoint", request, timeout_s=TEST_TIMEOUT_S)
        ).body
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
        await self.connect()
        with built(LineCall.RICH_MENU):
            request = sdk.RichMenuRequest.from_dict(dict(menu))
        answer = await self._line.carry_out(LineCall.RICH_MENU, "create_rich_menu", request)
        menu_id = identifier(answer.body, "richMenuId")
        if menu_id is None:
            raise BadAnswer(f"{LineCall.RICH_MENU}: the answer names no id")
        return menu_id

    async def upload_rich_menu_image(self, menu_id: str, image: bytes, *, content_type: str) -> None:
        """Give a menu its picture, once: JPEG or PNG of the menu's size, at most 1 MB."""
        await self._line.carry_out(
            LineCall.RICH_MENU,
            "set_rich_menu_image",
            menu_id,
            image,
            timeout_s=UPLOAD_TIMEOUT_S,
            _headers={"Content-Type": content_type},
        )

    async def set_default_rich_menu(self, menu_id: str) -> None:
        """Show a menu to everybody who has none of their own."""
        await self._line.carry_out(LineCall.RICH_MENU, "set_default_rich_menu", menu_id)

    async def default_rich_menu(self) -> str | None:
        """Ask for the id of the menu that everybody sees; None where there is none."""
        return await self._menu_id("get_default_rich_menu_id")

    async def delete_rich_menu(self, menu_id: str) -> None:
        """Delete a menu; whoever saw it sees none. One that is gone already is a success."""
        answer = await self._line.ask(LineCall.RICH_MENU, "delete_rich_menu", menu_id)
        if answer.status != _NOT_FOUND:
            success(answer, call=LineCall.RICH_MENU)

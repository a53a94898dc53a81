"""The calls that only `easel setup` and `easel doctor` make, never while people wait.

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
from app.line.sdk_models import rejecting_invalid, sdk

TEST_TIMEOUT_S: Final = 30.0  # LINE calls our webhook before it answers
UPLOAD_TIMEOUT_S: Final = 30.0
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """Where LINE sends events, and whether *Use webhook* is on, which only LINE's console can switch."""

    url: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTest:
    """The result of a test in which LINE sent an empty webhook.

    Attributes:
        success: The bot answered 200 in time.
        status: The status it answered with; 0 if it did not answer.
        reason: LINE's keyword: "OK", "COULD_NOT_CONNECT", "REQUEST_TIMEOUT", "ERROR_STATUS_CODE", "UNCLASSIFIED".
        detail: LINE's explanation.
    """

    success: bool
    status: int
    reason: str
    detail: str


class LineConsole(LineClient):
    """A `LineClient` that can also set up and check a channel. Raises the same errors; close it after use."""

    async def webhook_endpoint(self) -> WebhookEndpoint | None:
        """Return where events are sent; None if no URL is set."""
        answer = await self._line.ask(LineCall.WEBHOOK, "get_webhook_endpoint")
        if answer.status == _NOT_FOUND:
            return None
        body = success(answer, call=LineCall.WEBHOOK).body
        return WebhookEndpoint(url=string(body, "endpoint"), active=body.get("active") is True)

    async def set_webhook_endpoint(self, url: str) -> None:
        """Have events sent to this https URL of at most 500 characters; takes effect within a minute."""
        await self.connect()
        with rejecting_invalid(LineCall.WEBHOOK):
            request = sdk.SetWebhookEndpointRequest(endpoint=url)
        await self._line.carry_out(LineCall.WEBHOOK, "set_webhook_endpoint", request)

    async def test_webhook(self, url: str | None = None) -> WebhookTest:
        """Have LINE send an empty webhook to `url`, by default the one that is set. May be called 60 times an hour."""
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
        """Create a rich menu and return its id. It shows once it has an image and is the default or linked to somebody.

        Args:
            menu: LINE's rich menu object: size, selected, name, chatBarText, areas.

        Raises:
            BadAnswer: The answer names no id; the menu may exist all the same.
        """
        await self.connect()
        with rejecting_invalid(LineCall.RICH_MENU):
            request = sdk.RichMenuRequest.from_dict(dict(menu))
        answer = await self._line.carry_out(LineCall.RICH_MENU, "create_rich_menu", request)
        menu_id = identifier(answer.body, "richMenuId")
        if menu_id is None:
            raise BadAnswer(f"{LineCall.RICH_MENU}: the answer names no id")
        return menu_id

    async def upload_rich_menu_image(self, menu_id: str, image: bytes, *, content_type: str) -> None:
        """Upload a menu's image, which cannot be replaced later: JPEG or PNG of the menu's size, at most 1 MB."""
        await self._line.carry_out(
            LineCall.RICH_MENU,
            "set_rich_menu_image",
            menu_id,
            image,
            timeout_s=UPLOAD_TIMEOUT_S,
            _headers={"Content-Type": content_type},
        )

    async def set_default_rich_menu(self, menu_id: str) -> None:
        """Show a menu to everybody who has none linked to them."""
        await self._line.carry_out(LineCall.RICH_MENU, "set_default_rich_menu", menu_id)

    async def default_rich_menu(self) -> str | None:
        """Return the id of the default menu; None if there is none."""
        return await self._menu_id("get_default_rich_menu_id")

    async def delete_rich_menu(self, menu_id: str) -> None:
        """Delete a menu; people who saw it then see none. A menu that is already gone is a success."""
        answer = await self._line.ask(LineCall.RICH_MENU, "delete_rich_menu", menu_id)
        if answer.status != _NOT_FOUND:
            success(answer, call=LineCall.RICH_MENU)

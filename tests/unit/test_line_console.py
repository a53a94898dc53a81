"""Setting a channel up and checking it, against the stand-in of LINE."""

import io
from contextlib import asynccontextmanager

import pytest
from line_sandbox.faults import Fault
from line_sandbox.line import LineStandIn
from line_sandbox.server import serve
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from app import errors
from app.line.client import BotInfo
from app.line.console import LineConsole, WebhookEndpoint, WebhookTest
from app.line.messages import postback_action, to_json
from app.line.quota import Quota
from app.line.rich_menus import RichMenu

TOKEN = "channel-access-token"
MENU = {
    "size": {"width": 800, "height": 400},
    "selected": True,
    "name": "easel en",
    "chatBarText": "Menu",
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 800, "height": 400},
            "action": to_json(postback_action("Help", data="do:help")),
        }
    ],
}


@asynccontextmanager
async def line_and_console(*, access_token=TOKEN, **settings):
    """Serve a LINE of its own, files on another address, as LINE does."""
    line = LineStandIn(channel_secret="s" * 32, channel_access_token=TOKEN, allow_http=True, **settings)
    async with serve(line.app) as base_url, serve(line.data_app) as data_base_url:
        console = LineConsole(channel_access_token=access_token, base_url=base_url, data_base_url=data_base_url)
        try:
            yield line, console
        finally:
            await console.aclose()


def png(width=800, height=400):
    """A picture for a menu."""
    out = io.BytesIO()
    Image.new("RGB", (width, height)).save(out, "PNG")
    return out.getvalue()


async def test_who_we_are():
    """The user id is what webhooks name as their destination."""
    async with line_and_console(bot_name="畫畫") as (line, console):
        assert await console.bot_info() == BotInfo(
            user_id=line.bot_user_id, basic_id="@sandbox", name="畫畫", chat_mode="bot"
        )


async def test_a_wrong_access_token_is_the_operators_business():
    """The first call tells."""
    async with line_and_console(access_token="another") as (_, console):
        with pytest.raises(errors.NotPermitted):
            await console.bot_info()


@pytest.mark.parametrize(("limit", "used", "remaining"), [(200, 5, 195), (200, 200, 0), (200, 201, 0), (None, 7, None)])
async def test_quota(limit, used, remaining):
    """What the month has, and what is gone of it."""
    async with line_and_console(monthly_quota=limit) as (line, console):
        line.used_this_month = used
        quota = await console.push_quota()
    assert (quota, quota.remaining) == (Quota(limit=limit, used=used), remaining)


async def test_webhook_endpoint():
    """None at first, then the one that was set."""
    async with line_and_console() as (_, console):
        assert await console.webhook_endpoint() is None
        await console.set_webhook_endpoint("https://bot.example.com/callback")
        assert await console.webhook_endpoint() == WebhookEndpoint(url="https://bot.example.com/callback", active=True)


async def test_an_address_that_line_does_not_take():
    """LINE's sentence is repeated, since it is about the operator's own setting."""
    async with line_and_console() as (_, console):
        with pytest.raises(errors.BadRequest, match="Invalid webhook endpoint URL"):
            await console.set_webhook_endpoint("bot.example.com")


@pytest.mark.parametrize(("status", "reason"), [(200, "OK"), (500, "ERROR_STATUS_CODE")])
async def test_a_test_of_the_webhook_tells_how_it_went(status, reason):
    """At the address that is set, or at another."""

    async def callback(_):
        return Response(status_code=status)

    bot = Starlette(routes=[Route("/callback", callback, methods=["POST"])])
    async with line_and_console() as (_, console), serve(bot) as bot_url:
        here = await console.test_webhook(f"{bot_url}/callback")
        await console.set_webhook_endpoint(f"{bot_url}/callback")
        assert await console.test_webhook() == here
    assert here == WebhookTest(success=status == 200, status=status, reason=reason, detail=str(status))


async def test_rich_menu():
    """Made, given its picture, shown to everybody, and deleted, which twice is once."""
    async with line_and_console() as (line, console):
        mei = line.add_person("Mei")
        assert await console.default_rich_menu() is None
        menu_id = await console.create_rich_menu(MENU)
        with pytest.raises(errors.BadRequest, match="must upload richmenu image"):
            await console.set_default_rich_menu(menu_id)
        await console.upload_rich_menu_image(menu_id, png(), content_type="image/png")
        await console.set_default_rich_menu(menu_id)
        assert await console.default_rich_menu() == menu_id == line.menus.shown_to(mei).id
        assert await console.rich_menus() == (RichMenu(id=menu_id, name="easel en"),)
        await console.delete_rich_menu(menu_id)
        await console.delete_rich_menu(menu_id)
        assert await console.rich_menus() == ()


async def test_a_menus_picture_goes_up_once():
    """A new one needs a new menu."""
    async with line_and_console() as (_, console):
        menu_id = await console.create_rich_menu(MENU)
        await console.upload_rich_menu_image(menu_id, png(), content_type="image/png")
        with pytest.raises(errors.BadRequest, match="already been uploaded"):
            await console.upload_rich_menu_image(menu_id, png(), content_type="image/png")


async def test_a_menu_that_line_does_not_take():
    """The error names the place."""
    async with line_and_console() as (_, console):
        with pytest.raises(errors.BadRequest, match="chatBarText"):
            await console.create_rich_menu(MENU | {"chatBarText": "far too long for a bar"})


@pytest.mark.parametrize(
    "ask", [LineConsole.bot_info, LineConsole.push_quota, lambda line: line.create_rich_menu(MENU)]
)
async def test_an_answer_that_cannot_be_read_is_no_answer(ask):
    """Nothing is guessed."""
    async with line_and_console() as (line, console):
        line.faults.add(Fault.body("<html>"))
        with pytest.raises(errors.BadAnswer):
            await ask(console)

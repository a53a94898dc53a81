"""All that leaves for LINE goes through line-bot-sdk, which is loaded late and reads no answer of ours."""

import io
import re
import subprocess
import sys
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from line_sandbox.line import LineStandIn
from line_sandbox.server import serve
from linebot.v3.messaging import PushMessageRequest, ReplyMessageRequest, RichMenuRequest
from PIL import Image

from app import errors
from app.line.console import LineConsole
from app.line.events import Chat, ChatKind
from app.line.messages import MESSAGES_MAX, image, text, to_json, with_quick_reply
from app.line.token_life import LineOAuth, token_life_s
from app.openai import best_allowed
from app.ops.setup.menu_layout import menu
from app.words import answers, menus
from app.words.chat_settings import LANGUAGES, qualities_up_to
from app.words.sentences import sentences_for

SECRET, TOKEN = "8c570fa6dd201bb328f1c1eac23a96d8", "an-access-token"
ROOT = Path(__file__).parents[2]
OURS = f"line-bot-sdk-python/{version('line-bot-sdk')} easel/{version('line-easel')}"
UTC = ZoneInfo("UTC")


class Recorder:
    """Keeps the headers of each request on its way to the stand-in."""

    def __init__(self, app):
        self._app = app
        self.came: list[tuple[str, str, dict[str, str]]] = []

    async def __call__(self, scope, receive, send):
        """Pass it on."""
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.came.append((scope["method"], scope["path"], headers))
        await self._app(scope, receive, send)


@asynccontextmanager
async def line_and_console():
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN, allow_http=True)
    recorder, data_recorder = Recorder(line.app), Recorder(line.data_app)
    data_recorder.came = recorder.came
    async with serve(recorder) as base_url, serve(data_recorder) as data_base_url:
        console = LineConsole(channel_access_token=TOKEN, base_url=base_url, data_base_url=data_base_url)
        oauth = LineOAuth(base_url=base_url)
        try:
            yield line, recorder, console, oauth, base_url
        finally:
            await console.aclose()
            await oauth.aclose()


def reply_token(line, person):
    event = line.text(person, "a cat")
    line.hand_out(event["replyToken"])
    return event["replyToken"]


def picture():
    out = io.BytesIO()
    Image.new("RGB", (2500, 1686)).save(out, "PNG")
    return out.getvalue()


async def test_every_call_of_ours_is_the_sdks():
    """Each of the calls that we know came with the SDK's name and ours, and asked for nothing packed."""
    async with line_and_console() as (line, recorder, console, oauth, base_url):
        mei = line.add_person("Mei", language="th")
        group = Chat(kind=ChatKind.GROUP, id=line.add_group("friends", [mei]))
        await console.bot_info()
        await console.push_quota()
        await console.remaining_pushes()
        await console.reply(reply_token(line, mei), [text("hello")])
        await console.push(mei, [text("hello")], retry_key=str(uuid4()))
        await console.start_loading(mei)
        assert await console.language(mei) == "th"
        assert await console.members(group) == 1
        photo = line.image(mei, b"a photo")
        assert await console.content(photo["message"]["id"], bytes_max=100) == b"a photo"
        await console.leave(group)
        await console.set_webhook_endpoint(f"{base_url}/callback")
        await console.webhook_endpoint()
        await console.test_webhook()
        menu_id = await console.create_rich_menu(menu("en").body)
        await console.upload_rich_menu_image(menu_id, picture(), content_type="image/png")
        await console.set_default_rich_menu(menu_id)
        assert await console.default_rich_menu() == menu_id
        await console.link_rich_menu(mei, menu_id)
        assert await console.linked_rich_menu(mei) == menu_id
        await console.link_rich_menu(mei, None)
        assert [one.id for one in await console.rich_menus()] == [menu_id]
        await console.delete_rich_menu(menu_id)
        about = await oauth.about_token(TOKEN)
        assert "access_token" in await oauth.issue_stateless(channel_id=about["client_id"], channel_secret=SECRET)
        await token_life_s(base_url=base_url, access_token=TOKEN)
        await oauth.about_token("another")  # asked for at the second place, too
    ours = [(path, headers) for _, path, headers in recorder.came if path != "/callback"]
    assert len({path for path, _ in ours}) >= 20
    assert {headers["user-agent"] for _, headers in ours} == {OURS}
    assert {headers["accept-encoding"] for _, headers in ours} == {"identity"}
    assert not any("cookie" in headers for _, headers in ours)


def everything_we_say(words):
    """Make one of each message that people can get."""
    status = answers.AdminStatus(
        today="1", month="2", pictures=3, failures="0", queue=1, model="m", days="?", pushes="9", saved=0, paused=True
    )
    used = answers.PersonalUsage(pictures=1, pictures_max=20, pictures_until_at=1_764_547_200.0)
    under = menus.after_picture(words, "p1", has_parent=True, is_fine=False, shape="wide", fill_in="畫 ")
    settings = answers.ChatSettings(size="1024x1024", quality="low", count="1", language="th")
    asked = [answers.ConfirmDeleteAll(count=count, whose=one) for count in (3, 0) for one in ("", "own", "everybody")]
    return [
        with_quick_reply(image(original_url="https://a.example/1.jpg", preview_url="https://a.example/2.jpg"), under),
        menus.picture_card(words, "p1", wish="a fox " * 50, fill_in="畫 "),
        menus.settings_panel(words, settings),
        menus.with_a_wish(words, "greeting_group", words.say("greeting_group", prefix="畫"), prefix="畫 "),
        menus.settings_saved(words, settings),
        *menus.mine(words, [("p1", "https://a.example/1.jpg")] * 10),
        *menus.mine(words, []),
        *(menus.confirm_delete_all(words, one, "01HEVENT") for one in asked),
        *menus.help_messages(words, is_group=True, prefix="畫", is_admin=True),
        menus.photo_got(words, 1),
        menus.photo_got(words, 3),
        menus.ask_photo(words),
        menus.rephrase(words, words.say("moderation"), original="ที่นี่" * 400, request_id="r1"),
        menus.sticker_offer(words, "hi", "r1"),
        menus.edited_offer(words, "r1"),
        menus.offer(words, "a fox", "r1", has_picture=True),
        menus.change_later(words, "a fox", "r1"),
        menus.complaint(words, "p1", fill_in=""),
        menus.complaint(words, None, fill_in=""),
        menus.photo_question(words),
        menus.or_draw(words, text(words.say("thanks")), "r1"),
        menus.usage(words, used, UTC),
        menus.admin_status(words, status),
        menus.promise(words.say("drawing"), words=words, data="show:r1"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_message_of_ours_is_taken(language):
    """LINE takes each of them as it was built, in each language, and the SDK reads it back as it was."""
    made = everything_we_say(sentences_for(language, "en"))
    async with line_and_console() as (line, _, console, _, _):
        mei = line.add_person("Mei")
        for start in range(0, len(made), MESSAGES_MAX):
            await console.reply(reply_token(line, mei), made[start : start + MESSAGES_MAX])
        sent = [call.body for call in line.calls if call.path.endswith("/reply")]
    assert [message for body in sent for message in body["messages"]] == [one.to_dict() for one in made]
    for body in sent:
        assert ReplyMessageRequest.from_dict(body).to_dict() == body


def test_each_language_has_its_menu_built_as_line_takes_it():
    """What setup would send is the SDK's model, and comes out of it as it went in."""
    for language in LANGUAGES:
        body = menu(language).body
        assert RichMenuRequest.from_dict(dict(body)).to_dict() == body


async def test_a_dict_is_no_message():
    """The SDK would send its `type` alone, so it is refused before anything goes out."""
    lost = PushMessageRequest(to="U1", messages=[{"type": "image", "originalContentUrl": "https://a.example/1"}])
    assert lost.to_dict()["messages"] == [{"type": "image"}]
    async with line_and_console() as (line, recorder, console, _, _):
        with pytest.raises(TypeError, match="a dict"):
            await console.reply(reply_token(line, line.add_person("Mei")), [{"type": "text", "text": "hello"}])
        with pytest.raises(errors.BadRequest, match=r"push: not as LINE takes it \(messages\)"):
            await console.push("U1", [], retry_key=str(uuid4()))
    assert recorder.came == []


LEAN = """
import asyncio, sys
from app.errors import Unreachable
from app.line.client import LineClient
from app.line.messages import of_json, postback_action, text, to_json, with_quick_reply

async def run():
    line = LineClient(channel_access_token="x", base_url="http://127.0.0.1:1", data_base_url="http://127.0.0.1:1")
    await line.connect()
    said = with_quick_reply(text("hello"), [postback_action("x", data="y")])
    assert of_json(to_json(said)) == said
    try:
        await line.reply("r", [said])
    except Unreachable:
        print("tried")
    await line.aclose()

asyncio.run(run())
print(*sys.modules)
"""


@pytest.mark.slow
def test_only_what_we_call_is_loaded():
    """The SDK works without its old API, its webhook parser and what those need, which cost memory and time."""
    environment = {"PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LEAN], env=environment, capture_output=True, check=False
    )
    tried, *loaded = done.stdout.decode().split()
    assert tried == "tried", done.stderr.decode()
    assert "linebot.v3.messaging" in loaded
    assert not {"requests", "linebot.models", "linebot.v3.webhooks", "linebot.v3.oauth"} & set(loaded)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["--help"], ["usage"], ["requests"], ["resend", "--help"]], ids=" ".join)
def test_commands_do_without_the_sdk(arguments, tmp_path):
    """It takes a second to load, so neither the command line nor the import of the whole service does that."""
    code = "import app.build.build_service, app.server, app.main; from app.cli import main; main()"
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/easel.db",
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "OPENAI_API_KEY": "sk-x",
        "R2_ACCOUNT_ID": "0" * 32,
        "R2_ACCESS_KEY_ID": "k",
        "R2_SECRET_ACCESS_KEY": "s",
        "R2_BUCKET": "b",
        "R2_PUBLIC_BASE_URL": "https://pictures.example",
    }
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        check=False,
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.decode().splitlines()}
    assert "fastapi" in loaded
    assert not {"linebot", "aiohttp"} & loaded


@pytest.mark.parametrize(
    ("default", "best", "offered"),
    [
        ("medium", "low", ["low", "medium"]),  # the operator's own quality is allowed in any case
        ("low", "medium", ["low", "medium"]),
        ("auto", "medium", ["low", "medium"]),
        ("low", "low", ["low"]),
        ("low", "max", ["low", "medium", "high"]),
    ],
)
def test_no_quality_is_offered_that_nobody_gets(default, best, offered):
    """IMAGE_QUALITY_MAX holds on the card of the settings, too."""
    words = sentences_for("en", "en")
    qualities = qualities_up_to(best_allowed(default, best))
    card = menus.settings_panel(words, answers.ChatSettings(), qualities=qualities)
    assert re.findall(r"set:quality=(\w+)", str(to_json(card))) == offered

"""`easel setup` at the stand-ins: webhook, rich menus and retention; what people see of it; and when a part fails."""

import re
from io import BytesIO

import pytest
import pytest_asyncio
from line_sandbox.line import errors as line_errors
from line_sandbox.line.menus import Menu
from line_sandbox.r2 import rules as r2_rules
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from app.ops.setup.menu_layout import FOLDER, HEIGHT_PX, WIDTH_PX, menu
from app.ops.setup.painter import SEAL, page_of, seal_of
from app.ops.setup.set_up import SetupWishes, set_up
from app.ops.setup.step import SetupStep, StepOutcome
from app.words.chat_settings import LANGUAGES
from tests.practice import NOBODY, Practice, answers, fails, has, practice_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

OK, DONE, ALREADY, BY_HAND, FAILED = (
    StepOutcome.OK,
    StepOutcome.DONE,
    StepOutcome.ALREADY,
    StepOutcome.BY_HAND,
    StepOutcome.FAILED,
)
HERO = re.compile(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" rx="64" fill="url')
CARDS = re.compile(r'<use href="#card" x="(\d+)" y="(\d+)"/>')
CARD_PX = (575, 783)
ODD_RULE = b"<LifecycleConfiguration><Rule><ID>x</ID></Rule></LifecycleConfiguration>"  # of a store that is not R2
IMAGE_BYTES_MAX = 1_000_000  # https://developers.line.biz/en/reference/messaging-api/#upload-rich-menu-image
LABELS = re.compile(r'<text x="([\d.]+)" y="(\d+)"[^>]*>\$(\w+)</text>')


@pytest_asyncio.fixture(loop_scope="session")
async def practice(tmp_path):
    """Vendors where nothing was set up."""
    async with practice_in(tmp_path) as opened:
        yield opened


async def set_up_at(practice: Practice, *, url: str | None = None, **settings: str) -> dict[str, SetupStep]:
    """Run the set-up. Return its steps by name."""
    wanted = SetupWishes(url=url, rich_menu=True, retention=True)
    return {step.name: step for step in await set_up(practice.settings(**settings), wanted)}


def bar(practice: Practice, person: str) -> str:
    """Read what stands on the bar below a person's chat."""
    seen = practice.line.menus.shown_to(person)
    return str(seen.body["chatBarText"]) if seen else ""


async def test_everything_is_set_up_once(practice):
    """The second run finds it all there, and repeats what only the consoles can do."""
    url = practice.line.webhook_url
    practice.line.webhook_url, practice.r2.is_admin = None, True
    first = await set_up_at(practice, url=url, PICTURE_RETENTION_DAYS="30")
    assert [first[name].outcome for name in ("webhook", "rich menu", "rich menu shown", "retention")] == [DONE] * 4
    assert [first[name].outcome for name in ("bot", "use webhook", "webhook test")] == [OK] * 3
    assert practice.line.webhook_url == url
    assert b"<Days>30</Days>" in practice.r2.lifecycle
    second = await set_up_at(practice, url=url, PICTURE_RETENTION_DAYS="30")
    assert {step.outcome for step in second.values()} == {OK, ALREADY, BY_HAND}
    by_hand = {name for name, step in second.items() if step.outcome is BY_HAND and step.cure}
    assert by_hand == {"redelivery", "auto-reply", "greeting", "groups"}
    assert len(practice.line.menus.menus) == len(LANGUAGES)


async def test_older_menus_of_ours_go_and_others_stay(practice):
    """After an upgrade nobody sees the menu of the release before."""
    menus = practice.line.menus
    for menu_id, name in (("richmenu-1", "easel en 0123456789ab"), ("richmenu-2", "a menu of the shop")):
        menus.menus[menu_id] = Menu(id=menu_id, body={"name": name}, image=b"")
    menus.default = "richmenu-2"
    steps = await set_up_at(practice)
    assert "1 older deleted" in steps["rich menu"].told
    assert "in place of richmenu-2" in steps["rich menu shown"].told
    assert "richmenu-1" not in menus.menus
    assert "richmenu-2" in menus.menus


def refuses_uploads(practice: Practice) -> None:
    practice.line.faults.add(line_errors.server_error(), match="/content", times=1)


@pytest.mark.parametrize(
    ("begin", "settings", "name", "outcome", "told", "cure"),
    [
        (has("line"), {"LINE_CHANNEL_ACCESS_TOKEN": "older"}, "bot", FAILED, "401", "Issue a token"),
        (has("line"), {"LINE_API_BASE_URL": NOBODY}, "bot", FAILED, "no connection", "firewall"),
        (has("line", webhook_url=None), {}, "webhook", BY_HAND, "no address", "easel setup --url"),
        (has("line", webhook_url="http://10.0.0.1/callback"), {}, "webhook", FAILED, "not https", "easel setup --url"),
        (has("line", uses_webhook=False), {}, "use webhook", FAILED, "LINE sends nothing", "Use webhook"),
        (answers(502), {}, "webhook test", FAILED, "502", "is it running"),
        (refuses_uploads, {}, "rich menu", FAILED, "500", "api.line-status.info"),
        (has("r2"), {"R2_ACCESS_KEY_ID": "e" * 32}, "retention", OK, "token may not", ""),
        (has("r2"), {"PICTURE_RETENTION_DAYS": "9"}, "retention", BY_HAND, "token may not", "prefix i/, 9 days"),
        (fails("r2", r2_rules.failing("InternalError")), {}, "retention", FAILED, "500", "cloudflarestatus.com"),
        (has("r2", is_admin=True, lifecycle=ODD_RULE), {}, "retention", FAILED, "KeyError", "Report this line"),
    ],
)
async def test_a_part_that_fails(practice, begin, settings, name, outcome, told, cure):
    """It says what helps, and the parts that do not need it are set up all the same."""
    begin(practice)
    steps = await set_up_at(practice, **settings)
    step = steps[name]
    assert (step.outcome, told in step.told, cure in step.cure) == (outcome, True, True), step
    assert "retention" in steps


async def test_a_run_that_failed_is_finished_by_the_next(practice):
    """Without its picture a menu is not taken for finished."""
    refuses_uploads(practice)
    assert (await set_up_at(practice))["rich menu"].outcome is FAILED
    assert all(made.image for made in practice.line.menus.menus.values())
    steps = await set_up_at(practice)
    assert (steps["rich menu"].outcome, steps["rich menu shown"].outcome) == (DONE, DONE)
    assert len(practice.line.menus.menus) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_picture_is_what_line_takes_and_its_words_say(language):
    """Its size, its bytes, and made of today's drawing and words: `python -m app.ops.setup.painter` makes it anew."""
    made = menu(language)
    with Image.open(BytesIO(made.picture)) as picture:
        assert isinstance(picture, PngImageFile)
        assert (picture.size, picture.format) == ((WIDTH_PX, HEIGHT_PX), "PNG")
        assert picture.text[SEAL] == seal_of(page_of(language))
    assert len(made.picture) <= IMAGE_BYTES_MAX


async def test_the_areas_are_where_the_drawing_has_them():
    """Each holds the whole card that its label stands on, and together they are the picture."""
    drawing = (FOLDER / "menu.svg").read_text(encoding="utf-8")
    hero = tuple(map(int, HERO.search(drawing).groups()))
    cards = [(int(x), int(y), *CARD_PX) for x, y in CARDS.findall(drawing)]
    on = {
        name: next(
            card for card in cards if card[0] < float(x) < card[0] + card[2] and card[1] < int(y) < card[1] + card[3]
        )
        for x, y, name in LABELS.findall(drawing)
    }
    areas = {area["action"]["data"].removeprefix("do:"): area["bounds"] for area in menu("en").body["areas"]}
    for name, (left, top, width, height) in {**on, "new": hero}.items():
        area = areas.pop(name)
        assert area["x"] <= left
        assert area["y"] <= top
        assert left + width <= area["x"] + area["width"]
        assert top + height <= area["y"] + area["height"]
    assert not areas


@pytest_asyncio.fixture(loop_scope="session")
async def bot(practice, tmp_path):
    """An Easel behind LINE's webhook, and menus that were set up."""
    running = await practice.world.start(tmp_path)
    await set_up_at(practice)
    yield running
    assert await running.stop() == 0


@pytest.mark.slow
@pytest.mark.usefixtures("bot")
async def test_people_see_the_menu_of_their_language(practice):
    """Everybody sees the default's; who writes sees their own from then on, also after choosing another language."""
    aom, mei = practice.world.person(language="th"), practice.world.person(language="zh-Hant")
    assert bar(practice, aom) == bar(practice, mei) == "選單"
    for person in (aom, mei):
        await practice.line.deliver(practice.line.follow(person))
    await practice.world.until(lambda: bar(practice, aom) == "เมนู")
    await practice.line.deliver(practice.line.postback(aom, "set:language=ja"))
    await practice.world.until(lambda: bar(practice, aom) == "メニュー")
    await practice.line.deliver(practice.line.postback(aom, "set:language=zh-TW"))
    await practice.world.until(lambda: bar(practice, aom) == "選單")
    assert not practice.line.menus.linked


@pytest.mark.slow
@pytest.mark.usefixtures("bot")
async def test_a_menu_that_somebody_else_linked_stays(practice):
    """An operator may have a menu for some people."""
    aom, ken = practice.world.person(language="th"), practice.world.person(language="ja")
    practice.line.menus.menus["richmenu-2"] = Menu(id="richmenu-2", body={"chatBarText": "VIP"}, image=b"")
    practice.line.menus.linked[aom] = "richmenu-2"
    for person in (aom, ken):
        await practice.line.deliver(practice.line.follow(person))
    await practice.world.until(lambda: bar(practice, ken) == "メニュー")
    assert bar(practice, aom) == "VIP"


@pytest.mark.slow
async def test_every_tap_leads_somewhere(practice, bot):
    """Each area of each menu brings an answer, and none an error; the big one only opens the keyboard."""
    for language in LANGUAGES:
        person = practice.world.person(language=language)
        taps = [area["action"]["data"] for area in menu(language).body["areas"]]
        for count, data in enumerate((one for one in taps if one != "do:new"), start=1):
            await practice.line.deliver(practice.line.postback(person, data))
            await practice.world.said(person, count=count)
        assert menu(language).body["areas"][0]["action"]["inputOption"] == "openKeyboard"
        await practice.line.deliver(practice.line.postback(person, "do:new"))
    await bot.logged("event_understood", times=6 * len(LANGUAGES))
    assert not [line for line in bot.lines if line["level"] in {"error", "critical"}]


async def test_a_secret_of_another_channel_changes_nothing(practice):
    """Before the first change: the address and the menus of the token's channel stay as they were."""
    before = practice.line.webhook_url
    steps = await set_up_at(practice, url="https://easel.example/callback", LINE_CHANNEL_SECRET="0" * 32)
    assert steps["one channel"].outcome is FAILED
    assert "Channel secret of channel" in steps["one channel"].cure
    assert (practice.line.webhook_url, practice.line.menus.menus) == (before, {})


@pytest.mark.parametrize("url", [f"{NOBODY}/callback", "https://easel.example/callback/"])
async def test_an_address_that_works_is_not_given_up_for_one_that_does_not(practice, url):
    """The new one is looked at and tried first."""
    before = practice.line.webhook_url
    steps = await set_up_at(practice, url=url)
    assert FAILED in {step.outcome for step in steps.values()}
    assert practice.line.webhook_url == before


async def test_blanks_round_an_address(practice):
    """What was pasted with them is set without them."""
    url, practice.line.webhook_url = practice.line.webhook_url, None
    steps = await set_up_at(practice, url=f"  {url} ")
    assert steps["webhook"].outcome is DONE
    assert practice.line.webhook_url == url

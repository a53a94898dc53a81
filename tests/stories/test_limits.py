"""What people hear of limits: what is left when it gets short, when it begins anew, and what a flood gets.

Each story but one starts an Easel of its own, with limits of its own.
"""

import asyncio
import base64
import sqlite3
from pathlib import Path

import pytest
from line_sandbox import painter
from line_sandbox.faults import Fault

from tests.world import PATIENCE_S, World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

SMALL = painter.Canvas(width_px=64, height_px=64, output_format="jpeg", compression=50, transparent=False, variation=0)
ONE = 20_580 + 5 * 3  # micro-dollars of a low 1024x1024 picture of 2.6, and of "a cat"


async def draw(stage: World, person: str, words: str = "a cat", *, group: str | None = None) -> list[str]:
    """Wish for a picture. Return the texts that the bot says with it, or in its place."""
    before = len(stage.line.chat(group or person).from_bot)
    await stage.line.send_text(person, words, group=group)
    await stage.until(lambda: bool(_answer(stage, group or person, before)))
    return [str(body["text"]) for body in _answer(stage, group or person, before) if body["type"] == "text"]


def _answer(stage: World, chat: str, before: int) -> list[dict]:
    return [dict(message.body) for message in stage.line.chat(chat).from_bot[before:]]


def counted(directory: Path) -> int:
    """Return how many pictures count for everybody today."""
    with sqlite3.connect(directory / "easel.db") as connection:
        return connection.execute("SELECT sum(pictures) FROM purses WHERE holder LIKE 'user:%'").fetchone()[0]


async def test_what_is_left_of_a_day_is_said_when_it_gets_short(stage, tmp_path):
    """The last three of five are counted down; after them it is said when there are more, not with every picture."""
    person = stage.person()
    async with stage.easel(tmp_path, USER_DAILY_PICTURES="5"):
        said = [await draw(stage, person) for _ in range(6)]
    assert said[0] == []
    assert said[1:4] == [[f"You have {count} left for today."] for count in (3, 2, 1)]
    assert said[4][0].startswith("That's all for today. You can draw again from ")
    assert said[5][0].startswith("That's today's limit of 5. You can draw again from ")
    assert len(stage.line.chat(person).pictures) == 5


async def test_a_wish_for_more_than_is_left_gets_what_is_left(stage, tmp_path):
    """Four are asked for, three are left: three are drawn and paid for, and the answer says so."""
    person = stage.person()
    async with stage.easel(tmp_path, USER_DAILY_PICTURES="4"):
        await draw(stage, person)
        said = await draw(stage, person, "many cats x4")
    room, last = said[0].splitlines()
    assert room == "There was only room for 3 more today, so that's what I drew."
    assert last.startswith("That's all for today. You can draw again from ")
    (call,) = stage.asked("many cats")
    assert call.body["n"] == 3


@pytest.mark.usefixtures("easel")
async def test_whoever_has_no_limit_hears_nothing(vendors):
    """A picture alone, as ever."""
    person = vendors.person()
    assert [await draw(vendors, person) for _ in range(2)] == [[], []]


async def test_what_was_not_drawn_for_our_fault_does_not_count(stage, tmp_path):
    """A model that fails, a picture that comes broken: the day is as long as before."""
    person = stage.person()
    half = {"data": [{"b64_json": base64.b64encode(painter.plain(SMALL)).decode()}, {"b64_json": "broken"}]}
    async with stage.easel(tmp_path, USER_DAILY_PICTURES="2"):
        stage.openai.faults.add(Fault.status(400, {"error": {"code": "invalid_value"}}), match="/images/")
        assert "wasn't drawn" in (await draw(stage, person))[0]
        assert counted(tmp_path) == 0
        stage.openai.faults.add(Fault.body(half), match="/images/")
        said = await draw(stage, person, "cats x2")
    assert said == ["Only 1 of 2 worked out.\nYou have 1 left for today."]


async def test_fewer_than_were_asked_for_is_told(stage, tmp_path):
    """Four are asked for, the model answers with two: both are shown, and the answer says that two are missing."""
    person = stage.person()
    one = {"b64_json": base64.b64encode(painter.plain(SMALL)).decode()}
    async with stage.easel(tmp_path):
        stage.openai.faults.add(Fault.body({"created": 1, "data": [one, one]}), match="/images/")
        assert await draw(stage, person, "boats x4") == ["Only 2 of 4 worked out."]
        stage.openai.faults.add(Fault.body({"created": 1, "data": [one, one, one]}), match="/images/")
        assert await draw(stage, person, "a boat") == []
    assert len(stage.line.chat(person).pictures) == 3


async def test_of_pictures_too_large_for_one_answer_fewer_are_paid_for(stage, tmp_path):
    """Four of 3840x2160 without loss would be read by nobody: two are asked for and booked, and the answer says so."""
    person = stage.person()
    one = {"b64_json": base64.b64encode(painter.plain(SMALL)).decode()}
    async with stage.easel(tmp_path, DAILY_BUDGET_USD="20"):
        stage.openai.faults.add(Fault.body({"created": 1, "data": [one, one]}), match="/images/")
        assert await draw(stage, person, "large boats 3840x2160 png x4") == ["Only 2 of 4 worked out."]
    (call,) = stage.asked("large boats")
    assert call.body["n"] == 2
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        assert connection.execute("SELECT count FROM calls").fetchall() == [(2,)]


async def test_what_waits_is_counted_in_pictures(stage, tmp_path):
    """Room for 20 pictures of one person is room for five wishes of four, not for twenty."""
    person, release, words = stage.person(), asyncio.Event(), "many ships x4"
    stage.openai.faults.add(Fault.held(release), match="/images/", times=None)
    async with stage.easel(tmp_path, DEFAULT_LANGUAGE="en") as easel:
        await stage.line.deliver_each(*(stage.line.text(person, words) for _ in range(20)))
        await easel.logged("event_understood", wants="picture", times=20)
        assert "You already have 20 waiting." in (await stage.said(person))[0]["text"]
        release.set()
        await stage.picture(person, count=20)
    assert len(stage.line.chat(person).pictures) == 20


async def test_one_message_under_two_event_ids_is_one_wish(stage, tmp_path):
    """Whatever a gateway makes of it, it is drawn and answered once."""
    person, before = stage.person(), stage.picture_calls()
    async with stage.easel(tmp_path) as easel:
        event = stage.line.text(person, "a red boat")
        await stage.line.deliver(event)
        await stage.picture(person)
        again = event | {"webhookEventId": event["webhookEventId"][:-4] + "ZZZZ"}
        await stage.line.deliver(again)
        await easel.logged("event_understood", request=again["webhookEventId"])
        await draw(stage, person, "a rowing boat")
    assert stage.picture_calls() - before == 2


async def test_taking_back_what_is_being_paid_for_counts(stage, tmp_path):
    """Else asking and taking back would cost without end; what still waits in the queue costs nothing."""
    person, release = stage.person(), asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/")
    async with stage.easel(
        tmp_path, USER_DAILY_PICTURES="9", PICTURES_AT_ONCE="1", PICTURES_AT_ONCE_PER_USER="1"
    ) as easel:
        await stage.line.send_text(person, "a drawn cat")
        await stage.openai.wait_for(lambda: stage.drawing("a drawn cat") == 1, PATIENCE_S)
        await stage.line.send_text(person, "a waiting cat")
        await easel.logged("event_understood", wants="picture", times=2)
        await stage.line.send_text(person, "cancel")
        (said,) = await stage.said(person)
        release.set()
        await easel.logged("picture_unwanted")
    assert said["text"] == "Cancelled 2 pictures."
    assert counted(tmp_path) == 1


async def test_the_month_of_a_chat_is_told_once_when_it_gets_short(stage, tmp_path):
    """At 20 % and at 5 %, with the day on which it begins anew; then nothing is drawn before that."""
    person = stage.person()
    usd = f"{10 * ONE / 1e6 + 0.004:.6f}"  # ten pictures; an estimate is a little higher
    async with stage.easel(tmp_path, CHAT_MONTHLY_BUDGET_USD=usd):
        said = [await draw(stage, person) for _ in range(11)]
        usage = await draw(stage, person, "usage")
    short = [number for number, texts in enumerate(said[:10], 1) if texts]
    assert short == [9, 10]
    assert said[8][0].startswith("This chat has 12% of this month's allowance left; it resets on ")
    assert said[10][0].startswith("This chat has used up its allowance for this month. You can draw again from ")
    assert usage[0].splitlines()[1] == said[10][0]  # and not that 2% are left, into which no picture fits


@pytest.mark.parametrize(
    ("language", "asks"), [("zh-TW", "還剩幾張"), ("en", "how many left"), ("ja", "あと何枚描ける"), ("th", "เหลือกี่รูป")]
)
async def test_who_asks_what_is_left_when_all_is_used_up(stage, tmp_path, language, asks):
    """Not only how many they have drawn: nobody can draw before the budget begins anew."""
    person = stage.person(language=language)
    async with stage.easel(tmp_path, DAILY_BUDGET_USD="0.005"):
        (told,) = await draw(stage, person)
        (usage,) = await draw(stage, person, asks)
    assert usage.splitlines()[-1] == told


async def test_a_group_has_fair_shares(stage, tmp_path):
    """Who draws all the time is stopped at half; whoever comes late still draws; everybody can ask how it stands."""
    greedy, late = stage.person(), stage.person()
    group = stage.group(greedy, late)
    usd = f"{8 * ONE / 1e6 + 0.008:.6f}"
    async with stage.easel(tmp_path, CHAT_MONTHLY_BUDGET_USD=usd):
        said = [await draw(stage, greedy, "draw a cat", group=group) for _ in range(5)]
        assert "You've used up your share of this group's month" in said[4][0]
        assert "of your share of this group's month left" in said[3][0]
        await draw(stage, late, "draw a cat", group=group)
        usage = await draw(stage, late, "draw usage", group=group)
    assert len(stage.line.chat(group).pictures) == 5
    assert "Pictures today: 1." in usage[0]
    assert "half of what the others leave" in usage[0]


@pytest.mark.parametrize("anonymous", [False, True])
async def test_a_flood_is_told_once_and_costs_nothing(stage, tmp_path, anonymous):
    """Thirty wishes at once, room for five: five are drawn, one word is said, also across a restart."""
    person, release, before = stage.person(), asyncio.Event(), stage.picture_calls()
    group = stage.group(person) if anonymous else None
    stage.openai.faults.add(Fault.held(release), match="/images/", times=None)
    settings = {"PICTURES_WAITING_PER_USER": "5", "DEFAULT_LANGUAGE": "en"}
    easel = await stage.start(tmp_path, **settings)
    wishes = [stage.line.text(person, f"draw cat {number}", group=group, anonymous=anonymous) for number in range(30)]
    await stage.line.deliver_each(*wishes[:15])
    await easel.logged("event_understood", wants="picture", times=15)
    await easel.kill()
    easel = await stage.start(tmp_path, **settings)
    await stage.line.deliver_each(*wishes[15:])
    for wish in wishes[15:]:
        await easel.logged("event_understood", request=wish["webhookEventId"])
    release.set()
    await stage.picture(group or person, count=5)
    said = [one["text"] for one in await stage.said(group or person) if "waiting. Please" in str(one.get("text"))]
    assert await easel.stop() == 0
    assert said == ["You already have 5 waiting. Please send more once they're done."]
    assert len(stage.line.chat(group or person).pictures) == 5
    assert 5 <= stage.picture_calls() - before <= 5 + 2  # those that were cut off are asked again


@pytest.mark.parametrize(
    ("language", "again", "asks"),
    [
        ("zh-TW", "再畫一張", ("為什麼不能畫", "那什麼時候可以畫")),
        ("en", "try again", ("why can't I draw any more", "when can I draw again?")),
        ("ja", "もう一度", ("なんで描けないの", "いつから描ける")),
        ("th", "ลองใหม่", ("ทำไมวาดไม่ได้", "พรุ่งนี้วาดได้กี่โมง")),
    ],
)
async def test_who_asks_why_there_is_no_more_is_told_until_when(stage, tmp_path, language, again, asks):
    """The question gets the reason and the hour, and no button that could only fail again; so does another try."""
    person = stage.person(language=language)
    async with stage.easel(tmp_path, USER_DAILY_PICTURES="1"):
        await draw(stage, person)
        paid = stage.picture_calls()
        (told,) = await draw(stage, person, "an otter in a hat")
        for text in (*asks, again):
            assert await draw(stage, person, text) == [told]
    assert stage.picture_calls() == paid

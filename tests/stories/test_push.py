"""LATE_DELIVERY=push: a late picture comes by itself, when the month allows it, and never twice."""

import asyncio

import pytest
import pytest_asyncio
from line_sandbox.faults import Fault

from app.flows.delivery.waiting import PUSH_AGAIN_S
from tests.world import PATIENCE_S

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("pushing")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pushing_process(vendors, tmp_path_factory):
    """An Easel that may push, and spends its reply tokens after a second."""
    settings = {"REPLY_DEADLINE_S": "1", "LATE_DELIVERY": "push"}
    async with vendors.easel(tmp_path_factory.mktemp("pushing"), **settings) as easel:
        yield easel


@pytest.fixture
def pushing(pushing_process, stage):
    """The same, on a fine day, behind LINE's webhook."""
    stage.line.webhook_url = f"{pushing_process.url}/callback"
    return pushing_process


@pytest.fixture
def slow(stage):
    """Give a model that answers when it is told to."""
    release = asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/", times=None)
    return release


def pushes(stage, person: str) -> int:
    """How often a push to this person was tried."""
    return sum(1 for call in stage.line.calls if call.path.endswith("/push") and call.body["to"] == person)


def stickers_answered(stage, person: str) -> int:
    return sum("sticker" in str(one.body).lower() for one in stage.line.chat(person).from_bot)


async def test_a_late_picture_is_pushed(stage, slow):
    """The promise says that it comes by itself; one push, counted once."""
    person = stage.person()
    await stage.line.send_text(person, "a cat")
    (promise,) = await stage.said(person)
    assert "by itself" in promise["template"]["text"]
    slow.set()
    await stage.picture(person)
    assert stage.line.used_this_month == 1
    assert stage.line.chat(person).pictures[0].way == "push"


async def test_a_picture_in_time_is_a_free_reply(stage):
    """Free first: the policy changes nothing while there is a token."""
    person = stage.person()
    await stage.line.send_text(person, "a cat")
    await stage.picture(person)
    assert stage.line.used_this_month == 0


@pytest.mark.parametrize("fault", [Fault.drop_after(), Fault.status(500), Fault.drop()])
async def test_a_push_that_failed_is_repeated_with_its_key(stage, slow, fault):
    """The retry key makes a second push harmless: one picture, one charge."""
    person = stage.person()
    stage.line.faults.add(fault, match="/message/push")
    await stage.line.send_text(person, "a cat")
    await stage.said(person)
    slow.set()
    await stage.picture(person)
    await stage.line.deliver(stage.line.sticker(person))
    await stage.said(person, count=4)
    keys = {call.headers.get("x-line-retry-key") for call in stage.line.calls if call.path.endswith("/push")}
    assert len(stage.line.chat(person).pictures) == 1
    assert stage.line.used_this_month == 1
    assert None not in keys


async def test_with_the_month_used_up_the_button_is_offered(stage, tmp_path, slow):
    """Quota and consumption are compared before the token dies: the promise does not promise a push."""
    person = stage.person()
    stage.line.used_this_month = 200
    async with stage.easel(tmp_path, REPLY_DEADLINE_S="1", LATE_DELIVERY="push"):
        await stage.line.send_text(person, "a cat")
        (promise,) = await stage.said(person)
        assert "by itself" not in promise["template"]["text"]
        slow.set()
        await stage.line.send_tap(person, "Show picture")
        await stage.picture(person)
    assert stage.line.used_this_month == 200


async def test_a_push_to_a_group_costs_its_members(stage, tmp_path, slow):
    """A group of three with two messages left gets the button: a push would cost three."""
    people = [stage.person() for _ in range(3)]
    group = stage.group(*people)
    stage.line.used_this_month = 198
    async with stage.easel(tmp_path, REPLY_DEADLINE_S="1", LATE_DELIVERY="push"):
        await stage.line.send_text(people[0], "draw a cat", group=group)
        (promise,) = await stage.said(group)
        assert "by itself" not in promise["template"]["text"]
        slow.set()
        await stage.line.send_tap(people[1], "Show picture", group=group)
        await stage.picture(group)
    assert stage.line.used_this_month == 198


async def test_a_group_too_large_for_a_push_takes_none_from_others(stage, tmp_path, slow):
    """Two messages are left: too few for a group of three, and enough for one person's picture."""
    people, alone = [stage.person() for _ in range(3)], stage.person()
    group = stage.group(*people)
    stage.line.used_this_month = 198
    async with stage.easel(tmp_path, REPLY_DEADLINE_S="1", LATE_DELIVERY="push"):
        await stage.line.send_text(people[0], "draw a cat", group=group)
        await stage.said(group)
        await stage.line.send_text(alone, "a cat")
        (promise,) = await stage.said(alone)
        assert "by itself" in promise["template"]["text"]
        slow.set()
        await stage.picture(alone)
    assert stage.line.chat(alone).pictures[0].way == "push"
    assert stage.line.used_this_month == 199


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [Fault.status(429), Fault.status(500), Fault.drop_after()], ids=["limited", "broken", "lost"]
)
async def test_a_push_that_fails_for_long_holds_up_nobody(stage, slow, fault):
    """Meanwhile whatever the chat writes is answered in the life of its token; the picture is there once in the end."""
    person = stage.person()
    stage.line.faults.add(fault, match="/message/push", times=None)
    await stage.line.send_text(person, "a cat")
    await stage.said(person)
    slow.set()
    await stage.line.wait_for(lambda: pushes(stage, person) >= 2, PATIENCE_S)
    async with asyncio.timeout(PATIENCE_S):
        for count in range(1, 7):
            await stage.line.deliver(stage.line.sticker(person))
            await stage.until(lambda count=count: stickers_answered(stage, person) == count)
    stage.line.faults.clear()
    await stage.until(lambda: stage.line.chat(person).pictures, timeout_s=PATIENCE_S + PUSH_AGAIN_S)
    assert len(stage.line.chat(person).pictures) == 1


async def test_an_unknown_reply_is_never_followed_by_a_push(stage, tmp_path):
    """The picture may be in the chat: a button asks, a push would show it twice."""
    person = stage.person()
    async with stage.easel(tmp_path, LATE_DELIVERY="push") as easel:
        stage.line.faults.add(Fault.drop_after(), match="/message/reply", times=1)
        stage.line.faults.add(Fault.status(500), match="/message/reply", times=None)
        await stage.line.send_text(person, "a cat")
        await stage.picture(person)
        await easel.logged("delivery_tried_again", times=3)
        stage.line.faults.clear()
        await easel.logged("reply_had_landed")
        await stage.line.deliver(stage.line.sticker(person))
        await stage.said(person, count=2)
    assert len(stage.line.chat(person).pictures) == 1
    assert stage.line.used_this_month == 0

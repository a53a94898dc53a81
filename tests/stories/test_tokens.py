"""The token rule: free first, never twice, never silent. Deadlines are short here; the rule is the same."""

import asyncio

import httpx
import pytest
import pytest_asyncio
from line_sandbox.faults import Fault

from tests.world import PATIENCE_S

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("hasty")]

DEADLINE_S = 4.0  # what a busy machine needs for a picture that is ready, and what most stories here wait


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hasty_process(vendors, tmp_path_factory):
    """An Easel that spends its reply tokens after 4 s."""
    async with vendors.easel(tmp_path_factory.mktemp("hasty"), REPLY_DEADLINE_S=str(DEADLINE_S)) as easel:
        yield easel


@pytest.fixture
def hasty(hasty_process, stage):
    """The same, on a fine day, behind LINE's webhook."""
    stage.line.webhook_url = f"{hasty_process.url}/callback"
    return hasty_process


@pytest.fixture
def patient(running, hasty, stage):  # noqa: ARG001 - it takes the place of hasty, so it comes after it
    """The Easel with default settings in its place, for stories in which the picture makes it however busy we are."""
    stage.line.webhook_url = f"{running.url}/callback"
    return running


@pytest.fixture
def slow(stage):
    """Give a model that answers when it is told to."""
    release = asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/", times=None)
    return release


def replies(stage, *, status: int = 200) -> int:
    return sum(1 for call in stage.line.calls if call.path.endswith("/message/reply") and call.status == status)


def promised_on(stage) -> set[str]:
    """Find the reply tokens that bought a button."""
    return {
        call.body["replyToken"]
        for call in stage.line.calls
        if call.path.endswith("/message/reply") and "template" in {one["type"] for one in call.body["messages"]}
    }


async def counted(easel, name: str) -> float:
    """Read a counter without labels from /metrics."""
    async with httpx.AsyncClient(trust_env=False) as http:
        lines = (await http.get(f"{easel.url}/metrics")).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


async def test_near_its_deadline_a_token_buys_the_promise(stage, hasty, slow):
    """Still drawing: a button that stays, then the animation again; the tap brings the picture, and saves a push."""
    person, before = stage.person(), await counted(hasty, "easel_pushes_saved_total")
    await stage.line.send_text(person, "a cat")
    (promise,) = await stage.said(person)
    assert promise["type"] == "template"
    await stage.until(lambda: stage.line.is_loading(person))
    slow.set()
    await stage.line.send_tap(person, "Show picture")
    *_, picture = await stage.said(person, count=3)
    assert picture["type"] == "image"
    assert stage.line.used_this_month == 0
    async with asyncio.timeout(PATIENCE_S):
        while await counted(hasty, "easel_pushes_saved_total") != before + 1:  # noqa: ASYNC110 - another process counts
            await asyncio.sleep(0.05)  # what landed is counted a moment after it is seen


async def test_a_tap_while_drawing_is_held(stage, slow):
    """The new token waits for the picture up to its own deadline."""
    person = stage.person()
    await stage.line.send_text(person, "a cat")
    await stage.said(person)
    await stage.line.send_tap(person, "Show picture")
    slow.set()
    await stage.picture(person)
    assert [message.type for message in stage.line.chat(person).from_bot] == ["template", "text", "image"]


async def test_the_button_of_a_picture_that_was_cancelled(stage, slow):
    """It says so, and not nothing."""
    person = stage.person()
    await stage.line.send_text(person, "a cat")
    await stage.said(person)
    await stage.line.send_text(person, "cancel")
    *_, cancelled = await stage.said(person, count=2)
    await stage.line.send_tap(person, "Show picture")
    *_, said = await stage.said(person, count=3)
    assert said["text"] == cancelled["text"]
    slow.set()


async def test_the_button_of_a_picture_that_was_deleted(stage, slow):
    """It does not point at what nobody can see any more."""
    person = stage.person()
    await stage.line.send_text(person, "a cat")
    await stage.said(person)
    slow.set()
    await stage.line.send_tap(person, "Show picture")
    await stage.picture(person)
    await stage.line.send_text(person, "delete")
    await stage.until(lambda: "Deleted 1" in str(stage.line.chat(person).from_bot[-1].body))
    await stage.line.send_tap(person, "Show picture")
    await stage.until(lambda: "gone" in str(stage.line.chat(person).from_bot[-1].body))


async def test_a_token_from_before_a_wish_buys_it_no_button(stage):
    """Who takes long to put a refused wish in other words is not told "still drawing" the moment they are sent.

    On a busy machine the picture itself may be late: its own token buys the button then, and no older one.
    """
    person, clock, release = stage.person(), stage.person(), asyncio.Event()
    stage.openai.refused_words = {"gore": "violence"}
    await stage.line.send_text(person, "a gore scene on a stage")
    (refusal,) = await stage.said(person)
    stage.openai.refused_words = {}
    stage.openai.faults.add(Fault.held(release), match="/images/", times=None)
    rephrase = refusal["quickReply"]["items"][0]["action"]["data"]
    tap = stage.line.postback(person, rephrase)
    await stage.line.deliver(tap)
    await stage.line.send_text(clock, "an hourglass")
    await stage.said(clock)  # the promise: what was tapped before has come to its deadline, too
    await stage.line.send_text(person, "a masquerade on a stage")
    await stage.openai.wait_for(lambda: stage.drawing("a masquerade on a stage"), PATIENCE_S)
    release.set()
    await stage.picture(person)
    assert tap["replyToken"] not in promised_on(stage)
    types = [message.type for message in stage.line.chat(person).from_bot]
    assert types == ["text", *["template"] * (len(types) - 2), "image"]


async def test_a_held_tap_buys_the_button_again(stage, slow):
    """When the picture does not make it, the button stands below the tap once more."""
    person = stage.person()
    await stage.line.send_text(person, "a cat")
    await stage.said(person)
    await stage.line.send_tap(person, "Show picture")
    first, second = await stage.said(person, count=2)
    assert first["type"] == second["type"] == "template"
    slow.set()
    await stage.line.send_tap(person, "Show picture")
    await stage.picture(person)


async def test_two_quick_taps_are_one_picture(stage, slow):
    """An impatient finger changes nothing."""
    person = stage.person()
    await stage.line.send_text(person, "a cat")
    await stage.said(person)
    await stage.line.send_tap(person, "Show picture")
    await stage.line.send_tap(person, "Show picture")
    slow.set()
    await stage.picture(person)
    await stage.line.deliver(stage.line.sticker(person))
    await stage.said(person, count=4)
    assert len(stage.line.chat(person).pictures) == 1


async def test_a_late_tap_is_pointed_at_the_picture(stage, hasty, slow):
    """Whoever taps again gets no second picture, but a word that quotes the first."""
    person = stage.person()
    event = stage.line.text(person, "a cat")
    await stage.line.deliver(event)
    await stage.said(person)
    await stage.line.send_tap(person, "Show picture")
    slow.set()
    await hasty.logged("reply_sent", requests=[event["webhookEventId"]])
    await stage.line.send_tap(person, "Show picture")
    *_, pointer = await stage.said(person, count=4)
    assert pointer["type"] == "text"
    assert pointer["quoteToken"] == stage.line.chat(person).pictures[0].quote_token


async def test_any_later_event_brings_along_what_is_ready(stage, hasty, slow):
    """A sticker's token carries the sticker's answer and the late picture in one reply."""
    person = stage.person()
    await stage.line.send_text(person, "a cat")
    await stage.said(person)
    slow.set()
    await hasty.logged("picture_stored", times=1 + sum(one.get("event") == "picture_stored" for one in hasty.lines))
    await stage.line.deliver(stage.line.sticker(person))
    said = await stage.said(person, count=4)
    assert [message["type"] for message in said] == ["template", "text", "image", "text"]
    assert len({message.request_id for message in stage.line.chat(person).from_bot[1:]}) == 1


async def test_a_button_opens_only_its_own_chat(stage, slow):
    """Somebody else's button data opens nothing."""
    person, stranger = stage.person(), stage.person()
    event = stage.line.text(person, "a cat")
    await stage.line.deliver(event)
    await stage.line.deliver(stage.line.postback(stranger, f"show:{event['webhookEventId']}"))
    (gone,) = await stage.said(stranger)
    assert gone["type"] == "text"
    slow.set()
    await stage.picture(person)
    assert not stage.line.chat(stranger).pictures


async def test_ten_wishes_are_promised_once(stage, slow, tmp_path):
    """One promise speaks for all that wait, not ten of them: there is time to read all before it."""
    person = stage.person()
    async with stage.easel(tmp_path, REPLY_DEADLINE_S="10"):
        await stage.line.deliver(*(stage.line.text(person, f"a red cat {number}") for number in range(10)))
        (promise,) = await stage.said(person)
        assert "10" in promise["template"]["text"]
        slow.set()


@pytest.mark.usefixtures("patient")
async def test_an_answer_that_was_lost_is_not_said_twice(stage):
    """LINE took the reply but its answer was lost: asking with the same token tells so. One picture, no push."""
    person = stage.person()
    stage.line.faults.add(Fault.drop_after(), match="/message/reply")
    await stage.line.send_text(person, "a cat")
    await stage.picture(person)
    await stage.until(lambda: replies(stage, status=400) >= 1)
    await stage.line.deliver(stage.line.sticker(person))
    await stage.said(person, count=2)
    assert len(stage.line.chat(person).pictures) == 1
    assert stage.line.used_this_month == 0


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("fault", [Fault.drop(), Fault.status(500), Fault.status(429), Fault.status(503)])
async def test_a_reply_that_failed_is_tried_again_in_its_life(stage, fault):
    """A dropped connection, 429 and 5xx of LINE are ridden out within the token's minute."""
    person = stage.person()
    stage.line.faults.add(fault, match="/message/reply", times=2)
    await stage.line.send_text(person, "a cat")
    await stage.picture(person)
    assert len(stage.line.chat(person).from_bot) == 1


async def test_a_dead_token_leaves_the_answer_for_the_next(stage, patient):
    """Invalid reply token at the first try: nothing was said, so the next event brings it."""
    person = stage.person()
    stage.line.token_life_s = -1.0
    event = stage.line.text(person, "a cat")
    await stage.line.deliver(event)
    await patient.logged("delivery_refused", code="invalid_reply_token", requests=[event["webhookEventId"]])
    stage.line.token_life_s = 60.0
    await stage.line.deliver(stage.line.sticker(person))
    assert [message["type"] for message in await stage.said(person, count=3)] == ["text", "image", "text"]


@pytest.mark.usefixtures("patient")
async def test_a_message_that_line_does_not_take_is_said_in_words(stage):
    """A 400 for the picture's message must not end in silence."""
    person = stage.person()
    bad = {"message": "The request body has 1 error(s)", "details": [{"message": "invalid uri", "property": "x"}]}
    stage.line.faults.add(Fault.status(400, bad), match="/message/reply")
    await stage.line.send_text(person, "a cat")
    (words,) = await stage.said(person)
    assert words["type"] == "text"


async def test_passing_talk_in_a_group_buys_no_promises(stage, slow):
    """Other people's messages may carry a ready picture, but nobody is told "still drawing" for them."""
    asker, other = stage.person(), stage.person()
    group = stage.group(asker, other)
    await stage.line.send_text(asker, "draw a cat", group=group)
    await stage.said(group)
    await stage.line.send_text(other, "what a day", group=group)
    slow.set()
    await stage.picture(group)
    assert [message.type for message in stage.line.chat(group).from_bot] == ["template", "text", "image"]


async def test_the_buttons_stand_where_they_are_shown(stage, hasty, slow):
    """Two late pictures and an answer in one reply: the buttons of the last picture stand under its last message."""
    person = stage.person()
    for number, prompt in enumerate(("an owl in the rain", "a fox in the snow"), start=1):
        await stage.line.send_text(person, prompt)
        await stage.said(person, count=number)

    def stored() -> int:
        return sum(1 for line in hasty.lines if line.get("event") == "picture_stored")

    before = stored()
    slow.set()
    await hasty.until(lambda: stored() == before + 2)
    await stage.line.send_text(person, "thanks")
    await stage.picture(person, count=2)
    last = stage.line.chat(person).pictures[-1].request_id
    said = [message.body for message in stage.line.chat(person).from_bot if message.request_id == last]
    shown = [message.get("quickReply") for message in said]
    assert [message["type"] for message in said] == ["text", "image", "text", "image", "text"]
    assert shown[:-1] == [None] * 4
    assert shown[-1]["items"][0]["action"]["data"].startswith("again:")

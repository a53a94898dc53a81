"""The text model that reads what nothing else is sure of: asked only then, once, and never missed when it is away."""

import asyncio
import json
import signal
import sqlite3
from pathlib import Path

import pytest
from line_sandbox.faults import Fault
from line_sandbox.openai import errors as openai_errors
from line_sandbox.openai.chat import Chat

from app.line.contents import Text
from app.line.events import Chat as LineChat
from app.line.events import ChatKind, Event
from app.reading.decide import Rules, decide
from app.reading.gate import Gate, is_sure
from app.reading.meaning import ReadingStep
from app.words.sentences import sentences_for
from tests.world import PATIENCE_S

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

READERS = {"READER_MODELS": "gpt-6-luna,gpt-5.4-mini"}
SURE = "an otter in a hat"
MAYBE = (
    *("Sunday at my aunt's", "left or right", "the usual please", "no sugar in it", "half and half", "either way"),
    *("heads or tails", "something like last time", "the one with the blue lid", "as seen by her", "whatever is left"),
    *(
        "a bit of this and that",
        "nothing with nuts",
        "either is fine by him",
        "close enough to touch",
        "enough for two",
    ),
    *("under the table again", "in and out", "by heart", "more or less like that", "two of the usual"),
)


def is_open(text: str) -> bool:
    """Whether neither rules nor the gate are sure of it, in a new chat."""
    chat = LineChat(kind=ChatKind.USER, id="U" + "1" * 32)
    event = Event(
        id="e",
        type="message",
        mode="active",
        timestamp_ms=0,
        chat=chat,
        user_id=chat.id,
        reply_token="t",
        redelivery=False,
        content=Text(id="1", text=text),
    )
    rules = Rules(group_prefixes=())
    left = decide(event, rules).open
    if left is None:
        return False
    verdict = Gate.load().read(left.text, left.moment)
    return decide(event, rules, verdict=verdict, by=ReadingStep.GATE, is_sure=is_sure(verdict)).open is not None


UNSURE = [text for text in MAYBE if is_open(text)]


@pytest.fixture
def readers(stage):
    """The vendors, with text models that are told what to say."""
    stage.openai.chat = Chat()
    yield stage
    stage.openai.chat = Chat()


def says(means: str, *, shape: str = "unsaid", is_prompt: str = "yes", confidence: str = "high") -> dict[str, str]:
    return {"means": means, "shape": shape, "is_prompt": is_prompt, "confidence": confidence}


def readings(world) -> int:
    return world.openai.calls_to("/chat/completions")


def offer(text: str) -> str:
    return sentences_for("en", "en").say("offer", wish=text)


async def said(world, person: str, text: str, *, count: int = 1) -> str:
    """Say something, and wait for the next message of the bot. Return its words, or its kind."""
    chat = world.line.chat(person)
    before = len(chat.from_bot)
    await world.line.send_text(person, text)
    await world.until(lambda: len(chat.from_bot) >= before + count)
    body = dict(chat.from_bot[before].body)
    return str(body.get("text") or body.get("template", {}).get("text") or body["type"])


def booked(directory: Path) -> list[tuple[str, str, int, int]]:
    with sqlite3.connect(directory / "easel.db") as connection:
        asked = "SELECT model, outcome, microusd, count FROM calls WHERE kind = 'read' ORDER BY id"
        return list(connection.execute(asked))


async def test_an_unsure_message_is_read_once_and_acted_on(readers, tmp_path):
    """A wish is drawn in the shape it asks for, talk is answered, and what is not sure even then is asked."""
    readers.openai.chat.reads = {
        UNSURE[0]: says("draw", shape="wide"),
        UNSURE[1]: says("talk.thanks"),
        UNSURE[2]: says("draw", confidence="low"),
        UNSURE[3]: says("draw", is_prompt="no"),
    }
    before = readings(readers)
    async with readers.easel(tmp_path, **READERS) as easel:
        drawer = readers.person()
        await readers.line.send_text(drawer, UNSURE[0])
        await readers.picture(drawer)
        assert readers.asked(UNSURE[0])[-1].body["size"] == "1248x832"
        assert await said(readers, readers.person(), UNSURE[1]) == sentences_for("en", "en").say("thanks")
        assert await said(readers, readers.person(), UNSURE[2]) == offer(UNSURE[2])
        await said(readers, readers.person(), UNSURE[3])
        assert readings(readers) == before + 4
        assert len(readers.asked(UNSURE[3])) == 0
        line = await easel.logged("event_understood", step="reader", meaning="talk.thanks")
        assert line["confidence"] > 0.9
        assert not any(text in easel.text for text in UNSURE)
        drawn = await easel.logged("event_understood", step="reader", meaning="draw")
        code, told, _ = await readers.run(tmp_path, "requests", drawn["request"])
    assert code == 0
    assert "by the text model" in told
    assert "reading the message" in told
    costs = booked(tmp_path)
    assert [(model, outcome, count) for model, outcome, _, count in costs] == [("gpt-6-luna", "paid", 0)] * 4
    charged = [one.micro_dollars for one in readers.openai.invoice if one.endpoint == "completions"][-4:]
    assert [cost for _, _, cost, _ in costs] == charged


async def test_the_message_is_data_and_nobody_is_named(readers, tmp_path):
    """It stands alone, as JSON, in what the user says; the rules are ours; the person is a hash."""
    async with readers.easel(tmp_path, **READERS):
        person = readers.person()
        await said(readers, person, UNSURE[0])
    body = next(call.body for call in reversed(readers.openai.calls) if call.path.endswith("/chat/completions"))
    rules, message = body["messages"]
    assert json.loads(message["content"]) == {"message": UNSURE[0], "moment": {}}
    assert UNSURE[0] not in rules["content"]
    assert person not in str(body)
    assert len(body["safety_identifier"]) == 32


async def test_who_is_sure_asks_nobody(readers, tmp_path):
    """The reader would call it talk; a sure wish is drawn all the same, and sure talk costs nothing."""
    readers.openai.chat.reads = lambda _message: says("talk.chat")
    before = readings(readers)
    async with readers.easel(tmp_path, **READERS):
        person = readers.person()
        await readers.line.send_text(person, SURE)
        await readers.picture(person)
        await said(readers, person, "thanks")
        await said(readers, person, "help")
    assert readings(readers) == before


async def test_while_the_reader_is_away_people_are_asked(readers, tmp_path):
    """An error, a refusal, a cut answer: the offer comes. After three errors in a row it is left alone for a while."""
    async with readers.easel(tmp_path, **READERS) as easel:
        readers.openai.chat.refuses = (UNSURE[0],)
        assert await said(readers, readers.person(), UNSURE[0]) == offer(UNSURE[0])
        readers.openai.chat.refuses, readers.openai.chat.cuts = (), True
        assert await said(readers, readers.person(), UNSURE[0]) == offer(UNSURE[0])
        readers.openai.faults.add(openai_errors.server_error(), match="/chat/", times=None)
        before = readings(readers)
        for _ in range(4):
            assert await said(readers, readers.person(), UNSURE[0]) == offer(UNSURE[0])
        assert readings(readers) == before + 3
        await easel.logged("reader_paused")
    assert [outcome for _, outcome, _, _ in booked(tmp_path)] == ["paid", "paid", "failed", "failed", "failed"]


async def test_a_silent_reader_is_not_waited_for(readers, tmp_path):
    """The offer comes without it, and what it may have cost stays booked; a picture that follows is tried as ever."""
    release = asyncio.Event()
    readers.openai.faults.add(Fault.held(release), match="/chat/")
    async with readers.easel(tmp_path, **READERS):
        person = readers.person()
        assert await said(readers, person, UNSURE[0]) == offer(UNSURE[0])
        release.set()
        await readers.line.send_text(person, "yes")
        await readers.picture(person)
    ((model, outcome, microusd, _),) = booked(tmp_path)
    assert (model, outcome) == ("gpt-6-luna", "unknown")
    assert microusd > 0


async def test_a_restricted_key_turns_it_off_quietly(readers, tmp_path):
    """One line in the log and no alarm: pictures are drawn as before."""
    readers.openai.chat.scope = "model.request"
    before, admin = readings(readers), readers.person()
    async with readers.easel(tmp_path, ADMIN_USER_IDS=admin, **READERS) as easel:
        for _ in range(2):
            assert await said(readers, readers.person(), UNSURE[0]) == offer(UNSURE[0])
        person = readers.person()
        await readers.line.send_text(person, SURE)
        await readers.picture(person)
        assert readings(readers) == before + 1
        off = await easel.logged("reader_off")
        assert "Chat Completions" in off["cure"]
        assert not [one for one in easel.lines if one.get("event") in {"alert_sent", "alert_not_sent"}]
    assert not readers.line.chat(admin).from_bot


async def test_a_dead_key_rings(readers, tmp_path):
    """It draws nothing either: the admin hears of it before the first picture fails."""
    readers.openai.faults.add(openai_errors.insufficient_quota(), match="/chat/")
    admin = readers.person()
    async with readers.easel(tmp_path, ADMIN_USER_IDS=admin, **READERS) as easel:
        await said(readers, readers.person(), UNSURE[0])
        await easel.logged("alert_sent", cause="billing")


async def test_a_model_that_is_gone_is_remembered(readers, tmp_path):
    """The next one reads at once; the dead one is asked once, also by the process after this one."""
    readers.openai.chat.reads = {UNSURE[0]: says("talk.thanks")}
    before = readings(readers)
    settings = {"READER_MODELS": "gpt-4.1-nano,gpt-5.4-mini"}
    for _ in range(2):
        async with readers.easel(tmp_path, **settings):
            await said(readers, readers.person(), UNSURE[0])
    assert readings(readers) == before + 3
    outcomes = [(model, outcome) for model, outcome, _, _ in booked(tmp_path)]
    assert outcomes == [("gpt-4.1-nano", "failed"), ("gpt-5.4-mini", "paid"), ("gpt-5.4-mini", "paid")]


async def test_a_used_up_budget_reads_nothing(readers, tmp_path):
    """People are asked, which is free."""
    before = readings(readers)
    async with readers.easel(tmp_path, DAILY_BUDGET_USD="0.0001", **READERS):
        assert await said(readers, readers.person(), UNSURE[0]) == offer(UNSURE[0])
    assert readings(readers) == before


async def test_a_server_without_a_reader(readers, tmp_path):
    """One that only draws is asked once, and then left alone."""
    readers.openai.chat.offered = False
    before = readings(readers)
    async with readers.easel(tmp_path, **READERS) as easel:
        for _ in range(2):
            assert await said(readers, readers.person(), UNSURE[0]) == offer(UNSURE[0])
        await easel.logged("reader_off", code="not_offered")
    assert readings(readers) == before + 1


async def test_nobody_reads_where_it_is_off(readers, tmp_path):
    """READER_MODELS set to nothing."""
    before = readings(readers)
    async with readers.easel(tmp_path, READER_MODELS=""):
        assert await said(readers, readers.person(), UNSURE[0]) == offer(UNSURE[0])
    assert readings(readers) == before


async def test_the_blocked_are_not_read(readers, tmp_path):
    """Whom an admin has blocked costs nothing: no model is asked what their message means."""
    admin, rude = readers.person(), readers.person()
    before = readings(readers)
    async with readers.easel(tmp_path, ADMIN_USER_IDS=admin, **READERS) as easel:
        assert await said(readers, admin, f"/block {rude}") == sentences_for("en", "en").say("admin_blocked")
        event = readers.line.text(rude, UNSURE[0])
        await readers.line.deliver(event)
        await easel.logged("event_understood", request=event["webhookEventId"], wants="nothing")
    assert readings(readers) == before
    assert not booked(tmp_path)


async def test_what_is_written_down_is_not_read_again(readers, tmp_path):
    """The process ended between an answer and the end of its event: the next one asks nobody what it meant."""
    readers.openai.chat.reads = {UNSURE[0]: says("talk.thanks")}
    event = readers.line.text(readers.person(), UNSURE[0])
    before = readings(readers)
    async with readers.easel(tmp_path, **READERS) as easel:
        await readers.line.deliver(event)
        await easel.logged("event_understood", request=event["webhookEventId"])
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        connection.execute("UPDATE inbox SET begun = 0, raw = ?", [json.dumps(event)])
    async with readers.easel(tmp_path, **READERS):
        pass  # who ends settles first what is here
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        assert connection.execute("SELECT begun FROM inbox").fetchall() == [(1,)]
    assert readings(readers) == before + 1


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_what_is_understood_during_a_stop_is_not_begun(readers, request, tmp_path, backend):
    """It would be paid and cut off. The next start draws it, once."""
    settings = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if backend == "postgres" else {}
    person, release, before = readers.person(), asyncio.Event(), readers.picture_calls()
    readers.openai.chat.reads = {UNSURE[0]: says("draw")}
    readers.openai.faults.add(Fault.held(release), match="/chat/completions")
    easel = await readers.start(tmp_path, **READERS, **settings)
    await readers.line.send_text(person, UNSURE[0])
    await readers.openai.wait_for(lambda: any(one.is_open for one in readers.openai.calls), PATIENCE_S)
    easel.process.send_signal(signal.SIGTERM)
    await easel.logged("stopping")
    release.set()
    assert await easel.stop() == 0
    assert readers.picture_calls() == before
    easel = await readers.start(tmp_path, **READERS, **settings)
    await readers.picture(person)
    assert await easel.stop() == 0
    assert readers.picture_calls() == before + 1

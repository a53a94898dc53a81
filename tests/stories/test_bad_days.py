"""The model, the bucket and LINE on bad days: what the user hears, and what is paid."""

import asyncio
import socket

import pytest
from line_sandbox.faults import Fault
from line_sandbox.openai import errors as openai_errors
from line_sandbox.server import serve

from app.words.sentences import sentences_for

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]

WORDS = sentences_for("en", default="en")
HTML = Fault.status(502, b"<html>bad gateway</html>", headers={"content-type": "text/html"})


def error(status: int, code: str | None, kind: str, **headers: str) -> Fault:
    return Fault.status(status, {"error": {"message": "x", "type": kind, "param": None, "code": code}}, headers=headers)


async def asked(vendors, prompt: str) -> tuple[str, int]:
    """Somebody asks for a picture. Return the person, and how often the model had been asked before."""
    person, before = vendors.person(), vendors.picture_calls()
    await vendors.line.send_text(person, prompt)
    return person, before


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (error(400, "moderation_blocked", "image_generation_user_error"), WORDS.say("moderation")),
        (error(400, "billing_hard_limit_reached", "billing_limit_user_error"), WORDS.say("closed")),
        (error(401, "invalid_api_key", "invalid_request_error"), WORDS.say("closed")),
        (error(403, None, "invalid_request_error"), WORDS.say("closed")),
        (error(429, "insufficient_quota", "insufficient_quota"), WORDS.say("closed")),
        (error(400, "invalid_value", "invalid_request_error"), WORDS.say("broke")),
    ],
)
async def test_what_is_final_is_asked_once_and_explained(vendors, fault, sentence):
    """Moderation, billing, key, verification and bad requests: one call, one kind sentence, no vendor's words."""
    vendors.openai.faults.add(fault, match="/images/", times=None)
    person, before = await asked(vendors, "a cat")
    (said,) = await vendors.said(person)
    assert said["text"] == sentence
    assert vendors.picture_calls() == before + 1


@pytest.mark.parametrize("fault", [error(429, "rate_limit_exceeded", "requests", **{"retry-after": "1"}), HTML])
async def test_what_passes_is_asked_again(vendors, fault):
    """A rate limit and a 5xx are ridden out; the user only sees the picture."""
    vendors.openai.faults.add(fault, match="/images/", times=2)
    person, before = await asked(vendors, "a cat")
    await vendors.picture(person)
    assert vendors.picture_calls() == before + 3


async def test_a_fault_that_stays_is_told_after_four_calls(vendors):
    """Three more tries of a 5xx, then the user hears that it is busy."""
    vendors.openai.faults.add(Fault.status(500), match="/images/", times=None)
    person, before = await asked(vendors, "a cat")
    (said,) = await vendors.said(person)
    assert said["text"] == WORDS.say("busy")
    assert vendors.picture_calls() == before + 4


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.body(b"not json"), "broke"),
        (Fault.body({}), "broke"),
        (Fault.body({"created": 1, "data": [{"b64_json": "%%% not base64 %%%"}]}), "broke"),
        (Fault.body({"created": 1, "data": [{"b64_json": "bm90IGEgcGljdHVyZQ=="}]}), "broke"),
        (Fault.body({"created": 1, "data": [{"url": "https://example.com/p.png"}]}), "closed"),
        (Fault.body({"error": {"code": "moderation_blocked", "message": "x"}}), "moderation"),
    ],
)
async def test_a_whole_answer_without_a_picture_is_not_asked_for_again(vendors, fault, words):
    """It would be the same the next time, and paid for again."""
    vendors.openai.faults.add(fault, match="/images/", times=None)
    person, before = await asked(vendors, "a cat")
    (said,) = await vendors.said(person)
    assert said["text"] == WORDS.say(words)
    assert vendors.picture_calls() == before + 1


@pytest.mark.parametrize("fault", [Fault.drop_after(), Fault.truncate()])
async def test_what_may_be_paid_is_asked_once_more(vendors, fault):
    """A lost or cut answer may have cost money: one more try, which here succeeds."""
    vendors.openai.faults.add(fault, match="/images/")
    person, before = await asked(vendors, "a cat")
    await vendors.picture(person)
    assert vendors.picture_calls() == before + 2


async def test_what_may_be_paid_is_never_asked_three_times(vendors):
    """Two lost answers are enough; the user hears that it took too long."""
    vendors.openai.faults.add(Fault.drop_after(), match="/images/", times=None)
    person, before = await asked(vendors, "a cat")
    (said,) = await vendors.said(person)
    assert said["text"] == WORDS.say("too_late")
    assert vendors.picture_calls() == before + 2


async def test_a_dead_bucket_costs_no_second_picture(vendors, easel):
    """The paid bytes wait on disk until the bucket is back."""
    vendors.r2.faults.add(Fault.status(503), times=10)
    person, before = await asked(vendors, "a cat")
    await easel.logged("picture_not_stored")
    await vendors.picture(person)
    assert vendors.picture_calls() == before + 1


async def test_a_refused_bucket_key_waits_for_the_operator(vendors, easel):
    """A wrong right is logged as an error, and the picture comes when it is mended."""
    vendors.r2.faults.add(Fault.status(403, b"<Error><Code>AccessDenied</Code></Error>"), times=3)
    person, before = await asked(vendors, "a cat")
    await easel.logged("picture_not_stored", level="error")
    await vendors.picture(person)
    assert vendors.picture_calls() == before + 1


@pytest.mark.parametrize("status", [400, 501])
async def test_what_the_bucket_does_not_take_is_the_operators(stage, tmp_path, status):
    """An admin is told at once, people that the picture is drawn but cannot be shown; mended, it comes by itself."""
    admin, person, before = stage.person(), stage.person(), stage.picture_calls()
    stage.r2.faults.add(Fault.status(status, b"<Error><Code>NotImplemented</Code></Error>"), times=None)
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin, REPLY_DEADLINE_S="3") as easel:
        await stage.line.send_text(person, "a cat")
        await easel.logged("alert_sent", cause="storing")
        assert (await stage.said(person))[0]["template"]["text"] == WORDS.say("drawing_kept")
        stage.r2.faults.clear()
        await easel.logged("picture_stored")
        await stage.line.send_text(person, "hello")
        await stage.picture(person)
    assert stage.picture_calls() == before + 1


async def test_a_dead_model_is_skipped_and_remembered(stage, tmp_path):
    """The first living model of the list draws; one whose end is known is asked once, and that is logged once."""
    async with stage.easel(tmp_path, IMAGE_MODELS="gpt-image-1,gpt-image-9,gpt-image-2") as easel:
        for _ in range(2):
            person = stage.person()
            await stage.line.send_text(person, "a fossil")
            await stage.picture(person)
        await easel.logged("picture_generated", model="gpt-image-2", times=2)
    gone = [line for line in easel.lines if line.get("event") == "model_gone"]
    assert [line["model"] for line in gone] == ["gpt-image-1"]
    assert sum(1 for call in stage.asked("a fossil") if call.body["model"] == "gpt-image-1") == 1
    assert next(line["model"] for line in easel.lines if line.get("event") == "model_refused") == "gpt-image-9"


async def test_when_every_model_is_dead_everybody_is_told(stage, tmp_path):
    """The user hears that drawing is paused, the operator what to set."""
    async with stage.easel(tmp_path, IMAGE_MODELS="gpt-image-1") as easel:
        person = stage.person()
        await stage.line.send_text(person, "a cat")
        (said,) = await stage.said(person)
        assert said["text"] == WORDS.say("closed")
        assert "IMAGE_MODELS" in (await easel.logged("all_models_gone", level="error"))["cure"]


async def test_models_that_are_gone_for_a_moment_cost_a_moment(stage, tmp_path):
    """Every model of the list says once that it does not exist: the wish that met it is drawn all the same."""
    for _ in range(2):
        stage.openai.faults.add(openai_errors.model_is_gone(), match="/images/")
    async with stage.easel(tmp_path, IMAGE_MODELS="gpt-image-2,gpt-image-2.6-flare") as easel:
        person = stage.person()
        await stage.line.send_text(person, "a cat")
        await stage.picture(person)
        await easel.logged("model_refused", times=2)
        assert not [line for line in easel.lines if line.get("event") == "model_gone"]


async def test_a_model_that_comes_back_draws_again_by_itself(stage, tmp_path):
    """It was gone for certain, across a restart; then its right is granted, and nobody has to do anything."""
    stage.openai.shut_down("gpt-image-2")
    settings = {"IMAGE_MODELS": "gpt-image-2"}
    try:
        async with stage.easel(tmp_path, **settings) as easel:
            person = stage.person()
            await stage.line.send_text(person, "a cat")
            assert (await stage.said(person))[0]["text"] == WORDS.say("closed")
            await easel.logged("model_gone")
    finally:
        stage.openai.revive("gpt-image-2")
    async with stage.easel(tmp_path, **settings) as easel:
        await easel.logged("looked_out")
        await stage.line.send_text(person, "a cat")
        await stage.picture(person)


async def test_a_closed_port_is_tried_behind_the_promise(stage, tmp_path):
    """No connection for longer than a token lives: the person is promised the picture, and gets it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with stage.easel(tmp_path, OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1", REPLY_DEADLINE_S="4") as easel:
        person = stage.person()
        await stage.line.send_text(person, "a cat")
        assert (await stage.said(person))[0]["type"] == "template"
        await easel.logged("picture_not_generated", error="Unreachable", times=5)
        async with serve(stage.openai.app, port=port):
            await easel.logged("picture_stored")
            await stage.line.send_text(person, "hello")
            await stage.picture(person)


@pytest.mark.parametrize("fault", [error(400, "unknown_parameter", "invalid_request_error"), Fault.status(413)])
async def test_what_every_wish_meets_is_the_operators(stage, tmp_path, fault):
    """The first is asked to send it again; from the second on nobody is, and an admin is told, once."""
    stage.openai.faults.add(fault, match="/images/", times=None)
    admin, people = stage.person(), [stage.person() for _ in range(3)]
    async with stage.easel(tmp_path, ADMIN_USER_IDS=admin) as easel:
        said = []
        for person in people:
            await stage.line.send_text(person, "a cat")
            said += [(await stage.said(person))[0]["text"]]
        await easel.logged("alert_sent", cause="not_taken")
    assert said == [WORDS.say("broke"), WORDS.say("closed"), WORDS.say("closed")]
    assert len([one for one in stage.line.chat(admin).from_bot if one.way == "push"]) == 1


async def test_a_full_queue_is_told(stage, tmp_path):
    """Beyond the limit a wish is declined at once and costs nothing."""
    release = asyncio.Event()
    stage.openai.faults.add(Fault.held(release), match="/images/", times=None)
    async with stage.easel(tmp_path, PICTURES_WAITING="2", PICTURES_AT_ONCE="1", PICTURES_AT_ONCE_PER_USER="1"):
        first, second, third = stage.person(), stage.person(), stage.person()
        await stage.line.send_text(first, "a cat")
        await stage.until(lambda: stage.line.is_loading(first))
        await stage.line.send_text(second, "a cat")
        await stage.until(lambda: stage.line.is_loading(second))
        await stage.line.send_text(third, "a cat")
        (said,) = await stage.said(third)
        assert said["text"] == WORDS.say("queue_full")
        release.set()
        await stage.picture(first)
        await stage.picture(second)


async def test_pictures_at_once_holds_across_people(stage, tmp_path):
    """Never more calls at a time than the operator allows."""
    async with stage.easel(tmp_path, PICTURES_AT_ONCE="2", PICTURES_AT_ONCE_PER_USER="1"):
        stage.openai.max_drawing = 0
        stage.openai.latency_s = 0.2
        people = [stage.person() for _ in range(6)]
        for person in people:
            await stage.line.send_text(person, "a cat")
        for person in people:
            await stage.picture(person)
    assert stage.openai.max_drawing == 2


async def test_pictures_per_minute_holds(stage, tmp_path):
    """Beyond the rate a wish waits its turn, and is promised its picture."""
    async with stage.easel(tmp_path, PICTURES_PER_MINUTE="2", REPLY_DEADLINE_S="5"):
        people = [stage.person() for _ in range(3)]
        for person in people:
            await stage.line.send_text(person, "a boat on a lake")
        chats = [stage.line.chat(person) for person in people]
        await stage.until(lambda: all(chat.from_bot for chat in chats))
        assert sorted(chat.from_bot[0].type for chat in chats) == ["image", "image", "template"]


async def test_a_slow_model_is_cut_off(stage, tmp_path):
    """OPENAI_TIMEOUT_S bounds one call; two of them, and the user hears that it took too long."""
    stage.openai.latency_s = 30.0
    before = stage.picture_calls()
    async with stage.easel(tmp_path, OPENAI_TIMEOUT_S="0.5"):
        person = stage.person()
        await stage.line.send_text(person, "a cat")
        (said,) = await stage.said(person)
        assert said["text"] == WORDS.say("too_late")
    assert stage.picture_calls() == before + 2

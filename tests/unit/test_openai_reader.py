"""One question to a small text model, over the wire, and all that may come back."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from line_sandbox.faults import Fault
from line_sandbox.openai import OpenAIStandIn
from line_sandbox.openai import errors as openai_errors
from line_sandbox.server import serve

from app.errors import (
    BadAnswer,
    BadRequest,
    Cause,
    ModelGone,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    Unreachable,
    VendorFault,
)
from app.openai import NOT_OFFERED, OpenAIReader, TextQuestion, TextUsage

KEY = "sk-proj-of-the-stand-in"
LUNA = "gpt-6-luna"
QUESTION = TextQuestion(
    rules="Sort it.",
    message='{"message": "good morning"}',
    choices={"means": ("draw", "talk"), "confidence": ("low", "high")},
    asker="b1946ac92492d2347c6235b4d2611184",
)
TALK = {"means": "talk", "confidence": "high"}

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def wire() -> AsyncIterator[tuple[OpenAIStandIn, OpenAIReader]]:
    """The stand-in, and who asks it."""
    vendor = OpenAIStandIn(api_key=KEY, paint=False)
    vendor.chat.reads = {"good morning": TALK}
    async with serve(vendor.app) as url:
        reader = OpenAIReader(api_key=KEY, base_url=f"{url}/v1")
        yield vendor, reader
        await reader.aclose()


async def test_a_message_is_read(wire):
    """The answer is of our words; nothing is stored, nobody is named, and the model does not think for long."""
    vendor, reader = wire
    answer = await reader.read(QUESTION, model=LUNA)
    assert answer.words == TALK
    assert answer.usage == TextUsage(text_in=answer.usage.text_in, text_out=12)
    body = vendor.calls[-1].body
    assert (body["store"], body["reasoning_effort"], body["max_completion_tokens"]) == (False, "none", 200)
    assert [one["role"] for one in body["messages"]] == ["developer", "user"]
    assert body["safety_identifier"] == QUESTION.asker
    assert not {"temperature", "max_tokens", "top_p"} & body.keys()
    assert vendor.invoice[-1].micro_dollars > 0


async def test_what_a_model_does_not_take_is_left_out(wire):
    """It is told once, and remembered for this model alone."""
    vendor, reader = wire
    for _ in range(2):
        assert (await reader.read(QUESTION, model="gpt-4o-mini")).words == TALK
    assert [call.status for call in vendor.calls] == [400, 400, 200, 200]
    assert vendor.calls[-1].body["store"] is False
    await reader.read(QUESTION, model=LUNA)
    assert vendor.calls[-1].body["reasoning_effort"] == "none"


async def test_a_server_that_takes_less_is_asked_with_less(wire):
    """One that knows only the common part, and says so in words of its own, is asked for that from then on."""
    vendor, reader = wire
    vendor.faults.add(Fault.status(400, {"error": {"message": "extra fields not permitted"}}), match="/chat/")
    assert (await reader.read(QUESTION, model=LUNA)).words == TALK
    assert (await reader.read(QUESTION, model=LUNA)).words == TALK
    assert [call.status for call in vendor.calls] == [400, 200, 200]
    assert set(vendor.calls[-1].body) == {"model", "messages", "response_format"}
    assert vendor.calls[-1].body["messages"][0]["role"] == "system"
    await reader.read(QUESTION, model="gpt-5.6-luna")
    assert vendor.calls[-1].body["store"] is False, "of another model, nothing was learned"


async def test_what_is_refused_with_fewer_fields_is_no_lesson(wire):
    """The server did not like this one message: the next is asked about with all that makes it fast and unstored."""
    vendor, reader = wire
    refusal = Fault.status(400, {"error": {"type": "invalid_request_error", "param": None, "code": None}})
    vendor.faults.add(refusal, match="/chat/", times=2)
    with pytest.raises(BadRequest):
        await reader.read(QUESTION, model=LUNA)
    await reader.read(QUESTION, model=LUNA)
    assert [call.status for call in vendor.calls] == [400, 400, 200]
    assert vendor.calls[-1].body["store"] is False


async def test_two_who_learn_the_same_do_not_learn_more(wire):
    """Two messages at once, of which a model refuses the same field: only that one is left out."""
    vendor, reader = wire
    await asyncio.gather(*(reader.read(QUESTION, model="gpt-4o-mini") for _ in range(3)))
    await reader.read(QUESTION, model="gpt-4o-mini")
    assert vendor.calls[-1].body["store"] is False


@pytest.mark.parametrize("host", ["api.openai.com", "eu.api.openai.com"])
@pytest.mark.parametrize(
    ("error", "left"),
    [
        ({"type": "invalid_request_error", "param": None, "code": None}, 1),
        ({"type": "invalid_request_error", "param": "store", "code": "unknown_parameter"}, 2),
        ({"type": "invalid_request_error", "param": "messages[0].role", "code": "unsupported_value"}, 2),
    ],
)
async def test_openai_itself_never_stores(monkeypatch, host, error, left):
    """Whatever it refuses, and by whatever name: no message is ever sent to OpenAI without `store: false`."""
    vendor = OpenAIStandIn(api_key=KEY, paint=False)
    vendor.faults.add(Fault.status(400, {"error": error}), match="/chat/", times=left)
    async with serve(vendor.app) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        reader = OpenAIReader(api_key=KEY, base_url=f"http://{host}/v1")
        with pytest.raises(BadRequest):
            await reader.read(QUESTION, model=LUNA)
        await reader.read(QUESTION, model=LUNA)
        await reader.aclose()
    assert {call.body["store"] for call in vendor.calls} == {False}
    assert vendor.calls[-1].body["max_completion_tokens"] == 200


async def test_a_message_that_is_not_liked_is_no_lesson(wire):
    """OpenAI refuses this one message, by a code of its own: the next is asked about with all that makes it fast."""
    vendor, reader = wire
    vendor.faults.add(Fault.status(400, openai_errors.envelope("invalid_prompt", "Invalid prompt.")), match="/chat/")
    with pytest.raises(BadRequest):
        await reader.read(QUESTION, model=LUNA)
    await reader.read(QUESTION, model=LUNA)
    assert vendor.calls[-1].body["reasoning_effort"] == "none"


@pytest.mark.parametrize("status", [302, 400, 413, 499])
async def test_a_page_of_somebody_in_between_is_no_lesson(wire, status):
    """An edge that answers in HTML says nothing of what the model takes: the next is asked about as before."""
    vendor, reader = wire
    vendor.faults.add(Fault.status(status, "<html>The request was blocked</html>"), match="/chat/")
    with pytest.raises(VendorFault):
        await reader.read(QUESTION, model=LUNA)
    await reader.read(QUESTION, model=LUNA)
    assert vendor.calls[-1].body["store"] is False


async def test_json_in_a_fence_is_read(wire):
    """As some servers write it."""
    vendor, reader = wire
    vendor.chat.fences = True
    assert (await reader.read(QUESTION, model=LUNA)).words == TALK


def said(content: object, *, ended: str = "stop") -> dict[str, object]:
    return {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": ended}]}


@pytest.mark.parametrize(
    ("body", "ended"),
    [
        (said(json.dumps({"means": "rm -rf", "confidence": "high"})), "unknown"),
        (said(json.dumps({"means": "talk"})), "unknown"),
        (said(json.dumps({"means": ["talk"], "confidence": {}})), "unknown"),
        (said("Good morning to you, too!"), "unknown"),
        (said("[" * 3000), "unknown"),
        (said(json.dumps(TALK), ended="length"), "length"),
        (said(json.dumps(TALK), ended="content_filter"), "content_filter"),
        (said(None), "unknown"),
        ({"choices": []}, "unknown"),
        ({}, "unknown"),
    ],
)
async def test_anything_else_is_no_reading(wire, body, ended):
    """A word that is not ours, a cut answer, prose: nothing of it gets through."""
    vendor, reader = wire
    vendor.faults.add(Fault.body(body), match="/chat/")
    answer = await reader.read(QUESTION, model=LUNA)
    assert (answer.words, answer.ended) == (None, ended)


async def test_a_refusal_is_no_reading_and_is_paid(wire):
    """The model said no in words of its own, which nobody sees."""
    vendor, reader = wire
    vendor.chat.refuses = ("good morning",)
    answer = await reader.read(QUESTION, model=LUNA)
    assert (answer.words, answer.ended) == (None, "refusal")
    assert answer.usage


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (openai_errors.rate_limited(), RateLimited),
        (openai_errors.server_error(), VendorFault),
        (Fault.status(503, "<html>busy</html>"), VendorFault),
        (Fault.drop(), OutcomeUnknown),
        (Fault.body("<html>hello</html>"), BadAnswer),
        (Fault.body("x" * 100_000), BadAnswer),
    ],
)
async def test_a_bad_day_is_an_error_of_ours(wire, fault, error):
    """And it is asked once, not again: the message waits."""
    vendor, reader = wire
    vendor.faults.add(fault, match="/chat/", times=None)
    with pytest.raises(error):
        await reader.read(QUESTION, model=LUNA)
    assert vendor.calls_to("/chat/completions") == 1


async def test_a_silent_model_is_not_waited_for(wire):
    """It has so long, however slowly it answers."""
    vendor, reader = wire
    release = asyncio.Event()
    vendor.faults.add(Fault.held(release), match="/chat/")
    with pytest.raises(OutcomeUnknown) as caught:
        await reader.read(QUESTION, model=LUNA, within_s=0.05)
    release.set()
    assert caught.value.code == "timeout"


async def test_a_model_that_is_gone(wire):
    """The next one may live."""
    _, reader = wire
    with pytest.raises(ModelGone):
        await reader.read(QUESTION, model="gpt-4.1-nano")


async def test_a_restricted_key_is_not_a_dead_key(wire):
    """It lacks a right for this alone: 401 without a code, or 403."""
    vendor, reader = wire
    vendor.chat.scope = "model.request"
    with pytest.raises(NotPermitted) as caught:
        await reader.read(QUESTION, model=LUNA)
    assert caught.value.cause is Cause.RIGHT
    assert str(caught.value).endswith("it lacks model.request")
    with pytest.raises(NotPermitted):
        await reader.may_read(model=LUNA)


async def test_a_dead_key_and_a_bill_are_known(wire):
    """They stop the pictures, too."""
    vendor, reader = wire
    vendor.faults.add(openai_errors.insufficient_quota(), match="/chat/")
    with pytest.raises(NotPermitted) as caught:
        await reader.read(QUESTION, model=LUNA)
    assert caught.value.cause is Cause.BILLING
    vendor.api_key = "sk-another"
    with pytest.raises(NotPermitted) as caught:
        await reader.read(QUESTION, model=LUNA)
    assert caught.value.cause is Cause.KEY


@pytest.mark.parametrize(
    "fault",
    [
        Fault.status(404, "404 page not found"),
        Fault.status(405, {"detail": "Method Not Allowed"}),
        Fault.status(400, openai_errors.envelope(None, "response_format: json_schema is not supported")),
    ],
)
async def test_a_server_that_cannot_read(wire, fault):
    """One without the path or without schemas says so at once, and for good."""
    vendor, reader = wire
    vendor.faults.add(fault, match="/chat/", times=None)
    with pytest.raises(BadRequest) as caught:
        await reader.read(QUESTION, model=LUNA)
    assert caught.value.code == NOT_OFFERED
    assert vendor.calls_to("/chat/completions") == 1


async def test_whether_it_may_read_is_asked_for_free(wire):
    """Nothing is read, and nothing is charged."""
    vendor, reader = wire
    await reader.may_read(model=LUNA)
    assert not vendor.invoice


async def test_nobody_there():
    """No connection is known as that."""
    reader = OpenAIReader(api_key=KEY, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(Unreachable):
        await reader.read(QUESTION, model=LUNA)
    await reader.aclose()

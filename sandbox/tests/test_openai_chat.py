"""The stand-in's text models: the official client is answered by script, and what breaks the contract is refused."""

import json
from collections.abc import AsyncIterator

import openai
import pytest
from line_sandbox.openai import OpenAIStandIn
from line_sandbox.server import serve

KEY = "sk-proj-sandbox-abcd"
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind", "confidence"],
    "properties": {
        "kind": {"type": "string", "enum": ["draw", "chat"]},
        "confidence": {"type": "string", "enum": ["high", "low"]},
    },
}


@pytest.fixture
async def sandbox() -> AsyncIterator[tuple[OpenAIStandIn, openai.AsyncOpenAI]]:
    """The stand-in and the official client that talks to it."""
    stand_in = OpenAIStandIn(api_key=KEY)
    async with (
        serve(stand_in.app) as base_url,
        openai.AsyncOpenAI(api_key=KEY, base_url=f"{base_url}/v1", max_retries=0) as client,
    ):
        yield stand_in, client


def asked(text: str, **changed: object) -> dict[str, object]:
    """A request as the contract has it."""
    wanted = {"name": "reading", "strict": True, "schema": SCHEMA}
    return {
        "model": "gpt-6-luna",
        "messages": [{"role": "developer", "content": "Sort it."}, {"role": "user", "content": text}],
        "response_format": {"type": "json_schema", "json_schema": wanted},
        "reasoning_effort": "none",
        "max_completion_tokens": 200,
        "store": False,
    } | changed


async def test_sdk_reads(sandbox):
    """The SDK gets what the script says, with usage, and it is on the invoice."""
    stand_in, client = sandbox
    stand_in.chat.reads = {"morning": {"kind": "chat", "confidence": "high"}}
    answer = await client.chat.completions.create(**asked("good morning"))
    assert json.loads(answer.choices[0].message.content) == {"kind": "chat", "confidence": "high"}
    assert answer.choices[0].finish_reason == "stop"
    used = answer.usage
    assert stand_in.invoice[0].micro_dollars == round(used.prompt_tokens * 0.1 + used.completion_tokens * 0.5)


async def test_a_function_reads(sandbox):
    """And where it does not know, the model is not sure."""
    stand_in, client = sandbox
    stand_in.chat.reads = lambda message: {"kind": "chat", "confidence": "high"} if "morning" in message else None
    answers = [await client.chat.completions.create(**asked(text)) for text in ("good morning", "hm")]
    said = [json.loads(answer.choices[0].message.content) for answer in answers]
    assert [one["confidence"] for one in said] == ["high", "low"]


async def test_a_model_refuses_or_is_cut(sandbox):
    """As the API tells it: a refusal beside the content, a finish reason of length."""
    stand_in, client = sandbox
    stand_in.chat.refuses = ("gore",)
    refused = await client.chat.completions.create(**asked("gore"))
    assert refused.choices[0].message.refusal
    stand_in.chat.cuts = True
    cut = await client.chat.completions.create(**asked("good morning"))
    assert cut.choices[0].finish_reason == "length"


@pytest.mark.parametrize(
    ("changed", "code", "param"),
    [
        ({"model": "gpt-4.1-nano"}, "model_not_found", None),
        ({"reasoning_effort": "minimal"}, "unsupported_value", "reasoning_effort"),
        ({"model": "gpt-4o-mini"}, "unsupported_parameter", "reasoning_effort"),
        ({"max_tokens": 9}, "unsupported_parameter", "max_tokens"),
        ({"temperature": 0.2}, "unsupported_value", "temperature"),
        ({"extra_body": {"colour": "red"}}, "unknown_parameter", "colour"),
        ({"messages": []}, "empty_array", "messages"),
        ({"safety_identifier": "x" * 129}, "string_above_max_length", "safety_identifier"),
    ],
)
async def test_what_breaks_the_contract_is_refused(sandbox, changed, code, param):
    """With the code and the parameter that OpenAI names, and for nothing."""
    stand_in, client = sandbox
    with pytest.raises(openai.APIStatusError) as caught:
        await client.chat.completions.create(**asked("good morning", **changed))
    assert (caught.value.code, caught.value.param) == (code, param)
    assert not stand_in.invoice


@pytest.mark.parametrize(
    "schema",
    [
        SCHEMA | {"additionalProperties": True},
        SCHEMA | {"required": ["kind"]},
        SCHEMA | {"type": "array"},
        SCHEMA | {"properties": {"kind": {"type": "string", "default": "draw"}}, "required": ["kind"]},
    ],
)
async def test_a_schema_that_is_not_strict_is_refused(sandbox, schema):
    """Strict mode wants every field named and no others."""
    _, client = sandbox
    wanted = {"type": "json_schema", "json_schema": {"name": "reading", "strict": True, "schema": schema}}
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(**asked("good morning", response_format=wanted))
    assert caught.value.param == "response_format"


async def test_a_restricted_key(sandbox):
    """It may draw, but not read: 401 without a code."""
    stand_in, client = sandbox
    stand_in.chat.scope = "model.request"
    with pytest.raises(openai.AuthenticationError, match=r"Missing scopes: model\.request") as caught:
        await client.chat.completions.create(**asked("good morning"))
    assert caught.value.code is None


async def test_a_server_without_chat(sandbox):
    """404, as for any address that is not there."""
    stand_in, client = sandbox
    stand_in.chat.offered = False
    with pytest.raises(openai.NotFoundError, match="Invalid URL"):
        await client.chat.completions.create(**asked("good morning"))

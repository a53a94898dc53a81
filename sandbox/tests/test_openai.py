import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from io import BytesIO

import httpx
import openai
import pytest
from line_sandbox.faults import Fault
from line_sandbox.openai import OpenAIStandIn
from line_sandbox.openai import errors as openai_errors
from line_sandbox.openai.rules import GENERATION_PARAMETERS, NULLABLE
from line_sandbox.server import serve
from PIL import Image

KEY = "sk-proj-sandbox-abcd"
FAST = {"model": "gpt-image-2", "size": "1024x1024", "quality": "low", "output_format": "jpeg"}


@pytest.fixture
async def sandbox() -> AsyncIterator[tuple[OpenAIStandIn, openai.AsyncOpenAI]]:
    """The stand-in and the official client that talks to it."""
    stand_in = OpenAIStandIn(api_key=KEY, refused_words={"gore": "violence"})
    async with (
        serve(stand_in.app) as base_url,
        openai.AsyncOpenAI(api_key=KEY, base_url=f"{base_url}/v1", max_retries=0) as client,
    ):
        yield stand_in, client


def opened(b64: str | None) -> Image.Image:
    """The decoded picture."""
    assert b64 is not None
    picture = Image.open(BytesIO(base64.b64decode(b64, validate=True)))
    picture.load()
    return picture


def png(width_px: int = 1024, height_px: int = 1024) -> bytes:
    """A flat PNG."""
    buffer = BytesIO()
    Image.new("RGB", (width_px, height_px), (9, 90, 200)).save(buffer, "PNG")
    return buffer.getvalue()


async def post(client: openai.AsyncOpenAI, fields: object, *, path: str = "generations") -> httpx.Response:
    """A request that the official client would not send."""
    async with httpx.AsyncClient() as http:
        headers = {"authorization": f"Bearer {KEY}"}
        return await http.post(f"{client.base_url}images/{path}", json=fields, headers=headers)


async def test_sdk_draws(sandbox):
    """The SDK gets a JPEG of the size it asked for, with usage and a request id, and it is on the invoice."""
    stand_in, client = sandbox
    raw = await client.images.with_raw_response.generate(prompt="a red fox", **FAST)
    answer = raw.parse()
    picture = opened(answer.data[0].b64_json)
    assert (picture.format, picture.size) == ("JPEG", (1024, 1024))
    assert (answer.size, answer.quality, answer.output_format) == ("1024x1024", "low", "jpeg")
    assert answer.usage.output_tokens == 196
    assert raw.headers["x-request-id"] == stand_in.invoice[0].request_id == stand_in.calls[0].request_id
    assert stand_in.invoice[0].micro_dollars == 196 * 30 + answer.usage.input_tokens * 5


async def test_same_prompt_same_picture(sandbox):
    """The picture depends on the prompt and on nothing else."""
    _, client = sandbox
    prompts = ("a fox", "a fox", "a whale")
    answers = [await client.images.generate(prompt=prompt, **FAST) for prompt in prompts]
    first, second, other = (answer.data[0].b64_json for answer in answers)
    assert first == second != other


async def test_n_pictures(sandbox):
    """Two pictures of one call differ and are both charged."""
    stand_in, client = sandbox
    answer = await client.images.generate(prompt="a fox", n=2, **FAST)
    assert answer.data[0].b64_json != answer.data[1].b64_json
    assert stand_in.invoice[0].usage["output_tokens"] == 2 * 196


@pytest.mark.parametrize(
    ("asked", "pillow_format", "size", "mode"),
    [
        ({"output_format": "png", "size": "1536x1024"}, "PNG", (1536, 1024), "RGB"),
        ({"output_format": "webp", "output_compression": 80, "size": "1024x1536"}, "WEBP", (1024, 1536), "RGB"),
        ({"background": "transparent", "size": "1024x1024"}, "PNG", (1024, 1024), "RGBA"),
        ({"size": "auto"}, "PNG", (1254, 1254), "RGB"),
    ],
)
async def test_formats(sandbox, asked, pillow_format, size, mode):
    """Format, size and transparency are what was asked for; "auto" is resolved in the answer."""
    _, client = sandbox
    answer = await client.images.generate(prompt="a fox", model="gpt-image-2.5-flare", quality="low", **asked)
    picture = opened(answer.data[0].b64_json)
    assert (picture.format, picture.size, picture.mode) == (pillow_format, size, mode)
    assert answer.size == f"{size[0]}x{size[1]}"


async def test_compression(sandbox):
    """A stronger compression makes a smaller file."""
    _, client = sandbox
    sizes = []
    for compression in (20, 90):
        answer = await client.images.generate(prompt="a fox", output_compression=compression, **FAST)
        sizes.append(len(answer.data[0].b64_json or ""))
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(
    ("model", "size", "quality", "tokens"),
    [
        ("gpt-image-2", "1024x1024", "medium", 1756),
        ("gpt-image-2", "1536x1024", "high", 5488),
        ("gpt-image-2.5-flare", "1024x1024", "medium", 439),
        ("gpt-image-2.5-flare", "1536x1024", "xhigh", 2459),
        ("gpt-image-2.5-sunburst", "1024x1024", "max", 7024),
        ("gpt-image-1.5", "1024x1536", "low", 408),
    ],
)
async def test_published_prices(model, size, quality, tokens):
    """Output tokens are those of OpenAI's price list."""
    stand_in = OpenAIStandIn(api_key=KEY, paint=False)
    async with (
        serve(stand_in.app) as base_url,
        openai.AsyncOpenAI(api_key=KEY, base_url=f"{base_url}/v1") as client,
    ):
        answer = await client.images.generate(prompt="a fox", model=model, size=size, quality=quality)
    assert answer.usage is not None
    assert answer.usage.output_tokens == tokens


@pytest.mark.parametrize(
    ("fields", "status", "code", "param"),
    [
        ({"prompt": None}, 400, "missing_required_parameter", "prompt"),
        ({"prompt": ""}, 400, "empty_string", "prompt"),
        ({"prompt": 7}, 400, "invalid_type", "prompt"),
        ({"prompt": "x" * 32_001, "quality": "hd"}, 400, "string_above_max_length", "prompt"),
        ({"response_format": "b64_json"}, 400, "unknown_parameter", "response_format"),
        ({"style": "vivid"}, 400, "unknown_parameter", "style"),
        ({"input_fidelity": "high"}, 400, "unknown_parameter", "input_fidelity"),
        ({"model": "gpt-image-99"}, 400, None, "model"),
        ({"model": "gpt-image-1"}, 400, None, "model"),
        ({"quality": "standard"}, 400, "invalid_value", "quality"),
        ({"quality": "xhigh"}, 400, "invalid_value", "quality"),
        ({"size": "1000x1000"}, 400, "invalid_value", "size"),
        ({"size": "4096x1024"}, 400, "invalid_value", "size"),
        ({"size": "3072x512"}, 400, "invalid_value", "size"),
        ({"size": "512x512"}, 400, "invalid_value", "size"),
        ({"size": "3840x3840"}, 400, "invalid_value", "size"),
        ({"size": "large"}, 400, "invalid_value", "size"),
        ({"model": "gpt-image-1.5", "size": "2048x2048"}, 400, "invalid_value", "size"),
        ({"output_format": "jpg"}, 400, "invalid_value", "output_format"),
        ({"output_compression": 50, "output_format": "png"}, 400, "invalid_value", "output_compression"),
        ({"output_compression": 101}, 400, "integer_above_max_value", "output_compression"),
        ({"output_compression": "50"}, 400, "invalid_type", "output_compression"),
        ({"background": "transparent", "output_format": "png"}, 400, "invalid_value", "background"),
        ({"moderation": "none"}, 400, "invalid_value", "moderation"),
        ({"complexity": "low"}, 400, "invalid_value", "complexity"),
        ({"n": 0}, 400, "integer_below_min_value", "n"),
        ({"n": 11}, 400, "integer_above_max_value", "n"),
        ({"n": True}, 400, "invalid_type", "n"),
        ({"partial_images": 1}, 400, "invalid_value", "partial_images"),
        ({"stream": "yes"}, 400, "invalid_type", "stream"),
    ],
)
async def test_refused_parameters(sandbox, fields, status, code, param):
    """A parameter that OpenAI does not take is refused with its code, and nothing is charged."""
    stand_in, client = sandbox
    asked = {k: v for k, v in ({"prompt": "a fox"} | FAST | fields).items() if v is not None}
    answer = await post(client, asked)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (status, code, param)
    assert not stand_in.invoice


async def test_null_is_as_good_as_left_out(sandbox):
    """A bot that passes None for what it does not care about draws, as with OpenAI; the prompt must be there."""
    _, client = sandbox
    nothing = dict.fromkeys(NULLABLE & GENERATION_PARAMETERS)
    answer = await post(client, nothing | {"prompt": "a fox", "model": "gpt-image-2"})
    assert answer.status_code == 200, answer.text
    assert (await post(client, {"prompt": None, "model": "gpt-image-2"})).status_code == 400
    assert (await post(client, {"prompt": "a fox", "model": None})).json()["error"]["param"] == "model"


async def test_dead_models(sandbox):
    """A model dies in three ways; the list of models shows the living with their last day."""
    stand_in, client = sandbox
    stand_in.shut_down("gpt-image-2", gone="model_not_found")
    with pytest.raises(openai.NotFoundError) as not_found:
        await client.images.generate(prompt="a fox", **FAST)
    assert not_found.value.code == "model_not_found"
    stand_in.shut_down("gpt-image-2", gone="deprecated")
    with pytest.raises(openai.NotFoundError, match="has been deprecated"):
        await client.images.generate(prompt="a fox", **FAST)
    with pytest.raises(openai.BadRequestError, match=r"'gpt-image-1' does not exist"):
        await client.images.generate(prompt="a fox", **FAST | {"model": "gpt-image-1"})
    listed = {model.id async for model in client.models.list()}
    assert {"gpt-image-2", "gpt-image-1"}.isdisjoint(listed)
    assert (await client.models.retrieve("gpt-image-1.5")).model_dump()["shutdown_date"] == "2026-12-01"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt-image-2")
    stand_in.revive("gpt-image-2")
    await client.images.generate(prompt="a fox", **FAST)


async def test_wrong_key(sandbox):
    """A wrong key is refused, masked in the message."""
    _, client = sandbox
    with pytest.raises(openai.AuthenticationError) as refused:
        await client.with_options(api_key="sk-proj-stolen-7777").images.generate(prompt="a fox", **FAST)
    assert refused.value.code == "invalid_api_key"
    assert "sk-proj-****7777" in str(refused.value)


async def test_moderation(sandbox):
    """A refused prompt names stage and category and costs nothing."""
    stand_in, client = sandbox
    with pytest.raises(openai.BadRequestError) as refused:
        await client.images.generate(prompt="much gore", **FAST)
    assert refused.value.code == "moderation_blocked"
    details = {"moderation_stage": "input", "categories": ["violence"]}
    assert refused.value.body["moderation_details"] == details
    assert not stand_in.invoice


async def test_stream(sandbox):
    """A stream shows partial pictures, then the finished one; each partial costs 100 tokens."""
    stand_in, client = sandbox
    stream = await client.images.generate(prompt="a fox", stream=True, partial_images=2, **FAST)
    events = [event async for event in stream]
    kinds = [event.type for event in events]
    assert kinds == ["image_generation.partial_image"] * 2 + ["image_generation.completed"]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    assert opened(events[2].b64_json).size == (1024, 1024)
    assert events[2].usage.output_tokens == stand_in.invoice[0].usage["output_tokens"] == 196 + 200


async def test_edit_form(sandbox):
    """The SDK edits one picture and several, with a mask; the input pictures are charged."""
    stand_in, client = sandbox
    one = await client.images.edit(
        image=("a.png", png(), "image/png"), mask=("m.png", png(), "image/png"), prompt="bluer", **FAST
    )
    assert opened(one.data[0].b64_json).size == (1024, 1024)
    two = [("a.png", png(), "image/png"), ("b.png", png(512, 512), "image/png")]
    await client.images.edit(image=two, prompt="both", n=1, output_compression=50, **FAST)
    tokens = [line.usage["input_tokens_details"]["image_tokens"] for line in stand_in.invoice]
    assert tokens == [1024, 1024 + 256]
    assert stand_in.calls[-1].body["prompt"] == "both"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"image": ("a.bin", png(), "application/octet-stream")}, "unsupported_file_mimetype"),
        ({"image": ("a.png", b"no picture", "image/png")}, "invalid_image_file"),
        ({"image": [("a.png", png(16, 16), "image/png")] * 17}, "array_above_max_length"),
        ({"image": ("a.png", png(), "image/png"), "mask": ("m.png", png(16, 16), "image/png")}, "invalid_value"),
        ({"image": ("a.png", png(), "image/png"), "extra_body": {"moderation": "low"}}, "unknown_parameter"),
        ({"image": ("a.png", png(), "image/png"), "input_fidelity": "high"}, "invalid_value"),
        (
            {"image": ("a.png", png(), "image/png"), "extra_body": {"sketch": ("s.png", png(16, 16), "image/png")}},
            "unknown_parameter",
        ),
    ],
)
async def test_refused_edits(sandbox, arguments, code):
    """Bad input pictures are refused, and so is `moderation` in a form."""
    _, client = sandbox
    with pytest.raises(openai.BadRequestError) as refused:
        await client.images.edit(prompt="bluer", **FAST, **arguments)
    assert refused.value.code == code


async def test_edit_json(sandbox):
    """A JSON edit takes data URLs and really fetches addresses, on loopback only."""
    _, client = sandbox

    async def picture(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": png()})

    async def edit(image: dict[str, str]) -> tuple[int, str | None]:
        answer = await post(client, {"prompt": "bluer", "images": [image], "moderation": "low", **FAST}, path="edits")
        return answer.status_code, answer.json().get("error", {}).get("code")

    async with serve(picture) as other:
        assert await edit({"image_url": f"{other}/a.png"}) == (200, None)
    assert await edit({"image_url": f"{other}/a.png"}) == (400, "invalid_image_url")
    assert await edit({"image_url": "https://example.com/a.png"}) == (400, "invalid_image_url")
    assert await edit({"image_url": "data:image/png;base64," + base64.b64encode(png()).decode()}) == (200, None)
    assert await edit({"image_url": "data:image/png;base64,?"}) == (400, "invalid_value")
    assert await edit({"file_id": "file-1"}) == (404, "file_not_found")
    assert await edit({}) == (400, "invalid_value")


async def test_optional_fields():
    """Other servers answer with pictures only."""
    stand_in = OpenAIStandIn(api_key=KEY, omit=("usage", "size", "quality", "background", "output_format"))
    async with serve(stand_in.app) as base_url, httpx.AsyncClient() as http:
        headers = {"authorization": f"Bearer {KEY}"}
        answer = await http.post(f"{base_url}/v1/images/generations", json={"prompt": "x", **FAST}, headers=headers)
        strange = await http.get(f"{base_url}/v1/nothing")
    assert set(answer.json()) == {"created", "data"}
    assert (strange.status_code, strange.json()["error"]["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (openai_errors.rate_limited(), openai.RateLimitError),
        (openai_errors.insufficient_quota(), openai.RateLimitError),
        (openai_errors.billing_hard_limit(), openai.BadRequestError),
        (openai_errors.server_error(), openai.InternalServerError),
        (openai_errors.not_verified(), openai.PermissionDeniedError),
        (Fault.status(502, "<html>bad gateway</html>"), openai.InternalServerError),
        (Fault.drop(), openai.APIConnectionError),
    ],
)
async def test_bad_days_without_charge(sandbox, fault, error):
    """A fault before the drawing raises the SDK's error and costs nothing."""
    stand_in, client = sandbox
    stand_in.faults.add(fault, match="/images/")
    with pytest.raises(error):
        await client.images.generate(prompt="a fox", **FAST)
    assert not stand_in.invoice
    await client.images.generate(prompt="a fox", **FAST)


@pytest.mark.parametrize("fault", [Fault.drop_after(), Fault.truncate()])
async def test_lost_answers_are_charged(sandbox, fault):
    """A picture whose answer is lost on the way has been paid for."""
    stand_in, client = sandbox
    stand_in.faults.add(fault)
    with pytest.raises(openai.APIConnectionError):
        await client.images.generate(prompt="a fox", **FAST)
    assert len(stand_in.invoice) == 1


@pytest.mark.parametrize("body", [b"{", b"", {"created": 1}, {"created": 1, "data": [{"b64_json": "?"}]}])
async def test_broken_answers_are_charged(sandbox, body):
    """An answer that is no JSON, or holds no picture, has been paid for."""
    stand_in, client = sandbox
    stand_in.faults.add(Fault.body(body), match=lambda call: call.body["prompt"] == "a fox")
    await post(client, {"prompt": "a cat", **FAST})
    answer = await post(client, {"prompt": "a fox", **FAST})
    assert answer.content == (body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode())
    assert len(stand_in.invoice) == 2


async def test_client_that_leaves(sandbox):
    """A client that hangs up is noticed, and pays all the same."""
    stand_in, client = sandbox
    release = asyncio.Event()
    stand_in.faults.add(Fault.held(release))
    with pytest.raises(openai.APITimeoutError):
        await client.with_options(timeout=0.2).images.generate(prompt="a fox", **FAST)
    call = await stand_in.wait_for(lambda: next((c for c in stand_in.calls if c.client_gone), None))
    assert not stand_in.invoice
    release.set()
    await stand_in.wait_for(lambda: call.duration_ms)
    assert len(stand_in.invoice) == 1


async def test_latency_and_concurrency():
    """Slowness is set per prompt, and the most drawings at one time are counted."""
    stand_in = OpenAIStandIn(api_key=KEY, paint=False, latency_s=lambda prompt: 1.0 if prompt == "slow" else 0.0)
    async with (
        serve(stand_in.app) as base_url,
        openai.AsyncOpenAI(api_key=KEY, base_url=f"{base_url}/v1") as client,
    ):
        await client.images.generate(prompt="quick", **FAST)
        began = time.perf_counter()
        await asyncio.gather(*(client.images.generate(prompt="slow", **FAST) for _ in range(3)))
        assert time.perf_counter() - began >= 1.0
    assert (stand_in.max_drawing, stand_in.drawing, len(stand_in.invoice)) == (3, 0, 4)

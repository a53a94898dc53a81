import asyncio
import contextlib
import io
import itertools
from dataclasses import replace
from datetime import date

import pytest
from line_sandbox.faults import Fault
from line_sandbox.openai import OpenAIStandIn
from line_sandbox.server import serve
from PIL import Image

from app.errors import ModelGone, OutcomeUnknown, Refused
from app.openai import OpenAIImages, PictureOrder
from tests.depth import deep

KEY = "sk-proj-0123456789"
ORDER = PictureOrder(
    prompt="a cat 🐈 in the rain",
    size="1024x1024",
    quality="low",
    output_format="jpeg",
    output_compression=50,
    moderation="low",
    background="auto",
)


@contextlib.asynccontextmanager
async def stand_in(**settings):
    """A vendor with rules, and a client of ours for it."""
    vendor = OpenAIStandIn(api_key=KEY, paint=False, **settings)
    async with serve(vendor.app) as base_url:
        images = OpenAIImages(api_key=KEY, base_url=f"{base_url}/v1", timeout_s=20)
        yield vendor, images
        await images.aclose()


async def test_every_wish_becomes_something_every_model_takes():
    """A strict vendor refuses none of them, so no list of models needs defaults of its own."""
    sizes = ["auto", "1024x1024", "1000x3000", "3840x2160"]
    choices = itertools.product(
        sizes, ["auto", "max"], ["jpeg", "png", "webp"], ["auto", "opaque", "transparent"], ["auto", "low"]
    )
    names = ("size", "quality", "output_format", "background", "moderation")
    orders = [
        replace(ORDER, **dict(zip(names, chosen, strict=True)), safety_identifier="5e8d")
        for chosen in itertools.islice(choices, 0, None, deep(11, 1))
    ]
    async with stand_in() as (vendor, images):
        for model in vendor.models:
            vendor.revive(model)
            await asyncio.gather(*(images.generate(order, model=model) for order in orders))
    assert len(vendor.invoice) == len(orders) * len(vendor.models)


async def test_every_wish_to_change_pictures_becomes_something_every_model_takes():
    """A strict vendor reads the form, its fields and its sources."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "PNG")
    orders = [
        replace(ORDER, quality=quality, output_format=output_format, background=background, safety_identifier="5e8d")
        for quality, output_format, background in itertools.product(
            ["auto", "max"], ["jpeg", "png"], ["auto", "transparent"]
        )
    ]
    async with stand_in() as (vendor, images):
        for model in vendor.models:
            vendor.revive(model)
            for order in orders:
                await images.edit(order, model=model, sources=[out.getvalue()] * 2)
    assert {line.endpoint for line in vendor.invoice} == {"edits"}
    assert len(vendor.invoice) == len(orders) * len(vendor.models)


async def test_several_pictures_are_charged_by_one_call():
    """Each is paid for, and each is there."""
    async with stand_in() as (vendor, images):
        got = await images.generate(replace(ORDER, count=3), model="gpt-image-2")
    assert (len(got.pictures), got.usage.image_out) == (3, 3 * 196)
    assert len(vendor.invoice) == 1


async def test_models_tell_whether_they_live():
    """And until when, free of charge."""
    async with stand_in() as (vendor, images):
        assert (await images.model("gpt-image-1.5")).shutdown_date == date(2026, 12, 1)
        assert (await images.model("gpt-image-2.6-flare")).shutdown_date is None
        with pytest.raises(ModelGone):
            await images.model("gpt-image-1")
    assert not vendor.invoice


async def test_what_was_charged_is_what_we_count():
    """Tokens by price, as the invoice has them."""
    async with stand_in() as (vendor, images):
        got = await images.generate(ORDER, model="gpt-image-2")
    assert (got.usage.image_out, got.size, got.quality) == (196, "1024x1024", "low")
    assert len(vendor.invoice) == 1
    assert got.request_id.startswith("req_")


@pytest.mark.parametrize("gone", ["does_not_exist", "model_not_found", "deprecated"])
async def test_a_model_that_was_shut_down_is_gone(gone):
    """However the vendor says it: another model may live."""
    async with stand_in() as (vendor, images):
        vendor.shut_down("gpt-image-2", gone=gone)
        with pytest.raises(ModelGone):
            await images.generate(ORDER, model="gpt-image-2")
    assert not vendor.invoice


async def test_a_refused_prompt_is_refused_with_its_category():
    """And costs nothing."""
    async with stand_in(refused_words={"cat": "violence"}) as (vendor, images):
        with pytest.raises(Refused) as caught:
            await images.generate(ORDER, model="gpt-image-2")
    assert caught.value.categories == ("violence",)
    assert not vendor.invoice


@pytest.mark.parametrize("fault", [Fault.truncate(), Fault.drop_after()], ids=["cut short", "dropped"])
async def test_a_lost_answer_is_not_asked_for_again(fault):
    """It was charged once, and whether to pay twice is not decided here."""
    async with stand_in() as (vendor, images):
        vendor.faults.add(fault, times=None)
        with pytest.raises(OutcomeUnknown):
            await images.generate(ORDER, model="gpt-image-2")
    assert len(vendor.invoice) == 1

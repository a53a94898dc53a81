import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.image_edit_params import ImageEditParamsBase
from openai.types.image_generate_params import ImageGenerateParamsBase

from app.openai import PictureOrder, check_options, parameters, size_for, unmet
from app.openai.order import ANSWER_BYTES_MAX, form_fields

CLASSIC = ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-1.5-2025-12-16", "chatgpt-image-latest"]
FREE = ["gpt-image-2", "gpt-image-2-2026-04-21", "gpt-image-2.5-flare", "gpt-image-2.5-sunburst", "gpt-image-2.6-flare"]
LATER = ["gpt-image-3", "gpt-image-2.7-flare"]
STRANGERS = ["my-deployment", "flux-dev", "gpt-imagery"]


def order(**changes):
    """The default picture, changed."""
    defaults = {
        "prompt": "a cat",
        "size": "1024x1024",
        "quality": "low",
        "output_format": "jpeg",
        "output_compression": 50,
        "moderation": "low",
        "background": "auto",
    }
    return PictureOrder(**defaults | changes)


def sent(model, **changes):
    """The body of the default picture, changed, for one model."""
    return parameters(order(**changes), model=model)


def check(*models, **changes):
    """What is wrong with the default picture, changed, for these models."""
    return check_options(order(**changes), models=models or ("gpt-image-1", "gpt-image-2.6-flare"))


def test_the_default_order_is_sent_as_it_is():
    """What every model takes goes out word for word."""
    assert sent("gpt-image-1") == {
        "model": "gpt-image-1",
        "prompt": "a cat",
        "size": "1024x1024",
        "quality": "low",
        "moderation": "low",
        "output_format": "jpeg",
        "output_compression": 50,
    }


@pytest.mark.parametrize("model", CLASSIC + FREE + LATER)
@pytest.mark.parametrize("quality", ["auto", "low", "medium", "high", "xhigh", "max"])
def test_no_model_is_asked_for_a_quality_it_lacks(model, quality):
    """The two upper steps came with 2.5; elsewhere they become the best there is."""
    taken = {"auto", "low", "medium", "high"} | ({"xhigh", "max"} if "2.5" in model or "2.6" in model else set())
    assert sent(model, quality=quality)["quality"] == (quality if quality in taken else "high")


@pytest.mark.parametrize(
    ("model", "output_format", "background", "expected"),
    [
        ("gpt-image-1", "png", "transparent", "transparent"),
        ("gpt-image-2.6-flare", "webp", "transparent", "transparent"),
        ("gpt-image-2.6-flare", "jpeg", "transparent", None),
        ("gpt-image-2", "png", "transparent", None),
        ("gpt-image-3", "png", "transparent", None),
        ("gpt-image-2", "png", "opaque", "opaque"),
        ("gpt-image-1", "jpeg", "opaque", "opaque"),
        ("gpt-image-1", "png", "auto", None),
    ],
)
def test_transparency_is_asked_only_where_it_can_be(model, output_format, background, expected):
    """It needs a format with an alpha channel and a model that draws one."""
    assert sent(model, output_format=output_format, background=background).get("background") == expected


@pytest.mark.parametrize(("output_format", "expected"), [("jpeg", 50), ("webp", 50), ("png", None)])
def test_compression_is_for_lossy_formats(output_format, expected):
    """PNG with a compression is refused by the API."""
    assert sent("gpt-image-2", output_format=output_format).get("output_compression") == expected


@pytest.mark.parametrize("model", STRANGERS)
def test_an_unknown_model_gets_what_all_servers_take(model):
    """A deployment's own name tells nothing of what is behind it."""
    assert sent(model, size="2048x1152", quality="max", safety_identifier="u") == {
        "model": model,
        "prompt": "a cat",
        "size": "1536x1024",
        "response_format": "b64_json",
    }
    assert "size" not in sent(model, size="auto")


def test_a_gateways_prefix_hides_no_model():
    """LiteLLM and OpenRouter put the maker's name before the model's."""
    assert sent("openai/gpt-image-2.6-flare", quality="max")["quality"] == "max"


def test_the_end_user_is_named_by_a_hash_if_at_all():
    """No identifier, no field."""
    assert sent("gpt-image-2", safety_identifier="5e8d")["safety_identifier"] == "5e8d"
    assert "safety_identifier" not in sent("gpt-image-2")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"size": "3840x2160", "output_format": "png"}, 2),
        ({"size": "3840x2160", "output_format": "webp", "output_compression": 100}, 2),
        ({"size": "2048x2048", "output_format": "png"}, 3),
        ({"size": "1536x1024", "output_format": "png"}, 10),
        ({"size": "auto", "output_format": "png"}, 10),
        ({"size": "3840x2160", "output_format": "jpeg"}, 10),
        ({"size": "3840x2160", "output_format": "webp"}, 10),
    ],
)
def test_no_more_is_asked_for_than_an_answer_can_bring(options, expected):
    """What is larger would be paid for in full, and thrown away."""
    body = sent("gpt-image-2.6", count=10, **options)
    assert body["n"] == expected
    width, height = (int(edge) for edge in str(body["size"]).replace("auto", "1536x1024").split("x"))
    if body["n"] < 10:
        assert body["n"] * width * height * 4 < ANSWER_BYTES_MAX


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("auto", "auto"),
        ("1024x1024", "1024x1024"),
        ("1920x1080", "1536x1024"),
        ("1080x1920", "1024x1536"),
        ("1200x1000", "1024x1024"),
        ("1300x1000", "1536x1024"),
        ("0x0", "1024x1024"),
        ("large", "auto"),
    ],
)
@pytest.mark.parametrize("model", CLASSIC + LATER)
def test_the_first_models_get_the_size_of_the_nearest_shape(model, size, expected):
    """They know three sizes."""
    assert sent(model, size=size)["size"] == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("auto", "auto"),
        ("2048x1152", "2048x1152"),
        ("3840x2160", "3840x2160"),
        ("1000x1000", "1008x1008"),
        ("512x512", "816x816"),
        ("4096x4096", "2880x2880"),
        ("4000x1000", "3456x1152"),
        ("9999x1", "1408x480"),
    ],
)
def test_the_later_models_get_the_nearest_legal_size(size, expected):
    """Edges by sixteen, at most 3840, at most 3 to 1, between 0.66 and 8.3 million pixels."""
    assert sent("gpt-image-2", size=size)["size"] == expected


@given(width=st.integers(0, 99_999), height=st.integers(0, 99_999), model=st.sampled_from(FREE))
def test_every_size_finds_a_legal_one(width, height, model):
    """Whatever is asked, the model would take what is sent; and what it would take is sent as asked."""

    def legal(wide, high):
        inside = 655_360 <= wide * high <= 8_294_400 and max(wide, high) <= 3840
        return inside and wide % 16 == high % 16 == 0 and max(wide, high) / min(wide, high) <= 3

    got = sent(model, size=f"{width}x{height}")["size"]
    assert legal(*map(int, got.split("x")))
    if width and height and legal(width, height):
        assert got == f"{width}x{height}"


@given(
    model=st.sampled_from(CLASSIC + FREE + LATER + STRANGERS),
    quality=st.sampled_from(["auto", "low", "max"]),
    output_format=st.sampled_from(["jpeg", "png", "webp"]),
    background=st.sampled_from(["auto", "opaque", "transparent"]),
    moderation=st.sampled_from(["auto", "low"]),
)
def test_openais_own_sdk_knows_every_field_and_value(model, quality, output_format, background, moderation):
    """The SDK's types are the judge, of the form of an edit too; nothing of dall-e is ever sent."""
    body = sent(model, quality=quality, output_format=output_format, background=background, moderation=moderation)
    known = typing.get_type_hints(ImageGenerateParamsBase)
    others = {"response_format"} if model in STRANGERS else set()
    assert set(body) <= set(known) - {"n", "response_format", "style", "user"} | others
    for name in {"quality", "output_format", "background", "moderation"} & set(body):
        literal = typing.get_args(known[name])[0]
        assert body[name] in typing.get_args(literal)
    form = form_fields(order(quality=quality, output_format=output_format, background=background), model=model)
    assert set(form) <= set(typing.get_type_hints(ImageEditParamsBase)) - {"moderation", "input_fidelity", "user"}


@pytest.mark.parametrize(("count", "expected"), [(1, None), (2, 2), (10, 10), (11, 10), (0, None)])
@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-2.6-flare", "my-deployment"])
def test_only_several_pictures_are_asked_for_by_number(model, count, expected):
    """One is what every server draws unasked, and ten are the most of one call."""
    assert sent(model, count=count).get("n") == expected


@pytest.mark.parametrize(
    ("ratio", "near", "expected"),
    [
        ((16, 9), "1024x1024", "1360x768"),
        ((9, 16), "1024x1024", "768x1360"),
        ((1, 1), "1024x1024", "1024x1024"),
        ((2, 3), "auto", "832x1248"),
        ((1, 1), "1536x1024", "1248x1248"),
        ((16, 9), "3840x2160", "3840x2160"),
        ((100, 1), "1024x1024", "1776x592"),
        ((0, 0), "1024x1024", "1024x1024"),
        ((1, 1), "16x16", "816x816"),
    ],
)
def test_a_shape_becomes_a_size_with_about_as_many_pixels(ratio, near, expected):
    """So a wide picture costs about what the square one does."""
    assert size_for(ratio, near=near) == expected


@given(width=st.integers(1, 300), height=st.integers(1, 300), model=st.sampled_from(FREE))
def test_a_shape_that_a_model_can_draw_is_met(width, height, model):
    """Up to 3 to 1 the later models draw every shape as it was asked, whatever the size it is near."""
    for near in ("1024x1024", "1536x1024", "3840x2160", "auto"):
        size = size_for((width, height), near=near)
        assert sent(model, size=size)["size"] == size
        if max(width, height) <= 3 * min(width, height):
            assert not unmet(order(size=f"{width * 16}x{height * 16}"), model=model)


@pytest.mark.parametrize(
    ("model", "changes", "expected"),
    [
        ("gpt-image-1", {}, []),
        ("gpt-image-1", {"size": "1360x768"}, ["size"]),
        ("gpt-image-1", {"size": "832x1248"}, []),
        ("gpt-image-1", {"size": "auto", "quality": "auto"}, []),
        ("gpt-image-2", {"size": "1360x768"}, []),
        ("gpt-image-2", {"size": "2000x400"}, ["size"]),
        ("gpt-image-2", {"size": "4096x4096"}, []),
        ("gpt-image-2", {"quality": "max"}, ["quality"]),
        ("gpt-image-2.5-flare", {"quality": "max"}, []),
        ("gpt-image-2", {"background": "transparent", "output_format": "png"}, ["background"]),
        ("gpt-image-2.6-flare", {"background": "transparent", "output_format": "png"}, []),
        ("gpt-image-2.6-flare", {"background": "transparent"}, ["background"]),
        ("gpt-image-1", {"size": "1360x768", "quality": "max", "output_format": "webp"}, ["size", "quality"]),
        (
            "my-deployment",
            {"size": "1360x768", "background": "opaque"},
            ["size", "quality", "background", "output_format"],
        ),
        ("my-deployment", {"quality": "auto", "output_format": "png"}, ["output_format"]),
    ],
)
def test_what_a_model_does_not_take_as_asked_is_named(model, changes, expected):
    """So that whoever asked for it can be told."""
    assert unmet(order(**changes), model=model) == expected


@pytest.mark.parametrize(
    ("models", "changes"),
    [
        ((), {}),
        (("gpt-image-1", "gpt-image-2.6-flare"), {"quality": "max"}),
        (("gpt-image-1", "gpt-image-2"), {"size": "2048x2048"}),
        (("gpt-image-2", "gpt-image-1"), {"background": "transparent", "output_format": "png"}),
        (("my-deployment",), {"quality": "max", "size": "777x777"}),
        ((), {"size": "auto", "quality": "auto", "output_format": "webp", "moderation": "auto"}),
    ],
)
def test_defaults_that_one_model_of_the_list_takes_are_fine(models, changes):
    """For the other models they are mapped."""
    assert check(*models, **changes) == []


@pytest.mark.parametrize(
    ("models", "changes", "problem"),
    [
        ((), {"quality": "standard"}, "quality 'standard' is none of auto, low, medium, high, xhigh, max"),
        (("gpt-image-1", "gpt-image-2"), {"quality": "max"}, "quality 'max' is taken by none of the models"),
        ((), {"size": "big"}, "size 'big' is neither 'auto' nor width and height in pixels"),
        ((), {"size": "1000x1000"}, "the nearest they take: 1008x1008, 1024x1024"),
        ((), {"output_format": "jpg"}, "format 'jpg' is none of jpeg, png, webp"),
        ((), {"output_compression": 101}, "compression 101 is not between 0 and 100"),
        ((), {"moderation": "off"}, "moderation 'off' is none of auto, low"),
        ((), {"background": "blue"}, "background 'blue' is none of auto, opaque, transparent"),
        ((), {"count": 11}, "count 11 is not between 1 and 10"),
        ((), {"background": "transparent"}, "background 'transparent' needs format 'png' or 'webp'"),
        (("gpt-image-2",), {"background": "transparent", "output_format": "png"}, "is taken by none of the models"),
        (("dall-e-3",), {}, "model 'dall-e-3' was shut down on 2026-05-12"),
    ],
)
def test_what_no_model_takes_is_said_at_the_start(models, changes, problem):
    """One sentence, with the value and the cure."""
    (said,) = check(*models, **changes)
    assert problem in said


def test_an_order_hides_its_prompt():
    """A dataclass in a log line or a traceback shows no prompt."""
    assert "a cat" not in repr(order())

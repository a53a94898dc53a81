import functools
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_sandbox.openai.invoice import price, usage_of
from line_sandbox.openai.models import known_models
from line_sandbox.openai.rules import Order
from PIL import Image

from app.openai.sizes import nearest_free
from app.prices import cost, estimate, is_known, text_cost, text_estimate
from app.prices.rates import rates_of, token_table_of
from app.prices.tokens import most_tokens

MODELS = {name: model for name, model in known_models().items() if name.startswith(("gpt", "chatgpt"))}
CALM = settings(derandomize=True, deadline=None)  # the same on every machine, however slow
TOKENS = st.integers(0, 100_000)
ONE = {"size": "1024x1024", "quality": "low", "count": 1, "sources": 0, "prompt_chars": 0}

# Tokens of one picture: published, or measured by others.
POINTS = [
    ("gpt-image-1", "1024x1024", {"low": 272, "medium": 1056, "high": 4160}),
    ("gpt-image-1", "1024x1536", {"low": 408, "medium": 1584, "high": 6240}),
    ("gpt-image-1", "1536x1024", {"low": 400, "medium": 1568, "high": 6208}),
    ("gpt-image-2", "1024x1024", {"low": 196, "medium": 1756, "high": 7024}),
    ("gpt-image-2", "1536x1024", {"low": 158, "medium": 1372, "high": 5488}),
    ("gpt-image-2", "3072x2160", {"low": 380}),
    ("gpt-image-2.5-flare", "1024x1024", {"low": 196, "medium": 439, "high": 1756, "xhigh": 3122, "max": 7024}),
    ("gpt-image-2.5-flare", "1536x1024", {"low": 158, "medium": 343, "high": 1372, "xhigh": 2459, "max": 5488}),
]
# US dollars of one picture, as published: rounded.
DOLLARS = [
    ("gpt-image-1", "1024x1024", {"low": ".011", "medium": ".042", "high": ".167"}),
    ("gpt-image-1-mini", "1024x1024", {"low": ".0022", "medium": ".0084", "high": ".033"}),
    ("gpt-image-1.5", "1024x1024", {"low": ".0087", "medium": ".034", "high": ".133"}),
    ("gpt-image-2", "1024x1024", {"low": ".0059", "medium": ".0527", "high": ".2107"}),
    ("gpt-image-2", "1536x1024", {"low": ".0047", "medium": ".0412", "high": ".1646"}),
    (
        "gpt-image-2.5-sunburst",
        "1024x1024",
        {"low": ".0059", "medium": ".0132", "high": ".0527", "xhigh": ".0937", "max": ".2107"},
    ),
    (
        "gpt-image-2.5-flare",
        "2048x2048",
        {"low": ".0119", "medium": ".0268", "high": ".107", "xhigh": ".190", "max": ".428"},
    ),
    (
        "gpt-image-2.5-flare",
        "3840x2160",
        {"low": ".0111", "medium": ".0260", "high": ".100", "xhigh": ".178", "max": ".400"},
    ),
    ("gpt-image-2.6-flare", "1024x1024", {"high": ".0527", "xhigh": ".0937", "max": ".2107"}),
]


def each(points):
    return [(model, size, quality, value) for model, size, row in points for quality, value in row.items()]


@pytest.mark.parametrize(("model", "size", "quality", "tokens"), each(POINTS))
def test_a_picture_has_as_many_tokens_as_published(model, size, quality, tokens):
    """Every point that is known."""
    assert most_tokens(token_table_of(rates_of(model)), size, quality) == tokens


@pytest.mark.parametrize(("model", "size", "quality", "dollars"), each(DOLLARS))
def test_a_picture_costs_what_is_published(model, size, quality, dollars):
    """Give or take one of the last digit that is told."""
    tokens = most_tokens(token_table_of(rates_of(model)), size, quality)
    microusd = cost(model, text_in=0, image_in=0, image_out=tokens)
    assert abs(microusd - float(dollars) * 1e6) <= 10 ** (7 - len(dollars))


@CALM
@given(model=st.sampled_from(sorted(MODELS)), text_in=TOKENS, image_in=TOKENS, image_out=TOKENS)
def test_the_cost_is_what_the_vendor_charges(model, text_in, image_in, image_out):
    """To the micro-dollar, for every model that OpenAI has."""
    details = {"text_tokens": text_in, "image_tokens": image_in}
    charged = price(MODELS[model], {"input_tokens_details": details, "output_tokens": image_out})
    assert cost(model, text_in=text_in, image_in=image_in, image_out=image_out) == charged
    assert isinstance(charged, int)


def test_text_that_a_model_writes_has_a_price_of_its_own():
    """10 dollars for 1.5; where none is told it counts like the picture, never less."""
    written = {"text_in": 0, "image_in": 0, "image_out": 0, "text_out": 1}
    assert [cost(model, **written) for model in ("gpt-image-1.5", "gpt-image-2", "unheard-of")] == [10, 30, 40]


def test_half_a_micro_dollar_is_rounded_up():
    """An input token of the mini costs 2.5 of them."""
    assert [cost("gpt-image-1-mini", text_in=0, image_in=n, image_out=0) for n in (1, 2, 3)] == [3, 5, 8]


@CALM
@given(
    model=st.sampled_from(sorted(MODELS)),
    edges=st.tuples(st.integers(200, 4000), st.integers(200, 4000)),
    quality=st.integers(0, 4),
    count=st.integers(1, 10),
    sources=st.integers(0, 3),
    prompt=st.text(min_size=1, max_size=400),
)
def test_an_estimate_is_never_below_the_charge(model, edges, quality, count, sources, prompt):
    """Whatever is asked of whichever model, so that a reservation always covers what comes."""
    width_px, height_px = nearest_free(*edges) if MODELS[model].has_free_sizes else (1536, 1024)
    word = MODELS[model].qualities[quality % len(MODELS[model].qualities)]
    order = Order(
        model=MODELS[model],
        prompt=prompt,
        n=count,
        width_px=width_px,
        height_px=height_px,
        quality=word,
        output_format="jpeg",
        compression=50,
        background="opaque",
        stream=False,
        partial_images=0,
        safety_identifier=None,
    )
    charged = price(order.model, usage_of(order, (photo(),) * sources))
    asked = {"quality": word, "count": count, "sources": sources, "prompt_chars": len(prompt)}
    guess = estimate(model, size=order.size, **asked)
    assert guess.is_known
    assert guess.microusd >= charged


@pytest.mark.parametrize("model", sorted(MODELS))
def test_an_estimate_of_auto_covers_what_the_vendor_makes_of_it(model):
    """1254x1254 and low were seen."""
    asked = {"count": 1, "sources": 0, "prompt_chars": 1}
    seen = "1254x1254" if MODELS[model].has_free_sizes else "1024x1024"
    guess = estimate(model, size="auto", quality="auto", **asked)
    assert guess.microusd >= estimate(model, size=seen, quality="low", **asked).microusd


@CALM
@given(
    model=st.sampled_from([*sorted(MODELS), "gpt-image-9"]),
    count=st.integers(1, 10),
    sources=st.integers(0, 16),
    prompt_chars=st.integers(0, 32_000),
    more=st.sampled_from(["count", "sources", "prompt_chars"]),
)
def test_more_never_costs_less(model, count, sources, prompt_chars, more):
    """More pictures, more sources and more words make an estimate larger, in whole micro-dollars."""
    asked: dict[str, Any] = ONE | {"count": count, "sources": sources, "prompt_chars": prompt_chars}
    one, other = estimate(model, **asked), estimate(model, **asked | {more: asked[more] + 1})
    assert type(one.microusd) is int
    assert one.microusd < other.microusd


@CALM
@given(edges=st.tuples(st.integers(1, 4000), st.integers(1, 4000)), scale=st.integers(1, 3))
@pytest.mark.parametrize("model", ["gpt-image-2", "gpt-image-2.5-flare"])
def test_finer_and_larger_never_costs_less(model, edges, scale):
    """A better quality, and more pixels of the same shape."""
    table = token_table_of(rates_of(model))
    small, large = (f"{edges[0] * by}x{edges[1] * by}" for by in (1, scale))
    rising = [most_tokens(table, small, quality) for quality in table.qualities]
    assert rising == sorted(rising)
    assert rising[0] <= most_tokens(table, large, table.qualities[0])


def test_a_model_without_a_price_is_estimated_as_the_dearest_and_that_is_said():
    """At the best quality, whatever was asked."""
    unknown = estimate("gpt-image-9-flare", **ONE)
    known = [estimate(model, **ONE | {"quality": quality}) for model in MODELS for quality in ("low", "high", "max")]
    assert not unknown.is_known
    assert unknown.microusd > max(one.microusd for one in known)
    tokens = {"text_in": 1, "image_in": 1, "image_out": 1}
    assert cost("gpt-image-9-flare", **tokens) == max(cost(model, **tokens) for model in MODELS)


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("gpt-image-2-2026-04-21", True),
        ("openai/gpt-image-2", True),
        ("azure/openai/gpt-image-2.5-flare-2026-09-08", True),
        ("gpt-image-2-flare", False),
        ("gpt-image-2.7-flare", False),
        ("gpt-image-20", False),
        ("flux", False),
        ("", False),
    ],
)
def test_dates_and_prefixes_do_not_change_a_price(model, known):
    """A snapshot costs what its model costs; a name that is only alike does not count."""
    assert is_known(model) is known
    assert estimate(model, **ONE).is_known is known


@functools.cache
def photo() -> bytes:
    """The largest input that matters: everything above is made smaller first."""
    out = io.BytesIO()
    Image.new("1", (1536, 1025)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("model", "tokens", "microusd"),
    [
        # 1,200 tokens that stay the same, 150 that do not, 80 out.
        ("gpt-6-luna", {"text_in": 1350}, 175),
        ("gpt-6-luna", {"text_in": 1350, "cached": 1200}, 67),
        ("gpt-6-luna", {"text_in": 1350, "written": 1200}, 205),
        ("gpt-5.6-luna", {"text_in": 1350}, 366),
        ("gpt-5.4-mini-2026-03-17", {"text_in": 1350}, 1373),
        ("somebody/else", {"text_in": 1350}, 1373),
    ],
)
def test_what_a_reading_costs(model, tokens, microusd):
    """By its tokens, those of the vendor's cache for less; at the dearest price where none is known."""
    assert text_cost(model, text_out=80, **tokens) == microusd
    assert text_estimate(model, chars=4000) > microusd

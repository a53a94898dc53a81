"""What it costs to have a text model read a message. No network."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.prices.rates import NAME, price_list

ANSWER_TOKENS_MAX = 200  # the most that one reading may take; app/openai/reader.py asks for no more


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRates:
    """Nano-dollars per token. `cached`: for input read from the vendor's cache; `written`: for input written to it."""

    text_in: int
    cached: int
    written: int
    text_out: int


def is_text_known(model: str) -> bool:
    """Whether the price of this text model is known."""
    return _rates_of(model) is not None


def text_estimate(model: str, *, chars: int) -> int:
    """Return the most that reading `chars` characters can cost, in micro-dollars."""
    return text_cost(model, text_in=chars, text_out=ANSWER_TOKENS_MAX, written=chars)


def text_cost(model: str, *, text_in: int, text_out: int, cached: int = 0, written: int = 0) -> int:
    """Return what these tokens cost in micro-dollars, rounded half up; an unknown model gets the dearest rates."""
    rates = _rates_of(model) or _dearest()
    fresh = text_in - cached - written
    nanousd = fresh * rates.text_in + cached * rates.cached + written * rates.written + text_out * rates.text_out
    return (nanousd + 500) // 1000


def _rates_of(model: str) -> TextRates | None:
    name = NAME.fullmatch(model)
    return _rates().get(name["id"]) if name else None


def _dearest() -> TextRates:
    known = _rates().values()
    names = TextRates.__dataclass_fields__
    return TextRates(**{name: max(getattr(one, name) for one in known) for name in names})


@functools.cache
def _rates() -> Mapping[str, TextRates]:
    return {model: _read(price) for price in price_list()["texts"] for model in price["models"]}


def _read(price: Mapping[str, Any]) -> TextRates:
    whole = {name: int(price.get(name, price["text_in"]) * 1000) for name in TextRates.__dataclass_fields__}
    return TextRates(**whole)

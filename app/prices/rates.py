"""Reads `prices.toml`, once. No network."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import resources
from typing import Any

NAME = re.compile(r"(?:.*/)?(?P<id>.+?)(?:-\d{4}-\d{2}-\d{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Nano-dollars per token, so that all of them are whole numbers. `token_table`: the key of the model's table."""

    text_in: int
    image_in: int
    image_out: int
    text_out: int
    token_table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTable:
    """How many output tokens a picture takes: looked up in `sizes`, or computed from `factors`.

    Attributes:
        sizes: WIDTHxHEIGHT to quality to tokens.
        factors: Quality to its factor in `tokens.formula`.
        at_most_times: Quality to the multiple of the formula's tokens that it may take at most.
    """

    sizes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    factors: Mapping[str, int] = field(default_factory=dict)
    at_most_times: Mapping[str, int] = field(default_factory=dict)

    @property
    def qualities(self) -> tuple[str, ...]:
        """The qualities that can be asked for, cheapest first."""
        return tuple(self.factors or next(iter(self.sizes.values())))

    @property
    def best(self) -> str:
        """The quality that costs most."""
        return self.qualities[-1]


def rates_of(model: str) -> Rates | None:
    """Return the rates of a model; None if they are not known."""
    name = NAME.fullmatch(model)
    return _rates().get(name["id"]) if name else None


def dearest() -> Rates:
    """Return rates that no known model exceeds."""
    known = _rates().values()
    return Rates(
        text_in=max(one.text_in for one in known),
        image_in=max(one.image_in for one in known),
        image_out=max(one.image_out for one in known),
        text_out=max(one.text_out for one in known),
        token_table="",
    )


def token_table_of(rates: Rates) -> TokenTable:
    """Return the token table that these rates refer to."""
    return _token_tables()[rates.token_table]


def token_tables() -> tuple[TokenTable, ...]:
    """Return all token tables."""
    return tuple(_token_tables().values())


@functools.cache
def price_list() -> Mapping[str, Any]:
    """Return the parsed `prices.toml`."""
    text = resources.files(__package__).joinpath("prices.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


@functools.cache
def _rates() -> Mapping[str, Rates]:
    return {model: _read_rates(price) for price in price_list()["prices"] for model in price["models"]}


@functools.cache
def _token_tables() -> Mapping[str, TokenTable]:
    names = TokenTable.__dataclass_fields__
    return {
        key: TokenTable(**{name: value for name, value in table.items() if name in names})
        for key, table in price_list()["token_tables"].items()
    }


def _read_rates(price: Mapping[str, Any]) -> Rates:
    nanousd = {name: int(price[name] * 1000) for name in ("text_in", "image_in", "image_out")}
    # Where no price of text output is given, it counts at the price of picture output.
    text_out = int(price.get("text_out", price["image_out"]) * 1000)
    return Rates(**nanousd, text_out=text_out, token_table=price["token_table"])

"""`easel prices`: what a picture costs at most, by model, quality and size, from the rates that Easel computes with."""

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.table import Table

from app import prices
from app.prices.dollars import usd

SIZES: Final = ("1024x1024", "1024x1536", "1536x1024")
PROMPT_CHARS: Final = 60


def price_list(models: Sequence[str]) -> Table:
    """Lay out a row for each model and quality. A model of unknown price is marked; it counts as the dearest."""
    table = Table(title="USD for one picture, at most", caption="edits cost a little more: the photo is read, too")
    _head(table)
    for model in models:
        first, *others = _rows(model)
        table.add_row(*first, end_section=not others)
        for number, row in enumerate(others, start=1):
            table.add_row("", *row[1:], end_section=number == len(others))
    return table


def markdown(models: Sequence[str]) -> Table:
    """Lay out the same in Markdown, with every row naming its model."""
    table = Table(box=box.MARKDOWN)
    _head(table)
    for model in models:
        for row in _rows(model):
            table.add_row(*row)
    return table


def _head(table: Table) -> None:
    table.add_column("model", no_wrap=True)
    table.add_column("quality")
    for size in SIZES:
        table.add_column(size, justify="right")


def _rows(model: str) -> list[tuple[str, ...]]:
    name = model if prices.is_known(model) else f"{model} (price not known)"
    return [(name, quality, *(_usd(model, size, quality) for size in SIZES)) for quality in prices.qualities(model)]


def _usd(model: str, size: str, quality: str) -> str:
    found = prices.estimate(model, size=size, quality=quality, count=1, sources=0, prompt_chars=PROMPT_CHARS)
    return usd(found.microusd)

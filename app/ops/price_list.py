"""`easel prices`: what a picture costs at most, by model, quality and size, from the rates that Easel counts with."""

from typing import Final

from rich.table import Table

from app import prices
from app.prices.dollars import usd

SIZES: Final = ("1024x1024", "1024x1536", "1536x1024")
QUALITIES: Final = ("low", "medium", "high")
PROMPT_CHARS: Final = 60


def price_list(models: tuple[str, ...]) -> Table:
    """Lay out a row for each model and quality. A model of which no price is known is marked: the dearest is taken."""
    table = Table(title="USD for one picture, at most", caption="edits cost a little more: the photo is read, too")
    table.add_column("model")
    table.add_column("quality")
    for size in SIZES:
        table.add_column(size, justify="right")
    for model in models:
        name = model if prices.is_known(model) else f"{model} (price not known)"
        for number, quality in enumerate(QUALITIES):
            last = number == len(QUALITIES) - 1
            cells = (_usd(model, size=size, quality=quality) for size in SIZES)
            table.add_row("" if number else name, quality, *cells, end_section=last)
    return table


def _usd(model: str, *, size: str, quality: str) -> str:
    found = prices.estimate(model, size=size, quality=quality, count=1, sources=0, prompt_chars=PROMPT_CHARS)
    return usd(found.microusd)

"""What an operator is told of prices."""

import io

from rich.console import Console

from app import prices
from app.ops.price_list import price_list


def test_each_quality_of_each_model_has_its_price():
    """The figures are those that budgets count with; a model of which none is known says so."""
    printed = io.StringIO()
    console = Console(width=100, file=printed)
    console.print(price_list(("gpt-image-2", "painter-9")))
    told = printed.getvalue()
    most = prices.estimate("gpt-image-2", size="1024x1536", quality="high", count=1, sources=0, prompt_chars=60)
    assert f"{most.microusd / 1e6:.4f}" in told
    assert "painter-9 (price not known)" in told
    assert told.count("medium") == 2

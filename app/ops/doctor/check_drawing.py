"""The check that draws a small picture, for a cent or two: only drawing proves every permission of the key. No I/O."""

from app import prices
from app.openai import Drawn, PictureOrder
from app.ops.doctor.finding import Finding, ok
from app.prices.dollars import usd


def small_order(defaults: PictureOrder) -> PictureOrder:
    """Return the cheapest order, with the format and moderation of real ones."""
    return PictureOrder(
        prompt="a red circle on white",
        size="1024x1024",
        quality="low",
        output_format=defaults.output_format,
        output_compression=defaults.output_compression,
        moderation=defaults.moderation,
        background="auto",
    )


def check_drawing(drawn: Drawn) -> Finding:
    """Report which model drew, how long it took, and what it cost, if the server counts tokens."""
    size_kb = len(drawn.pictures[0]) / 1000
    seen = f"{drawn.model} drew {drawn.output_format}, {size_kb:.0f} kB, in {drawn.duration_ms / 1000:.1f} s"
    usage = drawn.usage
    if usage is None:
        return ok("drawing", f"{seen}; the server does not count tokens")
    microusd = prices.cost(
        drawn.model,
        text_in=usage.text_in,
        image_in=usage.image_in,
        image_out=usage.image_out,
        text_out=usage.text_out,
    )
    return ok("drawing", f"{seen}: {usage.text_in} tokens in, {usage.image_out} out, about ${usd(microusd)}")

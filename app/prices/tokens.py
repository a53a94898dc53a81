"""How many output tokens a picture takes. No I/O."""

import re

from app.prices.rates import TokenTable

SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")
# A model that was left to choose the size has been seen to pick 1254x1254; this is a good deal larger.
AUTO_EDGES_PX = (2048, 2048)
# "auto" has been seen to become "low", but users also report high bills.
AUTO_QUALITY = "high"


def most_tokens(table: TokenTable, size: str, quality: str) -> int:
    """Return the most tokens that one picture can take.

    Args:
        table: The model's.
        size: WIDTHxHEIGHT px, or "auto".
        quality: "auto" counts as "high", any other that the table lacks as its best.
    """
    if quality not in table.qualities:
        quality = AUTO_QUALITY if quality == "auto" else table.best
    if table.sizes:
        known = table.sizes.get(size)
        return known[quality] if known else max(tokens[quality] for tokens in table.sizes.values())
    found = SIZE.fullmatch(size)
    width_px, height_px = (int(found[1]), int(found[2])) if found else AUTO_EDGES_PX
    return table.at_most_times.get(quality, 1) * formula(table.factors[quality], width_px, height_px)


def formula(factor: int, width_px: int, height_px: int) -> int:
    """Return the tokens of a picture of any size; fits all 30 points that are published or were measured.

    The points: https://platform.openai.com/docs/guides/image-generation (read 2026-11-22).
    """
    long, short = max(width_px, height_px), min(width_px, height_px)
    across = (2 * factor * short + long) // (2 * long)
    return -(-factor * across * (2_000_000 + width_px * height_px) // 4_000_000)

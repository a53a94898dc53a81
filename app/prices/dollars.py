"""Converts and formats amounts of money. No I/O."""

from typing import Final

MICRO: Final = 1_000_000  # micro-dollars in a dollar
SMALL_USD: Final = 0.1


def dollars(microusd: int) -> float:
    """Convert to dollars, for gauges and charts only: sums are made in micro-dollars, which are whole numbers."""
    return microusd / MICRO


def usd(microusd: int, *, digits: int = 4) -> str:
    """Write dollars with a fixed number of decimals, for columns: "1,234.5678"."""
    return f"{dollars(microusd):,.{digits}f}"


def usd_as_read(microusd: int) -> str:
    """Write dollars as people read them: "$1,234.57", and below ten cents with more decimals: "$0.0123"."""
    small = microusd and abs(dollars(microusd)) < SMALL_USD
    return f"${usd(microusd, digits=4 if small else 2)}"

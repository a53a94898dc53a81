"""Text as LINE counts it: most limits in UTF-16 code units, labels and template texts in grapheme clusters. No I/O.

https://developers.line.biz/en/docs/messaging-api/text-character-count/ (read 2026-11-22)
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Final

import regex

_CLUSTER: Final = regex.compile(r"\X")  # what people see as one character: UAX 29
_ELLIPSIS = "…"


def utf16_units(text: str) -> int:
    """Count UTF-16 code units: a character beyond the basic plane, such as most emoji, is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> list[str]:
    """Split into grapheme clusters, which people see as characters."""
    found: list[str] = _CLUSTER.findall(text)
    return found


def cut_to_utf16_units(text: str, limit: int) -> str:
    """Shorten to `limit` UTF-16 code units, between grapheme clusters, with an ellipsis at the end."""
    return text if utf16_units(text) <= limit else _cut(text, limit, utf16_units)


def cut_to_graphemes(text: str, limit: int) -> str:
    """Shorten to `limit` grapheme clusters, with an ellipsis at the end."""
    return text if len(text) <= limit or len(graphemes(text)) <= limit else _cut(text, limit, lambda _: 1)


def _cut(text: str, limit: int, size: Callable[[str], int]) -> str:
    clusters = graphemes(text)
    ends: Iterator[int] = itertools.accumulate(size(cluster) for cluster in clusters)
    kept = sum(1 for end in ends if end <= limit - 1)
    return "".join(clusters[:kept]) + _ELLIPSIS

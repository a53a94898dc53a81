"""Text as LINE counts it: most limits in UTF-16 code units, labels and template texts in grapheme clusters. No I/O.

https://developers.line.biz/en/docs/messaging-api/text-character-count/ (read 2026-11-22)
"""

import itertools
import unicodedata
from collections.abc import Callable, Iterator

_ZWJ = "\u200d"
_ELLIPSIS = "…"
_SARA_AM = "\u0e33\u0eb3"  # Thai and Lao: letters by category, yet part of the character before them


def utf16_units(text: str) -> int:
    """Count UTF-16 code units: an emoji beyond the basic plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> list[str]:
    """Split into what people see as characters: UAX 29 without the tables for Indic conjuncts and prepended marks."""
    clusters: list[str] = []
    for character in text:
        if clusters and _continues(clusters[-1], character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def cut_to_utf16_units(text: str, limit: int) -> str:
    """Shorten to `limit` UTF-16 code units, between characters, with an ellipsis at the end."""
    return text if utf16_units(text) <= limit else _cut(text, limit, utf16_units)


def cut_to_graphemes(text: str, limit: int) -> str:
    """Shorten to `limit` grapheme clusters, with an ellipsis at the end."""
    return text if len(text) <= limit or len(graphemes(text)) <= limit else _cut(text, limit, lambda _: 1)


def _cut(text: str, limit: int, size: Callable[[str], int]) -> str:
    clusters = graphemes(text)
    ends: Iterator[int] = itertools.accumulate(size(cluster) for cluster in clusters)
    kept = sum(1 for end in ends if end <= limit - 1)
    return "".join(clusters[:kept]) + _ELLIPSIS


def _continues(cluster: str, character: str) -> bool:
    last = cluster[-1]
    if character == "\n" and last == "\r":
        return True
    if unicodedata.category(last) in {"Cc", "Zl", "Zp"}:
        return False
    if _extends(character):
        return True
    if last == _ZWJ:
        return unicodedata.category(character) == "So" and unicodedata.category(cluster[0]) == "So"
    if _is_regional(character):
        return len(cluster) % 2 == 1 and all(map(_is_regional, cluster))
    return _is_hangul_tail(last, character)


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or character in _SARA_AM
        or character in {_ZWJ, "\u200c", "\uff9e", "\uff9f"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # the letters inside flags of regions
    )


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_hangul_tail(last: str, character: str) -> bool:
    # Single letters (jamo): leading ones join each other, vowels and finals join a syllable.
    if "\u1100" <= character <= "\u115f":
        return "\u1100" <= last <= "\u115f"
    return "\u1160" <= character <= "\u11ff" and ("\u1100" <= last <= "\u11ff" or "\uac00" <= last <= "\ud7a3")

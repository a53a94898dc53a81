"""How LINE counts text. No I/O.

https://developers.line.biz/en/docs/messaging-api/text-character-count/ (read 2026-11-22)
"""

import re

import regex

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_CLUSTER = regex.compile(r"\X")  # https://unicode.org/reports/tr29/, as LINE's page says


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: an emoji counts two."""
    return len(text) + len(_ASTRAL.findall(text))


def graphemes(text: str) -> int:
    """Grapheme clusters: what a person would call letters. A flag or a family of emoji counts one."""
    return len(_CLUSTER.findall(text))


def escaped(json_text: str) -> str:
    """The same JSON with emoji as escaped surrogate pairs, as LINE's webhooks have them.

    Seen in line-bot-sdk-nodejs#922: whoever parses and writes such a body again breaks its signature.
    """
    return _ASTRAL.sub(_surrogates, json_text)


def _surrogates(found: re.Match[str]) -> str:
    raw = found[0].encode("utf-16-be")
    return f"\\u{raw[:2].hex().upper()}\\u{raw[2:].hex().upper()}"

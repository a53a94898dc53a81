"""How LINE counts text. No I/O.

https://developers.line.biz/en/docs/messaging-api/text-character-count/ (read 2026-11-22)
"""

import re
import unicodedata

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: an emoji counts two."""
    return len(text) + len(_ASTRAL.findall(text))


def graphemes(text: str) -> int:
    """Grapheme clusters: what a person would call letters. A flag or a family of emoji counts one."""
    count = flags = 0
    joined = False
    for letter in text:
        point = ord(letter)
        extends = letter == _ZERO_WIDTH_JOINER or unicodedata.category(letter) in {"Mn", "Me", "Mc"}
        flags = flags + 1 if point in _FLAG_LETTERS else 0
        second_of_flag = flags > 0 and flags % 2 == 0
        if not (extends or joined or second_of_flag or point in _SKIN_TONES) or count == 0:
            count += 1
        joined = letter == _ZERO_WIDTH_JOINER
    return count


def escaped(json_text: str) -> str:
    """The same JSON with emoji as escaped surrogate pairs, as LINE's webhooks have them.

    Seen in line-bot-sdk-nodejs#922: whoever parses and writes such a body again breaks its signature.
    """
    return _ASTRAL.sub(_surrogates, json_text)


def _surrogates(found: re.Match[str]) -> str:
    raw = found[0].encode("utf-16-be")
    return f"\\u{raw[:2].hex().upper()}\\u{raw[2:].hex().upper()}"

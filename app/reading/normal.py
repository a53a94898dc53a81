"""Brings text into the one form in which words are compared. No I/O except the file of `han`."""

import re
import unicodedata

from app.reading.han import in_full

CHARS_MAX = 120  # anything longer is not a bare command, answer or greeting
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_BESIDE_EMOJI = re.compile("[\ufe00-\ufe0f\u20e3]")  # marks that only change how an emoji looks
_MANY = re.compile(r"([^\d\W])\1{2,}")  # 好好好, yesss; not digits, since 555 is laughter in Thai
_GAP_BESIDE_UNSPACED = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


def normal(text: str, *, keeps_case: bool = False) -> str:
    """Fold case, width and simplified characters; drop marks, emoji, apostrophes and needless spaces.

    Texts longer than `CHARS_MAX` give "". `keeps_case`: for what is not compared with words, such as LINE's ids.
    """
    if len(text) > 2 * CHARS_MAX:
        return ""
    text = unicodedata.normalize("NFKC", text)
    text = _APOSTROPHES.sub("", in_full(text if keeps_case else text.casefold()))
    text = "".join(one if _is_said(one) else " " for one in text)
    text = _GAP_BESIDE_UNSPACED.sub("", " ".join(text.split()))
    return text if len(text) <= CHARS_MAX else ""


def pattern(*ways: str) -> re.Pattern[str]:
    """Compile a pattern for any of several wordings, to be matched with what `normal` returns."""
    return re.compile(in_full(unicodedata.normalize("NFKC", "|".join(ways))))


def typed_pattern(*ways: str) -> re.Pattern[str]:
    """Compile a pattern for any of several wordings, to be searched in a text after NFKC; case does not matter."""
    return re.compile(unicodedata.normalize("NFKC", "|".join(ways)), re.IGNORECASE)


def repeats_folded(said: str) -> tuple[str, ...]:
    """Return a text and what it may mean if a letter was held down: "yesss", "yes", "yess"."""
    if not _MANY.search(said):
        return (said,)
    return said, _MANY.sub(r"\1", said), _MANY.sub(r"\1\1", said)


def _is_said(character: str) -> bool:
    """Whether a character is part of a word: letter, digit, vowel above or below one, or the slash of a command."""
    kind = unicodedata.category(character)
    return character == "/" or kind[0] in "LN" or (kind in {"Mn", "Mc"} and not _BESIDE_EMOJI.match(character))

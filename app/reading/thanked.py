"""What follows thanks or praise in one message: "love it, next: a castle". No I/O except files."""

import re
import unicodedata
from dataclasses import dataclass

from app.reading.asked_back import is_question
from app.reading.han import in_full
from app.reading.meaning import Meaning, Talk
from app.reading.talk import talk_of
from app.reading.vocabulary import any_word, longest_first

_BETWEEN = re.compile(r"[^\w\u0e31-\u0e4e]+")  # not the vowels of Thai
_KIND = frozenset({Talk.THANKS, Talk.PRAISE, Talk.LAUGH, Talk.OK})
_LISTS = {"picture": Meaning.DRAW, "next": Meaning.DRAW, "but": Meaning.CHANGE}
CHARS_MAX = 400
BREAKS_MAX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What follows thanks: the next wish without the words that lead to it, or an objection with its "but".

    `meaning`: what it can be. `is_one`: it is that unless a later step is sure of something else.
    """

    text: str
    meaning: Meaning
    is_one: bool


def behind_thanks(text: str) -> Behind | None:
    """Return what a message wants after thanks, praise or laughter; None if nothing else follows."""
    for one in _after_each_break(text):
        for name, meaning in _LISTS.items():
            rest = _behind(one, name)
            if rest and (meaning is Meaning.DRAW or not _asks(one)):
                said = rest if meaning is Meaning.DRAW else one
                return Behind(text=said, meaning=meaning, is_one=name == "picture")
    return None


def _after_each_break(text: str) -> list[str]:
    """Return what follows each break, if the text before the first of them is only thanks, praise or laughter."""
    if len(text) > CHARS_MAX:
        return []
    breaks = [found for found in _BETWEEN.finditer(text) if found.start()][:BREAKS_MAX]
    first = next((at for at, found in enumerate(breaks) if talk_of(text[: found.start()]) in _KIND), None)
    return [] if first is None else [rest for found in breaks[first:] if (rest := text[found.end() :].strip())]


def _behind(text: str, name: str) -> str:
    """Return what follows one of the words of a list at the start of a text."""
    said = in_full(text.casefold())
    start = next((one for one in longest_first("thanked", name) if said.startswith(one)), "")
    rest = text[len(start) :]
    if not start or (start[-1].isascii() and rest[:1].isascii() and rest[:1].isalnum()):
        return ""
    return rest[found.end() :].strip() if (found := _BETWEEN.match(rest)) else rest


def _asks(text: str) -> bool:
    said = in_full(unicodedata.normalize("NFKC", text).casefold())
    return is_question(text) or any_word("thanked", "asks").search(said) is not None

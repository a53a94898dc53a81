"""Words that call us at the start of a message: "draw", "/draw", "畫". No I/O."""

import functools
import re
import unicodedata
from collections.abc import Sequence

# Invisible, and not a letter: soft hyphen, zero-width marks, direction marks, fillers, the blank Braille cell.
INVISIBLE = "\xad\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u2800\u3164\ufeff\uffa0"
_SEPARATORS = re.compile(rf"[\s{INVISIBLE}:：︰﹕,，﹐､、﹑]+")  # noqa: RUF001 - full-width forms are what people type
_WRITTEN_WITHOUT_SPACES = (
    "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "BOPOMOFO", "HANGUL", "THAI", "LAO", "KHMER",
    "MYANMAR", "TIBETAN",
)  # fmt: skip
# Words that merely begin with 畫, said among people: 畫面好美, 畫得真好. But 畫面具 and 畫風景 are wishes.
_OTHER_WORDS = re.compile(
    "[畫画](?:面(?![包条粉膜具紙纸罩])|[質质](?!感)|展(?![翅開开示])|[風风的](?=[很好超真也跟是不太比])|[得完過过了廊框]|不出|好了)"
)
_SCRIPTS = {"zh-TW": ("CJK",), "en": ("LATIN",), "ja": ("HIRAGANA", "KATAKANA"), "th": ("THAI",)}


def without_separators(text: str) -> str:
    """Remove spaces, new lines, colons and commas before the first word."""
    found = _SEPARATORS.match(text)
    return text[found.end() :] if found else text


def after_prefix(text: str, prefixes: Sequence[str], *, glued: bool) -> str | None:
    """Return what follows the longest prefix that the text starts with; None if it starts with none of them.

    Case and width of the letters do not matter. What follows is returned as it was typed.

    Args:
        text: Starts with its first word.
        prefixes: Empty ones never match.
        glued: A prefix of a script without spaces (畫, วาด) may be followed directly by the next word.
    """
    for folded_prefix in _longest_first(tuple(prefixes)):
        end = _end_of(folded_prefix, text)
        if end and _stands_apart(text[:end], text[end:], glued=glued):
            return without_separators(text[end:])
    return None


def prefix_shown(prefixes: Sequence[str], language: str) -> str:
    """Choose the prefix to show to a reader of this language: one that their keyboard writes; "@" if there are none.

    Args:
        prefixes: `GROUP_PREFIXES`.
        language: One that we speak.
    """
    words = [prefix for prefix in prefixes if prefix and not prefix.startswith("/")]
    own = [word for word in words if any(unicodedata.name(one, "").startswith(_SCRIPTS[language]) for one in word)]
    latin = [word for word in words if word.isascii()]
    return next(iter([*own, *latin, *prefixes]), "@")


@functools.cache
def _longest_first(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_folded(prefix.strip()) for prefix in sorted(prefixes, key=len, reverse=True))


def _end_of(folded_prefix: str, text: str) -> int | None:
    """Return where the prefix ends in the text as typed; None if the text does not start with it."""
    # Most texts end here. The last letter is left out, since what follows in the text may combine with it.
    if not _folded(text[: 3 * len(folded_prefix)]).startswith(folded_prefix[:-1]):
        return None
    # Several characters may be typed for one: ﾄﾞ for ド, three letters for one Korean syllable.
    for end in range(1, min(len(text), 3 * len(folded_prefix)) + 1):
        if _folded(text[:end]) == folded_prefix:
            # A combining mark that follows makes the last letter another one: "cafe" is not the start of "café".
            return end if _folded(text[: end + 1]).startswith(folded_prefix) and not _is_mark(text[end:]) else None
    return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _is_mark(rest: str) -> bool:
    return unicodedata.category(rest[:1] or " ").startswith("M")


def _stands_apart(prefix: str, rest: str, *, glued: bool) -> bool:
    if not rest or _SEPARATORS.match(rest):
        return True
    last, following = _folded(prefix)[-1], rest[0]
    if not last.isalnum():
        return True
    if unicodedata.name(last, "").startswith(_WRITTEN_WITHOUT_SPACES):
        return glued and not _OTHER_WORDS.match(last + rest)
    # "draw貓", "draw🐱", "draw「貓」" are wishes; "drawing", "draw.io", "draw-off" are other words.
    return unicodedata.name(following, "").startswith("CJK") or (
        following == '"' or unicodedata.category(following) in {"So", "Ps", "Pi"}
    )

"""Talk, and answers to what Easel asked: messages of nothing but a few well-known words. No I/O except its files."""

import functools
import itertools
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from app.reading.commands import readings
from app.reading.meaning import Talk
from app.reading.normal import CHARS_MAX, normal, repeats_folded
from app.reading.vocabulary import longest_first, words


class Reply(StrEnum):
    """What somebody answers to a question of ours."""

    YES = "yes"
    STOP = "stop"  # stop what is being drawn; if nothing is, a no
    NO = "no"
    CHANGE = "change"  # not a new picture: change the last one
    DELETE = "delete"  # yes, if we asked whether to delete; no answer to anything else


# Of several kinds in one message, such as "wow, thanks!", the first one here is answered.
_FIRST = (
    *(Talk.COMPLAINT, Talk.PROGRESS, Talk.SLOW, Talk.COST, Talk.WHO, Talk.CAN, Talk.TEST, Talk.NIGHT, Talk.BYE),
    *(Talk.THANKS, Talk.SORRY, Talk.MORNING, Talk.HELLO, Talk.PRAISE, Talk.LAUGH, Talk.NO, Talk.OK),
)
_LAUGHTER = re.compile(
    r"(?:(?:a?ha|he|hi|ho|ja)(?:h?(?:a|e|ha|he|hi|ho|ja))+h?|l+(?:o+l+)+|l+m+a+o+|x+d+|w+|5{2,}|[哈呵嘻嘿ㄏ]+|笑+|草+"
    r"|(?:あ?は){2,}|ふ{2,}|ฮ่า+(?:ฮ่า+|ๆ)*|ถ{2,})+"
)
_EMOJI = {
    Talk.THANKS: "🙏🙇",
    Talk.LAUGH: "😂🤣😆😹😄😁",
    Talk.PRAISE: "😍🥰👏🤩💯😻🫶😘🎉",
    Talk.OK: "👍👌🆗✅🫡🙂😊☺😀",
}
_EMOJI |= {Talk.COMPLAINT: "👎", Talk.NO: "🙅❌", Talk.BYE: "👋"}
_BESIDE_EMOJI = re.compile("[\ufe00-\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff\u2640\u2642]")
_PIECES_MAX = 12
FIRST_EMOJI = 0x2190  # characters before it are marks that nobody wants drawn


def talk_of(text: str) -> Talk | None:
    """Read what is nothing but talk, such as "wow, thanks!", 謝謝 🙏 or "?", and should never be drawn; else None."""
    if len(text) > CHARS_MAX:
        return None
    said = normal(text)
    if not said:
        return _of_marks(text)
    if _LAUGHTER.fullmatch(said.replace(" ", "")):
        return Talk.LAUGH
    whole = (words("talk").get(one) for one in repeats_folded(said))
    if found := next(filter(None, whole), None) or _of_pieces(said):
        return Talk(found)
    found = next((words("talk")[one] for one in readings(said) if one in words("talk")), None)
    return Talk(found) if found else None


def reply_of(text: str) -> Reply | None:
    """Read an answer to a question of ours. It means nothing without one."""
    if text.strip() in {"👍", "👌", "🆗", "⭕", "✅"}:
        return Reply.YES
    if text.strip() in {"👎", "❌", "🙅"}:
        return Reply.NO
    said = normal(text)
    if words("talk").get(said) == Talk.PRAISE and said not in words("answers"):
        return None  # "good bot" has a yes in it
    found = next((words("answers")[one] for one in readings(said) if one in words("answers")), None) if said else None
    return Reply(found) if found else _of_answers(text)


def _of_answers(text: str) -> Reply | None:
    """Read several answers in a row that say the same: "yes, please do", 不用 謝謝, "yes delete them"."""
    said: set[str] = set()
    rest = normal(text)
    for _ in range(_PIECES_MAX):
        piece = next((one for one in _answers().get(rest[:1], ()) if _begins(rest, one)), None)
        if piece is None:
            return None
        said |= {words("answers").get(piece, "")} - {""}
        rest = rest[len(piece) :].strip()
        if not rest:
            return _of_all(said)
    return None


def _of_all(said: set[str]) -> Reply | None:
    """Make one answer of several: "delete" with a no is a no, and a contradiction is no answer."""
    if Reply.STOP in said:
        said = said - {Reply.STOP} | {Reply.NO} if Reply.DELETE in said else said - {Reply.NO}
    if Reply.DELETE in said and said <= {Reply.DELETE, Reply.NO, Reply.YES}:
        said = said - {Reply.DELETE} if Reply.NO in said else {Reply.DELETE}
    return Reply(said.pop()) if len(said) == 1 else None


def _of_pieces(said: str) -> Talk | None:
    """Read several words of talk in a row, the longest that fits each time."""
    kinds: set[Talk] = set()
    rest = said
    for _ in range(_PIECES_MAX):
        piece = next((one for one in _pieces().get(rest[:1], ()) if _begins(rest, one)), None)
        if piece is None:
            return None
        if piece in words("talk"):
            kinds.add(Talk(words("talk")[piece]))
        rest = rest[len(piece) :].strip()
        if not rest:
            return next((kind for kind in _FIRST if kind in kinds), None)
    return None


@functools.cache
def _pieces() -> Mapping[str, tuple[str, ...]]:
    """Group talk, and the small words after it (喔, ครับ, ね), by first letter."""
    return _by_letter("talk", longest_first("kindly", "behind"))


@functools.cache
def _answers() -> Mapping[str, tuple[str, ...]]:
    """Group answers, and the talk, small words and objects (this one, 它) that may surround them, by first letter."""
    beside = [longest_first(section, where) for section in ("kindly", "this") for where in ("before", "behind")]
    return _by_letter("answers", (*words("talk"), *itertools.chain(*beside)))


def _by_letter(section: str, beside: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Group the words of a section and others by their first letter, the longest first."""
    found: dict[str, list[str]] = {}
    for word in sorted({*words(section), *beside} - {""}, key=len, reverse=True):
        found.setdefault(word[0], []).append(word)
    return {letter: tuple(listed) for letter, listed in found.items()}


def _begins(said: str, word: str) -> bool:
    return said.startswith(word) and not (
        word[-1].isascii() and said[len(word) :][:1].isascii() and said[len(word) :][:1].isalnum()
    )


def _of_marks(text: str) -> Talk | None:
    """Read a message without a word: marks ("?", "..."), or emoji that people answer with; others are wishes."""
    shown = _BESIDE_EMOJI.sub("", "".join(unicodedata.normalize("NFKC", text).split()))
    if shown and all(unicodedata.category(one)[0] in "PSZ" and ord(one) < FIRST_EMOJI for one in shown):
        return Talk.CHAT
    return next((kind for kind, emoji in _EMOJI.items() if shown and set(shown) <= set(emoji) | set("!.~")), None)

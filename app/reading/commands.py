"""Commands: a message that is nothing but a command word, in any of the four languages. No I/O but its files.

Only words that nobody would want drawn stand without a slash; the others need it. What asks kindly (please, 幫我, ครับ)
may stand around them.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.reading.normal import normal, repeats_folded
from app.reading.vocabulary import longest_first, words


class Name(StrEnum):
    """What can be commanded. The values are those of the buttons, too."""

    HELP = "help"
    SETTINGS = "settings"
    MINE = "mine"
    CANCEL = "cancel"
    DELETE = "delete"
    DELETE_ALL = "delete_all"
    DELETE_ALL_YES = "delete_all_yes"
    KEEP = "keep"
    DECLINE = "decline"
    BACK = "back"
    AGAIN = "again"
    WIDE = "wide"
    TALL = "tall"
    SQUARE = "square"
    FINE = "fine"
    EDIT = "edit"
    MENU = "menu"
    NEW = "new"
    USAGE = "usage"
    COST = "cost"
    ABOUT = "about"
    HELLO = "hello"  # to draw, but not what
    STATUS = "status"
    PAUSE = "pause"
    RESUME = "resume"
    GIVE = "give"
    BLOCK = "block"
    UNBLOCK = "unblock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. `argument`: what stands behind the word of an admin's; of a yes by a tap, the request that asked."""

    name: Name
    argument: str = ""


ADMIN_WORDS = frozenset({Name.STATUS, Name.PAUSE, Name.RESUME, Name.GIVE, Name.BLOCK, Name.UNBLOCK})
ABOUT_A_PICTURE = frozenset(
    {Name.CANCEL, Name.DELETE, Name.BACK, Name.AGAIN, Name.WIDE, Name.TALL, Name.SQUARE, Name.FINE, Name.EDIT}
)
READINGS_MAX = 24


def command_of(text: str, *, beside_options: bool = False) -> Command | None:
    """Read a command; None where the text is anything else, such as a wish that begins with a command word.

    `beside_options`: options were taken off the text, so that words such as "make it" are all of it.
    """
    said = normal(text)
    if not said:
        return None
    if said.startswith("/"):
        word, _, argument = said[1:].strip().partition(" ")
        if word in ADMIN_WORDS:
            return Command(name=Name(word), argument=text.strip()[-len(argument) :] if argument else "")
    for one in readings(said):
        if found := _named(one, beside_options=beside_options) or _about_a_picture(one, beside_options=beside_options):
            return Command(name=found)
    return None


def readings(said: str) -> Iterator[str]:
    """Give what was said as it is, and without what asks kindly before and behind it, the fullest first."""
    waiting, seen = list(repeats_folded(said)), {said}
    for _ in range(READINGS_MAX):
        if not waiting:
            return
        one = waiting.pop(0)
        yield one
        shorter = [
            *_without_end(one, longest_first("kindly", "behind")),
            *_without_start(one, longest_first("kindly", "before")),
        ]
        waiting += [rest for rest in shorter if rest not in seen]
        seen |= set(shorter)


def _about_a_picture(said: str, *, beside_options: bool) -> Name | None:
    """Read a command that names what it is about: "delete this picture", 把這張刪掉, この絵を消して."""
    shorter = [
        *_without_start(said, longest_first("this", "before")),
        *_without_end(said, longest_first("this", "behind")),
    ]
    if beside_options and said in {*longest_first("this", "before"), *longest_first("this", "behind")}:
        return Name.AGAIN
    for rest in shorter:
        if (found := _named(rest, beside_options=beside_options)) in ABOUT_A_PICTURE:
            return found
    return None


def _named(said: str, *, beside_options: bool) -> Name | None:
    word = said.removeprefix("/").strip()
    found = words("with_options").get(word) if beside_options else None
    found = found or words("commands").get(word)
    if found is None and said.startswith("/"):
        found = words("slash").get(word)
    return Name(found) if found else None


def _without_start(said: str, starts: tuple[str, ...]) -> list[str]:
    return [
        said[size:].strip()
        for size, of_size in _by_size(starts)
        if len(said) > size and said[:size] in of_size and _is_a_word(said[:size], said[size])
    ]


def _without_end(said: str, ends: tuple[str, ...]) -> list[str]:
    return [
        said[:-size].strip()
        for size, of_size in _by_size(ends)
        if len(said) > size and said[-size:] in of_size and _is_a_word(said[-size:], said[-size - 1])
    ]


@functools.cache
def _by_size(ones: tuple[str, ...]) -> list[tuple[int, set[str]]]:
    """Give words by their length, the longest first: a few lengths are looked up sooner than hundreds of words."""
    sizes = sorted({len(one) for one in ones} - {0}, reverse=True)
    return [(size, {one for one in ones if len(one) == size}) for size in sizes]


def _is_a_word(word: str, beside: str) -> bool:
    """Whether a word of a language with spaces stands apart from what is beside it."""
    return not word.isascii() or not (beside.isascii() and beside.isalnum())

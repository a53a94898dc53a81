"""Commands: a message that is nothing but a command word, in any of the four languages. No I/O except its files.

Only words that nobody would want drawn work without a slash. Polite words (please, 幫我, ครับ) may surround them.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.reading.normal import normal, repeats_folded
from app.reading.vocabulary import longest_first, words


class Name(StrEnum):
    """The commands. Their values are also those of the buttons."""

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
    HELLO = "hello"  # wants a picture, but does not say of what
    STATUS = "status"
    PAUSE = "pause"
    RESUME = "resume"
    GIVE = "give"
    BLOCK = "block"
    UNBLOCK = "unblock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command.

    `argument`: the words after an admin's command word, in the case in which they were typed and without marks; for a
    tapped yes, the request that asked.
    """

    name: Name
    argument: str = ""


ADMIN_WORDS = frozenset({Name.STATUS, Name.PAUSE, Name.RESUME, Name.GIVE, Name.BLOCK, Name.UNBLOCK})
ABOUT_A_PICTURE = frozenset(
    {Name.CANCEL, Name.DELETE, Name.BACK, Name.AGAIN, Name.WIDE, Name.TALL, Name.SQUARE, Name.FINE, Name.EDIT}
)
READINGS_MAX = 24


def command_of(text: str, *, beside_options: bool = False) -> Command | None:
    """Read a command; None if the text is anything else, such as a wish that begins with a command word.

    `beside_options`: options were taken off the text, so that words such as "make it" may be all that is left.
    """
    said = normal(text)
    if not said:
        return None
    if said.startswith("/"):
        word, _, argument = normal(text, keeps_case=True)[1:].strip().partition(" ")
        if word.casefold() in ADMIN_WORDS:
            return Command(name=Name(word.casefold()), argument=argument)
    for one in readings(said):
        if found := _named(one, beside_options=beside_options) or _about_a_picture(one, beside_options=beside_options):
            return Command(name=found)
    return None


def readings(said: str) -> Iterator[str]:
    """Yield the text as it is, then with fewer and fewer of the polite words before and after it."""
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
    """Group words by length, longest first: looking up a few lengths is faster than trying hundreds of words."""
    sizes = sorted({len(one) for one in ones} - {0}, reverse=True)
    return [(size, {one for one in ones if len(one) == size}) for size in sizes]


def _is_a_word(word: str, beside: str) -> bool:
    """Whether a word ends at the character beside it; words of scripts without spaces always do."""
    return not word.isascii() or not (beside.isascii() and beside.isalnum())

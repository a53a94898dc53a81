"""The words that people type: one file per language beside this one, made to be read and corrected by native speakers.

Each file has: [kindly] what may stand before and behind a command, [this] what it may be about, [commands] and [slash],
[with_options], [answers] to a question of ours, [questions] that are neither, [settings] that are chosen, [talk] by its
kind, a [crisis], what is asked about a wish that [ended] in nothing, what is said [among_others], what may be
[too_much], notices that are [passed_on], what is said of [oneself] instead of sending a photo, what may come with a
file [format], what leads on from [thanked], [options] that may be anywhere in a wish.
"""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from importlib import resources

from app.reading.normal import normal
from app.words.chat_settings import LANGUAGES

Names = Mapping[str, str]


@functools.cache
def words(section: str) -> Names:
    """Map the words of a section in all four languages, folded, to the name that each is listed under."""
    found: dict[str, str] = {}
    for name, listed in _listed(section):
        for word in listed:
            found.setdefault(normal(word), name)
    return found


@functools.cache
def longest_first(section: str, name: str) -> tuple[str, ...]:
    """Return one list of a section in all four languages, folded, longest first."""
    found = {normal(word) for one, listed in _listed(section) if one == name for word in listed}
    return tuple(sorted(found - {""}, key=len, reverse=True))


@functools.cache
def any_word(section: str, name: str) -> re.Pattern[str]:
    """Compile a pattern for any word of one list, to be searched in a folded text; ASCII words only match whole."""
    words = map(re.escape, longest_first(section, name))
    return re.compile("|".join(rf"\b{one}\b" if one.isascii() else one for one in words))


def phrases(name: str) -> tuple[str, ...]:
    """Return the phrases of an option in all four languages, with their placeholders, longest first."""
    return listed("options", name)


@functools.cache
def listed(section: str, name: str) -> tuple[str, ...]:
    """Return one list of a section in all four languages, as written except for case and width, longest first."""
    every = (phrase for one, ones in _listed(section) if one == name for phrase in ones)
    found = {unicodedata.normalize("NFKC", phrase).casefold() for phrase in every}
    return tuple(sorted(found, key=len, reverse=True))


def _listed(section: str) -> list[tuple[str, list[str]]]:
    return [(name, listed) for file in _files() for name, listed in file.get(section, {}).items()]


@functools.cache
def _files() -> tuple[Mapping[str, Mapping[str, list[str]]], ...]:
    folder = resources.files(__package__)
    texts = (folder.joinpath(f"{language}.toml").read_text(encoding="utf-8") for language in LANGUAGES)
    return tuple(tomllib.loads(text) for text in texts)

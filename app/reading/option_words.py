"""The words that are options, from `option_words.toml`. No I/O except that file."""

import functools
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from app.reading.options import Options, Unmet


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word that is an option.

    Attributes:
        how: Where it counts. glued: even right after other characters; apart: after a space or a mark; everyday: after
            a mark or beside another option; beside: only beside another option.
        options: What it asks for.
    """

    how: str
    options: Options


@functools.cache
def option_words() -> Mapping[str, Word]:
    """Return all words, folded."""
    text = resources.files("app.reading").joinpath("option_words.toml").read_text(encoding="utf-8")
    found: dict[str, Word] = {}
    for entry in tomllib.loads(text)["option"]:
        options = _of_entry(entry)
        for how in ("glued", "apart", "everyday", "beside"):
            folded = (unicodedata.normalize("NFKC", word).casefold() for word in entry.get(how, ()))
            found |= {word: Word(how=how, options=options) for word in folded}
    return found


@functools.cache
def longest() -> int:
    """Return how many characters the longest word has."""
    return max(map(len, option_words()))


def _of_entry(entry: Mapping[str, Any]) -> Options:
    if "unmet" in entry:
        return Options(unmet=(Unmet(key=entry["unmet"], asked=entry["asked"]),))
    return Options.of_json(entry)

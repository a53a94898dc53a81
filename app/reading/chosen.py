"""Which of the settings that we have shown somebody chooses: 日文, "draft", สี่เหลี่ยม, 2枚. No I/O except its files."""

from dataclasses import replace

from app.reading import labels
from app.reading.commands import readings
from app.reading.normal import normal
from app.reading.options import COUNT_MAX, Options
from app.reading.plan import Set
from app.reading.vocabulary import longest_first, words
from app.reading.wish import Wish
from app.words.chat_settings import LANGUAGES, QUALITIES

_SHAPES = {"square": "1:1", "wide": "3:2", "tall": "2:3"}
_OTHER = "other"  # a language that cannot be set: those that can are shown again
_BESIDE = ("before", "behind")


def chosen(wish: Wish) -> Set | None:
    """Read a value by its label, by a word for it, or as an option; None if the text is not a value."""
    label = labels.act_of(wish.said)
    if isinstance(label, Set):
        return label  # before any command: 精細, elsewhere a command, is the label of a button here
    number = wish.said.strip()
    if number.isdecimal() and 1 <= int(number) <= COUNT_MAX:
        return Set(name="count", value=str(int(number)))
    return _by_word(wish.said) or (_by_option(wish.options) if not wish.prompt else None)


def _by_word(text: str) -> Set | None:
    for one in readings(normal(text)):
        found = words("settings").get(one) or words("settings").get(_bare(one), "")
        if found in LANGUAGES or found == _OTHER:
            return Set(name="language", value=found)
        if found in QUALITIES:
            return Set(name="quality", value=found)
        if found in _SHAPES:
            return Set(name="size", value=_SHAPES[found])
    return None


def _bare(said: str) -> str:
    """Strip the words that lead to a value and those that follow it: 改成日文, "switch to japanese", 日本語にして."""
    before, behind = (longest_first("settings", where) for where in _BESIDE)
    said = said.removeprefix(next((one for one in before if said.startswith(one)), "")).strip()
    return said.removesuffix(next((one for one in behind if said.endswith(one)), "")).strip()


def _by_option(options: Options) -> Set | None:
    if options.ratio and replace(options, unmet=()) == Options(ratio=options.ratio):
        return Set(name="size", value="{}:{}".format(*options.ratio))
    if options.count and options == Options(count=options.count):
        return Set(name="count", value=str(options.count))
    return None

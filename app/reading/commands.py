"""Commands: a message that is nothing but a command word, in any of the four languages. No I/O but its own file.

Only words that nobody would want drawn stand without a slash; the others need it. Courtesies (please, ครับ) may follow.
"""

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

from app.reading.option_marks import without_courtesy


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
    ABOUT = "about"
    HELLO = "hello"
    THANKS = "thanks"
    STATUS = "status"
    PAUSE = "pause"
    RESUME = "resume"
    GIVE = "give"
    BLOCK = "block"
    UNBLOCK = "unblock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. `argument` is what stands behind the word of an admin's command."""

    name: Name
    argument: str = ""


ADMIN_WORDS = frozenset({Name.STATUS, Name.PAUSE, Name.RESUME, Name.GIVE, Name.BLOCK, Name.UNBLOCK})
ABOUT_A_PICTURE = frozenset(
    {Name.CANCEL, Name.DELETE, Name.BACK, Name.AGAIN, Name.WIDE, Name.TALL, Name.SQUARE, Name.FINE, Name.EDIT}
)
COMMAND_LENGTH_MAX = 80
_AROUND = re.compile(r"^[\s「『\"'(（]+|[\s。．.!！?？、,」』\"')）~～♪]+$")  # noqa: RUF001 - full-width marks
_KINDLY_BEFORE = re.compile(
    r"^(?:(?:please|pls|can you|could you)\s|[請请]|可以|[幫帮]我|麻煩[你您]?|我要|我想|ช่วย|รบกวน)+\s*"
)
_KINDLY_BEHIND = re.compile(
    r"(?:\s(?:please|pls|now|for me)|[吧啦了]|一下|(?:可以|好)?[嗎吗]"
    r"|ください|下さい|もらえますか|くれますか)$"
)
# Only what cannot be anything else: "remove it" is perhaps a hat, "this photo" one that was just sent.
_THIS_PICTURE = re.compile(
    r"^[把將将]?[這这那][張张幅](?:[圖图]片?|[畫画])?|[這这那][張张幅](?:[圖图]片?|[畫画])?$"
    r"|^(?:この|その|今の|さっきの)(?:絵|画像|イラスト)[をはも]?"
    r"|\s(?:(?:this|that|the)\s(?:picture|image|drawing|pic|one)|it|this|that)$"
    r"|(?:รูป|ภาพ)(?:นี้|นั้น|เมื่อกี้)$"
)


def command_of(text: str, *, beside_options: bool = False) -> Command | None:
    """Read a command; None where the text is anything else, such as a wish that begins with a command word.

    `beside_options`: options were taken off the text, so that words such as "make it" are all of it.
    """
    said = _folded(text)
    if not said or len(said) > COMMAND_LENGTH_MAX:
        return None
    if said.startswith("/"):
        word, _, argument = said[1:].strip().partition(" ")
        if word in ADMIN_WORDS:
            return Command(name=Name(word), argument=text.strip()[-len(argument) :] if argument else "")
    found = next(filter(None, (_named(one, beside_options=beside_options) for one in _readings(said))), None)
    found = found or _about_a_picture(said, beside_options=beside_options) or _pleasant(said)
    return Command(name=found) if found else None


def _readings(said: str) -> list[str]:
    """Give what was said as it is, and without what asks kindly before and behind it."""
    plain = (said, _KINDLY_BEHIND.sub("", said), without_courtesy(said) or said)
    return list(dict.fromkeys([*plain, *(_folded(_KINDLY_BEFORE.sub("", one)) for one in plain)]))


def _about_a_picture(said: str, *, beside_options: bool) -> Name | None:
    """Read a command that names what it is about: "delete this picture", 把這張刪掉, この絵を消して."""
    for one in _readings(said):
        rest = _folded(_THIS_PICTURE.sub("", one))
        if rest == one:
            continue
        if beside_options and not rest:
            return Name.AGAIN
        if (found := _named(rest, beside_options=beside_options)) in ABOUT_A_PICTURE:
            return found
    return None


def _named(said: str, *, beside_options: bool) -> Name | None:
    word = said.removeprefix("/").strip()
    found = _words()["bare"].get(word)
    if found is None and said.startswith("/"):
        found = _words()["slash"].get(word)
    if found is None and beside_options:
        found = _words()["beside_options"].get(word)
    return found


def _pleasant(said: str) -> Name | None:
    """Read what is nothing but kindness, such as "wow, thanks!" or "謝謝 🙏": a picture of it would only cost."""
    at, kind = 0, None
    while at < len(said):
        found = _pleasantry().match(said, at)
        if found is None:
            return None
        at, kind = found.end(), kind or _words()["pleasant"].get(found[0])
    return kind


@functools.cache
def _pleasantry() -> re.Pattern[str]:
    """One word, the longest that fits, or a mark between words."""
    words = sorted(map(re.escape, _words()["pleasant"]), key=len, reverse=True)
    return re.compile("|".join(rf"\b{word}\b" if word.isascii() else word for word in words) + r"|[\W_]")


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    previous = None
    while text != previous:
        previous, text = text, _AROUND.sub("", text)
    return " ".join(text.split())


@functools.cache
def _words() -> dict[str, dict[str, Name]]:
    """Read the words: `bare` ones stand alone, `slash` ones need a slash, `beside_options` need those."""
    text = resources.files("app.reading").joinpath("command_words.toml").read_text(encoding="utf-8")
    return {
        kind: {_folded(word): Name(name) for name, words in table.items() for word in words}
        for kind, table in tomllib.loads(text).items()
    }

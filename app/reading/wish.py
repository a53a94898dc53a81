"""Turns a text into a wish: whether it is for us, and what is to be drawn. No I/O except the files of `option_reader`.

In a 1:1 chat everything is for us. In groups LINE sends us every message, and only those can be for us that mention us,
quote one of our messages, or start with a prefix: https://developers.line.biz/en/docs/messaging-api/group-chats/
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.line.contents import Text
from app.line.events import ChatKind
from app.reading.commands import command_of
from app.reading.mentions import is_only_emoji, without_self_mentions, without_typed_name
from app.reading.normal import normal
from app.reading.option_reader import read_options
from app.reading.options import Options
from app.reading.prefixes import INVISIBLE, after_prefix, without_separators

_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")  # and what is left of broken characters
_EDGES = f" \n\u3000\xa0\u1680\u2000-\u200a\u202f\u205f{INVISIBLE}"
_BLANK_START = re.compile(f"\\A[{_EDGES}]+")


class Addressing(StrEnum):
    """How a message addresses us."""

    ALONE = "alone"  # in a 1:1 chat, where everything is for us
    NAMED = "named"  # among others, by a mention, our typed name or a command such as /draw: we were clearly meant
    PREFIX = "prefix"  # by a word such as draw or 畫, which people also say to each other
    QUOTE = "quote"  # by quoting one of our messages, which people also do among themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A message that may be for us.

    Attributes:
        said: All of it, except our name.
        prompt: What is to be drawn if it is a wish: without what called us, and without options at its end.
        quotes: It quotes a message, ours or not.
        is_emoji: It is nothing but LINE's own emoji.
    """

    said: str
    prompt: str
    options: Options = field(default_factory=Options)
    call: Addressing = Addressing.ALONE
    quotes: bool = False
    is_emoji: bool = False


def wish_of(
    text: Text, *, chat_kind: ChatKind, prefixes: Sequence[str], quotes_us: bool, bot_name: str = ""
) -> Wish | None:
    """Read a text message; None if it is not for us.

    Args:
        text: The message.
        chat_kind: 1:1 or among others.
        prefixes: `GROUP_PREFIXES`.
        quotes_us: The message quotes one that we sent.
        bot_name: How LINE shows us, "" if unknown: typed after an @ it calls us, as a mention does.
    """
    if chat_kind is ChatKind.USER:
        rest = said = prompt_of(text, prefixes=prefixes)
        call = Addressing.ALONE
    else:
        called = addressed(text, prefixes=prefixes, quotes_us=quotes_us, bot_name=bot_name)
        if called is None:
            return None
        call, said, rest = called
    prompt, options = read_options(rest)
    quotes = text.quoted_message_id is not None
    return Wish(said=said, prompt=prompt, options=options, call=call, quotes=quotes, is_emoji=is_only_emoji(text))


def addressed(
    text: Text, *, prefixes: Sequence[str], quotes_us: bool, bot_name: str = ""
) -> tuple[Addressing, str, str] | None:
    """Return how a message in a group calls us, what it says, and what of that is to be drawn; None if it does not.

    `@All` is not us.
    """
    said = without_separators(without_self_mentions(text))
    typed = without_typed_name(said, bot_name)
    is_named = typed is not None or any(mention.is_self for mention in text.mentions)
    said = without_separators(typed) if typed is not None else said
    if is_named or quotes_us:
        # Here a prefix is only a habit, so it must stand apart: 畫風 (a style) is not 畫 with 風.
        rest = after_prefix(said, prefixes, glued=False)
        call = Addressing.NAMED if is_named or rest is not None else Addressing.QUOTE
        plain = clean(_of_prefixed(said, rest))
        return call, plain, plain
    if (rest := after_prefix(said, slashed(prefixes), glued=True)) is not None:
        plain = clean(_of_prefixed(said, rest))
        return Addressing.NAMED, plain, plain
    rest = after_prefix(said, prefixes, glued=True)
    return None if rest is None else (Addressing.PREFIX, clean(said), clean(_of_prefixed(said, rest)))


def prompt_of(text: Text, *, prefixes: Sequence[str]) -> str:
    """Return the prompt of a message in a 1:1 chat: all of it, except a command such as `/draw` before it."""
    said = without_self_mentions(text)
    rest = after_prefix(without_separators(said), slashed(prefixes), glued=True)
    return clean(_of_prefixed(said, rest))


def _of_prefixed(said: str, rest: str | None) -> str:
    """Take what is behind a prefix, but where it belongs to a command: "draw it again", 畫一張圖."""
    return said if rest is None or (normal(rest) and command_of(said)) else rest


def slashed(prefixes: Sequence[str]) -> list[str]:
    """Turn prefixes into commands such as /畫 and /draw: nobody starts a sentence to other people that way."""
    return [f"/{prefix.lstrip('/／')}" for prefix in prefixes if prefix]  # noqa: RUF001 - the full-width slash


def clean(text: str) -> str:
    """Remove control characters and blank edges, and unify line breaks. A text with nothing visible gives "".

    Joined emoji, spaces between words and everything else stay as typed.
    """
    text = _NEWLINES.sub("\n", text).replace("\t", " ")
    text = _BLANK_START.sub("", _CONTROLS.sub("", text))
    text = _BLANK_START.sub("", text[::-1])[::-1]  # a pattern for the end would try at every space in between
    return text if any(map(_is_visible, text)) else ""


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"} and not re.match(
        f"[{INVISIBLE}]", character
    )

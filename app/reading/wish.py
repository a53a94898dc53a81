"""Text -> wish: is it for us, and what is to be drawn. No I/O.

In a 1:1 chat everything is. In groups LINE hands every message to us, and only those are ours that mention us, quote
one of our messages, or start with a prefix: https://developers.line.biz/en/docs/messaging-api/group-chats/
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.line.contents import Text
from app.line.events import ChatKind
from app.reading.mentions import without_self_mentions
from app.reading.option_reader import read_options
from app.reading.options import Options
from app.reading.prefixes import INVISIBLE, after_prefix, without_separators

_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")  # and what is left of broken characters
_EDGES = f" \n\u3000\xa0\u1680\u2000-\u200a\u202f\u205f{INVISIBLE}"
_BLANK_START = re.compile(f"\\A[{_EDGES}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a message asks for. An empty prompt: the message is for us, but there is nothing to draw."""

    prompt: str
    options: Options = field(default_factory=Options)


def wish_of(text: Text, *, chat_kind: ChatKind, prefixes: Sequence[str], quotes_us: bool) -> Wish | None:
    """Read the wish of a text message; None where it is not for us.

    Args:
        text: The message.
        chat_kind: 1:1 or among others.
        prefixes: `GROUP_PREFIXES`.
        quotes_us: The message quotes one that we sent.
    """
    if chat_kind is ChatKind.USER:
        said: str | None = prompt_of(text, prefixes=prefixes)
    else:
        said = addressed(text, prefixes=prefixes, quotes_us=quotes_us)
    if said is None:
        return None
    prompt, options = read_options(said)
    return Wish(prompt=prompt, options=options)


def addressed(text: Text, *, prefixes: Sequence[str], quotes_us: bool) -> str | None:
    """Take the prompt out of a message in a group; None where the message is not for us. `@All` is not us."""
    said = without_separators(without_self_mentions(text))
    if quotes_us or any(mention.is_self for mention in text.mentions):
        # Here a prefix is only a habit, so it must stand apart: 畫風 (a style) is not 畫 with 風.
        rest = after_prefix(said, prefixes, glued=False)
        return clean(said if rest is None else rest)
    rest = after_prefix(said, prefixes, glued=True)
    return None if rest is None else clean(rest)


def prompt_of(text: Text, *, prefixes: Sequence[str]) -> str:
    """Take the prompt out of a message in a 1:1 chat: all of it, but for a command such as `/draw` before it."""
    said = without_self_mentions(text)
    commands = [prefix for prefix in prefixes if prefix.startswith(("/", "／"))]  # noqa: RUF001 - the full-width slash
    rest = after_prefix(without_separators(said), commands, glued=True)
    return clean(said if rest is None else rest)


def clean(text: str) -> str:
    """Remove control characters and blank edges, and write every new line as one. Nothing to see gives "".

    Joined emoji, spaces between words and everything else stay as they were typed.
    """
    text = _NEWLINES.sub("\n", text).replace("\t", " ")
    text = _BLANK_START.sub("", _CONTROLS.sub("", text))
    text = _BLANK_START.sub("", text[::-1])[::-1]  # a pattern for the end would try at every space in between
    return text if any(map(_is_visible, text)) else ""


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"} and not re.match(
        f"[{INVISIBLE}]", character
    )

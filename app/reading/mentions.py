"""What LINE marks in a text: our own name, to be cut out of it, and emoji. No I/O."""

import re

from app.line.contents import Mention, Text
from app.reading.prefixes import after_prefix

AT = ("@", "＠")  # noqa: RUF001 - the full-width at sign
_SPACES = (" ", "\u3000")
_EMOJI = re.compile(r"\([^()\n]{0,40}\)")


def without_self_mentions(text: Text) -> str:
    """Cut the mentions of the bot out of a text, each with one space of its own. The names of others stay."""
    spans = {_span(text.text, mention) for mention in text.mentions if mention.is_self}
    said, limit = text.text, len(text.text)
    for start, end in sorted((span for span in spans if span), reverse=True):
        before, after = said[:start], said[min(end, limit) :]
        if after.startswith(_SPACES) and (not before or before.endswith((*_SPACES, "\n"))):
            after = after[1:]
        said, limit = before + after, start
    return said


def without_typed_name(said: str, bot_name: str) -> str | None:
    """Cut our name, typed behind an @, off the start; None where it is not there.

    LINE's list of names often does not offer a bot's. Case, width and a space behind the @ do not matter.
    """
    if not bot_name or not said.startswith(AT):
        return None
    behind = said[1:].lstrip(" \u3000")
    return after_prefix(behind, [bot_name], glued=True)


def is_only_emoji(text: Text) -> bool:
    """Whether a text is nothing but LINE's own emoji: each is a word in brackets, such as (love)."""
    return bool(text.emoji) and not _EMOJI.sub("", text.text, count=len(text.emoji)).strip()


def _span(said: str, mention: Mention) -> tuple[int, int] | None:
    """Find a mention in Python's own positions; None where it cannot be found."""
    if not mention.length:
        return None
    # LINE counts text in UTF-16 units, but says so of what we send, not of webhooks. So the "@" must confirm it:
    # https://developers.line.biz/en/docs/messaging-api/text-character-count/ (read 2026-11-22)
    start = _position(said, mention.index)
    if said.startswith(AT, start):
        return start, _position(said, mention.index + mention.length)
    if said.startswith(AT, mention.index):
        return mention.index, mention.index + mention.length
    names = [position for position, character in enumerate(said) if character in AT]
    if not names:
        return None
    nearest = min(names, key=lambda position: abs(position - start))
    return nearest, nearest + _position(said[nearest:], mention.length)


def _position(said: str, utf16_offset: int) -> int:
    # "ignore" leaves out half a character at the end, so that none is ever cut in two.
    return len(said.encode("utf-16-le", "surrogatepass")[: 2 * utf16_offset].decode("utf-16-le", "ignore"))

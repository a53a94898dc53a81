"""What LINE marks in a text: our own name, to be cut out of it, and emoji. No I/O."""

import re

from app.line.contents import Mention, Text
from app.reading.normal import normal
from app.reading.prefixes import after_prefix
from app.reading.vocabulary import longest_first, words

AT = ("@", "＠")  # noqa: RUF001 - the full-width at sign
_SPACES = (" ", "\u3000")
_AT = re.compile("[@\uff20][ \u3000]*")
_EMOJI = re.compile(r"\([^()\n]{0,40}\)")


def without_self_mentions(text: Text) -> str:
    """Cut the mentions of the bot out of a text, each with one space beside it. Mentions of others stay."""
    spans = {_span(text.text, mention) for mention in text.mentions if mention.is_self}
    said, limit = text.text, len(text.text)
    for start, end in sorted((span for span in spans if span), reverse=True):
        before, after = said[:start], said[min(end, limit) :]
        if after.startswith(_SPACES) and (not before or before.endswith((*_SPACES, "\n"))):
            after = after[1:]
        said, limit = before + after, start
    return said


def without_typed_name(said: str, bot_name: str) -> str | None:
    """Cut our name, typed after an @, off the start; None if it is not there.

    LINE's list of names often does not offer a bot's. Case, width and a space behind the @ do not matter, nor does what
    calls somebody before it: "hey @Easel", 欸 @Easel.
    """
    found = _AT.search(said)
    if not bot_name or found is None or not _only_calls(said[: found.start()]):
        return None
    return after_prefix(said[found.end() :], [bot_name], glued=True)


def _only_calls(before: str) -> bool:
    called = normal(before)
    return not before or called in longest_first("kindly", "before") or words("talk").get(called) == "hello"


def is_only_emoji(text: Text) -> bool:
    """Whether a text is nothing but LINE's own emoji: each is a word in brackets, such as (love)."""
    return bool(text.emoji) and not _EMOJI.sub("", text.text, count=len(text.emoji)).strip()


def _span(said: str, mention: Mention) -> tuple[int, int] | None:
    """Return the start and end of a mention in Python's own positions; None if it cannot be found."""
    if not mention.length:
        return None
    # LINE counts text in UTF-16 units, but documents it only for what we send, so an "@" must confirm the position:
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
    # "ignore" drops half a surrogate pair at the end, so that no character is ever cut in two.
    return len(said.encode("utf-16-le", "surrogatepass")[: 2 * utf16_offset].decode("utf-16-le", "ignore"))

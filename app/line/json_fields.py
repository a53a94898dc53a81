"""Reads single values from LINE's JSON and never raises, whatever is in their place. No I/O."""

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

_IDENTIFIER = re.compile(r"[!-~]{1,1024}")
_NUMBER_MAX = 2**53  # JSON numbers are exact up to here; also fits every database's big integer


def section(holder: Json, key: str) -> Json:
    """Return an object; an empty one if there is none."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def sections(holder: Json, key: str) -> list[Json]:
    """Return the objects of a list; anything else in it is left out."""
    value = holder.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def string(holder: Json, key: str) -> str:
    """Return a string; empty if there is none. Lone surrogates become U+FFFD, which keeps UTF-16 offsets."""
    value = holder.get(key)
    return whole_characters(value) if isinstance(value, str) else ""


def strings(holder: Json, key: str) -> tuple[str, ...]:
    """Return the strings of a list, as `string` does; anything else in it is left out."""
    value = holder.get(key)
    return tuple(whole_characters(item) for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def identifier(holder: Json, key: str) -> str | None:
    """Return an id or a token: printable ASCII without spaces. None if there is none."""
    match holder.get(key):
        case str(value) if _IDENTIFIER.fullmatch(value):
            return value
        case int(value) if not isinstance(value, bool):  # LINE's reference calls some ids numbers
            return str(value)
    return None


def number(holder: Json, key: str) -> int:
    """Return a number from 0 to 2**53 as an integer; 0 if there is none."""
    value = holder.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _NUMBER_MAX:
        return 0
    return int(value)


def whole_characters(text: str) -> str:
    """Replace each lone surrogate with U+FFFD, so that the text can be encoded."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

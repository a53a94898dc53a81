"""Parses query strings, and notes what a page does not understand. No I/O."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from app.line.ids import LINE_ID
from app.reports.archive import Cursor

DIGITS_MAX = 18
PART = re.compile(r"[UCR]?[0-9a-f]{1,32}|[UCR][0-9a-f]{1,31}…[0-9a-f]{1,31}")
Read = TypeVar("Read")
NO_ID = "is neither an id of LINE (U, C or R and 32 hex digits) nor a part of one"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuery:
    """Whom a page is about: a whole `id`, or `part` of one with "…" for what is left out; neither: everybody."""

    id: str = ""
    part: str = ""


class QueryParser:
    """Parses fields, and collects problems with them as sentences."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def read(self, name: str, text: str, read: Callable[[str], Read], otherwise: Read) -> Read:
        """Parse one field with `read`; if that fails, note a problem and return `otherwise`."""
        try:
            return read(text)
        except ValueError as error:
            self.problems.append(f'{name}: "{text[:40]}" {error}.')
            return otherwise


def parse_account(text: str) -> AccountQuery:
    """Parse an id or a part of one, also in the shortened form that the pages show.

    Raises:
        ValueError: It is neither; the message continues a sentence that begins with the input.
    """
    said = text.strip().replace("...", "…")
    if LINE_ID.fullmatch(said):
        return AccountQuery(id=said)
    if said and not PART.fullmatch(said):
        raise ValueError(NO_ID)
    return AccountQuery(part=said)


def contains_part(line_id: str, part: str) -> bool:
    """Whether an id contains this part."""
    start, gap, end = part.partition("…")
    return line_id.startswith(start) and line_id.endswith(end) if gap else part in line_id


def parse_day(text: str) -> str:
    """Return a day YYYY-MM-DD, or an empty text, as it is.

    Raises:
        ValueError: It is neither.
    """
    if text and not is_day(text):
        raise ValueError("is no day: they are written YYYY-MM-DD")
    return text


def parse_reason(text: str) -> str:
    """Return a key of the sentences, or an empty text, as it is.

    Raises:
        ValueError: It cannot be one.
    """
    if text and not re.fullmatch(r"[a-z_]{1,60}", text):
        raise ValueError("is no reason")
    return text


def parse_choice(known: Sequence[str], text: str) -> str:
    """Return one of these words, or an empty text, as it is.

    Raises:
        ValueError: It is neither.
    """
    if text and text not in known:
        raise ValueError(f"is none of {', '.join(one for one in known if one)}")
    return text


def parse_cursor(query: Mapping[str, str]) -> Cursor | None:
    """Parse where a list goes on; None: at its beginning."""
    at, _, key = query.get("before", "").partition("_")
    try:
        return Cursor(at=float(at), id=key) if key else None
    except ValueError:
        return None


def format_cursor(cursor: Cursor | None) -> str | None:
    """Format where a list goes on, as `parse_cursor` parses it."""
    return f"{cursor.at!r}_{cursor.id}" if cursor else None


def parse_number(text: str) -> int | None:
    """Parse a number; None: it is not one, or has more digits than any of ours. Python refuses to parse thousands."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else None


def is_day(text: str) -> bool:
    """Whether this is a day YYYY-MM-DD from 2000 to 2999, so that adding days stays within the calendar."""
    try:
        return date.fromisoformat(text).isoformat() == text and "2000" < text < "3000"
    except ValueError:
        return False

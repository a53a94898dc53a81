"""Formats shares, ids and times for the desk, and parses what operators type. No I/O."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.line.ids import LINE_ID, LINE_ID_START

ID_FORM = "an id is U (a person), C (a group) or R (a room) and 32 digits or letters from a to f"
SINCE_FORM = "a time is 90m, 24h, 7d, 2026-11-25 or 2026-11-25T14:30"
MONTH_FORM = "a month is YYYY-MM, such as 2026-11"
SHORT_CHARS = 8
Kind = TypeVar("Kind", bound=StrEnum)

_AGO = re.compile(r"(\d{1,6})([mhd])")
_UNIT = {"m": "minutes", "h": "hours", "d": "days"}


def percent(part: int, whole: int) -> str:
    """Format a share as a percentage."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def shown_id(line_id: str | None, *, full: bool) -> str:
    """Format the id of a person, group or room: whole if `full`, else enough to tell it from others."""
    if not line_id:
        return "-"
    return line_id if full or len(line_id) <= SHORT_CHARS else f"{line_id[:SHORT_CHARS]}…"


def when(at: float | None, zone: ZoneInfo) -> str:
    """Format a time to the second."""
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}" if at is not None else "-"


def lasted(from_at: float | None, until_at: float | None) -> str:
    """Format how long something took."""
    if from_at is None or until_at is None:
        return "-"
    return f"{max(0.0, until_at - from_at):.1f} s"


def since_at(text: str, *, now_at: float, zone: ZoneInfo) -> float:
    """Parse a time, such as 24h (ago) or 2026-11-25, into Unix seconds.

    Raises:
        ValueError: It is not a time; the message names the accepted forms.
    """
    try:
        if ago := _AGO.fullmatch(text.strip()):
            return now_at - timedelta(**{_UNIT[ago[2]]: int(ago[1])}).total_seconds()
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError) as error:
        raise ValueError(SINCE_FORM) from error


def one_of(kind: type[Kind], text: str) -> Kind:
    """Parse a member of an enum.

    Raises:
        ValueError: It is none of them.
    """
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(f"{text} is none of {', '.join(kind)}") from error


def month(text: str) -> str:
    """Return a month if it is written YYYY-MM.

    Raises:
        ValueError: It is not.
    """
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise ValueError(MONTH_FORM)
    return text


def chat_start(text: str) -> str:
    """Parse a LINE id, or the beginning of one as the desk shows it.

    Raises:
        ValueError: It is neither.
    """
    start = text.strip().removesuffix("…")
    if not LINE_ID_START.fullmatch(start):
        raise ValueError(f"{ID_FORM}, or its beginning")
    return start


def line_id(text: str) -> str:
    """Return an id if it is a whole LINE id.

    Raises:
        ValueError: It is not.
    """
    if not LINE_ID.fullmatch(text):
        raise ValueError(ID_FORM)
    return text

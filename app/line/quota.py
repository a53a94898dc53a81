"""How many of a month's paid messages are left. No I/O.

https://developers.line.biz/en/reference/messaging-api/#get-quota (read 2026-11-22)
"""

from dataclasses import dataclass

from app.errors import BadAnswer
from app.line.json_fields import Json
from app.line.line_answers import LineCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The month's paid messages: the limit, None if there is none, and about how many were used."""

    limit: int | None
    used: int

    @property
    def remaining(self) -> int | None:
        """How many people can still be pushed to; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.used)


def limit_of(answer: Json) -> int | None:
    """Parse the limit; None if there is none.

    Raises:
        BadAnswer: It cannot be read, so nothing is known.
    """
    match answer:
        case {"type": "none"}:
            return None
        case {"value": int(limit)}:
            return limit
    raise BadAnswer(f"{LineCall.QUOTA}: the answer names no limit")


def used_of(answer: Json) -> int:
    """Parse the consumption.

    Raises:
        BadAnswer: It cannot be read, so nothing is known.
    """
    match answer:
        case {"totalUsage": int(used)}:
            return used
    raise BadAnswer(f"{LineCall.QUOTA}: the answer names no usage")

"""What a button carries, as LINE's postback data: `verb:subject`, `set:name=value` or `do:name=request`. No I/O.

The data says only which picture or request is meant; whether the chat may have it is looked up. So a button works as
long as its picture exists, and reaches nothing of another chat.
"""

import re
from dataclasses import dataclass

_TAP = re.compile(r"(?P<verb>[a-z]{1,12}):(?P<subject>[\w.-]{1,80})(?:=(?P<value>[\w:.-]{0,40}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A tap on a button. `value` is None where the button sets nothing."""

    verb: str
    subject: str
    value: str | None = None


def tap(verb: str, subject: str) -> str:
    """Write the data of a button."""
    return f"{verb}:{subject}"


def setting(name: str, value: str) -> str:
    """Write the data of a button that sets something; an empty value clears the setting."""
    return f"set:{name}={value}"


def agreed(name: str, request_id: str) -> str:
    """Write the data of a button that says yes to a command; `request_id` is the request that asked."""
    return f"do:{name}={request_id}"


def read_tap(data: str) -> Tap | None:
    """Read the data of a tap; None if it is not ours."""
    found = _TAP.fullmatch(data)
    return Tap(verb=found["verb"], subject=found["subject"], value=found["value"]) if found else None

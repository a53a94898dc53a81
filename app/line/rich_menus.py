"""Rich menus: what ours are called, and how their names tell which they are. No I/O.

LINE shows a person the menu that was linked to them, else the one for everybody, and no list tells who has which.
https://developers.line.biz/en/reference/messaging-api/#rich-menu (read 2026-11-22)
"""

import re
from dataclasses import dataclass
from typing import Final

_OURS: Final = re.compile(r"easel ([A-Za-z-]{2,5}) [0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RichMenu:
    """A rich menu of this channel. `name` is the operator's, shown to nobody."""

    id: str
    name: str


def our_name(language: str, digest: str) -> str:
    """Name a menu of ours by its language and a hash of what it shows."""
    return f"easel {language} {digest[:12]}"


def language_of(name: str) -> str | None:
    """Return the language of a menu that `our_name` has named, in any release; None for others' menus."""
    ours = _OURS.fullmatch(name)
    return ours[1] if ours else None

"""The names of our rich menus, which identify each menu's language and content. No I/O.

LINE shows a person the menu that is linked to them, else the default one; no call lists who is linked to which.
https://developers.line.biz/en/reference/messaging-api/#rich-menu (read 2026-11-22)
"""

import re
from dataclasses import dataclass
from typing import Final

_OURS: Final = re.compile(r"easel ([A-Za-z-]{2,5}) [0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RichMenu:
    """A rich menu of this channel. `name` is for operators and never shown in chats."""

    id: str
    name: str


def our_name(language: str, digest: str) -> str:
    """Return the name of a menu of ours, from its language and a hash of its content."""
    return f"easel {language} {digest[:12]}"


def language_of(name: str) -> str | None:
    """Return the language of a menu named by `our_name` in any release; None if the menu is not ours."""
    ours = _OURS.fullmatch(name)
    return ours[1] if ours else None

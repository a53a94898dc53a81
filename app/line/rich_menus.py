"""Rich menus: what ours are called, and which one a person sees.

LINE shows a person the menu that was linked to them, else the one for everybody, and no list tells who has which.
https://developers.line.biz/en/reference/messaging-api/#rich-menu (read 2026-11-22)
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import httpx

from app.line.answers import Call
from app.line.connection import Ask, Connection, success
from app.line.fields import identifier, sections, string

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


async def rich_menus(line: Connection) -> tuple[RichMenu, ...]:
    """Ask for all menus that were made through the API."""
    listed = sections(await line.get(Call.RICH_MENU, "/v2/bot/richmenu/list"), "richmenus")
    named = ((identifier(menu, "richMenuId"), string(menu, "name")) for menu in listed)
    return tuple(RichMenu(id=menu_id, name=name) for menu_id, name in named if menu_id)


async def linked(line: Connection, user_id: str) -> str | None:
    """Ask for the id of a person's own menu; None where they have none."""
    answer = await line.ask(Ask(call=Call.RICH_MENU, method="GET", path=_of(user_id)))
    if answer.status == httpx.codes.NOT_FOUND:
        return None
    return identifier(success(answer, call=Call.RICH_MENU).body, "richMenuId")


async def link(line: Connection, user_id: str, menu_id: str | None) -> None:
    """Give a person a menu of their own; None: take it back, so that they see what everybody sees."""
    if menu_id is None:
        ask = Ask(call=Call.RICH_MENU, method="DELETE", path=_of(user_id))
    else:
        ask = Ask(call=Call.RICH_MENU, method="POST", path=f"{_of(user_id)}/{quote(menu_id, safe='')}")
    await line.carry_out(ask)


def _of(user_id: str) -> str:
    return f"/v2/bot/user/{quote(user_id, safe='')}/richmenu"

"""The rich menu as data: an image and its tap areas for each language. Reads the files beside it, nothing else.

https://developers.line.biz/en/reference/messaging-api/#rich-menu-object (read 2026-11-22)
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.line.messages import postback_action, to_json
from app.line.rich_menus import our_name

WIDTH_PX: Final = 2500
HEIGHT_PX: Final = 1686
FOLDER: Final = Path(__file__).parent

_COLUMN_PX: Final = 625
_ROW_PX: Final = 843
# Left, top and width in columns and rows, as menu.svg shows them.
_PLACES: Final = {
    "draw": (0, 0, 3),
    "mine": (3, 0, 1),
    "settings": (0, 1, 1),
    "usage": (1, 1, 1),
    "cancel": (2, 1, 1),
    "help": (3, 1, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """One rich menu, ready to be created.

    Attributes:
        name: Contains a hash of everything else, so a menu of this name has this content.
        body: LINE's rich menu object.
        picture: PNG, 2500x1686 px, under 1 MB.
    """

    language: str
    name: str
    body: Mapping[str, Any]
    picture: bytes = field(repr=False)


def menu(language: str) -> Menu:
    """Build the menu of a language."""
    texts = labels(language)
    body = {
        "size": {"width": WIDTH_PX, "height": HEIGHT_PX},
        "selected": True,
        "chatBarText": texts["bar"],
        "areas": [_area(command, texts[command]) for command in _PLACES],
    }
    picture = picture_path(language).read_bytes()
    content = json.dumps(body, ensure_ascii=False, sort_keys=True).encode() + picture
    name = our_name(language, hashlib.sha256(content).hexdigest())
    return Menu(language=language, name=name, body={**body, "name": name}, picture=picture)


def labels(language: str) -> dict[str, str]:
    """Read the labels of a language."""
    texts: dict[str, str] = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))[language]
    return texts


def picture_path(language: str) -> Path:
    """Return the path of a language's image."""
    return FOLDER / f"menu.{language}.png"


def _area(command: str, label: str) -> dict[str, Any]:
    left, top, columns = _PLACES[command]
    if command == "draw":  # opens the keyboard for a new picture; whatever was being edited is left alone
        action = postback_action(label, data="do:new", opens_keyboard=True)
    else:
        action = postback_action(label, data=f"do:{command}", display_text=label)
    return {
        "bounds": {
            "x": left * _COLUMN_PX,
            "y": top * _ROW_PX,
            "width": columns * _COLUMN_PX,
            "height": _ROW_PX,
        },
        "action": to_json(action),
    }

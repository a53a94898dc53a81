"""Rich menus and their aliases.

https://developers.line.biz/en/reference/messaging-api/#rich-menu (read 2026-11-22)
"""

import re
import secrets
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from line_sandbox.line.actions import MENU_AREA, check_action
from line_sandbox.line.errors import body_problems, refusal
from line_sandbox.line.fields import Body, Fields
from line_sandbox.line.messaging import USER_ID, json_answer, json_body

if TYPE_CHECKING:
    from line_sandbox.line.app import LineStandIn

MENUS_MAX = 1000
IMAGE_BYTES_MAX = 1_000_000
RATIO_MIN = 1.45
_ALIAS = re.compile(r"[a-z0-9_-]{1,32}")


@dataclass(slots=True, kw_only=True, eq=False)
class Menu:
    """One rich menu; it can be used once it has its picture."""

    id: str
    body: Body
    image: bytes | None = None


@dataclass(slots=True, eq=False)
class Menus:
    """All rich menus of a channel.

    Attributes:
        default: The id of the menu for everybody.
        linked: User id to menu id.
    """

    menus: dict[str, Menu] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)
    default: str | None = None

    def shown_to(self, user: str) -> Menu | None:
        """The menu a person sees: their own, else the default."""
        return self.menus.get(self.linked.get(user, self.default or ""))


async def create(line: "LineStandIn", request: Request) -> Response:
    """Make a menu without a picture."""
    body = await json_body(request)
    _check(line, body)
    if len(line.menus.menus) >= MENUS_MAX:
        raise refusal(400, "The number of rich menus exceeds the limit")
    menu = Menu(id=f"richmenu-{secrets.token_hex(16)}", body=body)
    line.menus.menus[menu.id] = menu
    return json_answer(line, {"richMenuId": menu.id})


async def validate(line: "LineStandIn", request: Request) -> Response:
    """Check a menu without making it."""
    _check(line, await json_body(request))
    return json_answer(line, {})


async def list_all(line: "LineStandIn", _request: Request) -> Response:
    """All menus."""
    return json_answer(line, {"richmenus": [_shown(menu) for menu in line.menus.menus.values()]})


async def get(line: "LineStandIn", request: Request) -> Response:
    """One menu."""
    return json_answer(line, _shown(_menu(line, request.path_params["menu"])))


async def delete(line: "LineStandIn", request: Request) -> Response:
    """Delete a menu; who had it has none."""
    menu = _menu(line, request.path_params["menu"])
    del line.menus.menus[menu.id]
    line.menus.linked = {user: other for user, other in line.menus.linked.items() if other != menu.id}
    if line.menus.default == menu.id:
        line.menus.default = None
    return json_answer(line, {})


async def upload(line: "LineStandIn", request: Request) -> Response:
    """Give a menu its picture, once."""
    menu, body = _menu(line, request.path_params["menu"]), await request.body()
    kind = request.headers.get("content-type", "")
    if kind not in {"image/jpeg", "image/png"}:
        raise refusal(415, f"The content type, {kind}, is not supported")
    if menu.image is not None:
        raise refusal(400, "An image has already been uploaded to the richmenu")
    if len(body) > IMAGE_BYTES_MAX:
        raise refusal(413, "The image is too large")
    if _size(body) != _wanted_size(menu.body):
        raise refusal(400, "The image size does not match the size of the richmenu")
    menu.image = body
    return json_answer(line, {})


async def download(line: "LineStandIn", request: Request) -> Response:
    """The picture of a menu."""
    menu = _menu(line, request.path_params["menu"])
    if menu.image is None:
        raise refusal(404, "Not found")
    kind = "image/png" if menu.image.startswith(b"\x89PNG") else "image/jpeg"
    return Response(menu.image, 200, line.standard_headers() | {"content-type": kind})


async def set_default(line: "LineStandIn", request: Request) -> Response:
    """Show a menu to everybody."""
    line.menus.default = _usable(line, request.path_params["menu"]).id
    return json_answer(line, {})


async def get_default(line: "LineStandIn", _request: Request) -> Response:
    """The menu for everybody."""
    if line.menus.default is None:
        raise refusal(404, "no default richmenu")
    return json_answer(line, {"richMenuId": line.menus.default})


async def cancel_default(line: "LineStandIn", _request: Request) -> Response:
    """Show no menu to everybody."""
    line.menus.default = None
    return json_answer(line, {})


async def link(line: "LineStandIn", request: Request) -> Response:
    """Show a menu to one person; where they are no friend or have blocked the bot, LINE says 200 and shows it not.

    https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-user (read 2026-11-28)
    """
    user, menu = request.path_params["user"], _usable(line, request.path_params["menu"])
    if not USER_ID.fullmatch(user):
        raise refusal(400, "The value for the 'userId' parameter is invalid")
    person = line.people.get(user)
    if person is not None and person.is_friend and not person.has_blocked:
        line.menus.linked[user] = menu.id
        line.feed.publish("menu_linked", user)
    return json_answer(line, {})


async def linked(line: "LineStandIn", request: Request) -> Response:
    """The menu of one person."""
    if (menu := line.menus.linked.get(request.path_params["user"])) is None:
        raise refusal(404, "the user has no richmenu")
    return json_answer(line, {"richMenuId": menu})


async def unlink(line: "LineStandIn", request: Request) -> Response:
    """Take a person's own menu away."""
    line.menus.linked.pop(request.path_params["user"], None)
    line.feed.publish("menu_linked", request.path_params["user"])
    return json_answer(line, {})


async def create_alias(line: "LineStandIn", request: Request) -> Response:
    """Name a menu."""
    body = await json_body(request)
    alias = body.get("richMenuAliasId")
    if not isinstance(alias, str) or not _ALIAS.fullmatch(alias):
        raise body_problems([{"message": "invalid alias", "property": "richMenuAliasId"}])
    if alias in line.menus.aliases:
        raise refusal(400, "conflict richmenu alias id")
    line.menus.aliases[alias] = _usable(line, str(body.get("richMenuId"))).id
    return json_answer(line, {})


async def list_aliases(line: "LineStandIn", _request: Request) -> Response:
    """All names."""
    names = [{"richMenuAliasId": alias, "richMenuId": menu} for alias, menu in line.menus.aliases.items()]
    return json_answer(line, {"aliases": names})


async def get_alias(line: "LineStandIn", request: Request) -> Response:
    """What a name stands for."""
    alias = _known_alias(line, request)
    return json_answer(line, {"richMenuAliasId": alias, "richMenuId": line.menus.aliases[alias]})


async def update_alias(line: "LineStandIn", request: Request) -> Response:
    """Let a name stand for another menu."""
    alias = _known_alias(line, request)
    line.menus.aliases[alias] = _usable(line, str((await json_body(request)).get("richMenuId"))).id
    return json_answer(line, {})


async def delete_alias(line: "LineStandIn", request: Request) -> Response:
    """Forget a name."""
    del line.menus.aliases[_known_alias(line, request)]
    return json_answer(line, {})


def _check(line: "LineStandIn", body: Body) -> None:
    fields = Fields(allow_http=line.allow_http)
    if (size := fields.mapping(body, "", "size")) is not None:
        width = fields.integer(size, "size", "width", 800, 2500)
        height = fields.integer(size, "size", "height", 250, 2500)
        if width and height and width / height < RATIO_MIN:
            fields.say("size", f"The aspect ratio must be at least {RATIO_MIN}")
    fields.flag(body, "", "selected", required=True)
    fields.letters(body, "", "name", 300)
    fields.letters(body, "", "chatBarText", 14)
    for number, area in enumerate(fields.array(body, "", "areas", 0, 20)):
        at = f"areas[{number}]"
        if (bounds := fields.mapping(area, at, "bounds")) is not None:
            for name in ("x", "y", "width", "height"):
                fields.integer(bounds, f"{at}.bounds", name, 0, 2500)
        if (action := fields.mapping(area, at, "action")) is not None:
            check_action(fields, action, f"{at}.action", MENU_AREA)
    if fields.problems:
        raise body_problems(fields.problems)


def _menu(line: "LineStandIn", menu_id: str) -> Menu:
    if (menu := line.menus.menus.get(menu_id)) is None:
        raise refusal(404, "richmenu not found")
    return menu


def _usable(line: "LineStandIn", menu_id: str) -> Menu:
    menu = _menu(line, menu_id)
    if menu.image is None:
        raise refusal(400, "must upload richmenu image before applying it to user")
    return menu


def _known_alias(line: "LineStandIn", request: Request) -> str:
    alias: str = request.path_params["alias"]
    if alias not in line.menus.aliases:
        raise refusal(404, "richmenu alias not found")
    return alias


def _shown(menu: Menu) -> dict[str, object]:
    return {"richMenuId": menu.id, **menu.body}


def _size(image: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(BytesIO(image)) as picture:
            return picture.size
    except OSError:
        return None


def _wanted_size(body: Body) -> tuple[object, object] | None:
    match body.get("size"):
        case {"width": width, "height": height}:
            return width, height
        case _:
            return None

"""Puts the rich menus of `easel setup` onto the phones of the page."""

from line_sandbox.line import LineStandIn
from line_sandbox.line.chats import Person
from line_sandbox.line.menus import Menu

from app.ops.setup import menu_layout
from app.words.chat_settings import LANGUAGES


def create_menus(line: LineStandIn) -> None:
    """Create the menus, and link everybody to the one in their phone's language, if there is one."""
    for language in LANGUAGES:
        made = menu_layout.menu(language)
        line.menus.menus[f"richmenu-{language}"] = Menu(id=f"richmenu-{language}", body=made.body, image=made.picture)
    line.menus.default = f"richmenu-{next(iter(LANGUAGES))}"
    for one in line.people.values():
        link_menu(line, one)


def link_menu(line: LineStandIn, person: Person) -> None:
    """Link a person to the menu in their phone's language; to none, for the default, if there is no such menu."""
    own = f"richmenu-{person.language}"
    if own in line.menus.menus:
        line.menus.linked[person.id] = own
    else:
        line.menus.linked.pop(person.id, None)

"""Who is on the stage when the curtain rises."""

from dataclasses import dataclass

from line_sandbox.line import LineStandIn
from line_sandbox.line.chats import Person
from line_sandbox.line.menus import Menu

from app.ops.setup import menu_layout
from app.words.chat_settings import LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Somebody with a phone. `language` is BCP 47, None for those who keep it from the bot."""

    name: str
    language: str | None


ROLES = (
    Role(name="美玲", language="zh-TW"),
    Role(name="Alex", language="en"),
    Role(name="さくら", language="ja"),
    Role(name="นก", language="th"),
)
GROUP = "週末畫畫團 Weekend sketchers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Ids of the people, in the order of ROLES, and of their group."""

    people: tuple[str, ...]
    group: str


def enter(line: LineStandIn, *, are_friends: bool) -> Cast:
    """Put the people and their group on LINE. `are_friends`: they have added the bot already."""
    people = tuple(line.add_person(role.name, language=role.language, is_friend=are_friends) for role in ROLES)
    group = line.add_group(GROUP, people)
    line.groups[group].has_bot = are_friends
    return Cast(people=people, group=group)


def hang_menus(line: LineStandIn) -> None:
    """Give everybody the rich menu of `easel setup`, in the language of their phone where there is one."""
    for language in LANGUAGES:
        made = menu_layout.menu(language)
        line.menus.menus[f"richmenu-{language}"] = Menu(id=f"richmenu-{language}", body=made.body, image=made.picture)
    line.menus.default = f"richmenu-{next(iter(LANGUAGES))}"
    for one in line.people.values():
        link_menu(line, one)


def link_menu(line: LineStandIn, person: Person) -> None:
    """Show somebody the menu in the language of their phone; the one for all where that is kept, or not spoken here."""
    own = f"richmenu-{person.language}"
    if own in line.menus.menus:
        line.menus.linked[person.id] = own
    else:
        line.menus.linked.pop(person.id, None)

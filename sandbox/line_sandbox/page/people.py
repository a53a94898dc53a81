"""Who is there when the page opens: four people with phones in four languages, and their group."""

from dataclasses import dataclass

from line_sandbox.line import LineStandIn


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

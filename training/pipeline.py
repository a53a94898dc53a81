"""All of reading without a text model: what Easel does about held-out messages, by rules, moment and gate together."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.flows.conversation.understanding import Understanding
from app.line.events import Event, read
from app.reading.decide import Rules
from app.reading.gate import Gate
from app.reading.meaning import Meaning, Moment
from app.reading.plan import Act, AskForPhoto, Change, Do, Draw, Plan, Redraw, Say, Set
from app.store.chats import ChatState, Expected
from app.store.context import Context, Quote, UnderWay
from training.messages import Message
from training.report import ALIKE, LANGUAGES, PAID, around

ME, GROUP, CALL = "U" + "a" * 32, "C" + "b" * 32, "@Easel "
PREFIXES = ("畫", "draw", "/draw")  # as GROUP_PREFIXES has them, where nobody sets others
NOW = 1_000_000.0
ASKED = {
    "offer": Expected(what="offer", user_id=ME, sources=[{"request": "OFFER"}]),
    "delete_all": Expected(what="delete", user_id=ME),
    "edit": Expected(what="words", user_id=ME, sources=[{"picture": "PICTURE"}]),
    "photo": Expected(what="photo", user_id=ME, prompt="add a hat"),
}
# The wrong photo is forgotten; of what is being drawn, "delete it" and "never mind" are the same.
BY_MOMENT = (frozenset({"command.cancel", "command.new"}), frozenset({"command.cancel", "command.delete"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A message, and what Easel does about it."""

    message: Message
    plan: Plan

    @property
    def does(self) -> str:
        """What is done: draw, change, a command, talk, ask (one tap does it), nothing."""
        return _name_of(self.plan.act)

    @property
    def pays(self) -> bool:
        """Whether a picture is drawn of it at once."""
        return self.does in {"draw", "change", *(f"command.{name}" for name in PAID)}

    @property
    def right(self) -> bool:
        """Whether it is what was meant, or one tap away."""
        said, meant = self.does, self.message.label
        alike = any(said in kinds and meant in kinds for kinds in (*ALIKE, *BY_MOMENT))
        return said in {meant, "ask"} or alike or (said == self.message.meaning)


def done_about(said: Iterable[Message]) -> list[Done]:
    """Let Easel read messages, each in its moment."""
    return asyncio.run(_read(said))


async def _read(said: Iterable[Message]) -> list[Done]:
    async def bot_name() -> str:
        return "Easel"

    understanding = Understanding(
        rules=Rules(group_prefixes=PREFIXES), gate=Gate.load(), reader=None, bot_name=bot_name
    )
    return [
        Done(message=one, plan=await understanding.plan(_event(one.text, one.moment), _context(one.moment)))
        for one in said
    ]


def _event(text: str, moment: Moment) -> Event:
    source = {"type": "group", "groupId": GROUP, "userId": ME} if moment.in_group else {"type": "user", "userId": ME}
    message = {"id": "1", "type": "text", "text": text, "quoteToken": "q"}
    if moment.is_called:
        us = {"index": 0, "length": len(CALL) - 1, "type": "user", "userId": "U" + "e" * 32, "isSelf": True}
        message |= {"text": CALL + text, "mention": {"mentionees": [us]}}
    if moment.quotes_picture:
        message |= {"quotedMessageId": "2"}
    return read(json.dumps({"type": "message", "mode": "active", "source": source, "message": message}))


def _context(moment: Moment) -> Context:
    under_way = UnderWay(request_id="REQUEST", prompt="a fox", place=0, created_at=NOW - 20, drawing_at=NOW - 12)
    return Context(
        chat=ChatState(
            expected=ASKED.get(moment.asked),
            current_picture="PICTURE" if moment.has_picture else None,
        ),
        quote=Quote(ours=True, picture_id="PICTURE") if moment.quotes_picture else Quote(),
        photos=["7"] if moment.has_photo else [],
        under_way=under_way if moment.is_drawing else None,
        picture_at=NOW - 60 if moment.has_picture else None,
        read_at=NOW,
    )


def _name_of(act: Act | None) -> str:  # noqa: PLR0911 - one line for each act
    match act:
        case Draw(sources=sources):
            return "change" if sources else "draw"
        case Redraw(changes=changes):
            return "change" if changes else "draw"
        case Change(verb=verb):
            return f"command.{verb}"
        case Do(command=command):
            return f"command.{command.name}"
        case Set():
            return "command.settings"
        case AskForPhoto():
            return "ask"
        case Say(prompt=prompt):
            return "ask" if prompt else "talk"
    return "nothing"


def tables(done: Sequence[Done]) -> Iterator[str]:
    """Write what Easel does as tables of Markdown."""
    yield "| | wishes at once | or after a tap | changes | commands | talk paid for | messages |"
    yield "|---|---|---|---|---|---|---|"
    moments = sorted({around(one.message.moment) for one in done})
    parts = [(name, [one for one in done if one.message.language == name]) for name in LANGUAGES]
    parts += [(name, [one for one in done if around(one.message.moment) == name]) for name in moments]
    for name, some in [*parts, ("all", done)]:
        found = (wishes_at_once(some), wishes_in_a_tap(some), changes(some), commands(some), talk_paid(some))
        yield f"| {name} | " + " | ".join(f"{100 * one:.1f} %" for one in found) + f" | {len(some)} |"
    columns = ("draw", "change", "command", "talk", "ask", "nothing")
    yield ""
    yield "| meant, done | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for meant in Meaning:
        counted = Counter(one.does.partition(".")[0] for one in done if one.message.meaning == meant)
        yield f"| {meant} | " + " | ".join(str(counted[one]) for one in columns) + " |"


def wishes_at_once(done: Sequence[Done]) -> float:
    """Give the share of wishes that become a picture at once."""
    return _share(done, Meaning.DRAW, lambda one: one.pays)


def wishes_in_a_tap(done: Sequence[Done]) -> float:
    """Give the share of wishes that become one at once, or after one tap."""
    return _share(done, Meaning.DRAW, lambda one: one.pays or one.does == "ask")


def changes(done: Sequence[Done]) -> float:
    """Give the share of changes that are made, or asked about."""
    return _share(done, Meaning.CHANGE, lambda one: one.right)


def commands(done: Sequence[Done]) -> float:
    """Give the share of commands that are obeyed, or asked about."""
    return _share(done, Meaning.COMMAND, lambda one: one.right)


def talk_paid(done: Sequence[Done]) -> float:
    """Give the share of talk that becomes a picture."""
    return _share(done, Meaning.TALK, lambda one: one.pays)


def _share(done: Sequence[Done], meaning: Meaning, is_so: Callable[[Done], bool]) -> float:
    found = [is_so(one) for one in done if one.message.meaning == meaning]
    return sum(found) / len(found) if found else 1.0

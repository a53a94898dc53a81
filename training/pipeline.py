"""All of reading without a text model: what Easel does about held-out messages, by rules, moment and gate together."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass

from app.flows.conversation.understanding import Understanding
from app.line.events import Event, read
from app.reading.decide import Rules
from app.reading.gate import Gate
from app.reading.meaning import Meaning, Moment
from app.reading.plan import Act, AskForPhoto, Change, Do, Draw, Plan, Redraw, Say, Set
from app.settings import Settings
from app.store.chats import ChatState, Expected
from app.store.context import Context, Quote, UnderWay
from app.words.answers import ChangeLater, EditedOffer, Offer, PhotosGot, StickerOffer
from training.messages import Message
from training.report import ALIKE, PAID

ME, GROUP, CALL = "U" + "a" * 32, "C" + "b" * 32, "@Easel "
PREFIXES = tuple(Settings.model_fields["group_prefixes"].default)
NOW = 1_000_000.0
ASKED = {
    "offer": Expected(what="offer", user_id=ME, sources=[{"request": "OFFER"}]),
    "delete_all": Expected(what="delete", user_id=ME),
    "edit": Expected(what="words", user_id=ME, sources=[{"picture": "PICTURE"}]),
    "photo": Expected(what="photo", user_id=ME, prompt="add a hat"),
}
ASKS = (Offer, StickerOffer, EditedOffer)  # whether to draw
# The wrong photo is forgotten; of what is being drawn, "delete it" and "never mind" are the same; what it costs and
# what is left stand in one answer.
BY_MOMENT = (
    frozenset({"command.cancel", "command.new"}),
    frozenset({"command.cancel", "command.delete"}),
    frozenset({"command.usage", "command.cost"}),
)
# Talk that is answered by what a command says, too.
ANSWERS = frozenset({"command.help", "command.cost", "command.usage", "command.about", "command.hello"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A message, and what Easel does about it."""

    message: Message
    plan: Plan

    @property
    def does(self) -> str:
        """What is done: draw, change, a command, talk, ask (whether to draw it), nothing."""
        return _name_of(self.plan.act)

    @property
    def pays(self) -> bool:
        """Whether a picture is drawn of it at once."""
        act = self.plan.act
        if self._is_a_yes:
            return False
        return not isinstance(act, Say) and self.does in {"draw", "change", *(f"command.{name}" for name in PAID)}

    @property
    def right(self) -> bool:
        """Whether what was meant is done, without a question. Who talks to others hears nothing."""
        said, meant, moment = self.does, self.message.label, self.message.moment
        match self.message.meaning:
            case Meaning.DRAW:
                return self.pays
            case Meaning.TALK if self._is_a_yes:
                return said == "draw"
            case Meaning.TALK:
                is_among_others = moment.in_group and not moment.is_called
                return said in {"talk", *ANSWERS} or (said == "nothing" and (is_among_others or self.plan.addressed))
        return said == meant or any(said in kinds and meant in kinds for kinds in (*ALIKE, *BY_MOMENT))

    @property
    def _is_a_yes(self) -> bool:
        """Whether it says yes to "Shall I draw it?": that picture is asked for."""
        return self.message.label == "talk.ok" and self.message.moment.asked == "offer"

    @property
    def in_a_tap(self) -> bool:
        """Whether it is right, or the person is asked: nothing is paid for, and a wish is one tap away."""
        asks = self.does == "ask" or (isinstance(self.plan.act, Say) and self.plan.act.prompt is not None)
        return self.right or (asks if self.message.meaning == Meaning.DRAW else self.does == "ask")


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
        case Say(answer=ChangeLater()):
            return "change"  # of what is being drawn, when it is there
        case Say(answer=PhotosGot()):
            return "command.edit"  # asks what to do with the photo
        case Say(answer=answer):
            return "ask" if isinstance(answer, ASKS) else "talk"
    return "nothing"

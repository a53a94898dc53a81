"""Decides what an event wants from us. Pure, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.line import contents
from app.line.contents import Edited, Follow, Join, Media, MediaKind, Other, Postback, Sticker, Text, Unfollow, Unsend
from app.line.events import Chat, ChatKind, Event, read
from app.reading.commands import Command, Name
from app.reading.meaning import Meaning, ReadingStep, Verdict, Why
from app.reading.moment import moment_of
from app.reading.plan import (
    PASS,
    Act,
    Change,
    Come,
    Do,
    Draw,
    Fetch,
    Forget,
    LeaveChat,
    Plan,
    Question,
    Redraw,
    Remember,
    Rephrase,
    Say,
    Set,
    Show,
)
from app.reading.rules import VERBS, by_rules
from app.reading.thanked import behind_thanks
from app.reading.verdicts import asked, by_verdict, is_free_to_try
from app.reading.wish import Addressing, Wish, wish_of
from app.store.context import Context
from app.words.answers import EditedOffer, Sentence, StickerOffer
from app.words.taps import Tap, read_tap

CHANGES = frozenset({"again", "wide", "tall", "square", "fine", "edit", "back", "see", "menu", "delete"})
KEYWORDS_SHOWN = 4  # of a sticker's keywords, up to 15

_MEDIA_WORDS = {
    MediaKind.VIDEO: "video",
    MediaKind.AUDIO: "voice",
    MediaKind.FILE: "file",
    MediaKind.LOCATION: "location",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Whom Easel answers, and what calls it in a group. Ids are LINE's; `bot_name` as LINE shows it, "" if unknown."""

    group_prefixes: Sequence[str]
    allowed_ids: frozenset[str] = frozenset()
    blocked_ids: frozenset[str] = frozenset()
    admin_ids: frozenset[str] = frozenset()
    bot_name: str = ""

    def blocks(self, chat: Chat, user_id: str | None) -> bool:
        """Whether this chat or this person is to get no answer."""
        return bool({chat.id, user_id} & self.blocked_ids)

    def allows(self, chat: Chat, user_id: str | None) -> bool:
        """Whether this chat and this person get an answer."""
        allowed = not self.allowed_ids or bool({chat.id, user_id} & (self.allowed_ids | self.admin_ids))
        return allowed and not self.blocks(chat, user_id)


NOTHING_AROUND = Context()
_REHEARSED = """{"type": "message", "mode": "active", "source": {"type": "user", "userId": "U"},
"message": {"id": "1", "type": "text", "text": "a fox and three of its friends"}}"""


def rehearse() -> None:
    """Read a made-up message at startup: the first one loads all word lists, 0.1 s in which no other can be read."""
    decide(read(_REHEARSED), Rules(group_prefixes=()))


def decide(
    event: Event,
    rules: Rules,
    context: Context = NOTHING_AROUND,
    verdict: Verdict | None = None,
    *,
    by: ReadingStep = ReadingStep.GATE,
    is_sure: bool = False,
) -> Plan:
    """Decide what an event wants. What is not for us is passed over; its reply token can still be used.

    A plan that is `open` says what to ask the next step, and what to do if none can tell.

    Args:
        event: What happened.
        rules: Whom we answer.
        context: What surrounds it in its chat.
        verdict: What the last step takes an open text for; None if no step was asked yet.
        by: That step.
        is_sure: Whether it is sure enough to act on.
    """
    if event.chat is None or event.mode == "standby" or _is_a_test(event):
        return PASS
    heard = _heard_of_anybody(event, event.chat, rules)
    if heard or not rules.allows(event.chat, event.user_id):
        return heard or PASS
    match event.content:
        case Text() as text:
            read = Read(verdict=verdict, by=by, is_sure=is_sure)
            return _of_text(text, event.user_id, _wish(text, event.chat, rules, context), context, read)
        case Edited(text=text):
            return _of_edited(text, _wish(text, event.chat, rules, context), context)
        case Postback(data=data):
            return _of_tap(data)
    return _of_no_words(event, event.chat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a step took a text for. `verdict`: None if no step was asked yet."""

    verdict: Verdict | None
    by: ReadingStep
    is_sure: bool


def _is_a_test(event: Event) -> bool:
    """Whether LINE's Verify button sent it: its reply token is all zeros or all f, and cannot be used.

    https://github.com/line/line-bot-sdk-python/issues/80 (read 2026-11-27)
    """
    return bool(event.reply_token) and set(event.reply_token or "") in ({"0"}, {"f"})


def _heard_of_anybody(event: Event, chat: Chat, rules: Rules) -> Plan | None:
    """Read what counts even from those who get no answers: unsending, leaving, adding us without permission."""
    match event.content:
        case Unsend(message_id=message_id) if message_id:
            return Plan(act=Forget(message_id=message_id))
        case Unfollow() | contents.Leave():
            return Plan(act=LeaveChat())
        case Join() if rules.allowed_ids and chat.id not in rules.allowed_ids and not rules.blocks(chat, event.user_id):
            return Plan(addressed=True, act=LeaveChat(goodbye=Sentence("group_not_allowed")))
        case Follow() if not rules.allows(chat, event.user_id) and not rules.blocks(chat, event.user_id):
            return Plan(addressed=True, act=Say(answer=Sentence("not_allowed")))
    return None


def _of_no_words(event: Event, chat: Chat) -> Plan:
    """Read what happened to the chat, and messages without words."""
    match event.content:
        case Follow(is_unblocked=is_unblocked):
            return Plan(addressed=True, act=Come(greeting=Sentence("welcome_back" if is_unblocked else "greeting")))
        case Join():
            return Plan(addressed=True, act=Come(greeting=Sentence("greeting_group")))
        case Sticker() | Media() as content:
            return _of_a_thing(content, alone=chat.kind is ChatKind.USER)
        case Other() if event.type == "message" and chat.kind is ChatKind.USER:
            return Plan(addressed=True, act=Say(answer=Sentence("not_this")))
    return PASS


def _of_a_thing(content: Sticker | Media, *, alone: bool) -> Plan:
    """Read a sticker or media, which cannot mention us: in groups it is not for us, but a photo may be quoted later."""
    if not alone:
        is_photo = isinstance(content, Media) and content.is_picture
        return Plan(act=Remember(photo=content)) if is_photo and isinstance(content, Media) else PASS
    act: Act
    match content:
        case Sticker(keywords=keywords):
            meant = ", ".join(keywords[:KEYWORDS_SHOWN])
            offer = Say(answer=StickerOffer(keywords=meant), prompt=meant)
            act = offer if meant else Say(answer=Sentence("sticker"))
        case Media(is_picture=True) as photo:
            act = Fetch(photo=photo)
        case Media(kind=kind):
            act = Say(answer=Sentence(_MEDIA_WORDS[kind]))
    return Plan(addressed=True, act=act, quote_token=content.quote_token, message_id=content.id or None)


def _of_text(text: Text, user_id: str | None, wish: Wish | None, context: Context, read: Read) -> Plan:
    if wish is None:
        return PASS
    act, why, question = _meant(wish, context, user_id, read)
    if act is None and wish.call in {Addressing.PREFIX, Addressing.QUOTE}:
        return Plan(why=why, open=question)  # people talking to each other
    return Plan(
        addressed=True,
        act=act,
        quote_token=text.quote_token,
        message_id=text.id or None,
        why=why,
        open=question,
    )


def _meant(wish: Wish, context: Context, user_id: str | None, read: Read) -> tuple[Act | None, Why, Question | None]:
    """Ask the steps in turn. The question is for the next step, if none is sure yet."""
    if certain := by_rules(wish, context, user_id):
        act, step = certain
        return act, Why(step=step, meaning=meaning_of(act)), None
    if read.verdict and read.verdict.options:
        wish = replace(wish, options=wish.options.merged_over(read.verdict.options))
    if read.verdict and read.verdict.of_behind and (behind := behind_thanks(wish.prompt)):
        wish = replace(wish, prompt=behind.text)
    verdict, confidence = read.verdict, read.verdict.confidence if read.verdict else 0.0
    if verdict and (read.is_sure or is_free_to_try(verdict, context, user_id)):
        why = Why(step=read.by, meaning=spelled(verdict), confidence=confidence)
        return by_verdict(wish, context, user_id, verdict), why, None
    question = Question(
        text=wish.said,
        moment=moment_of(wish, context, user_id),
        bare=wish.prompt if wish.options else "",
        behind=behind_thanks(wish.said),
    )
    why = Why(step=ReadingStep.ASKED, meaning=spelled(verdict), confidence=confidence)
    return asked(wish, context, user_id, verdict), why, question


def spelled(verdict: Verdict | None) -> str:
    """Write a verdict as the log and the store have it."""
    if verdict is None:
        return ""
    return f"{verdict.meaning}.{verdict.kind}" if verdict.kind else str(verdict.meaning)


def meaning_of(act: Act | None) -> str:
    """Return what an act means, where there is no verdict."""
    match act:
        case Draw(sources=sources):
            return Meaning.CHANGE if sources else Meaning.DRAW
        case Say() | None:
            return Meaning.TALK
    return Meaning.COMMAND


def _of_edited(text: Text, wish: Wish | None, context: Context) -> Plan:
    """Offer to draw an edited message, but do not draw it unasked: its first picture was paid for."""
    if wish is None and not context.asked_before:
        return PASS
    wish = wish or Wish(said=text.text, prompt=text.text)
    if not wish.prompt:
        return PASS
    offer = Say(answer=EditedOffer(), prompt=wish.prompt, options=wish.options)
    return Plan(addressed=True, act=offer, quote_token=text.quote_token, message_id=text.id or None)


def _wish(text: Text, chat: Chat, rules: Rules, context: Context) -> Wish | None:
    return wish_of(
        text,
        chat_kind=chat.kind,
        prefixes=rules.group_prefixes,
        quotes_us=context.quote.ours,
        bot_name=rules.bot_name,
    )


def _of_tap(data: str) -> Plan:
    tap = read_tap(data)
    act = _tapped(tap) if tap else None
    return Plan(addressed=True, act=act, tap=data) if act else PASS


def _tapped(tap: Tap) -> Act | None:  # noqa: PLR0911 - one line for each verb
    match tap:
        case Tap(verb="show", subject=request_id):
            return Show(request_id=request_id)
        case Tap(verb="draw", subject=request_id):
            return Redraw(request_id=request_id)
        case Tap(verb="change", subject=request_id):
            return Redraw(request_id=request_id, changes=True)
        case Tap(verb="rephrase", subject=request_id):
            return Rephrase(request_id=request_id)
        case Tap(verb="set", subject=name, value=value):
            return Set(name=name, value=value or "")
        case Tap(verb="do", subject=name, value=value) if name in set(Name):
            verb = VERBS.get(Name(name))
            return Change(verb=verb) if verb else Do(command=Command(name=Name(name), argument=value or ""))
        case Tap(verb=verb, subject=picture_id) if verb in CHANGES:
            return Change(verb=verb, picture_id=picture_id)
    return None

"""What an event wants of us. Deciding only, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.line import contents
from app.line.contents import Edited, Follow, Join, Media, MediaKind, Postback, Sticker, Text, Unfollow, Unsend
from app.line.events import Chat, ChatKind, Event
from app.reading.commands import Command, Name, command_of
from app.reading.follow_ups import says_a_change
from app.reading.options import Options
from app.reading.photos import speaks_of_a_photo, speaks_of_a_picture
from app.reading.plan import (
    PASS,
    Act,
    AskForPhoto,
    Change,
    Come,
    Do,
    Draw,
    Fetch,
    Forget,
    Leave,
    Plan,
    Redraw,
    Remember,
    Rephrase,
    Say,
    Set,
    Show,
)
from app.reading.wish import Wish, wish_of
from app.store.context import Quote, Surroundings
from app.words.taps import Tap, read_tap

CHANGES = frozenset({"again", "wide", "tall", "square", "fine", "edit", "back", "see", "menu", "delete"})
KEYWORDS_SHOWN = 4  # of a sticker's up to 15

DRAWN_AGAIN = frozenset({Name.AGAIN, Name.WIDE, Name.TALL, Name.SQUARE, Name.FINE})
_CHANGE_OF = {
    Name.AGAIN: "again",
    Name.WIDE: "wide",
    Name.TALL: "tall",
    Name.SQUARE: "square",
    Name.FINE: "fine",
    Name.EDIT: "edit",
    Name.BACK: "back",
    Name.MENU: "menu",
    Name.DELETE: "delete",
}
_MEDIA_WORDS = {
    MediaKind.VIDEO: "video",
    MediaKind.AUDIO: "voice",
    MediaKind.FILE: "file",
    MediaKind.LOCATION: "location",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Whom Easel answers, and to what in a group. Ids are LINE's."""

    group_prefixes: Sequence[str]
    allowed_ids: frozenset[str] = frozenset()
    blocked_ids: frozenset[str] = frozenset()
    admin_ids: frozenset[str] = frozenset()

    def blocks(self, chat: Chat, user_id: str | None) -> bool:
        """Whether this chat or this person is to get no answer."""
        return bool({chat.id, user_id} & self.blocked_ids)

    def allows(self, chat: Chat, user_id: str | None) -> bool:
        """Whether this chat and this person get an answer."""
        allowed = not self.allowed_ids or bool({chat.id, user_id} & (self.allowed_ids | self.admin_ids))
        return allowed and not self.blocks(chat, user_id)


NOTHING_AROUND = Surroundings()


def decide(event: Event, rules: Rules, around: Surroundings = NOTHING_AROUND) -> Plan:  # noqa: PLR0911 - one line for each
    """Read what an event wants. Everything that is not for us is passed over; its reply token still serves."""
    if event.chat is None or event.mode == "standby":
        return PASS
    heard = _heard_of_anybody(event, event.chat, rules)
    if heard or not rules.allows(event.chat, event.user_id):
        return heard or PASS
    match event.content:
        case Text() as text:
            return _of_text(text, event, event.chat, rules, around)
        case Edited(text=text):
            return _of_edited(text, event.chat, rules, around)
        case Postback(data=data):
            return _of_tap(data)
        case Follow(is_unblocked=is_unblocked):
            return Plan(addressed=True, act=Come(words="welcome_back" if is_unblocked else "greeting"))
        case Join():
            return Plan(addressed=True, act=Come(words="greeting_group"))
        case Sticker() | Media():
            return _of_no_words(event.content, alone=event.chat.kind is ChatKind.USER)
    return PASS


def _heard_of_anybody(event: Event, chat: Chat, rules: Rules) -> Plan | None:
    """Read what counts even from those who get no answers: taking back, going away, coming without an invitation."""
    match event.content:
        case Unsend(message_id=message_id) if message_id:
            return Plan(act=Forget(message_id=message_id))
        case Unfollow() | contents.Leave():
            return Plan(act=Leave())
        case Join() if rules.allowed_ids and chat.id not in rules.allowed_ids:
            return Plan(addressed=True, act=Leave(words="group_not_allowed"))
        case Follow() if not rules.allows(chat, event.user_id) and not rules.blocks(chat, event.user_id):
            return Plan(addressed=True, act=Say(words="not_allowed"))
    return None


def _of_no_words(content: Sticker | Media, *, alone: bool) -> Plan:
    """Read a message that cannot mention us: in groups it is not for us, but a photo may be quoted later."""
    if not alone:
        is_photo = isinstance(content, Media) and content.kind is MediaKind.IMAGE
        return Plan(act=Remember(photo=content)) if is_photo and isinstance(content, Media) else PASS
    act: Act
    match content:
        case Sticker(keywords=keywords):
            meant = ", ".join(keywords[:KEYWORDS_SHOWN])
            act = (
                Say(words="sticker_offer", details={"keywords": meant}, prompt=meant) if meant else Say(words="sticker")
            )
        case Media(kind=MediaKind.IMAGE) as photo:
            act = Fetch(photo=photo)
        case Media(kind=kind):
            act = Say(words=_MEDIA_WORDS[kind])
    return Plan(addressed=True, act=act, quote_token=content.quote_token, message_id=content.id or None)


def _of_text(text: Text, event: Event, chat: Chat, rules: Rules, around: Surroundings) -> Plan:
    wish = _wish(text, chat, rules, around)
    if wish is None:
        return PASS
    act = _wanted(wish, around, event.user_id)
    if act == Change(verb="delete") and text.quoted_message_id:
        act = Do(command=Command(name=Name.MINE))  # never another one than what was quoted
    return Plan(addressed=True, act=act, quote_token=text.quote_token, message_id=text.id or None)


def _of_edited(text: Text, chat: Chat, rules: Rules, around: Surroundings) -> Plan:
    """A message that was changed afterwards is drawn only if somebody says so: the first picture was paid."""
    wish = _wish(text, chat, rules, around)
    if wish is None and not around.asked_before:
        return PASS
    wish = wish or Wish(prompt=text.text)
    if not wish.prompt:
        return PASS
    offer = Say(words="edited_offer", prompt=wish.prompt, options=wish.options)
    return Plan(addressed=True, act=offer, quote_token=text.quote_token, message_id=text.id or None)


def _wish(text: Text, chat: Chat, rules: Rules, around: Surroundings) -> Wish | None:
    return wish_of(text, chat_kind=chat.kind, prefixes=rules.group_prefixes, quotes_us=around.quote.ours)


def _wanted(wish: Wish, around: Surroundings, user_id: str | None) -> Act:  # noqa: PLR0911 - one line for each meaning
    quoted = around.quote
    command = command_of(wish.prompt, beside_options=bool(wish.options))
    if command and not wish.options:
        return _commanded(command, quoted)
    if command and command.name in DRAWN_AGAIN:
        return _drawn_again(command.name, wish, quoted)
    source = _source(quoted)
    if not wish.prompt:
        return _of_options_alone(wish.options, quoted) if wish.options else Say(words="blank")
    if quoted.gone:
        return Say(words="photo_gone")
    if source:
        return Draw(prompt=wish.prompt, options=wish.options, sources=[source])
    expected = around.chat.expected if around.chat.expected and around.chat.expected.is_of(user_id) else None
    if expected and expected.what == "words":
        return Draw(prompt=wish.prompt, options=wish.options, sources=expected.sources, settled=True)
    if around.photos:
        photos = [{"photo": message_id} for message_id in around.photos]
        return Draw(prompt=wish.prompt, options=wish.options, sources=photos, photos=around.photos, settled=True)
    if around.chat.current_picture and _is_about_a_picture(wish.prompt):
        return Draw(prompt=wish.prompt, options=wish.options, sources=[{"picture": around.chat.current_picture}])
    if speaks_of_a_photo(wish.prompt) or speaks_of_a_picture(wish.prompt):
        return AskForPhoto(prompt=wish.prompt, options=wish.options)
    return Draw(prompt=wish.prompt, options=wish.options, settled=expected is not None)


def _is_about_a_picture(prompt: str) -> bool:
    return speaks_of_a_picture(prompt) or (says_a_change(prompt) and not speaks_of_a_photo(prompt))


def _source(quoted: Quote) -> dict[str, str] | None:
    if quoted.picture_id:
        return {"picture": quoted.picture_id}
    return {"photo": quoted.photo_id} if quoted.photo_id else None


def _commanded(command: Command, quoted: Quote) -> Act:
    verb = _CHANGE_OF.get(command.name)
    return Change(verb=verb, picture_id=quoted.picture_id) if verb else Do(command=command, about=quoted.asked_by)


def _drawn_again(name: Name, wish: Wish, quoted: Quote) -> Act:
    if name is Name.AGAIN and not command_of(wish.prompt):
        return _of_options_alone(wish.options, quoted)  # words that only lead to options, such as "make it"
    return Change(verb=_CHANGE_OF[name], picture_id=quoted.picture_id, options=wish.options)


def _of_options_alone(options: Options, quoted: Quote) -> Act:
    """Apply what was said without a wish to the last picture: 16:9 draws it anew, HD makes that very one finer."""
    verb = "fine" if options == Options(quality="high") else "again"
    return Change(verb=verb, picture_id=quoted.picture_id, options=options)


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
        case Tap(verb="rephrase", subject=request_id):
            return Rephrase(request_id=request_id)
        case Tap(verb="set", subject=name, value=value):
            return Set(name=name, value=value or "")
        case Tap(verb="do", subject=name) if name in set(Name):
            return _commanded(Command(name=Name(name)), Quote())
        case Tap(verb=verb, subject=picture_id) if verb in CHANGES:
            return Change(verb=verb, picture_id=picture_id)
    return None

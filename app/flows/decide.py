"""What an event wants of us. Deciding only, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.chat.wish import wish_of
from app.line.contents import Follow, Join, Media, MediaKind, Postback, Sticker, Text
from app.line.events import Chat, ChatKind, Event

SHOW = "show:"  # data of the button [Show picture], before the id of the request

_MEDIA_WORDS = {
    MediaKind.IMAGE: "image",
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

    def allows(self, chat: Chat, user_id: str | None) -> bool:
        """Whether this chat and this person get an answer."""
        ids = {chat.id, user_id}
        return not ids & self.blocked_ids and (not self.allowed_ids or bool(ids & self.allowed_ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with an event. `addressed`: it was meant for us, so somebody is looking at the chat.

    One of `prompt` (draw this), `words` (say this sentence) and `show` (bring the answer of this request) at most.
    """

    addressed: bool = False
    prompt: str | None = None
    words: str | None = None
    show: str | None = None
    quote_token: str | None = None


PASS = Plan()


def decide(event: Event, rules: Rules, *, quotes_us: bool) -> Plan:  # noqa: PLR0911 - one line for each content
    """Read what an event wants. Everything that is not for us is passed over; its reply token still serves."""
    if event.chat is None or event.mode == "standby" or not rules.allows(event.chat, event.user_id):
        return PASS
    alone = event.chat.kind is ChatKind.USER
    match event.content:
        case Text() as text:
            return _of_text(text, event.chat, rules, quotes_us=quotes_us)
        case Sticker(quote_token=quote_token) if alone:
            return Plan(addressed=True, words="sticker", quote_token=quote_token)
        case Media(kind=kind, quote_token=quote_token) if alone:
            return Plan(addressed=True, words=_MEDIA_WORDS[kind], quote_token=quote_token)
        case Postback(data=data) if data.startswith(SHOW):
            return Plan(addressed=True, show=data.removeprefix(SHOW))
        case Follow(is_unblocked=is_unblocked):
            return Plan(addressed=True, words="welcome_back" if is_unblocked else "greeting")
        case Join():
            return Plan(addressed=True, words="greeting_group")
    return PASS


def _of_text(text: Text, chat: Chat, rules: Rules, *, quotes_us: bool) -> Plan:
    wish = wish_of(text, chat_kind=chat.kind, prefixes=rules.group_prefixes, quotes_us=quotes_us)
    if wish is None:
        return PASS
    if not wish.prompt:
        return Plan(addressed=True, words="blank", quote_token=text.quote_token)
    return Plan(addressed=True, prompt=wish.prompt, quote_token=text.quote_token)

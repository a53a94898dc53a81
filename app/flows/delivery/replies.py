"""Turns a request into the messages that answer it."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never
from zoneinfo import ZoneInfo

import structlog

from app.errors import Reason
from app.line.events import ChatKind
from app.line.messages import MESSAGES_MAX, image, quoting, text, with_quick_reply
from app.line.sdk_models import Message
from app.reading.prefixes import prefix_shown
from app.store.chat_pictures import Picture, Pictures
from app.store.requests import Request, Requests, State
from app.words import menus
from app.words.answers import (
    AdminStatus,
    AskPhoto,
    ChangeLater,
    ChatSettings,
    Complaint,
    ConfirmDeleteAll,
    Cost,
    EditedOffer,
    Help,
    Menu,
    Mine,
    Offer,
    PersonalUsage,
    PhotoQuestion,
    PhotosGot,
    Sentence,
    ShowCard,
    ShowPicture,
    StickerOffer,
    UnreadableError,
    of_row,
)
from app.words.sentences import Words

log = structlog.get_logger()

POINTING = "here"  # a sentence that means nothing without the message it quotes
OR_DRAWN = ("talk_", "ask_photo")  # what the button under these draws
FINE = frozenset({"high", "xhigh", "max"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """One message, and the picture that it shows or is about: whoever quotes it means that picture."""

    message: Message
    picture_id: str | None = None


class Replies:
    """Builds the messages that answer a request."""

    def __init__(
        self,
        *,
        requests: Requests,
        pictures: Pictures,
        url_of: Callable[[str], str],
        group_prefixes: Sequence[str],
        zone: ZoneInfo,
        version: str,
        qualities: Sequence[str],
    ) -> None:
        """`url_of` turns an object key into a public URL. `qualities`: those that people may set."""
        self._requests = requests
        self._pictures = pictures
        self._url_of = url_of
        self._group_prefixes = group_prefixes
        self._zone = zone
        self._version = version
        self._qualities = qualities

    async def to(self, request: Request, words: Words, *, lead: str | None) -> list[OutgoingMessage]:
        """Answer a request. `lead` goes before a picture, to say which request it answers; None where that is obvious.

        A row that this release cannot read, or whose message LINE would reject, is answered with `broke`, since later
        answers of the chat wait for this one.
        """
        try:
            return await self._to(request, words, lead=lead)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            why = str(error) if isinstance(error, UnreadableError) else type(error).__name__
            log.error("answer_not_sayable", request=request.id, words=request.words, message=why)
            return [OutgoingMessage(message=text(words.say(Reason.BROKE)))]

    async def _to(self, request: Request, words: Words, *, lead: str | None) -> list[OutgoingMessage]:
        pictures = await self._pictures.of_request(request.id) if request.state is State.READY and request.draws else []
        if pictures:
            return self._shown(request, pictures, words, lead=lead)
        return await self._in_words(request, words, bare=lead is None)

    def _shown(
        self, request: Request, pictures: Sequence[Picture], words: Words, *, lead: str | None
    ) -> list[OutgoingMessage]:
        """Show the pictures of a wish, with what there is to say about it before them and buttons under the last."""
        shown = [self._image(picture) for picture in pictures[:MESSAGES_MAX]]
        said = "\n".join(part for part in (lead, *self._notes(request, words)) if part)
        if said and len(shown) < MESSAGES_MAX:
            about = pictures[-1].id
            shown = [OutgoingMessage(message=text(said, quote_token=request.quote_token), picture_id=about), *shown]
        return [*shown[:-1], self._with_buttons(shown[-1], request, pictures[-1], words)]

    def _notes(self, request: Request, words: Words) -> Iterator[str]:
        """Yield what is to be said beside a picture. A note that cannot be read is skipped."""
        for note in request.notes if isinstance(request.notes, list) else ():
            try:
                key, details = note
                answer = of_row(key, details)
            except (TypeError, ValueError) as error:
                log.error("note_not_sayable", request=request.id, message=type(error).__name__)
                continue
            if isinstance(answer, Sentence) and _is_true(answer):
                yield self._say(answer, words)

    async def _in_words(self, request: Request, words: Words, *, bare: bool) -> list[OutgoingMessage]:
        """Answer in words, where there is no picture to show."""
        gone = request.draws and request.state is State.READY  # a picture that was deleted meanwhile
        answer = of_row(request.words or ("picture_gone" if gone else Reason.BROKE), request.details)
        if not isinstance(answer, Sentence):
            said = await self._menu(answer, request, words)
            return said if bare else _quoting(said, request.quote_token)
        if answer.key.startswith("moderation") and request.prompt:
            original = f"{self._fill_in(request, words)}{request.prompt}{_in_words(request.options or {})}"
            made = menus.rephrase(words, words.say(answer.key), original=original, request_id=request.id)
            return _quoting([OutgoingMessage(message=made)], None if bare else request.quote_token)
        if answer.key in menus.WITH_A_WISH:
            prefix = self._fill_in(request, words)
            made = menus.with_a_wish(words, answer.key, self._say(answer, words), prefix=prefix)
            return _quoting([OutgoingMessage(message=made)], None if bare else request.quote_token)
        points = not bare or answer.key == POINTING
        message = text(self._say(answer, words), quote_token=request.quote_token if points else None)
        if answer.key.startswith(OR_DRAWN) and request.prompt:
            message = menus.or_draw(words, message, request.id)
        about = answer.parts.get("picture")
        return [OutgoingMessage(message=message, picture_id=str(about) if about else None)]

    async def _menu(  # noqa: C901, PLR0912 - one case for each menu
        self, answer: Menu, request: Request, words: Words
    ) -> list[OutgoingMessage]:
        """Build an answer that is more than a sentence."""
        match answer:
            case ShowPicture(picture=picture_id):
                return await self._one_picture(picture_id, request, words, card_only=False)
            case ShowCard(picture=picture_id):
                return await self._one_picture(picture_id, request, words, card_only=True)
            case Help(admin=is_admin):
                is_group, prefix = request.chat_kind != ChatKind.USER, self._prefix(words)
                made = menus.help_messages(words, is_group=is_group, prefix=prefix, is_admin=is_admin)
            case ChatSettings(saved=True):
                made = [menus.settings_saved(words, answer)]
            case ChatSettings():
                made = [menus.settings_panel(words, answer, qualities=self._qualities)]
            case Mine(pictures=pictures):
                made = menus.mine(words, [(one, self._url_of(preview)) for one, preview in pictures])
            case ConfirmDeleteAll():
                made = [menus.confirm_delete_all(words, answer, request.id)]
            case AdminStatus():
                made = [menus.admin_status(words, answer)]
            case Cost():
                made = [menus.cost(words, answer, self._zone)]
            case PersonalUsage():
                made = [menus.usage(words, answer, self._zone)]
            case PhotosGot(count=count):
                made = [menus.photo_got(words, count)]
            case AskPhoto(of_oneself=is_of_oneself):
                made = [menus.ask_photo(words, or_draw_id=request.id if is_of_oneself else None)]
            case StickerOffer(keywords=keywords):
                made = [menus.sticker_offer(words, keywords, request.id)]
            case EditedOffer():
                made = [menus.edited_offer(words, request.id)]
            case Offer(picture=picture_id):
                made = [menus.offer(words, request.prompt or "", request.id, has_picture=picture_id is not None)]
            case ChangeLater():
                made = [menus.change_later(words, request.prompt or "", request.id)]
            case Complaint(picture=picture_id):
                said = menus.complaint(words, picture_id, fill_in=self._fill_in(request, words))
                return [OutgoingMessage(message=said, picture_id=picture_id)]
            case PhotoQuestion():
                made = [menus.photo_question(words)]
            case _:
                assert_never(answer)
        return [OutgoingMessage(message=message) for message in made]

    async def _one_picture(
        self, picture_id: str, request: Request, words: Words, *, card_only: bool
    ) -> list[OutgoingMessage]:
        """Show a picture again, or only the card with what can be done with it."""
        picture = await self._pictures.get(picture_id, chat_id=request.chat_id)
        if picture is None:
            return [OutgoingMessage(message=text(words.say("picture_gone")))]
        wish = await self._requests.get(picture.request_id)
        message = menus.picture_card(
            words, picture.id, wish=(wish.prompt if wish else None) or "", fill_in=self._fill_in(request, words)
        )
        card = OutgoingMessage(message=message, picture_id=picture.id)
        return [card] if card_only else [self._image(picture), card]

    def _image(self, picture: Picture) -> OutgoingMessage:
        original, preview = self._url_of(picture.object_key), self._url_of(picture.preview_key)
        return OutgoingMessage(message=image(original_url=original, preview_url=preview), picture_id=picture.id)

    def _with_buttons(self, said: OutgoingMessage, request: Request, picture: Picture, words: Words) -> OutgoingMessage:
        actions = menus.after_picture(
            words,
            picture.id,
            has_parent=picture.parent_id is not None,
            is_fine=(request.options or {}).get("quality") in FINE,
            shape=picture.shape,
            fill_in=self._fill_in(request, words),
        )
        return OutgoingMessage(message=with_quick_reply(said.message, actions), picture_id=said.picture_id)

    def _fill_in(self, request: Request, words: Words) -> str:
        """Return what a message to us begins with in this chat; "" in a 1:1 chat."""
        prefix = self._prefix(words)
        return "" if request.chat_kind == ChatKind.USER else prefix if prefix == "@" else f"{prefix} "

    def _prefix(self, words: Words) -> str:
        return prefix_shown(self._group_prefixes, words.language)

    def _say(self, sentence: Sentence, words: Words) -> str:
        """Say a sentence, with times in the operator's time zone."""
        parts = {"prefix": self._prefix(words), "version": self._version, **sentence.parts}
        if "until_at" in sentence.parts:
            parts["when"] = menus.spelled_time(words, sentence.parts["until_at"], self._zone)
        return words.say(sentence.key, **parts)


def _quoting(said: list[OutgoingMessage], quote_token: str | None) -> list[OutgoingMessage]:
    """Let the first message quote what it answers, if it is a text: no other kind can."""
    first, *rest = said
    if not quote_token or first.message.type != "text":
        return said
    return [OutgoingMessage(message=quoting(first.message, quote_token), picture_id=first.picture_id), *rest]


def _in_words(options: Mapping[str, Any]) -> str:
    """Write a wish's shape and count as people type them, so that they are kept when the wish is put in other words."""
    ratio, count = options.get("ratio"), options.get("count") or 1
    return (f" {ratio[0]}:{ratio[1]}" if ratio else "") + (f" x{count}" if count > 1 else "")


def _is_true(note: Sentence) -> bool:
    """Whether a note still holds: what was left of a day means nothing the next day."""
    return float(note.parts.get("until_at", math.inf)) > time.time()

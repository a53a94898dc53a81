"""From a request to the messages that answer it."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from app.errors import Reason
from app.line.events import ChatKind
from app.line.messages import MESSAGES_MAX, Message, image, text, with_quick_reply
from app.reading.prefixes import prefix_shown
from app.store.pictures import Picture, Pictures
from app.store.requests import Request, Requests, State
from app.words import menus
from app.words.sentences import Words

POINTING = "here"  # words that mean nothing without what they quote
FINE = frozenset({"high", "xhigh", "max"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message, and the picture that it shows or speaks of: whoever quotes it means that one."""

    message: Message
    picture_id: str | None = None


class Replies:
    """Makes messages. `url_of` makes an address of an object key."""

    def __init__(
        self,
        *,
        requests: Requests,
        pictures: Pictures,
        url_of: Callable[[str], str],
        group_prefixes: Sequence[str],
        zone: ZoneInfo,
        version: str,
    ) -> None:
        self._requests = requests
        self._pictures = pictures
        self._url_of = url_of
        self._group_prefixes = group_prefixes
        self._zone = zone
        self._version = version

    async def to(self, request: Request, words: Words, *, lead: str | None) -> list[Said]:
        """Answer a request. `lead` says before a picture which request it answers; None where that is plain."""
        pictures = await self._pictures.of_request(request.id) if request.state is State.READY and request.draws else []
        if pictures:
            return self._shown(request, pictures, words, lead=lead)
        return await self._in_words(request, words, bare=lead is None)

    def _shown(self, request: Request, pictures: Sequence[Picture], words: Words, *, lead: str | None) -> list[Said]:
        """Show the pictures of a wish, with what there is to say of it before them and buttons under the last."""
        shown = [self._image(picture) for picture in pictures[:MESSAGES_MAX]]
        notes = [
            words.say(key, **self._spelled(details, words)) for key, details in request.notes or () if _is_true(details)
        ]
        said = "\n".join(part for part in (lead, *notes) if part)
        if said and len(shown) < MESSAGES_MAX:
            about = pictures[-1].id
            shown = [Said(message=text(said, quote_token=request.quote_token), picture_id=about), *shown]
        return [*shown[:-1], self._with_buttons(shown[-1], request, pictures[-1], words)]

    async def _in_words(self, request: Request, words: Words, *, bare: bool) -> list[Said]:
        """Say what is to be said in place of a picture."""
        gone = request.draws and request.state is State.READY  # a picture that was deleted meanwhile
        key, details = request.words or ("picture_gone" if gone else Reason.BROKE), request.details or {}
        messages = await self._menu(key, details, request, words)
        if messages is not None:
            return messages if bare else _quoting(messages, request.quote_token)
        points = not bare or key == POINTING
        said = words.say(key, **self._spelled(details, words))
        about = str(details["picture"]) if "picture" in details else None
        return [Said(message=text(said, quote_token=request.quote_token if points else None), picture_id=about)]

    async def _menu(  # noqa: C901, PLR0912 - one case for each menu
        self, key: str, details: Mapping[str, Any], request: Request, words: Words
    ) -> list[Said] | None:
        """Make what is more than a sentence; None for a sentence."""
        match key:
            case "help":
                made = menus.help_messages(
                    words,
                    is_group=request.chat_kind != ChatKind.USER,
                    prefix=self._prefix(words),
                    is_admin=bool(details.get("admin")),
                )
            case "settings":
                now = {name: str(details.get(name, "")) for name in ("size", "quality", "count", "language")}
                saved = details.get("saved")
                made = [menus.settings_saved(words, **now)] if saved else menus.settings_panel(words, **now)
            case "mine":
                shown = [(one, self._url_of(preview)) for one, preview in details.get("pictures", ())]
                made = menus.mine(words, shown)
            case "confirm_delete_all":
                made = [menus.confirm_delete_all(words, int(details.get("count", 0)))]
            case "picture" | "card":
                return await self._one_picture(key, str(details.get("picture", "")), request, words)
            case "admin_status":
                made = [menus.admin_status(words, details)]
            case "usage":
                made = [menus.usage(words, details, self._zone)]
            case "photo_got":
                made = [menus.photo_got(words, int(details.get("count", 1)))]
            case "ask_photo":
                made = [menus.ask_photo(words)]
            case "sticker_offer":
                made = [menus.sticker_offer(words, str(details.get("keywords", "")), request.id)]
            case "edited_offer":
                made = [menus.edited_offer(words, request.id)]
            case _ if key.startswith("moderation") and request.prompt:
                original = f"{self._fill_in(request, words)}{request.prompt}{_in_words(request.options or {})}"
                made = [menus.rephrase(words, words.say(key), original=original, request_id=request.id)]
            case _:
                return None
        return [Said(message=message) for message in made]

    async def _one_picture(self, key: str, picture_id: str, request: Request, words: Words) -> list[Said]:
        """Show a picture again, or only the card with what can be done with it."""
        picture = await self._pictures.get(picture_id, chat_id=request.chat_id)
        if picture is None:
            return [Said(message=text(words.say("picture_gone")))]
        wish = await self._requests.get(picture.request_id)
        message = menus.picture_card(
            words, picture.id, wish=(wish.prompt if wish else None) or "", fill_in=self._fill_in(request, words)
        )
        card = Said(message=message, picture_id=picture.id)
        return [card] if key == "card" else [self._image(picture), card]

    def _image(self, picture: Picture) -> Said:
        original, preview = self._url_of(picture.object_key), self._url_of(picture.preview_key)
        return Said(message=image(original_url=original, preview_url=preview), picture_id=picture.id)

    def _with_buttons(self, said: Said, request: Request, picture: Picture, words: Words) -> Said:
        actions = menus.after_picture(
            words,
            picture.id,
            has_parent=picture.parent_id is not None,
            is_fine=(request.options or {}).get("quality") in FINE,
            shape=picture.shape,
            fill_in=self._fill_in(request, words),
        )
        return Said(message=with_quick_reply(said.message, actions), picture_id=said.picture_id)

    def _fill_in(self, request: Request, words: Words) -> str:
        """Return how a message begins that is meant for us."""
        prefix = self._prefix(words)
        return "" if request.chat_kind == ChatKind.USER else prefix if prefix == "@" else f"{prefix} "

    def _prefix(self, words: Words) -> str:
        return prefix_shown(self._group_prefixes, words.language)

    def _spelled(self, details: Mapping[str, Any], words: Words) -> dict[str, Any]:
        """Put what a sentence speaks of into words: times in the operator's time zone."""
        spelled = {"prefix": self._prefix(words), "version": self._version, **details}
        if "until_at" in details:
            spelled["when"] = menus.spelled_time(details["until_at"], self._zone)
        return spelled


def _quoting(said: list[Said], quote_token: str | None) -> list[Said]:
    """Let the first message quote what it answers, where it is a text: nothing else can."""
    first, *rest = said
    if not quote_token or first.message["type"] != "text":
        return said
    return [Said(message={**first.message, "quoteToken": quote_token}, picture_id=first.picture_id), *rest]


def _in_words(options: Mapping[str, Any]) -> str:
    """Write a wish's shape and number as people do, so that they are not lost when it is put in other words."""
    ratio, count = options.get("ratio"), options.get("count") or 1
    return (f" {ratio[0]}:{ratio[1]}" if ratio else "") + (f" x{count}" if count > 1 else "")


def _is_true(details: Mapping[str, Any]) -> bool:
    """Whether a note still holds: what is left of a day means nothing on the next."""
    return float(details.get("until_at", math.inf)) > time.time()

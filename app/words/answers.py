"""What an answer says, as types, and the one place that reads and writes them as rows. No I/O.

A row holds a key (`words`) and its values (`details`). An earlier or later release may have written it, or a bug:
`of_row` takes nothing for granted, so that one row never silences a chat.
"""

import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from app.words.sentences import sentences_for

TIME_AT_MAX: Final = 32_503_680_000  # the year 3000, Unix seconds

Time = Annotated[float, Field(ge=0, le=TIME_AT_MAX)]
Row = tuple[str, dict[str, Any] | None]


class UnreadableError(ValueError):
    """A row that this release cannot read. The message names its key, never anybody's words."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by its key, with the values for its blanks."""

    key: str
    parts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What Easel can do. `admin`: also what admins can do."""

    admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSettings:
    """What a chat has set; empty where it has not. `saved`: it has just been changed."""

    size: str = ""
    quality: str = ""
    count: str = ""
    language: str = ""
    saved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """The latest pictures, each with its id and the object key of its preview."""

    pictures: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDeleteAll:
    """Whether everything is really to go. `count`: of pictures. `whose`: all of a 1:1 chat, or in a group."""

    count: int
    whose: Literal["", "own", "everybody"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPicture:
    """Shows a picture once more."""

    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCard:
    """Shows what can be done with a picture."""

    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminStatus:
    """What an admin is told. `today`, `month`: spent, USD; `days`: left of `model`; `saved`: pushes not needed."""

    today: str
    month: str
    pictures: int
    failures: str
    queue: int
    model: str
    days: str
    pushes: str
    saved: int
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of a budget, and when it starts over, Unix seconds."""

    left_percent: int
    until_at: Time


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The budget for which the last wish was declined, and when it begins anew."""

    words: Literal["limit_chat_month", "limit_share", "limit_bot_day", "limit_bot_month"]
    until_at: Time


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalUsage:
    """What a person has used. `pictures_max` 0: no limit. `reached`: in place of what is left of the budgets."""

    pictures: int
    pictures_max: int
    pictures_until_at: Time
    chat_month: Left | None = None
    share: Left | None = None
    reached: Reached | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosGot:
    """Says that photos have come, and wait for words."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPhoto:
    """Asks for the photo that the words spoke of. `of_oneself`: or offers to draw the writer without one."""

    of_oneself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StickerOffer:
    """Offers to draw what a sticker means."""

    keywords: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedOffer:
    """Offers to draw a message that was edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Offers to draw what may or may not be a wish. `picture`: the last one, to change that way instead."""

    picture: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLater:
    """Offers to change the picture of `request`, which is still being drawn, once it is there."""

    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Says sorry. `picture`: the one that was complained about, to draw again or change."""

    picture: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost(PersonalUsage):
    """Says that people pay nothing, and what is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoQuestion:
    """Says that Easel does not know what is in a photo, but can change it."""


Menu = (
    Help
    | ChatSettings
    | Mine
    | ConfirmDeleteAll
    | ShowPicture
    | ShowCard
    | AdminStatus
    | PersonalUsage
    | PhotosGot
    | AskPhoto
    | StickerOffer
    | EditedOffer
    | Offer
    | ChangeLater
    | Complaint
    | Cost
    | PhotoQuestion
)
Answer = Sentence | Menu

_MENUS: Final[Mapping[str, type[Menu]]] = {
    "help": Help,
    "settings": ChatSettings,
    "mine": Mine,
    "confirm_delete_all": ConfirmDeleteAll,
    "picture": ShowPicture,
    "card": ShowCard,
    "admin_status": AdminStatus,
    "usage": PersonalUsage,
    "photo_got": PhotosGot,
    "ask_photo": AskPhoto,
    "sticker_offer": StickerOffer,
    "edited_offer": EditedOffer,
    "offer": Offer,
    "change_later": ChangeLater,
    "talk_complaint": Complaint,
    "talk_cost": Cost,
    "talk_photo_question": PhotoQuestion,
}
_KEYS: Final = {kind: key for key, kind in _MENUS.items()}


def key_of(kind: type[Menu]) -> str:
    """Return the key that rows have for this kind of answer."""
    return _KEYS[kind]


def to_row(answer: Answer) -> Row:
    """Write an answer as the words and details of a row."""
    if isinstance(answer, Sentence):
        return answer.key, dict(answer.parts) or None
    details = {name: value for name, value in asdict(answer).items() if value is not None}
    return _KEYS[type(answer)], details or None


def of_row(words: str, details: Mapping[str, Any] | None) -> Answer:
    """Read an answer from a row.

    Raises:
        UnreadableError: This release does not know the key, or the details do not fit it.
    """
    parts = details if isinstance(details, Mapping) else {}
    if words in _MENUS:
        return _menu(words, parts)
    blanks = _blanks().get(words)
    if blanks is None:
        raise UnreadableError(f"no answer is called {words[:40]!r}")
    if not _fills(parts, blanks):
        raise UnreadableError(f"the details of {words!r} do not fill its blanks")
    return Sentence(words, parts)


def _menu(words: str, details: Mapping[str, Any]) -> Menu:
    try:
        return _reader(words).validate_python(details)
    except ValidationError:
        raise UnreadableError(f"the details of {words!r} are not those of it") from None  # its cause would repeat them


@cache
def _reader(key: str) -> TypeAdapter[Menu]:
    return TypeAdapter(_MENUS[key])


@cache
def _blanks() -> Mapping[str, frozenset[str]]:
    """Return which blanks each sentence has; they are the same in every language."""
    sentences = sentences_for(None, "").sentences
    return {
        key: frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)
        for key, sentence in sentences.items()
    }


def _fills(parts: Mapping[str, Any], blanks: frozenset[str]) -> bool:
    there = {name for name, part in parts.items() if isinstance(part, str | int | float)} | {"prefix", "version"}
    if "until_at" in parts and not _is_time(parts["until_at"]):
        return False
    return blanks <= there | ({"when"} if "until_at" in parts else set())


def _is_time(at: object) -> bool:
    return isinstance(at, int | float) and 0 <= at <= TIME_AT_MAX

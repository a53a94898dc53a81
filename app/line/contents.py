"""What an event carries: a message, a tap, or something that happened to the chat. No I/O.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects (read 2026-11-22)
"""

from dataclasses import dataclass
from enum import StrEnum

from app.line.json_fields import Json, identifier, number, section, sections, string, strings


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An `@name` inside a text.

    Attributes:
        index: Where it starts, in UTF-16 code units, the `@` included.
        length: UTF-16 code units.
        is_self: It names this bot. Never true for `@All`.
        is_all: It names everybody.
        user_id: None unless that user has consented.
    """

    index: int
    length: int
    is_self: bool
    is_all: bool
    user_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Emoji:
    """One of LINE's own emoji, for which the text has a word such as (love). Positions are in UTF-16 code units."""

    index: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text message. `quoted_message_id` may name one of our own messages."""

    id: str
    text: str
    quote_token: str | None = None
    quoted_message_id: str | None = None
    mentions: tuple[Mention, ...] = ()
    emoji: tuple[Emoji, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticker:
    """A sticker. Its image cannot be downloaded; `keywords` are a random choice of its possible meanings."""

    id: str
    keywords: tuple[str, ...]
    quote_token: str | None
    quoted_message_id: str | None


class MediaKind(StrEnum):
    """Kinds of message other than texts and stickers. We read no content of theirs from the event."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    LOCATION = "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSet:
    """Images sent together, which arrive as one event each, in no order. `index` and `total` are 0 from old apps."""

    id: str
    index: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A photo, video, voice message, file or location. `is_external`: another app hosts it, so LINE cannot serve it.

    https://developers.line.biz/en/reference/messaging-api/#wh-image (read 2026-11-27)
    """

    id: str
    kind: MediaKind
    quote_token: str | None
    image_set: ImageSet | None
    is_external: bool = False
    file_name: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it is a photo, or a file named like one; its bytes are checked later."""
        named = self.file_name.lower().endswith((".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif"))
        return self.kind is MediaKind.IMAGE or (self.kind is MediaKind.FILE and named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postback:
    """A tap on a button of ours. `data` is what we put into it; `params` come from date pickers and rich menus."""

    data: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Somebody added us as a friend, or unblocked us."""

    is_unblocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfollow:
    """Somebody blocked us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """We were added to a group or room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """We were removed from a group or room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsend:
    """Somebody unsent a message. It must be forgotten."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A text was edited; `text.id` is the id of the original. The version with the latest timestamp counts."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Something we do not know or need. `type` is LINE's word for the event, or for the message in it."""

    type: str


Content = Text | Sticker | Media | Postback | Follow | Unfollow | Join | Leave | Unsend | Edited | Other


def content_of(event: Json) -> Content:  # noqa: PLR0911 - one line for each type of event
    """Parse what an event object carries. A missing id becomes an empty string."""
    match string(event, "type"):
        case "message":
            return _message(section(event, "message"))
        case "messageEdited":
            message = _message(section(event, "message"))
            return Edited(text=message) if isinstance(message, Text) else Other(type="messageEdited")
        case "postback":
            return _postback(section(event, "postback"))
        case "follow":
            return Follow(is_unblocked=section(event, "follow").get("isUnblocked") is True)
        case "unfollow":
            return Unfollow()
        case "join":
            return Join()
        case "leave":
            return Leave()
        case "unsend":
            return Unsend(message_id=identifier(section(event, "unsend"), "messageId") or "")
        case unknown:
            return Other(type=unknown)


def _message(message: Json) -> Content:
    match string(message, "type"):
        case "text":
            return _text(message)
        case "sticker" if string(message, "text").strip():
            return _text(message)  # a message sticker: what the person typed on it is what they say
        case "sticker":
            return Sticker(
                id=identifier(message, "id") or "",
                keywords=strings(message, "keywords"),
                quote_token=identifier(message, "quoteToken"),
                quoted_message_id=identifier(message, "quotedMessageId"),
            )
        case "image" | "video" | "audio" | "file" | "location" as kind:
            return Media(
                id=identifier(message, "id") or "",
                kind=MediaKind(kind),
                quote_token=identifier(message, "quoteToken"),
                image_set=_image_set(section(message, "imageSet")),
                is_external=string(section(message, "contentProvider"), "type") == "external",
                file_name=string(message, "fileName"),
            )
        case unknown:
            return Other(type=unknown)


def _text(message: Json) -> Text:
    return Text(
        id=identifier(message, "id") or "",
        text=string(message, "text"),
        quote_token=identifier(message, "quoteToken"),
        quoted_message_id=identifier(message, "quotedMessageId"),
        mentions=tuple(_mention(mentionee) for mentionee in sections(section(message, "mention"), "mentionees")),
        emoji=tuple(
            Emoji(index=number(one, "index"), length=number(one, "length")) for one in sections(message, "emojis")
        ),
    )


def _mention(mentionee: Json) -> Mention:
    is_all = mentionee.get("type") == "all"
    return Mention(
        index=number(mentionee, "index"),
        length=number(mentionee, "length"),
        is_self=mentionee.get("isSelf") is True and not is_all,
        is_all=is_all,
        user_id=identifier(mentionee, "userId"),
    )


def _image_set(image_set: Json) -> ImageSet | None:
    found = identifier(image_set, "id")
    return ImageSet(id=found, index=number(image_set, "index"), total=number(image_set, "total")) if found else None


def _postback(postback: Json) -> Postback:
    params = section(postback, "params")
    return Postback(data=string(postback, "data"), params={key: string(params, key) for key in params})

"""What LINE takes as a message object. No I/O.

https://developers.line.biz/en/reference/messaging-api/#message-objects (read 2026-11-22)
"""

import re
from dataclasses import dataclass

from line_sandbox.line.actions import BUTTON, IMAGE_COLUMN, WHOLE_BUBBLE, check_action, check_quick_reply, check_sender
from line_sandbox.line.errors import malformed
from line_sandbox.line.fields import Body, Fields
from line_sandbox.line.flex import check_flex

MESSAGES_MAX = 5
TEXT_MAX = 5000
QUOTABLE = frozenset({"text", "textV2", "sticker", "image", "video", "template", "flex"})
MAY_QUOTE = frozenset({"text", "textV2", "sticker"})
TYPES = ("text", "textV2", "sticker", "image", "video", "audio", "location", "imagemap", "template", "flex", "coupon")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """Of a buttons template or a column of a carousel; a title or a picture leaves less room for text."""

    plain_text: int
    pictured_text: int
    actions: int


_BUTTONS = _Limits(plain_text=160, pictured_text=60, actions=4)
_CAROUSEL = _Limits(plain_text=120, pictured_text=60, actions=3)
_RATIOS, _SIZES = ("rectangle", "square"), ("cover", "contain")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_TRACKING_ID = re.compile(r"[0-9A-Za-z\-.=,+*()%$&;:@{}!?<>\[\]]{1,100}")
_TAG = re.compile(r"[0-9A-Za-z_]{1,30}")
_KEY = re.compile(r"[0-9A-Za-z_]{1,20}")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def check_messages(fields: Fields, body: Body) -> list[Body]:
    """Check `messages` of a request body and return them."""
    messages = fields.array(body, "", "messages", 1, MESSAGES_MAX)
    for number, message in enumerate(messages):
        at = f"messages[{number}]"
        kind = fields.word(message, at, "type", TYPES)
        if kind is not None:
            _CHECKS[kind](fields, message, at)
            check_quick_reply(fields, message, at)
            check_sender(fields, message, at)
            if kind not in MAY_QUOTE and "quoteToken" in message:
                fields.say(f"{at}.quoteToken", f"quoteToken is not supported in {kind} messages")
    return messages


def _text(fields: Fields, message: Body, at: str) -> None:
    text = fields.text(message, at, "text", TEXT_MAX)
    emojis = fields.array(message, at, "emojis", 0, 20) if "emojis" in message else []
    for number, emoji in enumerate(emojis):
        place = f"{at}.emojis[{number}]"
        index = fields.integer(emoji, place, "index", 0, TEXT_MAX)
        fields.text(emoji, place, "productId", 100)
        fields.text(emoji, place, "emojiId", 100)
        units = (text or "").encode("utf-16-le")
        if index is not None and units[2 * index : 2 * index + 2] != "$".encode("utf-16-le"):
            fields.say(f"{place}.index", "The character at the index is not $")


def _text_v2(fields: Fields, message: Body, at: str) -> None:
    text = fields.text(message, at, "text", TEXT_MAX) or ""
    substitution = fields.mapping(message, at, "substitution", required=False) or {}
    if len(substitution) > 100:  # noqa: PLR2004  # #text-message-v2
        fields.say(f"{at}.substitution", "Size must be between 0 and 100")
    for found in _PLACEHOLDER.finditer(text):
        if found[0] in {"{", "}"} or (found[1] is not None and found[1] not in substitution):
            fields.say(f"{at}.text", f"The placeholder {found[0]} has no substitution")
    kinds = [_substituted(fields, substitution, key, f"{at}.substitution") for key in substitution]
    for kind in ("mention", "emoji"):
        if kinds.count(kind) > 20:  # noqa: PLR2004  # #text-message-v2
            fields.say(f"{at}.substitution", f"At most 20 substitutions of type {kind}")


def _substituted(fields: Fields, substitution: Body, key: str, at: str) -> str | None:
    if not _KEY.fullmatch(key):
        fields.say(at, f"The key {key} is invalid")
    if (item := fields.mapping(substitution, at, key)) is None:
        return None
    place = f"{at}.{key}"
    kind = fields.word(item, place, "type", ("mention", "emoji"))
    if kind == "emoji":
        fields.text(item, place, "productId", 100)
        fields.text(item, place, "emojiId", 100)
    elif kind == "mention" and (mentionee := fields.mapping(item, place, "mentionee")) is not None:
        who = fields.word(mentionee, f"{place}.mentionee", "type", ("user", "all"))
        fields.text(mentionee, f"{place}.mentionee", "userId", 33, required=who == "user")
    return kind


def _sticker(fields: Fields, message: Body, at: str) -> None:
    fields.text(message, at, "packageId", 20)
    fields.text(message, at, "stickerId", 20)


def _image(fields: Fields, message: Body, at: str) -> None:
    fields.url(message, at, "originalContentUrl")
    fields.url(message, at, "previewImageUrl")


def _video(fields: Fields, message: Body, at: str) -> None:
    _image(fields, message, at)
    fields.shaped(message, at, "trackingId", _TRACKING_ID)


def _coupon(fields: Fields, message: Body, at: str) -> None:
    fields.text(message, at, "couponId", 100)
    fields.shaped(message, at, "deliveryTag", _TAG)


def _audio(fields: Fields, message: Body, at: str) -> None:
    fields.url(message, at, "originalContentUrl")
    fields.integer(message, at, "duration", 1, 10**9)


def _location(fields: Fields, message: Body, at: str) -> None:
    fields.text(message, at, "title", 100)
    fields.text(message, at, "address", 100)
    for name in ("latitude", "longitude"):
        value = message.get(name)
        if value is None:
            fields.say(f"{at}.{name}", "must be specified")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise malformed(f"{at}.{name}")


def _imagemap(fields: Fields, message: Body, at: str) -> None:
    fields.url(message, at, "baseUrl")
    fields.text(message, at, "altText", 1500)
    if (size := fields.mapping(message, at, "baseSize")) is not None:
        fields.integer(size, f"{at}.baseSize", "width", 1040, 1040)
        fields.integer(size, f"{at}.baseSize", "height", 1, 10**5)
    for number, action in enumerate(fields.array(message, at, "actions", 1, 50)):
        place = f"{at}.actions[{number}]"
        fields.word(action, place, "type", ("uri", "message", "clipboard"))
        fields.mapping(action, place, "area")


def _template(fields: Fields, message: Body, at: str) -> None:
    fields.text(message, at, "altText", 1500)
    if (template := fields.mapping(message, at, "template")) is None:
        return
    place = f"{at}.template"
    match fields.word(template, place, "type", ("buttons", "confirm", "carousel", "image_carousel")):
        case "buttons":
            _pictures(fields, template, place)
            _column(fields, template, place, _BUTTONS)
        case "confirm":
            fields.letters(template, place, "text", 240)
            _actions(fields, template, place, 2, 2)
        case "carousel":
            _carousel(fields, template, place)
        case "image_carousel":
            for number, column in enumerate(fields.array(template, place, "columns", 1, 10)):
                spot = f"{place}.columns[{number}]"
                fields.url(column, spot, "imageUrl")
                if (action := fields.mapping(column, spot, "action")) is not None:
                    check_action(fields, action, f"{spot}.action", IMAGE_COLUMN)


def _carousel(fields: Fields, template: Body, at: str) -> None:
    _pictures(fields, template, at)
    columns = fields.array(template, at, "columns", 1, 10)
    counts = {_column(fields, one, f"{at}.columns[{number}]", _CAROUSEL) for number, one in enumerate(columns)}
    if len(counts) > 1:
        fields.say(f"{at}.columns", "All columns must have the same number of actions")
    for name in ("title", "thumbnailImageUrl"):
        if len({bool(column.get(name)) for column in columns}) > 1:
            fields.say(f"{at}.columns", f"All columns must have {name}, or none")


def _pictures(fields: Fields, template: Body, at: str) -> None:
    fields.word(template, at, "imageAspectRatio", _RATIOS, required=False)
    fields.word(template, at, "imageSize", _SIZES, required=False)


def _column(fields: Fields, column: Body, at: str, limits: _Limits) -> int:
    """A buttons template or a column of a carousel; returns its number of actions."""
    fields.url(column, at, "thumbnailImageUrl", required=False)
    fields.shaped(column, at, "imageBackgroundColor", _COLOUR)
    title = fields.letters(column, at, "title", 40, required=False)
    pictured = title is not None or "thumbnailImageUrl" in column
    fields.letters(column, at, "text", limits.pictured_text if pictured else limits.plain_text)
    if (action := fields.mapping(column, at, "defaultAction", required=False)) is not None:
        check_action(fields, action, f"{at}.defaultAction", WHOLE_BUBBLE)
    return _actions(fields, column, at, 1, limits.actions)


def _actions(fields: Fields, parent: Body, at: str, low: int, high: int) -> int:
    actions = fields.array(parent, at, "actions", low, high)
    for number, action in enumerate(actions):
        check_action(fields, action, f"{at}.actions[{number}]", BUTTON)
    return len(actions)


_CHECKS = {
    "text": _text,
    "textV2": _text_v2,
    "sticker": _sticker,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "location": _location,
    "imagemap": _imagemap,
    "template": _template,
    "flex": check_flex,
    "coupon": _coupon,
}

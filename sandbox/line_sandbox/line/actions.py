"""What LINE takes as an action, a quick reply, a sender. No I/O.

https://developers.line.biz/en/reference/messaging-api/#action-objects, #quick-reply, #icon-nickname-switch
(read 2026-11-22)
"""

import re
from dataclasses import dataclass
from datetime import datetime

from line_sandbox.line.fields import Body, Fields

QUICK_REPLIES_MAX = 13
_INPUTS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
_EVERYWHERE = ("postback", "message", "uri", "datetimepicker", "clipboard")
_URI = re.compile(r"(?:https?|line|tel)://?\S+|tel:\S+")

# https://developers.line.biz/en/reference/messaging-api/#date-and-time-format (read 2026-11-28)
_MOMENTS = {"date": "%Y-%m-%d", "time": "%H:%M", "datetime": "%Y-%m-%dT%H:%M"}
_MOMENT_CHARS = {"date": 10, "time": 5, "datetime": 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an action stands, and so what it may be.

    Attributes:
        types: The action types taken there.
        label_max: Grapheme clusters.
        label_required: Whether it must have a label.
    """

    types: tuple[str, ...]
    label_max: int
    label_required: bool = True


BUTTON = Place(types=_EVERYWHERE, label_max=20)
WHOLE_BUBBLE = Place(types=_EVERYWHERE, label_max=20, label_required=False)
IMAGE_COLUMN = Place(types=_EVERYWHERE, label_max=12, label_required=False)
QUICK_REPLY = Place(types=(*_EVERYWHERE, "camera", "cameraRoll", "location"), label_max=20)
FLEX_BUTTON = Place(types=_EVERYWHERE, label_max=40)
FLEX_AREA = Place(types=_EVERYWHERE, label_max=40, label_required=False)
MENU_AREA = Place(types=(*_EVERYWHERE, "richmenuswitch"), label_max=20, label_required=False)


def check_action(fields: Fields, action: Body, at: str, place: Place) -> None:
    """Check an action object at the property `at`."""
    kind = fields.word(action, at, "type", place.types)
    fields.letters(action, at, "label", place.label_max, required=place.label_required)
    match kind:
        case "postback":
            _postback(fields, action, at)
        case "message":
            fields.letters(action, at, "text", 300)
        case "uri":
            _uri(fields, action, at, "uri")
            if (other := fields.mapping(action, at, "altUri", required=False)) is not None:
                _uri(fields, other, f"{at}.altUri", "desktop")
        case "datetimepicker":
            _picker(fields, action, at)
        case "clipboard":
            fields.text(action, at, "clipboardText", 1000)
        case "richmenuswitch":
            fields.text(action, at, "richMenuAliasId", 32)
            fields.text(action, at, "data", 300)


def check_quick_reply(fields: Fields, message: Body, at: str) -> None:
    """Check `quickReply` of a message, if it has one."""
    quick_reply = fields.mapping(message, at, "quickReply", required=False)
    if quick_reply is None:
        return
    at = f"{at}.quickReply"
    for number, item in enumerate(fields.array(quick_reply, at, "items", 1, QUICK_REPLIES_MAX)):
        place = f"{at}.items[{number}]"
        fields.word(item, place, "type", ("action",))
        fields.url(item, place, "imageUrl", required=False)
        if (action := fields.mapping(item, place, "action")) is not None:
            check_action(fields, action, f"{place}.action", QUICK_REPLY)


def check_sender(fields: Fields, message: Body, at: str) -> None:
    """Check `sender` of a message, if it has one."""
    sender = fields.mapping(message, at, "sender", required=False)
    if sender is None:
        return
    name = fields.text(sender, f"{at}.sender", "name", 20, required=False)
    if name is not None and "line" in name.lower():
        fields.say(f"{at}.sender.name", "Contains a word that is not allowed")
    fields.url(sender, f"{at}.sender", "iconUrl", required=False)


def _uri(fields: Fields, action: Body, at: str, name: str) -> None:
    uri = fields.text(action, at, name, 1000)
    if uri is not None and not _URI.fullmatch(uri):
        fields.say(f"{at}.{name}", "invalid uri scheme")


def _picker(fields: Fields, action: Body, at: str) -> None:
    """Dates and times in the form of their mode, and a `min` before the `max`."""
    fields.text(action, at, "data", 300)
    if (mode := fields.word(action, at, "mode", tuple(_MOMENTS))) is None:
        return
    given = {name: fields.text(action, at, name, 16, required=False) for name in ("initial", "min", "max")}
    read = {name: _moment(value, mode) for name, value in given.items() if value is not None}
    for name in [name for name, moment in read.items() if moment is None]:
        fields.say(f"{at}.{name}", "Invalid date or time")
    least, most = read.get("min"), read.get("max")
    if least and most and least >= most:
        fields.say(f"{at}.min", "min must be less than max")


def _moment(value: str, mode: str) -> datetime | None:
    try:
        found = datetime.strptime(value.replace("t", "T"), _MOMENTS[mode])  # noqa: DTZ007  # LINE's have no zone
    except ValueError:
        return None
    return found if len(value) == _MOMENT_CHARS[mode] and 1900 <= found.year <= 2100 else None  # noqa: PLR2004  # the years of that page


def _postback(fields: Fields, action: Body, at: str) -> None:
    fields.text(action, at, "data", 300)
    shown = fields.letters(action, at, "displayText", 300, required=False)
    if fields.letters(action, at, "text", 300, required=False) is not None and shown is not None:
        fields.say(f"{at}.text", "displayText and text cannot be used together")
    opened = fields.word(action, at, "inputOption", _INPUTS, required=False)
    filled = fields.letters(action, at, "fillInText", 300, required=False)
    if filled is not None and opened != "openKeyboard":
        fields.say(f"{at}.fillInText", "inputOption must be openKeyboard")

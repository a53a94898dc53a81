"""What LINE takes as an action, a quick reply, a sender. No I/O.

https://developers.line.biz/en/reference/messaging-api/#action-objects, #quick-reply, #icon-nickname-switch
(read 2026-11-22)
"""

import re
from dataclasses import dataclass

from line_sandbox.line.fields import Body, Fields

QUICK_REPLIES_MAX = 13
_INPUTS = ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
_EVERYWHERE = ("postback", "message", "uri", "datetimepicker", "clipboard")
_URI = re.compile(r"(?:https?|line|tel)://?\S+|tel:\S+")


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
            fields.text(action, at, "text", 300)
        case "uri":
            uri = fields.text(action, at, "uri", 1000)
            if uri is not None and not _URI.fullmatch(uri):
                fields.say(f"{at}.uri", "invalid uri scheme")
        case "datetimepicker":
            fields.text(action, at, "data", 300)
            fields.word(action, at, "mode", ("date", "time", "datetime"))
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


def _postback(fields: Fields, action: Body, at: str) -> None:
    fields.text(action, at, "data", 300)
    shown = fields.letters(action, at, "displayText", 300, required=False)
    if fields.text(action, at, "text", 300, required=False) is not None and shown is not None:
        fields.say(f"{at}.text", "displayText and text cannot be used together")
    opened = fields.word(action, at, "inputOption", _INPUTS, required=False)
    filled = fields.letters(action, at, "fillInText", 300, required=False)
    if filled is not None and opened != "openKeyboard":
        fields.say(f"{at}.fillInText", "inputOption must be openKeyboard")

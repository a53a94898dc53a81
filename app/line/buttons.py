"""More buttons: pictures side by side, a question, and what a tap opens on the phone. No I/O.

https://developers.line.biz/en/reference/messaging-api/#template-messages (read 2026-11-22)
https://developers.line.biz/en/reference/messaging-api/#action-objects (read 2026-11-22)
"""

from collections.abc import Sequence

from app.line.messages import Action, Message, postback_action
from app.line.text_length import cut_to_graphemes, cut_to_utf16_units

_ALT_TEXT_UNITS_MAX = 1500
_COLUMNS_MAX = 10
_COLUMN_LABEL_GRAPHEMES_MAX = 12
_COLUMN_TEXT_GRAPHEMES_MAX = 120  # without title and picture
_COLUMN_ACTIONS_MAX = 3
_CONFIRM_TEXT_GRAPHEMES_MAX = 240
_LABEL_GRAPHEMES_MAX = 20
_MESSAGE_UNITS_MAX = 300
_FILL_IN_UNITS_MAX = 300


def image_carousel(alt_text: str, *, columns: Sequence[tuple[str, Action]]) -> Message:
    """Build one to ten pictures side by side, each an https address and its action, with a label of 12 graphemes."""
    if not 1 <= len(columns) <= _COLUMNS_MAX:
        raise ValueError(f"{len(columns)} columns; LINE takes 1 to {_COLUMNS_MAX}")
    shown = [
        {
            "imageUrl": url,
            "action": {**action, "label": cut_to_graphemes(str(action["label"]), _COLUMN_LABEL_GRAPHEMES_MAX)},
        }
        for url, action in columns
    ]
    return _template({"type": "image_carousel", "columns": shown}, alt_text)


def carousel(alt_text: str, *, columns: Sequence[tuple[str, Sequence[Action]]]) -> Message:
    """Build one to ten cards side by side, each a text and one to three buttons, as many on each card."""
    if not 1 <= len(columns) <= _COLUMNS_MAX:
        raise ValueError(f"{len(columns)} columns; LINE takes 1 to {_COLUMNS_MAX}")
    counts = {len(actions) for _, actions in columns}
    if len(counts) != 1 or not counts <= set(range(1, _COLUMN_ACTIONS_MAX + 1)):
        raise ValueError(f"{sorted(counts)} buttons; LINE takes 1 to {_COLUMN_ACTIONS_MAX}, as many in each column")
    shown = [
        {"text": cut_to_graphemes(text, _COLUMN_TEXT_GRAPHEMES_MAX), "actions": list(actions)}
        for text, actions in columns
    ]
    return _template({"type": "carousel", "columns": shown}, alt_text)


def confirm(text: str, *, alt_text: str, yes: Action, no: Action) -> Message:
    """Build a question with two buttons; at most 240 graphemes of it are shown."""
    said = cut_to_graphemes(text, _CONFIRM_TEXT_GRAPHEMES_MAX)
    return _template({"type": "confirm", "text": said, "actions": [yes, no]}, alt_text)


def message_action(label: str, text: str) -> Action:
    """Build a button whose tap says `text` as the user's message, at most 300 UTF-16 code units."""
    said = cut_to_utf16_units(text, _MESSAGE_UNITS_MAX)
    return {"type": "message", "label": cut_to_graphemes(label, _LABEL_GRAPHEMES_MAX), "text": said}


def keyboard_action(label: str, *, data: str, fill_in: str = "") -> Action:
    """Build a postback that opens the keyboard, with `fill_in` in its field, at most 300 UTF-16 code units."""
    action = postback_action(label, data=data) | {"inputOption": "openKeyboard"}
    return action | ({"fillInText": cut_to_utf16_units(fill_in, _FILL_IN_UNITS_MAX)} if fill_in else {})


def camera_action(label: str) -> Action:
    """Build a quick reply that opens the camera."""
    return {"type": "camera", "label": cut_to_graphemes(label, _LABEL_GRAPHEMES_MAX)}


def camera_roll_action(label: str) -> Action:
    """Build a quick reply that opens the photos."""
    return {"type": "cameraRoll", "label": cut_to_graphemes(label, _LABEL_GRAPHEMES_MAX)}


def _template(template: dict[str, object], alt_text: str) -> Message:
    return {"type": "template", "altText": cut_to_utf16_units(alt_text, _ALT_TEXT_UNITS_MAX), "template": template}

"""Image carousels, questions, and buttons that open the keyboard, the camera or the photos. No I/O.

https://developers.line.biz/en/reference/messaging-api/#template-messages (read 2026-11-22)
https://developers.line.biz/en/reference/messaging-api/#action-objects (read 2026-11-22)
"""

from collections.abc import Sequence

from app.line.messages import LABEL_GRAPHEMES_MAX, postback_action, template
from app.line.sdk_models import Action, Message, sdk
from app.line.text_length import cut_to_graphemes

_COLUMNS_MAX = 10
_COLUMN_LABEL_GRAPHEMES_MAX = 12
_CONFIRM_TEXT_GRAPHEMES_MAX = 240
_MESSAGE_GRAPHEMES_MAX = 300


def image_carousel(alt_text: str, *, columns: Sequence[tuple[str, Action]]) -> Message:
    """Build a carousel of 1 to 10 images, each an https URL and its action. Labels are cut to 12 graphemes."""
    if not 1 <= len(columns) <= _COLUMNS_MAX:
        raise ValueError(f"{len(columns)} columns; LINE takes 1 to {_COLUMNS_MAX}")
    shown = [
        sdk.ImageCarouselColumn(
            imageUrl=url,
            action=action.copy(update={"label": cut_to_graphemes(action.label or "", _COLUMN_LABEL_GRAPHEMES_MAX)}),
        )
        for url, action in columns
    ]
    return template(sdk.ImageCarouselTemplate(columns=shown), alt_text)


def confirm(text: str, *, alt_text: str, yes: Action, no: Action) -> Message:
    """Build a question with two buttons; `text` is cut to 240 graphemes."""
    said = cut_to_graphemes(text, _CONFIRM_TEXT_GRAPHEMES_MAX)
    return template(sdk.ConfirmTemplate(text=said, actions=[yes, no]), alt_text)


def message_action(label: str, text: str) -> Action:
    """Build a button whose tap sends `text`, cut to 300 graphemes, as the user's own message."""
    said = cut_to_graphemes(text, _MESSAGE_GRAPHEMES_MAX)
    return sdk.MessageAction(label=cut_to_graphemes(label, LABEL_GRAPHEMES_MAX), text=said)


def keyboard_action(label: str, *, data: str, fill_in: str = "") -> Action:
    """Build a postback that opens the keyboard with `fill_in`, cut to 300 graphemes, in its input field."""
    return postback_action(label, data=data, opens_keyboard=True, fill_in=fill_in)


def camera_action(label: str) -> Action:
    """Build a quick reply that opens the camera."""
    return sdk.CameraAction(label=cut_to_graphemes(label, LABEL_GRAPHEMES_MAX))


def camera_roll_action(label: str) -> Action:
    """Build a quick reply that opens the camera roll."""
    return sdk.CameraRollAction(label=cut_to_graphemes(label, LABEL_GRAPHEMES_MAX))

"""The messages we send, within LINE's limits. No I/O.

Texts that are too long are cut; what would change its meaning by being cut is refused with ValueError.
https://developers.line.biz/en/reference/messaging-api/#message-objects (read 2026-11-22)
"""

from collections.abc import Sequence
from typing import Any

from app.line.text_length import cut_to_graphemes, cut_to_utf16_units, utf16_units

Message = dict[str, Any]
Action = dict[str, Any]

MESSAGES_MAX = 5  # in one reply or push; …/reference/messaging-api/#send-reply-message
_TEXT_UNITS_MAX = 5000  # …/reference/messaging-api/#text-message
_ALT_TEXT_UNITS_MAX = 1500  # …/reference/messaging-api/#template-messages
_BUTTONS_TEXT_GRAPHEMES_MAX = 160  # without title and picture; …/reference/messaging-api/#buttons
_BUTTONS_ACTIONS_MAX = 4
_LABEL_GRAPHEMES_MAX = 20  # in templates and quick replies; …/reference/messaging-api/#action-object-label-spec
_POSTBACK_DATA_UNITS_MAX = 300  # …/reference/messaging-api/#postback-action
_DISPLAY_TEXT_GRAPHEMES_MAX = 300
_QUICK_REPLIES_MAX = 13  # …/reference/messaging-api/#quick-reply


def text(text: str, *, quote_token: str | None = None) -> Message:
    """Build a text; with `quote_token` it quotes that message. An image cannot quote, so a text goes before it."""
    message: Message = {"type": "text", "text": cut_to_utf16_units(text, _TEXT_UNITS_MAX)}
    if quote_token:
        message["quoteToken"] = quote_token
    return message


def image(*, original_url: str, preview_url: str) -> Message:
    """Build an image. LINE's apps fetch both https addresses when somebody looks, weeks later as well."""
    return {"type": "image", "originalContentUrl": original_url, "previewImageUrl": preview_url}


def buttons(text: str, *, alt_text: str, actions: Sequence[Action]) -> Message:
    """Build a text with buttons under it, which stay where they are, unlike quick replies.

    Args:
        text: At most 160 graphemes are shown.
        alt_text: For notifications and the list of chats.
        actions: One to four.
    """
    _check_count(actions, maximum=_BUTTONS_ACTIONS_MAX)
    return {
        "type": "template",
        "altText": cut_to_utf16_units(alt_text, _ALT_TEXT_UNITS_MAX),
        "template": {
            "type": "buttons",
            "text": cut_to_graphemes(text, _BUTTONS_TEXT_GRAPHEMES_MAX),
            "actions": list(actions),
        },
    }


def postback_action(label: str, *, data: str, display_text: str | None = None) -> Action:
    """Build a button whose tap comes back to us as a postback event.

    Args:
        label: At most 20 graphemes are shown.
        data: What comes back, at most 300 UTF-16 code units.
        display_text: What the chat shows as if the user had said it; it does not come back as a message.
    """
    if not 0 < utf16_units(data) <= _POSTBACK_DATA_UNITS_MAX:
        raise ValueError(
            f"postback data of {utf16_units(data)} UTF-16 units; LINE takes 1 to {_POSTBACK_DATA_UNITS_MAX}"
        )
    action: Action = {"type": "postback", "label": cut_to_graphemes(label, _LABEL_GRAPHEMES_MAX), "data": data}
    if display_text:
        action["displayText"] = cut_to_graphemes(display_text, _DISPLAY_TEXT_GRAPHEMES_MAX)
    return action


def with_quick_reply(message: Message, actions: Sequence[Action]) -> Message:
    """Put one to thirteen buttons under a message. They are shown under the last message only, and on phones only."""
    _check_count(actions, maximum=_QUICK_REPLIES_MAX)
    return {**message, "quickReply": {"items": [{"type": "action", "action": action} for action in actions]}}


def _check_count(actions: Sequence[Action], *, maximum: int) -> None:
    if not 1 <= len(actions) <= maximum:
        raise ValueError(f"{len(actions)} actions; LINE takes 1 to {maximum}")

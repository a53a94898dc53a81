"""The messages we send, as line-bot-sdk's models and within LINE's limits. No I/O.

Texts that are too long are cut; what must not be cut raises ValueError, and so does what the SDK rejects. The SDK is
slow to import: call `LineClient.connect` before building messages while people wait.
https://developers.line.biz/en/reference/messaging-api/#message-objects (read 2026-11-22)
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.line.sdk_models import Action, Message, sdk
from app.line.text_length import cut_to_graphemes, cut_to_utf16_units, utf16_units

MESSAGES_MAX = 5  # in one reply or push; …/reference/messaging-api/#send-reply-message
ALT_TEXT_UNITS_MAX = 1500  # …/reference/messaging-api/#template-messages
LABEL_GRAPHEMES_MAX = 20  # in templates and quick replies; …/reference/messaging-api/#action-object-label-spec
_TEXT_UNITS_MAX = 5000  # …/reference/messaging-api/#text-message
_BUTTONS_TEXT_GRAPHEMES_MAX = 160  # without title and picture; …/reference/messaging-api/#buttons
_BUTTONS_ACTIONS_MAX = 4
_POSTBACK_DATA_UNITS_MAX = 300  # …/reference/messaging-api/#postback-action
_DISPLAY_TEXT_GRAPHEMES_MAX = 300
_FILL_IN_GRAPHEMES_MAX = 300
_QUICK_REPLIES_MAX = 13  # …/reference/messaging-api/#quick-reply


def to_json(message: Message) -> dict[str, Any]:
    """Return a message as LINE's JSON, to be stored until it is sent."""
    written: dict[str, Any] = message.to_dict()
    return written


def of_json(written: Mapping[str, Any]) -> Message:
    """Rebuild a message from what `to_json` returned, in any release.

    Raises:
        ValueError: It is not a message as the SDK knows it.
    """
    try:
        return sdk.Message.from_dict(dict(written))
    except (AttributeError, LookupError, TypeError) as exc:  # the SDK accesses fields before it validates them
        raise ValueError("not a message") from exc


def text(text: str, *, quote_token: str | None = None) -> Message:
    """Build a text; with `quote_token` it quotes that message. An image cannot quote: send such a text before it."""
    return sdk.TextMessage(text=cut_to_utf16_units(text, _TEXT_UNITS_MAX), quoteToken=quote_token or None)


def image(*, original_url: str, preview_url: str) -> Message:
    """Build an image. LINE's apps fetch both https URLs whenever somebody views it, even weeks later."""
    return sdk.ImageMessage(originalContentUrl=original_url, previewImageUrl=preview_url)


def buttons(text: str, *, alt_text: str, actions: Sequence[Action]) -> Message:
    """Build a text with buttons under it, which stay in the chat, unlike quick replies.

    Args:
        text: Cut to 160 graphemes.
        alt_text: Shown in notifications and in the list of chats.
        actions: One to four.
    """
    _check_count(actions, maximum=_BUTTONS_ACTIONS_MAX)
    said = cut_to_graphemes(text, _BUTTONS_TEXT_GRAPHEMES_MAX)
    return template(sdk.ButtonsTemplate(text=said, actions=list(actions)), alt_text)


def template(shown: object, alt_text: str) -> Message:
    """Put a template into a message."""
    return sdk.TemplateMessage(altText=cut_to_utf16_units(alt_text, ALT_TEXT_UNITS_MAX), template=shown)


def postback_action(
    label: str, *, data: str, display_text: str | None = None, opens_keyboard: bool = False, fill_in: str = ""
) -> Action:
    """Build a button whose tap comes back to us as a postback event.

    Args:
        label: Cut to 20 graphemes.
        data: What the event brings back: 1 to 300 UTF-16 code units.
        display_text: What the chat shows as if the user had written it; it does not reach us as a message.
        opens_keyboard: Whether the tap opens the keyboard.
        fill_in: What is then in its input field, cut to 300 graphemes.
    """
    if not 0 < utf16_units(data) <= _POSTBACK_DATA_UNITS_MAX:
        raise ValueError(
            f"postback data of {utf16_units(data)} UTF-16 units; LINE takes 1 to {_POSTBACK_DATA_UNITS_MAX}"
        )
    return sdk.PostbackAction(
        label=cut_to_graphemes(label, LABEL_GRAPHEMES_MAX),
        data=data,
        displayText=cut_to_graphemes(display_text, _DISPLAY_TEXT_GRAPHEMES_MAX) if display_text else None,
        inputOption="openKeyboard" if opens_keyboard else None,
        fillInText=cut_to_graphemes(fill_in, _FILL_IN_GRAPHEMES_MAX) if fill_in else None,
    )


def with_quick_reply(message: Message, actions: Sequence[Action]) -> Message:
    """Put 1 to 13 quick replies under a message. Only phones show them, and only under the last message."""
    _check_count(actions, maximum=_QUICK_REPLIES_MAX)
    items = [sdk.QuickReplyItem(action=action) for action in actions]
    return message.copy(update={"quick_reply": sdk.QuickReply(items=items)})


def quoting(message: Message, quote_token: str) -> Message:
    """Have a text quote the message of this token."""
    return message.copy(update={"quote_token": quote_token})


def quick_reply_last(messages: Sequence[Message]) -> list[Message]:
    """Move the latest quick replies among these messages to the last message: LINE shows no others.

    https://developers.line.biz/en/reference/messaging-api/#quick-reply (read 2026-11-27)
    """
    if not messages:
        return []
    shown = next((one.quick_reply for one in reversed(messages) if one.quick_reply), None)
    bare = [one.copy(update={"quick_reply": None}) for one in messages]
    return [*bare[:-1], bare[-1].copy(update={"quick_reply": shown})]


def _check_count(actions: Sequence[Action], *, maximum: int) -> None:
    if not 1 <= len(actions) <= maximum:
        raise ValueError(f"{len(actions)} actions; LINE takes 1 to {maximum}")

"""Message objects for an answer, a promise or a doubt. No I/O."""

from app.chat.sentences import Words
from app.line.messages import Message, buttons, image, postback_action, text


def picture(*, original_url: str, preview_url: str, lead: str | None, quote_token: str | None) -> list[Message]:
    """Say "here is your picture". `lead` is a short text before it, which quotes the request.

    An image cannot quote: https://developers.line.biz/en/docs/messaging-api/sending-messages/
    """
    shown = image(original_url=original_url, preview_url=preview_url)
    return [text(lead, quote_token=quote_token), shown] if lead else [shown]


def promise(said: str, *, words: Words, data: str) -> Message:
    """Say `said` with the button [Show picture] under it, whose tap brings a new reply token.

    A template stays in the chat; a quick reply would vanish with the next message.
    """
    action = postback_action(words.say("show"), data=data, display_text=words.say("show_said"))
    return buttons(said, alt_text=words.say("still_drawing_alt"), actions=[action])

"""Message objects for a promise or a doubt. No I/O."""

from app.line.messages import Message, buttons, postback_action
from app.words.sentences import Words


def promise(said: str, *, alt: str = "still_drawing_alt", words: Words, data: str) -> Message:
    """Say `said` with the button [Show picture] under it, whose tap brings a new reply token.

    `alt` is the sentence that stands in the list of chats and in the notification.

    A template stays in the chat; a quick reply would vanish with the next message.
    """
    action = postback_action(words.say("show"), data=data, display_text=words.say("show_said"))
    return buttons(said, alt_text=words.say(alt), actions=[action])

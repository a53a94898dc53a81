"""Who is on LINE and what stands in their chats. No I/O."""

import asyncio
import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Way = Literal["reply", "push", "multicast"]
ContentState = Literal["ready", "processing", "failed", "gone"]

MESSAGES_KEPT = 1000
TAPPABLE = frozenset({"postback", "message", "uri", "clipboard", "datetimepicker"})


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """A LINE user.

    Attributes:
        language: BCP 47; absent from the profile if None, as for users who did not agree to the privacy policy.
        wrote_at: When they last wrote to the bot one to one.
        deleted: Whether they deleted LINE.
    """

    id: str
    name: str
    language: str | None = "en"
    is_friend: bool = True
    has_blocked: bool = False
    deleted: bool = False
    wrote_at: float | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Group:
    """A group, or a room if its id starts with R, with the bot in it or not any more."""

    id: str
    name: str
    members: list[str]
    has_bot: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class ChatMessage:
    """A message in a chat, of a person or of the bot.

    Attributes:
        sender: A user id, "bot", or None for a person who stays unknown.
        body: The message object as it was sent.
        way: How the bot sent it.
        seen: False for what a blocker never sees.
    """

    id: str
    chat_id: str
    sender: str | None
    type: str
    body: Mapping[str, object]
    at: float
    quote_token: str | None = None
    way: Way | None = None
    request_id: str | None = None
    seen: bool = True
    unsent: bool = False

    @property
    def is_from_bot(self) -> bool:
        """Whether the bot sent it."""
        return self.sender == "bot"


@dataclass(slots=True, kw_only=True, eq=False)
class Chat:
    """One conversation: with a person, a group or a room.

    Attributes:
        loading_until: When the loading animation ends, in Unix seconds.
    """

    id: str
    messages: deque[ChatMessage] = field(default_factory=lambda: deque(maxlen=MESSAGES_KEPT))
    loading_until: float = 0.0
    loading_end: asyncio.TimerHandle | None = None

    @property
    def from_bot(self) -> list[ChatMessage]:
        """What the bot said here and people can see, oldest first."""
        return [message for message in self.messages if message.is_from_bot and message.seen]

    @property
    def pictures(self) -> list[ChatMessage]:
        """The image messages among them."""
        return [message for message in self.from_bot if message.type == "image"]

    def find(self, message_id: str) -> ChatMessage | None:
        """The message with this id."""
        return next((message for message in self.messages if message.id == message_id), None)

    def actions(self) -> Iterator[Mapping[str, object]]:
        """Every action that can be tapped now: quick replies of the last message, then buttons, youngest first."""
        visible = [message for message in reversed(self.messages) if message.seen and not message.unsent]
        if visible:
            yield from actions_in(visible[0].body.get("quickReply"))
        for message in visible:
            if message.is_from_bot:
                yield from actions_in({k: v for k, v in message.body.items() if k != "quickReply"})


@dataclass(slots=True, kw_only=True, eq=False)
class ReplyToken:
    """The token of one event.

    Attributes:
        valid_until: None until the webhook went out.
    """

    token: str
    chat_id: str
    event_at: float
    valid_until: float | None = None
    used: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Content:
    """The bytes of a picture, a video, a sound or a file that a person sent."""

    kind: str
    body: bytes
    content_type: str
    preview: bytes | None = None
    state: ContentState = "ready"


def id_of(kind: str, name: str) -> str:
    """A LINE id made from a name: kind (U, C or R) and 32 hexadecimal digits, always the same."""
    return kind + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def actions_in(value: object) -> Iterator[Mapping[str, object]]:
    """Every action object within a message, in order."""
    for one in objects_in(value):
        match one:
            case {"type": str() as kind, "label": str() as label, **rest} if kind in TAPPABLE:
                yield {"type": kind, "label": label} | {str(name): item for name, item in rest.items()}


def objects_in(value: object) -> Iterator[Mapping[str, object]]:
    """Every object within a message, outer before inner, in order."""
    match value:
        case Mapping():
            yield value
            for item in value.values():
                yield from objects_in(item)
        case list():
            for item in value:
                yield from objects_in(item)

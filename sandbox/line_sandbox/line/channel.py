"""The state of a Messaging API channel: people, chats, reply tokens, quota, what was accepted."""

import asyncio
import itertools
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from line_sandbox.line.chats import Chat, ChatMessage, Content, Group, Person, ReplyToken, Way, id_of
from line_sandbox.line.errors import MONTHLY_LIMIT, refusal
from line_sandbox.line.rules import QUOTABLE
from line_sandbox.stand_in import Refusal, StandIn

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

T = TypeVar("T")

TOKENS_KEPT = 50_000
CONTENTS_KEPT = 1000
REDELIVERED_TOKEN_S = 20 * 60  # https://developers.line.biz/en/reference/messaging-api/#send-reply-message-reply-token
RETRY_KEY_S = 24 * 3600  # https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
WRITTEN_LATELY_S = 7 * 24 * 3600  # https://developers.line.biz/en/reference/messaging-api/#send-push-message
_LINE_DAY = timezone(timedelta(hours=9))


class Channel(StandIn):
    """What LINE knows about one bot. Made by `LineStandIn`, which says what the arguments mean."""

    def __init__(  # noqa: PLR0913  # keyword-only settings of one object
        self,
        routes: "Sequence[Route]",
        *,
        channel_secret: str,
        channel_access_token: str,
        bot_user_id: str,
        bot_name: str,
        token_life_s: float,
        monthly_quota: int | None,
        allow_http: bool,
        clock: Callable[[], float] = time.time,
        record: bool = True,
    ) -> None:
        super().__init__(routes, clock=clock, request_id_header="x-line-request-id", record=record)
        self.channel_secret = channel_secret
        self.channel_access_token = channel_access_token
        self.bot_user_id = bot_user_id
        self.bot_name = bot_name
        self.token_life_s = token_life_s
        self.monthly_quota = monthly_quota
        self.allow_http = allow_http
        self.people: dict[str, Person] = {}
        self.groups: dict[str, Group] = {}
        self.chats: dict[str, Chat] = {}
        self.contents: OrderedDict[str, Content] = OrderedDict()
        self.sent: Counter[str] = Counter()
        self.marked_as_read: list[str] = []
        self.webhook_url: str | None = None
        self.uses_webhook = True  # the console's switch
        self.chat_mode = "bot"
        self.channel_id = "1234567890"
        self.token_expires_in_s = 30 * 86_400
        self._usage: Counter[str] = Counter()
        self._tokens: OrderedDict[str, ReplyToken] = OrderedDict()
        self._quote_tokens: OrderedDict[str, str] = OrderedDict()
        self._read_tokens: OrderedDict[str, str] = OrderedDict()
        self._accepted: OrderedDict[str, tuple[float, str, list[dict[str, str]] | None]] = OrderedDict()
        self._message_ids = itertools.count(461_230_966_842_064_897)

    def standard_headers(self) -> dict[str, str]:
        """The request id, which is on every answer."""
        return {"x-line-request-id": secrets.token_hex(16)}

    def no_such_endpoint(self, request: "Request", status: int) -> Refusal:  # noqa: ARG002  # the vendor names nothing
        """LINE's JSON for an address it does not have."""
        return refusal(status, "Not found" if status == HTTPStatus.NOT_FOUND else "Method Not Allowed")

    # People and chats

    def add_person(self, name: str, *, language: str | None = "en", is_friend: bool = True) -> str:
        """Let somebody be on LINE; returns the user id, which depends on the name only."""
        user_id = id_of("U", name)
        self.people[user_id] = Person(id=user_id, name=name, language=language, is_friend=is_friend)
        return user_id

    def add_group(self, name: str, members: Sequence[str], *, is_room: bool = False) -> str:
        """Let people form a group with the bot in it; returns the group id, or the room id."""
        group_id = id_of("R" if is_room else "C", name)
        self.groups[group_id] = Group(id=group_id, name=name, members=list(members))
        return group_id

    def chat(self, chat_id: str) -> Chat:
        """The chat with this person, group or room, made when it is first asked for."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(id=chat_id)
        return self.chats[chat_id]

    def is_loading(self, chat_id: str) -> bool:
        """Whether the loading animation runs in this chat."""
        return self.chat(chat_id).loading_until > self.clock()

    # Messages

    def hear(self, chat_id: str, sender: str | None, body: Mapping[str, object], *, quotable: bool) -> ChatMessage:
        """Put a message of a person into a chat and give it an id and a quote token."""
        message = self._message(chat_id, sender, body, quotable=quotable)
        if (person := self.people.get(chat_id)) is not None:
            person.wrote_at = self.clock()
        self.feed.publish("message_in", message)
        return message

    def say(
        self, chat_id: str, messages: Sequence[Mapping[str, object]], way: Way, request_id: str
    ) -> list[dict[str, str]]:
        """Put messages of the bot into a chat; returns `sentMessages`."""
        seen = self.reaches(chat_id) > 0
        self.stop_loading(chat_id)
        said = []
        for body in messages:
            message = self._message(chat_id, "bot", body, quotable=body["type"] in QUOTABLE)
            message.way, message.request_id, message.seen = way, request_id, seen
            self.feed.publish("message_out", message)
            said.append({"id": message.id} | ({"quoteToken": message.quote_token} if message.quote_token else {}))
        return said

    def _message(self, chat_id: str, sender: str | None, body: Mapping[str, object], *, quotable: bool) -> ChatMessage:
        message = ChatMessage(
            id=str(next(self._message_ids)),
            chat_id=chat_id,
            sender=sender,
            type=str(body["type"]),
            body=body,
            at=self.clock(),
            quote_token=self.new_quote_token(chat_id) if quotable else None,
        )
        self.chat(chat_id).messages.append(message)
        return message

    def new_quote_token(self, chat_id: str) -> str:
        """A token that quotes a message in this chat, and only there."""
        token = secrets.token_urlsafe(32)
        _keep(self._quote_tokens, token, chat_id)
        return token

    def can_quote(self, token: object, chat_id: str) -> bool:
        """Whether a quote token belongs to this chat."""
        return isinstance(token, str) and self._quote_tokens.get(token) == chat_id

    def new_read_token(self, chat_id: str) -> str:
        """A token that marks a chat as read."""
        token = secrets.token_urlsafe(24)
        _keep(self._read_tokens, token, chat_id)
        return token

    def read(self, token: str) -> bool:
        """Mark a chat as read; False if the token is not one."""
        if (chat_id := self._read_tokens.get(token)) is None:
            return False
        self.marked_as_read.append(chat_id)
        self.feed.publish("marked_as_read", chat_id)
        return True

    def keep_content(self, message_id: str, content: Content) -> None:
        """Keep what a person sent for `/content`."""
        _keep(self.contents, message_id, content, most=CONTENTS_KEPT)

    # Loading animation

    def start_loading(self, chat_id: str, seconds: int) -> None:
        """Start the animation, or start its clock again."""
        chat = self.chat(chat_id)
        if chat.loading_end is not None:
            chat.loading_end.cancel()
        chat.loading_until = self.clock() + seconds
        chat.loading_end = asyncio.get_running_loop().call_later(seconds, self.stop_loading, chat_id)
        self.feed.publish("loading_started", chat)

    def stop_loading(self, chat_id: str) -> None:
        """End the animation. Without one nothing happens."""
        chat = self.chat(chat_id)
        if chat.loading_end is not None:
            chat.loading_end.cancel()
            chat.loading_end, chat.loading_until = None, 0.0
            self.feed.publish("loading_ended", chat)

    # Reply tokens

    def new_reply_token(self, chat_id: str) -> str:
        """The token of a new event; it is worth nothing until the webhook goes out."""
        token = secrets.token_hex(16)
        _keep(self._tokens, token, ReplyToken(token=token, chat_id=chat_id, event_at=self.clock()))
        return token

    def hand_out(self, token: object) -> None:
        """Start a token's minute, or start it again at a redelivery unless it is spent or its event is old."""
        known = self._tokens.get(token) if isinstance(token, str) else None
        if known is None or known.used:
            return
        now_at = self.clock()
        if known.valid_until is None or now_at - known.event_at <= REDELIVERED_TOKEN_S:
            known.valid_until = now_at + self.token_life_s

    def live_token(self, token: str) -> ReplyToken:
        """The token, if it can still be spent.

        Raises:
            Refusal: 400 `Invalid reply token`.
        """
        known = self._tokens.get(token)
        if known is None or known.used or known.valid_until is None or self.clock() > known.valid_until:
            raise refusal(400, "Invalid reply token")
        return known

    # Money

    def reaches(self, chat_id: str) -> int:
        """How many people a message to this chat reaches, which is what a push costs."""
        if (group := self.groups.get(chat_id)) is not None:
            return len(group.members)
        person = self.people[chat_id]
        lately = person.wrote_at is not None and self.clock() - person.wrote_at <= WRITTEN_LATELY_S
        return int((person.is_friend or lately) and not person.has_blocked and not person.deleted)

    @property
    def used_this_month(self) -> int:
        """Paid messages of this month."""
        return self._usage[self._month()]

    @used_this_month.setter
    def used_this_month(self, count: int) -> None:
        self._usage[self._month()] = count

    def charge(self, count: int) -> None:
        """Count paid messages.

        Raises:
            Refusal: 429, the month is used up; nothing is counted then.
        """
        if self.monthly_quota is not None and self.used_this_month + count > self.monthly_quota:
            raise refusal(429, MONTHLY_LIMIT)
        self.used_this_month += count

    def _month(self) -> str:
        return datetime.fromtimestamp(self.clock(), _LINE_DAY).strftime("%Y-%m")

    # Retry keys

    def accepted(self, retry_key: str) -> tuple[str, list[dict[str, str]] | None] | None:
        """Request id and `sentMessages` of what was accepted under this key within 24 hours."""
        at, request_id, sent = self._accepted.get(retry_key, (0.0, "", None))
        return (request_id, sent) if request_id and self.clock() - at <= RETRY_KEY_S else None

    def accept(self, retry_key: str, request_id: str, sent: list[dict[str, str]] | None) -> None:
        """Remember what was accepted under this key."""
        _keep(self._accepted, retry_key, (self.clock(), request_id, sent))


def _keep(store: OrderedDict[str, T], key: str, value: T, *, most: int = TOKENS_KEPT) -> None:
    """Put into a store that forgets its oldest entries."""
    store[key] = value
    if len(store) > most:
        store.popitem(last=False)

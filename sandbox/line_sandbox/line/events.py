"""People act: every method makes the webhook event that LINE would make of it.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects (read 2026-11-22)
"""

import secrets
from collections.abc import Mapping, Sequence

from line_sandbox.line.channel import Channel
from line_sandbox.line.chats import Content, Person
from line_sandbox.line.text import utf16_length

Event = dict[str, object]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Events(Channel):
    """A channel whose people write, tap, come and go. The events are returned, not sent: see `deliver`."""

    # What a person writes

    def text(
        self,
        user: str,
        text: str,
        *,
        group: str | None = None,
        mentions: Sequence[str] = (),
        quote: str | None = None,
        anonymous: bool = False,
    ) -> Event:
        """Somebody writes a text.

        Args:
            user: Their user id; a new one becomes a friend.
            text: What they write.
            group: The group or room they write in.
            mentions: Users mentioned, the bot's id or "all"; `text` must contain @ and the name of each.
            quote: Id of the message they quote.
            anonymous: Leave their user id out of the event, as LINE may in a group.
        """
        message: Event = {"type": "text", "text": text}
        if mentions:
            message["mention"] = {"mentionees": [self._mentionee(text, who) for who in mentions]}
        return self._written(user, message, group=group, quote=quote, anonymous=anonymous)

    def sticker(
        self, user: str, *, group: str | None = None, keywords: Sequence[str] = (), quote: str | None = None
    ) -> Event:
        """Somebody sends a sticker."""
        message: Event = {
            "type": "sticker",
            "packageId": "11537",
            "stickerId": "52002738",
            "stickerResourceType": "ANIMATION",
        }
        if keywords:
            message["keywords"] = list(keywords)
        return self._written(user, message, group=group, quote=quote)

    def image(
        self,
        user: str,
        body: bytes,
        *,
        group: str | None = None,
        content_type: str = "image/jpeg",
        album: Mapping[str, object] | None = None,
    ) -> Event:
        """Somebody sends a picture, which can then be fetched. `album`: id, index and total of its set."""
        content = Content(kind="image", body=body, content_type=content_type)
        message: Event = {"type": "image"} | ({"imageSet": dict(album)} if album else {})
        return self._sent(user, message, content, group=group)

    def image_set(self, user: str, bodies: Sequence[bytes], *, group: str | None = None) -> list[Event]:
        """Somebody sends an album: one event for each picture, in any order you deliver them."""
        set_id = secrets.token_hex(32).upper()
        events = []
        for number, body in enumerate(bodies, start=1):
            place = {"id": set_id, "index": number, "total": len(bodies)}
            events.append(self.image(user, body, group=group, album=place))
        return events

    def video(self, user: str, body: bytes, *, preview: bytes | None = None, group: str | None = None) -> Event:
        """Somebody sends a video."""
        content = Content(kind="video", body=body, content_type="video/mp4", preview=preview)
        return self._sent(user, {"type": "video", "duration": 60_000}, content, group=group)

    def audio(self, user: str, body: bytes, *, group: str | None = None) -> Event:
        """Somebody sends a voice message."""
        content = Content(kind="audio", body=body, content_type="audio/x-m4a")
        return self._sent(user, {"type": "audio", "duration": 5_000}, content, group=group)

    def file(self, user: str, body: bytes, name: str, *, group: str | None = None) -> Event:
        """Somebody sends a file."""
        content = Content(kind="file", body=body, content_type="application/octet-stream")
        message: Event = {"type": "file", "fileName": name, "fileSize": len(body)}
        return self._sent(user, message, content, group=group, has_provider=False)

    def location(self, user: str, title: str, *, group: str | None = None) -> Event:
        """Somebody sends a place."""
        message: Event = {"type": "location", "title": title, "address": title, "latitude": 25.03, "longitude": 121.56}
        return self._written(user, message, group=group)

    def edit(self, user: str, message_id: str, text: str, *, group: str, mentions: Sequence[str] = ()) -> Event:
        """Somebody edits a text in a group: same message id, new quote token, new reply token."""
        said: Event = {"type": "text", "text": text}
        if mentions:
            said["mention"] = {"mentionees": [self._mentionee(text, who) for who in mentions]}
        if (heard := self.chat(group).find(message_id)) is not None:
            heard.body = said
        message = {"id": message_id, "quoteToken": self.new_quote_token(group), **said}
        return self._event("messageEdited", self._source(user, group), group, message=message)

    # What a person does

    def postback(
        self,
        user: str,
        data: str,
        *,
        group: str | None = None,
        params: Mapping[str, str] | None = None,
        anonymous: bool = False,
    ) -> Event:
        """Somebody taps something that carries data."""
        postback: Event = {"data": data} | ({"params": dict(params)} if params else {})
        source = self._source(user, group, anonymous=anonymous)
        return self._event("postback", source, group or user, postback=postback)

    def tap(self, user: str, label: str, *, group: str | None = None) -> Event:
        """Somebody taps the youngest button or quick reply with this label.

        Raises:
            LookupError: It is not there, or makes no event.
        """
        labels = []
        for action in self.chat(group or user).actions():
            labels.append(action["label"])
            match action if action["label"] == label else {}:
                case {"type": "postback", "data": str() as data}:
                    if isinstance(shown := action.get("displayText"), str):
                        self.hear(group or user, user, {"type": "text", "text": shown}, quotable=True)
                    return self.postback(user, data, group=group)
                case {"type": "message", "text": str() as text}:
                    return self.text(user, text, group=group)
        raise LookupError(f"no button {label!r} can be tapped, only {labels}")

    def unsend(self, user: str, message_id: str, *, group: str | None = None) -> Event:
        """Somebody takes a message back: no reply token, and its content is gone."""
        if (message := self.chat(group or user).find(message_id)) is not None:
            message.unsent = True
        if (content := self.contents.get(message_id)) is not None:
            content.state, content.body, content.preview = "gone", b"", None
        source = self._source(user, group)
        return self._event("unsend", source, None, unsend={"messageId": message_id})

    def follow(self, user: str, *, is_unblocked: bool = False) -> Event:
        """Somebody adds the bot as a friend, or unblocks it."""
        person = self._person(user)
        person.is_friend, person.has_blocked = True, False
        return self._event("follow", self._source(user, None), user, follow={"isUnblocked": is_unblocked})

    def unfollow(self, user: str) -> Event:
        """Somebody blocks the bot: no reply token."""
        self._person(user).has_blocked = True
        return self._event("unfollow", self._source(user, None), None)

    def join(self, group: str) -> Event:
        """The bot is added to a group."""
        self.groups[group].has_bot = True
        return self._event("join", self._source(None, group), group)

    def leave(self, group: str) -> Event:
        """The bot is removed from a group: no reply token."""
        self.groups[group].has_bot = False
        return self._event("leave", self._source(None, group), None)

    def member_joined(self, group: str, users: Sequence[str]) -> Event:
        """People join a group."""
        self.groups[group].members.extend(users)
        members = [{"type": "user", "userId": user} for user in users]
        return self._event("memberJoined", self._source(None, group), group, joined={"members": members})

    def member_left(self, group: str, users: Sequence[str]) -> Event:
        """People leave a group: no reply token."""
        self.groups[group].members[:] = [user for user in self.groups[group].members if user not in users]
        members = [{"type": "user", "userId": user} for user in users]
        return self._event("memberLeft", self._source(None, group), None, left={"members": members})

    def something_new(self, user: str, kind: str, *, with_token: bool = True, **payload: object) -> Event:
        """An event of a type that LINE may add tomorrow without notice."""
        return self._event(kind, self._source(user, None), user if with_token else None, **payload)

    # The making of events

    def _sent(
        self, user: str, message: Event, content: Content, *, group: str | None, has_provider: bool = True
    ) -> Event:
        """LINE's `file` alone tells of no provider."""
        provider = {"contentProvider": {"type": "line"}} if has_provider else {}
        event = self._written(user, message | provider, group=group)
        body = event["message"]
        if isinstance(body, dict):
            self.keep_content(body["id"], content)
        return event

    def _written(
        self, user: str, message: Event, *, group: str | None, quote: str | None = None, anonymous: bool = False
    ) -> Event:
        """A message event; the message is put into the chat."""
        chat_id = group or user
        source = self._source(user, group, anonymous=anonymous)
        quotable = message["type"] in {"text", "sticker", "image", "video"}
        heard = self.hear(chat_id, None if anonymous else user, message, quotable=quotable)
        named: Event = {"id": heard.id, **message, "markAsReadToken": self.new_read_token(chat_id)}
        if heard.quote_token is not None:
            named["quoteToken"] = heard.quote_token
        if quote is not None:
            named["quotedMessageId"] = quote
        return self._event("message", source, chat_id, message=named)

    def _event(self, kind: str, source: Event, token_for: str | None, **payload: object) -> Event:
        """The common properties; without `token_for`, a chat id, the event has no reply token."""
        now_ms = int(self.clock() * 1000)
        event: Event = {"type": kind, **payload, "webhookEventId": _ulid(now_ms)}
        event |= {"deliveryContext": {"isRedelivery": False}, "timestamp": now_ms, "source": source}
        if token_for is not None:
            event["replyToken"] = self.new_reply_token(token_for)
        return event | {"mode": "active"}

    def _source(self, user: str | None, group: str | None, *, anonymous: bool = False) -> Event:
        if user is not None:
            self._person(user)
        named: Event = {} if user is None or anonymous else {"userId": user}
        if group is None:
            return {"type": "user"} | named
        kind = "room" if group.startswith("R") else "group"
        return {"type": kind, f"{kind}Id": group} | named

    def _person(self, user: str) -> Person:
        return self.people.setdefault(user, Person(id=user, name=user[:6]))

    def _mentionee(self, text: str, who: str) -> Event:
        name = self.bot_name if who == self.bot_user_id else "All" if who == "all" else self.people[who].name
        start = text.index(f"@{name}")
        place: Event = {"index": utf16_length(text[:start]), "length": utf16_length(name) + 1}
        if who == "all":
            return place | {"type": "all"}
        return place | {"type": "user", "userId": who, "isSelf": who == self.bot_user_id}


def standby(event: Event) -> Event:
    """The same event as it comes while another tool holds the conversation: without a reply token."""
    return {name: value for name, value in event.items() if name != "replyToken"} | {"mode": "standby"}


def _ulid(now_ms: int) -> str:
    number = (now_ms << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))

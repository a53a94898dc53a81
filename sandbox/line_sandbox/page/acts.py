"""What people on the page do. Each act is checked as a phone would, put into the chat and delivered to the bot."""

import json
from collections.abc import Mapping

from line_sandbox.line import LineStandIn
from line_sandbox.line.chats import actions_in
from line_sandbox.line.events import Event
from line_sandbox.page.directory import Directory
from line_sandbox.page.projection import Projection
from line_sandbox.page.request_traces import RequestTraces
from line_sandbox.page.state import NotAllowed, PageState, Value
from line_sandbox.page.tasks import Tasks

TEXT_CHARS_MAX = 5000
NAME_CHARS_MAX = 20
PHOTO_BYTES_MAX = 10_000_000
PHOTO_TYPES = frozenset({"image/jpeg", "image/png"})
COPIES_MAX = 10
ALBUM_MAX = 50  # that LINE's app lets people choose at once


class PageActions:
    """Everything that people on the page can do; what is not possible now is refused with a reason."""

    def __init__(
        self,
        line: LineStandIn,
        board: PageState,
        mirror: Projection,
        traces: RequestTraces,
    ) -> None:
        self._line = line
        self._places = Directory(line)
        self._board = board
        self._mirror = mirror
        self._traces = traces
        self._last: tuple[Event, ...] = ()
        self._held: list[Event] | None = None
        self._sending = Tasks("acts")

    def forget(self) -> None:
        """Begin anew: nothing was sent, nothing is held."""
        self._last, self._held = (), None

    async def close(self) -> None:
        """Stop what is being delivered."""
        await self._sending.close()

    def text(self, who: Value) -> None:
        """Somebody writes, may mention people of the group by @name, and may quote a message."""
        person, group = self._places.of(who)
        text = _text(who)
        quoted = str(who["quote"]) if who.get("quote") else None
        if quoted and self._places.find(who, quoted).quote_token is None:
            raise NotAllowed("this message cannot be quoted")
        mentions = self._places.mentioned(text, group)
        event = self._line.text(person, text, group=group, mentions=mentions, quote=quoted)
        if quoted:
            self._mirror.quotes(_message_id(event), quoted)
        self._send(event, who, text=text)

    def sticker(self, who: Value) -> None:
        """Somebody sends one of the page's stickers, named by its keyword."""
        person, group = self._places.of(who)
        keyword = str(who.get("sticker", "hello"))[:NAME_CHARS_MAX]
        self._send(self._line.sticker(person, group=group, keywords=[keyword]), who)

    def photo(self, who: Value, body: bytes, content_type: str) -> None:
        """Somebody sends a photo, alone or as one of an album: `set`, `index` and `total`."""
        person, group = self._places.of(who)
        if content_type not in PHOTO_TYPES:
            raise NotAllowed("a photo is a JPEG or a PNG")
        if not 0 < len(body) <= PHOTO_BYTES_MAX:
            raise NotAllowed(f"a photo has at most {PHOTO_BYTES_MAX // 1_000_000} MB")
        album = _album(who) if who.get("set") else None
        self._send(self._line.image(person, body, group=group, content_type=content_type, album=album), who)

    def tap(self, who: Value) -> None:
        """Somebody taps a button of a message; only those that are really on it can be tapped."""
        person, group = self._places.of(who)
        message = self._places.message(who)
        wanted = who.get("action")
        if not any(action == wanted for action in actions_in(message.body)):
            raise NotAllowed("this message has no such button")
        self._act(wanted, who, person, group)

    def menu(self, who: Value) -> None:
        """Somebody taps an area of the rich menu, which stands in the chat with the bot."""
        person, group = self._places.of(who)
        shown = None if group else self._line.menus.shown_to(person)
        areas = shown.body["areas"] if shown else []
        number = who.get("area")
        if not isinstance(number, int) or not isinstance(areas, list) or not 0 <= number < len(areas):
            raise NotAllowed("the menu has no such area")
        self._act(areas[number]["action"], who, person, group)

    def _act(self, action: object, who: Value, person: str, group: str | None) -> None:
        match action:
            case {"type": "postback", "data": str() as data, **rest}:
                if shown := rest.get("displayText") or rest.get("text"):
                    body = {"type": "text", "text": str(shown)}
                    self._line.hear(group or person, person, body, quotable=True)
                self._send(self._line.postback(person, data, group=group), who, text=str(rest.get("label", "")))
            case {"type": "message", "text": str() as text}:
                self._send(self._line.text(person, text, group=group), who, text=text)
            case _:
                raise NotAllowed("this button makes no event")

    def edit(self, who: Value) -> None:
        """Somebody changes a text of theirs, as LINE lets people do in groups."""
        person, group = self._places.of(who)
        message, text = self._places.own(who), _text(who)
        if group is None or message.type != "text":
            raise NotAllowed("only a text in a group can be changed")
        event = self._line.edit(person, message.id, text, group=group, mentions=self._places.mentioned(text, group))
        self._mirror.edited(message)
        self._send(event, who, text=text)

    def unsend(self, who: Value) -> None:
        """Somebody takes their own message back."""
        person, group = self._places.of(who)
        message = self._places.own(who)
        event = self._line.unsend(person, message.id, group=group)
        self._mirror.show(message)
        self._send(event, who)

    def follow(self, who: Value) -> None:
        """Somebody adds the bot as a friend, or unblocks it."""
        person = self._places.person(who)
        event = self._line.follow(person.id, is_unblocked=person.has_blocked)
        self._send(event, {"person": person.id, "chat": person.id})

    def unfollow(self, who: Value) -> None:
        """Somebody blocks the bot."""
        person = self._places.person(who)
        self._send(self._line.unfollow(person.id), {"person": person.id, "chat": person.id})

    def join(self, who: Value) -> None:
        """The bot is added to a group."""
        group = self._places.group(str(who.get("chat")))
        self._send(self._line.join(group), {"chat": group})

    def leave(self, who: Value) -> None:
        """The bot is removed from a group."""
        group = self._places.group(str(who.get("chat")))
        self._send(self._line.leave(group), {"chat": group})

    def language(self, who: Value) -> None:
        """Somebody changes the language of their phone; None keeps it from the bot."""
        person = self._places.person(who)
        person.language = str(who["language"]) if who.get("language") else None
        self._mirror.show_people()

    def add(self, who: Value) -> None:
        """One more person, who also comes into every group."""
        name = str(who.get("name", "")).strip()
        if not 0 < len(name) <= NAME_CHARS_MAX or name in {one.name for one in self._line.people.values()}:
            raise NotAllowed(f"a name is new and has between 1 and {NAME_CHARS_MAX} characters")
        person = self._line.add_person(name, language=str(who.get("language") or "en"), is_friend=False)
        self._mirror.show_people()
        for group in self._line.groups.values():
            event = self._line.member_joined(group.id, [person])
            if group.has_bot:
                self._send(event, {"chat": group.id})
        self._mirror.show_people()

    def again(self, who: Value) -> None:
        """LINE sends the last events again: as a redelivery, or several times at once."""
        if not self._last:
            raise NotAllowed("nothing was sent yet")
        copies = int(str(who.get("copies", 0)))
        if not 0 <= copies <= COPIES_MAX:
            raise NotAllowed(f"between 0 and {COPIES_MAX} copies")
        if copies:
            self._sending.start(self._line.deliver(*self._last, copies=copies))
        else:
            self._sending.start(self._line.redeliver(*self._last))

    def hold(self, who: Value) -> None:
        """LINE keeps events back; when it lets go of them they come newest first, for their order is no promise."""
        held, self._held = self._held or [], None
        if who.get("on"):
            self._held = held
        elif held:
            self._sending.start(self._line.deliver_each(*reversed(held)))
        self._show_held()

    async def look(self, who: Value) -> None:
        """Somebody opens a picture again that did not show."""
        await self._mirror.look(self._places.message(who))

    def _send(self, event: Event, who: Value, *, text: str = "") -> None:
        person = str(who["person"]) if who.get("person") else None
        self._traces.open(event, chat=str(who["chat"]), person=person, text=text)
        self._last = (event,)
        self._mirror.show_people()
        if self._held is None:
            self._sending.start(self._line.deliver(event))
        else:
            self._held.append(event)
            self._show_held()

    def _show_held(self) -> None:
        self._board.put("held", "held", None if self._held is None else {"count": len(self._held)})


def _message_id(event: Event) -> str:
    message = event["message"]
    return str(message["id"]) if isinstance(message, Mapping) else json.dumps(message)


def _text(who: Value) -> str:
    text = str(who.get("text", "")).replace("\r\n", "\n")
    if not text or len(text) > TEXT_CHARS_MAX:
        raise NotAllowed(f"a text has between 1 and {TEXT_CHARS_MAX} characters")
    return text


def _album(who: Value) -> dict[str, object]:
    try:
        index, total = int(str(who.get("index"))), int(str(who.get("total")))
    except ValueError:
        index = total = 0
    if not 1 <= index <= total <= ALBUM_MAX:
        raise NotAllowed(f"an album has between 1 and {ALBUM_MAX} photos")
    return {"id": str(who["set"])[:64], "index": index, "total": total}

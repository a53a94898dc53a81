"""Copies what happens at the stand-ins to the board: people, chats, pictures as a phone sees them, calls."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Self

from line_sandbox.feed import Happening
from line_sandbox.front import Call
from line_sandbox.line.chats import Chat, ChatMessage
from line_sandbox.line.phone import Fetched, Seen, look_at
from line_sandbox.line.pictures import size_px
from line_sandbox.line.webhooks import Delivery
from line_sandbox.openai.invoice import InvoiceLine
from line_sandbox.page.request_traces import RequestTraces
from line_sandbox.page.stand_ins import StandIns
from line_sandbox.page.state import PageState, Value
from line_sandbox.page.tasks import Tasks
from line_sandbox.page.wire import Vendor
from line_sandbox.stand_in import StandIn

PICTURES_KEPT = 200
PUBLIC = "/public/"  # what people's phones fetch is not a call of the bot


class Projection:
    """Listens as long as its context is open.

    Attributes:
        seen: Message id to the picture as the phone got it.
    """

    def __init__(
        self, stage: StandIns, board: PageState, traces: RequestTraces, *, on_call: Callable[[], None]
    ) -> None:
        """`on_call` hears of every call of the bot, when it begins and when it ends."""
        self.seen: OrderedDict[str, Seen] = OrderedDict()
        self._stage = stage
        self._board = board
        self._traces = traces
        self._on_call = on_call
        self._quotes: dict[str, str] = {}
        self._edited: set[str] = set()
        self._fates: dict[str, Value] = {}
        self._tasks = Tasks("mirror")

    async def __aenter__(self) -> Self:
        """Show everybody, then listen."""
        self.show_people()
        for vendor, stand_in in self._stage.vendors.items():
            self._tasks.start(self._listen(vendor, stand_in))
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """Stop listening."""
        await self._tasks.close()

    def show_people(self) -> None:
        """Put people and groups on the board as they are now."""
        for person in self._stage.line.people.values():
            menu = self._stage.line.menus.shown_to(person.id)
            value: Value = {
                "name": person.name, "language": person.language,
                "isFriend": person.is_friend, "hasBlocked": person.has_blocked,
                "menu": menu.id if menu and menu.image else None,
            }  # fmt: skip
            self._board.put("person", person.id, value)
        for group in self._stage.line.groups.values():
            self._board.put(
                "group", group.id, {"name": group.name, "members": list(group.members), "hasBot": group.has_bot}
            )

    def show_menus(self) -> None:
        """Put the rich menus on the board; their pictures have addresses of their own."""
        for menu in self._stage.line.menus.menus.values():
            self._board.put(
                "menu", menu.id, {name: menu.body[name] for name in ("chatBarText", "size", "areas", "selected")}
            )

    def quotes(self, message_id: str, quoted_id: str) -> None:
        """A person's message quotes another one; LINE tells the bot, but the chat does not keep it."""
        self._quotes[message_id] = quoted_id
        self._show_by_id(message_id)

    def edited(self, message: ChatMessage) -> None:
        """A person has changed a text."""
        self._edited.add(message.id)
        self.show(message)

    def show(self, message: ChatMessage) -> None:
        """Put a message on the board as it is now."""
        body = {} if message.unsent else dict(message.body)
        quoted = self._quotes.get(message.id) or self._quoted(message)
        value: Value = {
            "chat": message.chat_id,
            "sender": message.sender,
            "type": message.type,
            "body": {name: item for name, item in body.items() if name not in {"quoteToken", "mention"}},
            "mentions": body.get("mention"),
            "at": message.at,
            "way": message.way,
            "unsent": message.unsent,
            "edited": message.id in self._edited,
            "seen": message.seen,
            "quotable": message.quote_token is not None,
            "quoted": quoted,
            "fate": self._fates.get(message.id),
            "size": self._size_px(message),
        }
        self._board.put("message", message.id, value)

    def forget(self) -> None:
        """Begin anew; what the page shows is cleared elsewhere."""
        for kept in (self.seen, self._quotes, self._edited, self._fates):
            kept.clear()

    async def look(self, message: ChatMessage) -> None:
        """Let the phone fetch a picture message, once more if it did before."""
        phone = Chat(id=message.chat_id)
        phone.messages.append(message)
        for seen in await look_at(phone):
            self.seen[message.id] = seen
            if len(self.seen) > PICTURES_KEPT:
                self.seen.popitem(last=False)
            value: Value = {
                "broken": seen.broken, "preview": _fetched(seen.preview), "original": _fetched(seen.original)
            }  # fmt: skip
            self._board.put("seen", message.id, value)

    async def _listen(self, vendor: Vendor, stand_in: StandIn) -> None:
        with stand_in.subscribe() as happenings:
            async for happening in happenings:
                self._mirror(vendor, happening)

    def _mirror(self, vendor: Vendor, happening: Happening) -> None:
        match happening.what:
            case Call() as call if not call.path.startswith(PUBLIC):
                self._traces.called(vendor, call)
                self._on_call()
            case InvoiceLine() as line:
                self._traces.charged(line)
            case Delivery() as delivery:
                self._delivered(delivery)
            case ChatMessage() as message:
                self.show(message)
                if message.is_from_bot:
                    self._said(message)
            case Chat() as chat:
                self._board.put("loading", chat.id, {"until": chat.loading_until} if chat.loading_until else None)

    def _said(self, message: ChatMessage) -> None:
        self._traces.spoken(message.chat_id, dict(message.body), request_id=message.request_id)
        if message.type == "image":
            self._tasks.start(self.look(message))

    def _delivered(self, delivery: Delivery) -> None:
        self._traces.delivered(delivery)
        last = delivery.attempts[-1]
        for event in delivery.events:
            match event.get("message"):
                case {"id": str() as message_id}:
                    # Like LINE it tells the writer nothing of webhooks that failed; the timeline does.
                    if last.ok:
                        self._fates[message_id] = {"read": True}
                    self._show_by_id(message_id)

    def _show_by_id(self, message_id: str) -> None:
        for chat in self._stage.line.chats.values():
            if message := chat.find(message_id):
                self.show(message)

    def _size_px(self, message: ChatMessage) -> tuple[int, int] | None:
        content = self._stage.line.contents.get(message.id) if message.type == "image" else None
        return size_px(content.body) if content else None

    def _quoted(self, message: ChatMessage) -> str | None:
        token = message.body.get("quoteToken")
        if token is None:
            return None
        others = self._stage.line.chat(message.chat_id).messages
        return next((other.id for other in others if other.quote_token == token), None)


def _fetched(fetched: Fetched) -> Value:
    return {
        "url": fetched.url,
        "status": fetched.status,
        "contentType": fetched.content_type,
        "bytes": len(fetched.body),
        "broken": fetched.broken,
        "size": None if fetched.broken else size_px(fetched.body),
    }

"""Everything behind the page, built once: state, projection, traces, acts, bench, web."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Self

from line_sandbox.page import people
from line_sandbox.page.acts import PageActions
from line_sandbox.page.bench import FaultSwitches
from line_sandbox.page.media import Media
from line_sandbox.page.plug import PagePlug
from line_sandbox.page.projection import Projection
from line_sandbox.page.request_traces import RequestTraces
from line_sandbox.page.stand_ins import StandIns
from line_sandbox.page.state import PageState, Value
from line_sandbox.page.web import Web
from line_sandbox.page.wire import Vendor


class ChatPage:
    """One page and its objects. `open` lets it live as long as its context.

    Attributes:
        verbs: What the browser can do, by name. Whoever runs the bot may add to it or replace what is there.
        cast: Who is there, as soon as somebody has come.
    """

    def __init__(
        self, stand_ins: StandIns, *, plug: PagePlug | None = None, real: frozenset[Vendor] = frozenset()
    ) -> None:
        """Build everything; nothing runs yet. `real`: vendors that are the real ones, of which nothing is seen here."""
        plug = plug or PagePlug()
        self.real = real
        self.line = stand_ins.line
        self.board = PageState()
        self.traces = RequestTraces(self.board, question_of=plug.question_of)
        self.bench = FaultSwitches(stand_ins, self.board, real=real)
        self.projection = Projection(stand_ins, self.board, self.traces, on_call=self.bench.show)
        self.acts = PageActions(self.line, self.board, self.projection, self.traces)
        self.verbs: dict[str, Callable[[Value], None]] = self._verbs()
        media = Media(self.line, self.projection)
        self.web = Web(plug=plug, board=self.board, acts=self.acts, media=media, verbs=self.verbs)
        self.cast: people.Cast | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Listen to the stand-ins as long as the block runs."""
        async with self.projection:
            try:
                yield self
            finally:
                await self.acts.close()

    def enter(self, *, are_friends: bool) -> None:
        """Let the people come, unless they are real. `are_friends`: they have added the bot already."""
        if "line" not in self.real:
            self.cast = people.enter(self.line, are_friends=are_friends)

    def show(self, *, settings: Mapping[str, str]) -> None:
        """Put on the page what is there. `settings`: what somebody's bot has to be told to live on the stand-ins."""
        parts: Value = {"real": sorted(self.real), "settings": dict(settings), "epoch": self.board.epoch}
        self.board.put("parts", "parts", parts)
        self.show_bot()
        self.projection.show_people()
        self.bench.show()

    def show_bot(self, **more: object) -> None:
        """Put the bot on the page. `more`: what its own part of the page shows of it."""
        line = self.line
        bot: Value = {"url": line.webhook_url, "name": line.bot_name, "id": line.bot_user_id}
        self.board.put("bot", "bot", bot | more)

    def clear(self) -> None:
        """Leave nothing of what was said and drawn, and nobody there."""
        self.bench.start_over()
        for part in (self.acts, self.projection, self.traces):
            part.forget()
        self.board.clear("person", "group", "message", "seen", "trace", "call", "loading", "held")

    def fine(self, wish: Value) -> None:
        """Make it a fine day, and let go of what was held back."""
        self.bench.fine(wish)
        self.acts.hold({"on": False})

    def _verbs(self) -> dict[str, Callable[[Value], None]]:
        acts, bench = self.acts, self.bench
        return {
            "text": acts.text, "sticker": acts.sticker, "tap": acts.tap, "unsend": acts.unsend,
            "edit": acts.edit, "menu": acts.menu,
            "follow": acts.follow, "unfollow": acts.unfollow, "join": acts.join, "leave": acts.leave,
            "language": acts.language, "add": acts.add, "again": acts.again, "hold": acts.hold,
            "day": bench.day, "set": bench.set, "fine": self.fine,
        }  # fmt: skip

"""Everything behind the page, built once: board, mirror, traces, acts, bench, operator, web."""

import contextlib
from collections.abc import AsyncIterator, Mapping

from app.demo import roles as cast
from app.demo.acts import PageActions
from app.demo.bench import FaultSwitches
from app.demo.bot import LogLine
from app.demo.operator import Operator
from app.demo.page_web import Verbs, Web
from app.demo.parts import RealVendors
from app.demo.projection import Projection
from app.demo.request_traces import RequestTraces
from app.demo.stand_ins import StandIns
from app.demo.state import PageState, Value
from app.demo.wire import Vendor


class Demo:
    """One demo's objects. `open` lets it live as long as its context."""

    def __init__(self, stage: StandIns, parts: RealVendors, *, is_private: bool) -> None:
        """Build everything; nothing runs yet. `is_private`: only this machine can see the page."""
        self.real = _real(parts)
        self.board = PageState()
        self.traces = RequestTraces(self.board, real=self.real)
        self.bench = FaultSwitches(stage, self.board, real=self.real)
        self.mirror = Projection(stage, self.board, self.traces, on_call=self.bench.show)
        self.acts = PageActions(stage.line, self.board, self.mirror, self.traces, on_language=self._language_changed)
        self.operator = Operator(self.board, self.traces, stage.line, tells_token=is_private)
        self.web = Web(board=self.board, acts=self.acts, mirror=self.mirror, line=stage.line, verbs=self._verbs())
        self._stage = stage
        self._parts = parts
        self._cast: cast.Cast | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Demo"]:
        """Listen to the stand-ins as long as the block runs."""
        async with self.mirror:
            try:
                yield self
            finally:
                await self.acts.close()
                await self.operator.close()

    def show(self, *, settings: Mapping[str, str]) -> None:
        """Raise the curtain. `settings`: what somebody else's bot has to be told; empty for our own."""
        is_ours = not settings
        self._enter(are_friends=is_ours)
        self.board.put(
            "parts", "parts", {"real": sorted(self.real), "settings": dict(settings), "epoch": self.board.epoch}
        )
        self.mirror.show_people()
        self.bench.show()
        self.operator.show()

    def logged(self, line: LogLine) -> None:
        """Our bot wrote a line into its log."""
        self.traces.logged(line)

    def welcome(self) -> None:
        """Everybody adds the bot, and the group does: it greets them in their languages."""
        if self._cast is not None:
            for person in self._cast.people:
                self.acts.follow({"person": person})
            self.acts.join({"chat": self._cast.group})

    def _enter(self, *, are_friends: bool) -> None:
        if "line" not in self.real:
            self._cast = cast.enter(self._stage.line, are_friends=are_friends)
            if are_friends:
                cast.hang_menus(self._stage.line)
                self.mirror.show_menus()

    def _verbs(self) -> Verbs:
        acts, bench = self.acts, self.bench
        return {
            "text": acts.text, "sticker": acts.sticker, "tap": acts.tap, "unsend": acts.unsend,
            "edit": acts.edit, "menu": acts.menu,
            "follow": acts.follow, "unfollow": acts.unfollow, "join": acts.join, "leave": acts.leave,
            "language": acts.language, "add": acts.add, "again": acts.again, "hold": acts.hold,
            "day": bench.day, "set": bench.set, "fine": self._fine, "bot": self.operator.do, "over": self._start_over,
        }  # fmt: skip

    def _fine(self, wish: Value) -> None:
        took_models = self.bench.took_models
        self.bench.fine(wish)
        self.acts.hold({"on": False})
        if took_models:
            self.operator.forget_gone_models()

    def _start_over(self, _wish: Value) -> None:
        self.operator.start_over(clear=self._clear, open_again=self.welcome)

    def _clear(self) -> None:
        """Leave nothing of what was said and drawn."""
        self.bench.start_over()
        for part in (self.acts, self.mirror, self.traces):
            part.forget()
        self.board.clear("person", "group", "message", "seen", "trace", "call", "loading", "held")
        self._enter(are_friends=True)
        self.mirror.show_people()
        self.bench.show()

    def _language_changed(self, person: str) -> None:
        cast.link_menu(self._stage.line, self._stage.line.people[person])
        self.operator.forget_language(person)


def _real(parts: RealVendors) -> frozenset[Vendor]:
    vendors: dict[Vendor, bool] = {"line": parts.line, "openai": parts.openai, "r2": parts.r2}
    return frozenset(vendor for vendor, is_real in vendors.items() if is_real)

"""Everything behind the page, built once: board, mirror, traces, acts, bench, operator, web."""

import contextlib
from collections.abc import AsyncIterator, Mapping

from app.demo import people as cast
from app.demo.acts import Acts
from app.demo.bench import Bench
from app.demo.operator import Operator
from app.demo.parts import Parts
from app.demo.projection import Mirror
from app.demo.state import Board
from app.demo.traces import Traces
from app.demo.vendors import Stage
from app.demo.web import Web
from app.demo.wire import Vendor


class House:
    """One demo's objects. `open` lets it live as long as its context."""

    def __init__(self, stage: Stage, parts: Parts) -> None:
        """Build everything; nothing runs yet."""
        self.real = _real(parts)
        self.board = Board()
        self.traces = Traces(self.board, real=self.real)
        self.bench = Bench(stage, self.board, real=self.real)
        self.mirror = Mirror(stage, self.board, self.traces, on_call=self.bench.show)
        self.acts = Acts(stage.line, self.board, self.mirror, self.traces)
        self.operator = Operator(self.board, self.traces, stage.line)
        self.web = Web(
            board=self.board,
            acts=self.acts,
            bench=self.bench,
            mirror=self.mirror,
            operator=self.operator,
            line=stage.line,
        )
        self._stage = stage
        self._parts = parts
        self._cast: cast.Cast | None = None

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["House"]:
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
        if "line" not in self.real:
            self._cast = cast.enter(self._stage.line, are_friends=is_ours)
            if is_ours:
                cast.hang_menus(self._stage.line)
                self.mirror.show_menus()
        self.board.put("parts", "parts", {"real": sorted(self.real), "settings": dict(settings)})
        self.mirror.show_people()
        self.bench.show()
        self.operator.show()

    def welcome(self) -> None:
        """Everybody adds the bot, and the group does: it greets them in their languages."""
        if self._cast is not None:
            for person in self._cast.people:
                self.acts.follow({"person": person})
            self.acts.join({"chat": self._cast.group})


def _real(parts: Parts) -> frozenset[Vendor]:
    vendors: dict[Vendor, bool] = {"line": parts.line, "openai": parts.openai, "r2": parts.r2}
    return frozenset(vendor for vendor, is_real in vendors.items() if is_real)

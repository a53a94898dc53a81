"""Connects Easel to the chat page: its bot and operator, its log to the timeline, its menus to the phones."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

from line_sandbox.page.chat_page import ChatPage
from line_sandbox.page.plug import PagePlug
from line_sandbox.page.stand_ins import StandIns
from line_sandbox.page.state import Value
from line_sandbox.page.wire import Vendor

from app.demo.bot_log import BotLog, message_asked
from app.demo.menus_on_phones import create_menus, link_menu
from app.demo.operator import Operator
from app.demo.parts import RealVendors

PLUG = PagePlug(name="Easel", files=Path(__file__).parent / "plug", question_of=message_asked)
MODEL_GONE = "openai-gone"  # the bad day after which Easel does not ask a model for hours


class Demo:
    """The objects of one demo, which works within the context of `open`."""

    def __init__(self, stand_ins: StandIns, parts: RealVendors, *, is_private: bool) -> None:
        """Build everything; nothing runs yet. `is_private`: only this machine can see the page."""
        real = _real(parts)
        self.page = ChatPage(stand_ins, plug=PLUG, real=real)
        self.log = BotLog(self.page.traces, real=real)
        self.operator = Operator(self.page, tells_token=is_private)
        self.page.verbs |= {
            "bot": self.operator.do, "over": self._start_over, "fine": self._fine, "language": self._language,
        }  # fmt: skip

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Listen to the stand-ins within the `with` block."""
        async with self.page.open():
            try:
                yield self
            finally:
                await self.operator.close()

    def show(self) -> None:
        """Add the people, and show on the page what is there."""
        self._enter()
        self.page.show(settings={})
        self.operator.show()

    def welcome(self) -> None:
        """Have everybody add the bot, and the group, too: it greets them in their languages."""
        if (cast := self.page.cast) is not None:
            for person in cast.people:
                self.page.acts.follow({"person": person})
            self.page.acts.join({"chat": cast.group})

    def _enter(self) -> None:
        self.page.enter(are_friends=True)
        if "line" not in self.page.real:
            create_menus(self.page.line)
            self.page.projection.show_menus()

    def _fine(self, wish: Value) -> None:
        took_models = self.page.bench.has_struck(MODEL_GONE)
        self.page.fine(wish)
        if took_models:
            self.operator.forget_gone_models()

    def _language(self, wish: Value) -> None:
        self.page.acts.language(wish)
        person = self.page.line.people[str(wish["person"])]
        link_menu(self.page.line, person)
        self.operator.forget_language(person.id)
        self.page.projection.show_people()

    def _start_over(self, _wish: Value) -> None:
        self.operator.start_over(clear=self._clear, open_again=self.welcome)

    def _clear(self) -> None:
        self.page.clear()
        self._enter()
        self.page.projection.show_people()
        self.page.bench.show()


def _real(parts: RealVendors) -> frozenset[Vendor]:
    vendors: dict[Vendor, bool] = {"line": parts.line, "openai": parts.openai, "r2": parts.r2}
    return frozenset(vendor for vendor, is_real in vendors.items() if is_real)

"""What the sweep kills processes in: each from the first webhook to the last answer, told by its person alone.

They look at the chat and at nothing else, so that a restart on the way is nothing that they could see.
"""

import asyncio
import functools
import io
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from line_sandbox.faults import Fault
from PIL import Image

from proof.evidence import Wish
from tests.world import World

PATIENCE_S = 180.0  # where others need the machine as well
AGAIN_S = 0.2
EARLY = {"REPLY_DEADLINE_S": "1"}


@dataclass(slots=True, kw_only=True)
class Teller:
    """Somebody new each time, who sends things and waits for what comes.

    `wishes` want an answer, all of them; `taps` are those on [Show picture], by the event of the wish.
    """

    world: World
    wishes: list[Wish] = field(default_factory=list)
    taps: Counter[str] = field(default_factory=Counter)
    _release: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def wish(self, count: int = 1) -> None:
        """A text, and the pictures that it asks for in time."""
        person = self._person()
        await self._write(person, count=count)
        await self.world.until(lambda: len(self.world.line.chat(person).pictures) >= count, timeout_s=PATIENCE_S)

    async def edit(self) -> None:
        """A photo, and what to make of it."""
        person = self._person()
        event = self.world.line.image(person, _photo())
        await self._send(event, Wish(**_asked(event, person), draws=False, is_photo=True))
        await self._said(person, 1)
        await self._write(person)
        await self.world.until(lambda: bool(self.world.line.chat(person).pictures), timeout_s=PATIENCE_S)

    async def promise(self) -> None:
        """A model that takes its time, the button that the token buys, and its tap; each later button as well."""
        person, release = self._person(), self._hold()
        await self._write(person)
        await self._said(person, 1)
        for promises in itertools.count(1):
            wished = self.wishes[-1].event_id
            self.taps[wished] += 1
            await self._bring(self.world.line.postback(person, f"show:{wished}"))
            release.set()
            await self._said(person, promises + 1)
            if self.world.line.chat(person).pictures:
                return

    async def push(self) -> None:
        """A model that takes its time, and the picture that comes by itself."""
        person, release = self._person(), self._hold()
        await self._write(person)
        await self._said(person, 1)
        release.set()
        await self.world.until(lambda: bool(self.world.line.chat(person).pictures), timeout_s=PATIENCE_S)

    def _person(self) -> str:
        return self.world.person()

    def _hold(self) -> asyncio.Event:
        release = self._release = asyncio.Event()
        self.world.openai.faults.clear()
        self.world.openai.faults.add(Fault.held(release), match="/images/", times=None)
        return release

    async def _write(self, person: str, *, count: int = 1) -> None:
        prompt = f"draw a teapot with {next(self._numbers)} spouts"
        event = self.world.line.text(person, prompt if count == 1 else f"{prompt} x{count}")
        await self._send(event, Wish(**_asked(event, person), prompt=prompt, count=count))

    async def come_back(self) -> None:
        """Do something that asks for nothing but brings a reply token: where a start takes a minute, the first died.

        It buys no promise, so whoever holds the model until there is one waits for nothing.
        """
        self._release.set()
        await self.world.line.deliver(self.world.line.postback(self.wishes[-1].person, "anything"))

    async def _bring(self, event: dict[str, Any]) -> None:
        delivery = await self.world.line.deliver(event)
        while not delivery.ok:  # LINE sends again what nobody took
            await asyncio.sleep(AGAIN_S)
            delivery = await self.world.line.redeliver(event)

    async def _send(self, event: dict[str, Any], wish: Wish) -> None:
        self.wishes.append(wish)
        await self._bring(event)
        wish.accepted = True

    async def _said(self, person: str, count: int) -> None:
        chat = self.world.line.chat(person)
        await self.world.until(lambda: len(chat.from_bot) >= count, timeout_s=PATIENCE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One of them, and the settings that it needs."""

    tell: Callable[[Teller], Awaitable[None]]
    settings: Mapping[str, str]


STORIES = {
    "wish": Story(tell=Teller.wish, settings={}),
    "four": Story(tell=functools.partial(Teller.wish, count=4), settings={}),
    "edit": Story(tell=Teller.edit, settings={}),
    "promise": Story(tell=Teller.promise, settings=EARLY),
    "push": Story(tell=Teller.push, settings=EARLY | {"LATE_DELIVERY": "push"}),
}


def _asked(event: Mapping[str, Any], person: str) -> Mapping[str, Any]:
    message = event["message"]
    named = {"message_id": message["id"], "quote_token": message.get("quoteToken", "")}
    return {"event_id": event["webhookEventId"], "chat": person, "person": person, **named}


def _photo() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(kept, "JPEG")
    return kept.getvalue()

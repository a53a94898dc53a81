"""People on a bad day: they wish, edit, tap, change their minds and come back, alone and in groups.

What they send comes several times, late, in another order, and again long after it was handled.
"""

import asyncio
import io
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from line_sandbox.line.chats import ChatMessage
from PIL import Image

from proof.evidence import Wish
from proof.wishes import changes, wishes
from proof.witness import Witness, key_of
from tests.world import World

COPIES = (1, 1, 1, 3)
HELD_BACK_S = 3.0  # what came later overtakes it
AGAIN_S = 6.0
VERBS = ("again", "wide", "tall", "square")
Event = dict[str, Any]


class People:
    """Everybody who writes to the bot. `balance` chooses the process that the next webhook goes to."""

    def __init__(self, world: World, witness: Witness, balance: Callable[[Random], None]) -> None:
        self.wishes: list[Wish] = []
        self.repeats_asked: Counter[str] = Counter()
        self.cancelled_chats: set[str] = set()
        self.deletions: dict[str, set[str]] = {}
        self._world = world
        self._witness = witness
        self._balance = balance
        self._pictures, self._changes = wishes(), changes()
        self._rewritten: set[str] = set()  # nobody changes a message to what it says already
        self._people: list[str] = []
        self._groups: list[tuple[str, list[str]]] = []

    async def wish(self, chance: Random) -> None:
        """Somebody, new or known, alone or in a group, asks for one or two pictures."""
        chat, person = self._somebody(chance)
        prompt, count = next(self._pictures), 2 if chance.random() < 0.1 else 1
        said = prompt + (" x2" if count > 1 else "")
        mentions: tuple[str, ...] = ()
        if chat != person:
            said, mentions = (f"draw {said}", ()) if chance.random() < 0.5 else (f"@Easel {said}", (self._bot,))
        await self._write(chance, chat, person, said, prompt=prompt, count=count, mentions=mentions)

    async def edit_photo(self, chance: Random) -> None:
        """Somebody sends a photo and says what to make of it."""
        person = self._person(chance)
        event = self._world.line.image(person, _photo())
        await self._send(chance, event, Wish(**_asked(event, person, person), draws=False, is_photo=True))
        await asyncio.sleep(chance.uniform(0, 2))
        prompt = next(self._changes)
        await self._write(chance, person, person, prompt, prompt=prompt)

    async def edit_picture(self, chance: Random) -> None:
        """Somebody quotes a picture of the bot and says what to change."""
        if picture := self._picture(chance):
            chat, prompt = picture.chat_id, next(self._changes)
            await self._write(chance, chat, self._member(chance, chat), prompt, prompt=prompt, quote=picture)

    async def tap_again(self, chance: Random) -> None:
        """Somebody taps a button under a picture, perhaps twice."""
        if not (picture := self._picture(chance)):
            return
        verb, chat = chance.choice(VERBS), picture.chat_id
        data = next((one for one in _taps(picture.body) if one.startswith(f"{verb}:")), None)
        prompt = self._prompt_of(picture)
        if data is None or prompt is None:
            return
        person = self._member(chance, chat)
        for _ in range(chance.choice((1, 1, 2))):
            event = self._world.line.postback(person, data, group=_group(chat))
            await self._send(chance, event, Wish(**_asked(event, chat, person), prompt=prompt, tap=data))

    async def tap_show(self, chance: Random) -> None:
        """Somebody taps a [Show picture] in the chat."""
        chat, person = self._somebody(chance)
        if buttons := self.show_buttons(chat):
            await self.show(chance, chat, person, chance.choice(buttons))

    async def show(self, chance: Random, chat: str, person: str, data: str) -> None:
        """Tap this button."""
        self.repeats_asked[data.removeprefix("show:")] += 1
        self._balance(chance)
        await self._world.line.deliver(self._world.line.postback(person, data, group=_group(chat)))

    async def come_back(self, chance: Random, chat: str, person: str) -> None:
        """Do something that asks for nothing but brings a reply token."""
        self._balance(chance)
        await self._world.line.deliver(self._world.line.postback(person, "anything", group=_group(chat)))

    async def sticker(self, chance: Random) -> None:
        """Somebody sends a sticker and is told what to do."""
        person = self._person(chance)
        event = self._world.line.sticker(person)
        await self._send(chance, event, Wish(**_asked(event, person, person), draws=False))

    async def rewrite(self, chance: Random) -> None:
        """Somebody changes a message in a group after it was sent."""
        stands = [one for one in self.wishes if one.accepted and one.message_id and not one.taken_back]
        if asked := [one for one in stands if one.chat != one.person and one.message_id not in self._rewritten]:
            wish = chance.choice(asked)
            self._rewritten.add(wish.message_id)
            event = self._world.line.edit(wish.person, wish.message_id, "draw something else", group=wish.chat)
            await self._send(chance, event, Wish(**_asked(event, wish.chat, wish.person), draws=False))

    async def take_back(self, chance: Random) -> None:
        """Somebody takes a wish back, before or after it is drawn; it may overtake the wish itself."""
        waiting = [one for one in self.wishes if one.draws and one.message_id and not one.taken_back]
        if waiting:
            wish = chance.choice(waiting[-20:])
            wish.taken_back = True
            event = self._world.line.unsend(wish.person, wish.message_id, group=_group(wish.chat))
            self._balance(chance)
            delivery = await self._world.line.deliver(event, copies=chance.choice(COPIES))
            wish.taken_back_for_sure = delivery.ok

    async def cancel(self, chance: Random) -> None:
        """Somebody wants nothing any more."""
        person = self._person(chance)
        self.cancelled_chats.add(person)
        await self._write(chance, person, person, "cancel")

    async def delete(self, chance: Random) -> None:
        """Somebody deletes a picture that they see."""
        picture = self._picture(chance)
        if picture and picture.chat_id in self._people:
            wish = await self._write(chance, picture.chat_id, picture.chat_id, "delete", quote=picture)
            keys = {key_of(str(picture.body[one])) for one in ("originalContentUrl", "previewImageUrl")}
            self.deletions[wish.event_id] = keys

    def show_buttons(self, chat: str) -> list[str]:
        """Return what the [Show picture] buttons of a chat carry, youngest first."""
        actions = self._world.line.chat(chat).actions()
        data = [str(one.get("data", "")) for one in actions]
        return [one for one in dict.fromkeys(data) if one.startswith("show:")]

    async def _write(
        self,
        chance: Random,
        chat: str,
        person: str,
        said: str,
        *,
        prompt: str | None = None,
        count: int = 1,
        quote: ChatMessage | None = None,
        mentions: tuple[str, ...] = (),
    ) -> Wish:
        """Send a text. Without a prompt it is one that wants no picture."""
        quoted_id, quoted_url = (quote.id, str(quote.body["originalContentUrl"])) if quote else (None, None)
        event: Event = self._world.line.text(person, said, group=_group(chat), quote=quoted_id, mentions=mentions)
        asked = _asked(event, chat, person)
        wish = Wish(**asked, prompt=prompt, count=count, draws=prompt is not None, quoted_url=quoted_url)
        await self._send(chance, event, wish)
        return wish

    async def _send(self, chance: Random, event: Event, wish: Wish) -> None:
        self.wishes.append(wish)
        late_s, again_s = chance.uniform(0, HELD_BACK_S), chance.uniform(0, AGAIN_S)
        is_late, comes_again = chance.random() < 0.15, chance.random() < 0.1
        if is_late:
            await asyncio.sleep(late_s)
        self._balance(chance)
        delivery = await self._world.line.deliver(event, copies=chance.choice(COPIES))
        wish.accepted = delivery.ok
        if comes_again:
            await asyncio.sleep(again_s)
            self._balance(chance)
            wish.accepted |= (await self._world.line.redeliver(event)).ok

    @property
    def _bot(self) -> str:
        return self._world.line.bot_user_id

    def _somebody(self, chance: Random) -> tuple[str, str]:
        """Return a chat and a person in it."""
        if chance.random() < 0.8:
            person = self._person(chance)
            return person, person
        if not self._groups or chance.random() < 0.3:
            members = [self._person(chance), self._person(chance)]
            self._groups.append((self._world.group(*members), members))
        group, members = chance.choice(self._groups)
        return group, chance.choice(members)

    def _person(self, chance: Random) -> str:
        if not self._people or chance.random() < 0.4:
            self._people.append(self._world.person(language=chance.choice(("en", "ja", "th", "zh-Hant", None))))
        return chance.choice(self._people)

    def _member(self, chance: Random, chat: str) -> str:
        return next((chance.choice(members) for group, members in self._groups if group == chat), chat)

    def _picture(self, chance: Random) -> ChatMessage | None:
        """Choose one of the latest pictures that people see."""
        shown = [one for one in self._witness.pictures[-40:] if one.seen]
        return chance.choice(shown) if shown else None

    def _prompt_of(self, picture: ChatMessage) -> str | None:
        charge = self._witness.charge_of(key_of(str(picture.body["originalContentUrl"])))
        return next((one.prompt for one in self._witness.orders if charge and one.charge == charge), None)


def _asked(event: Event, chat: str, person: str) -> Mapping[str, Any]:
    message = event.get("message", {})
    is_new = event["type"] == "message"
    return {
        "event_id": event["webhookEventId"],
        "chat": chat,
        "person": person,
        "message_id": message["id"] if is_new else "",
        "quote_token": message.get("quoteToken", ""),
    }


def _group(chat: str) -> str | None:
    return None if chat.startswith("U") else chat


def _taps(body: Mapping[str, Any]) -> list[str]:
    items = (body.get("quickReply") or {}).get("items", [])
    return [str(one["action"].get("data", "")) for one in items]


def _photo() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(kept, "JPEG")
    return kept.getvalue()

"""What must hold after a bad day, whatever happened in it. Only looks."""

import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.world import World

CHARGES_MAX = 2  # of one wish: a lost answer may be asked again once


@dataclass(slots=True, kw_only=True)
class Wish:
    """Somebody asked for `count` pictures of `text`. `accepted`: LINE got its 200."""

    chat: str
    person: str
    text: str
    count: int
    message_id: str
    accepted: bool = False
    taken_back: bool = False

    def waits_in(self, world: World) -> bool:
        """Whether its chat has fewer answers than accepted wishes; told per chat, since wishes share replies."""
        return self.accepted and not self.taken_back and world.line.chat(self.chat).id in _unanswered(world)


def _unanswered(world: World) -> set[str]:
    """Name the chats for which Easel still has something to say: their last word of ours is a promise."""
    waiting = set()
    for chat_id, chat in world.line.chats.items():
        said = chat.from_bot
        if not said or "show:" in str(said[-1].body):
            waiting.add(chat_id)
    return waiting


def broken_promises(world: World, wishes: list[Wish], directory: Path | None) -> list[str]:
    """Say what did not hold; nothing: an empty list. `directory` has the SQLite file, where there is one."""
    return [
        *_answered_once(world, wishes),
        *_paid_in_bounds(world, wishes),
        *(_nothing_left(world, directory, wishes) if directory else []),
    ]


def _answered_once(world: World, wishes: list[Wish]) -> list[str]:
    broken = []
    for chat_id in {wish.chat for wish in wishes if wish.accepted}:
        mine = [wish for wish in wishes if wish.chat == chat_id and wish.accepted]
        shown = Counter(str(message.body["originalContentUrl"]) for message in world.line.chat(chat_id).pictures)
        twice = [url for url, count in shown.items() if count > 1]
        if twice:
            broken.append(f"{len(twice)} pictures were shown twice in one chat")
        most = sum(wish.count for wish in mine)
        if len(shown) > most:
            broken.append(f"{len(shown)} pictures were shown for {most} that were asked for")
        if not world.line.chat(chat_id).from_bot and not all(wish.taken_back for wish in mine):
            broken.append(f"nobody answered: {[wish.text for wish in mine if not wish.taken_back]}")
    return broken


def _paid_in_bounds(world: World, wishes: list[Wish]) -> list[str]:
    known = {wish.text for wish in wishes}
    charged = Counter(
        text for call in world.openai.calls if call.outcome == "painted" and (text := _prompt(call.body)) in known
    )
    return [f"{text}: charged {count} times" for text, count in charged.items() if count > CHARGES_MAX]


def _prompt(body: object) -> str:
    return str(body.get("prompt", "")) if isinstance(body, dict) else ""


def _nothing_left(world: World, directory: Path, wishes: list[Wish]) -> list[str]:
    """Look into the store: nobody waits, nothing is between two chairs, the ledger covers what was charged."""
    database = sqlite3.connect(directory / "easel.db")

    def one(query: str) -> int:
        return int(database.execute(query).fetchone()[0] or 0)

    waiting = one("SELECT count(*) FROM requests WHERE answer IN ('waiting', 'sending') ")
    due = one("SELECT count(*) FROM requests WHERE answer = 'due'")
    kept, doomed = one("SELECT count(*) FROM kept"), one("SELECT count(*) FROM doomed")
    objects, pictures = len(world.r2.objects), one("SELECT count(*) FROM pictures")
    booked, charged = one("SELECT sum(microusd) FROM calls"), sum(line.micro_dollars for line in world.openai.invoice)
    purses = one("SELECT sum(microusd) FROM purses WHERE holder = 'bot' AND length(period) = 7")
    unsettled = one("SELECT count(*) FROM calls WHERE outcome = 'asked'")
    database.close()
    found = [
        (waiting, f"{waiting} requests still wait"),
        (due, f"{due} answers are due and were not sent"),
        (kept, f"{kept} paid pictures never reached the bucket"),
        (doomed, f"{doomed} objects were to be deleted and are still there"),
        (objects != 2 * pictures, f"{objects} objects in the bucket for {pictures} pictures"),
        (booked < charged, f"the ledger has {booked} micro-dollars, the invoice {charged}"),
        (booked != purses, f"the ledger has {booked} micro-dollars, the purses {purses}"),
        (unsettled, f"{unsettled} calls have no end"),
        (not wishes, "nothing happened"),
    ]
    return [said for is_broken, said in found if is_broken]

"""Messages out of `training/corpus`: templates filled in, and typed as people type. The same files give the same list.

`training/README.md` says how the files are written.
"""

import hashlib
import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zlib import crc32

from app.reading.meaning import Moment
from training.typed import as_typed

CORPUS = Path(__file__).parent / "corpus"
MODEL = Path(__file__).parent.parent / "app" / "reading" / "gate.bin"
UNSEEN = ("t", "v", "x", "y")  # these authors are for the figures only
JUDGES = ("u", "z")  # how often the gate is right, and so how sure it is, is measured on these
HELD_OUT = (*UNSEEN, *JUDGES)  # these authors are never learned from
WEIGHT_POWER = 0.6  # of a template that is said n times, each counts for less: n to the power of minus this
TIMES = 10  # a template is filled in so often, if its section says nothing else
_SECTION = re.compile(r"\[(?P<label>[a-z_.]+)(?: @(?P<around>\w+))?(?: x(?P<times>\d+))?\]$")
_SLOT = re.compile(r"\{(\w+)\}")

_ALONE = Moment()
_PICTURE = Moment(has_picture=True)
_DRAWING = Moment(has_picture=True, is_drawing=True)
_FIRST_DRAWING = Moment(is_drawing=True)
_PHOTO = Moment(has_photo=True)
_CALLED = Moment(in_group=True, is_called=True)
_CALLED_PICTURE = Moment(in_group=True, is_called=True, has_picture=True)
_CALLED_QUOTE = Moment(in_group=True, is_called=True, has_picture=True, quotes_picture=True)
_QUOTE = Moment(has_picture=True, quotes_picture=True)
_OVERHEARD = Moment(in_group=True)
_OVERHEARD_PICTURE = Moment(in_group=True, has_picture=True)
_OVERHEARD_QUOTE = Moment(in_group=True, has_picture=True, quotes_picture=True)

AROUND = {
    "any": [_ALONE, _PICTURE, _CALLED, _PICTURE, _ALONE, _CALLED_PICTURE, _DRAWING, _FIRST_DRAWING],
    "fresh": [_ALONE, _ALONE, _CALLED],
    "picture": [_PICTURE, _QUOTE, _DRAWING, _PICTURE, _CALLED_QUOTE, _PICTURE, _CALLED_PICTURE],
    "photo": [_PHOTO, Moment(has_photo=True, has_picture=True), _PHOTO],
    "drawing": [_DRAWING, _FIRST_DRAWING, _DRAWING, Moment(in_group=True, is_called=True, is_drawing=True)],
    "overheard": [_OVERHEARD, _OVERHEARD_PICTURE, _OVERHEARD],
    "quoted": [_OVERHEARD_QUOTE],
    "offer": [Moment(asked="offer"), Moment(asked="offer", has_picture=True)],
    "delete_all": [Moment(asked="delete_all", has_picture=True), Moment(asked="delete_all")],
    "edit": [Moment(asked="edit", has_picture=True)],
    "photo_wanted": [Moment(asked="photo"), Moment(asked="photo", has_picture=True)],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message with what it means. `label` is a meaning, with a kind behind a dot where it has one.

    `weight`: what it counts in training; of a template that is filled in often, each one counts for less.
    """

    text: str
    label: str
    moment: Moment
    author: str
    language: str
    weight: float = field(default=1.0, compare=False)

    @property
    def meaning(self) -> str:
        """The part of the label that costs."""
        return self.label.partition(".")[0]


@cache
def messages(*, held_out: bool) -> tuple[Message, ...]:
    """Read all authors that are learned from, or all others."""
    paths = [path for path in sorted(CORPUS.glob("*.txt")) if path.stem.endswith(HELD_OUT) == held_out]
    return tuple(dict.fromkeys(itertools.chain.from_iterable(map(_of_author, paths))))


def corpus_digest() -> str:
    """Name the state of the corpus, so that a test can tell a file that was not trained anew."""
    whole = hashlib.sha256()
    for path in sorted(one for one in CORPUS.glob("*.txt") if not one.stem.endswith(UNSEEN)):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def judging() -> list[Message]:
    """Give the messages on which confidence is measured."""
    return [one for one in messages(held_out=True) if one.author in JUDGES]


def _of_author(path: Path) -> Iterator[Message]:
    language, _, author = path.stem.rpartition("-")
    label, around, times = "draw", "any", TIMES
    slots: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("# "):
            continue
        if section := _SECTION.match(line):
            label, around, times = section["label"], section["around"] or "any", int(section["times"] or TIMES)
        elif line.startswith("$"):
            name, _, words = line[1:].partition(" = ")
            slots.setdefault(name, []).extend(words.split(" | "))
        else:
            for template in line.split(" | "):
                said = list(_said(template, slots, around=around, times=times, author=path.stem))
                weight = (2 / len(said)) ** WEIGHT_POWER
                for text, moment in said:
                    yield Message(
                        text=text, label=label, moment=moment, author=author, language=language, weight=weight
                    )


def _said(
    template: str, slots: dict[str, list[str]], *, around: str, times: int, author: str
) -> Iterator[tuple[str, Moment]]:
    """Fill in a template, and say each line in two moments, once of them as it is typed in a hurry now and then."""
    chance = random.Random(crc32(f"{author} {around} {template}".encode()))  # noqa: S311 - no secret, but always the same
    names = _SLOT.findall(template)
    texts = [template]
    if names:
        texts = [_SLOT.sub(lambda slot: chance.choice(slots[slot[1]]), template) for _ in range(times)]
    for text in dict.fromkeys(texts):
        whole = text.replace("\\n", "\n")
        moments = chance.sample(AROUND[around], k=min(2, len(AROUND[around])))
        yield whole, moments[0]
        yield (as_typed(whole, chance) if chance.random() < 0.4 else whole), moments[-1]  # noqa: PLR2004 - of all lines

"""What people on a bad day wish for: words that are taken for what they mean, so that each wants its one answer.

What the gate is not sure of is asked about, or in a group passed over. Other stories tell of that.
"""

from collections.abc import Iterator
from itertools import product

from app.reading.gate import Gate, is_sure
from app.reading.meaning import Meaning, Moment

MARK = "painted"  # stands in every one of them: no log may hold it
COLOURS = ("red", "blue", "green", "golden", "white", "black", "grey", "brown", "silver", "orange")
ANIMALS = ("fox", "owl", "cat", "horse", "rabbit", "turtle", "whale", "bear", "swan", "tiger")
PLACES = ("in a forest", "on a hill", "by the sea", "in the snow", "under the stars", "on a roof", "by a lake")
HOURS = ("", " at night", " at dawn", " at noon", " in spring", " in autumn")


def wishes() -> Iterator[str]:
    """Yield words for a new picture, each once."""
    anywhere = [
        Moment(in_group=group, is_called=group, is_drawing=drawing, has_picture=picture)
        for group, drawing, picture in product((False, True), repeat=3)
    ]
    return _sure(f"a {MARK} {{}} {{}} {{}}{{}}", Meaning.DRAW, anywhere)


def changes() -> Iterator[str]:
    """Yield words for a change of a photo that waits, or of a picture that is quoted, each once."""
    photo = [Moment(has_photo=True, is_drawing=drawing) for drawing in (False, True)]
    quote = [Moment(quotes_picture=True, has_picture=True, in_group=group, is_called=group) for group in (False, True)]
    return _sure(f"replace it with a {MARK} {{}} {{}} {{}}{{}}", Meaning.CHANGE, photo + quote)


def _sure(template: str, meaning: Meaning, moments: list[Moment]) -> Iterator[str]:
    gate = Gate.load()
    for hour, place, animal, colour in product(HOURS, PLACES, ANIMALS, COLOURS):
        said = template.format(colour, animal, place, hour)
        verdicts = [gate.read(said, one) for one in moments]
        if all(one.meaning is meaning and is_sure(one) for one in verdicts):
            yield said

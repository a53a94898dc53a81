"""What happens in a run, and when. All of it follows from the seed: the same seed is the same day. No I/O."""

import random
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happens. `chance` makes its own choices, so that they do not depend on what was faster."""

    at_s: float
    what: str
    chance: random.Random


def script(seed: int, *, seconds: float, every_s: float, weights: Mapping[str, int]) -> list[Happening]:
    """Write the day: so many seconds of happenings, `every_s` apart on average."""
    chance, at_s = random.Random(seed), 0.0
    names = sorted(weights)
    day: list[Happening] = []
    while (at_s := at_s + chance.expovariate(1 / every_s)) < seconds:
        (what,) = chance.choices(names, [weights[name] for name in names])
        day.append(Happening(at_s=at_s, what=what, chance=random.Random(f"{seed} {len(day)}")))
    return day

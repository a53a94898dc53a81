"""Numbers of a run, and the table of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. `aim` with `most`: at most so much, else at least."""

    name: str
    value: float
    unit: str
    aim: float | None = None
    most: bool = True
    note: str = ""

    @property
    def reached(self) -> bool | None:
        if self.aim is None:
            return None
        return self.value <= self.aim if self.most else self.value >= self.aim

    def line(self) -> str:
        aim = "" if self.aim is None else f"{'<=' if self.most else '>='} {self.aim:g}"
        verdict = {None: "", True: "reached", False: "MISSED"}[self.reached]
        return f"{self.name:<58} {self.value:>9.4g} {self.unit:<8} {aim:>8} {verdict:<8} {self.note}".rstrip()

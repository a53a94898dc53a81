"""The file of the gate: two tables of small weights, added up many at a time as the digits of one number. No I/O.

A line of JSON that says what follows, then the tables, packed by zlib. A weight is a byte (128 is zero) in a lane of
two bytes, so that 256 rows can be added as plain integers before a lane could run over.
"""

import json
import zlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import Any

ZERO = 128
LANE_BYTES = 2
ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A linear classifier over hashed pieces.

    Attributes:
        classes: Their names, in the order of the lanes.
        table: 2**bits rows, one lane for each class.
        scale: What one step of a weight is worth.
        marks_scale: The same for marks, which are not divided among many as pieces are.
        bias: What each class has to begin with.
    """

    classes: Sequence[str]
    bits: int
    table: bytes | memoryview
    scale: float
    marks_scale: float
    bias: Sequence[float]

    def scores(self, seen: Sequence[int], around: Sequence[int]) -> list[float]:
        """Add up the weights of the pieces and the marks of a message."""
        share = self.scale / sqrt(max(len(seen), 1))
        pairs = zip(self.bias, self._added(seen), self._added(around), strict=True)
        return [bias + share * said + self.marks_scale * marked for bias, said, marked in pairs]

    def _added(self, numbers: Sequence[int]) -> list[int]:
        table, mask, width = self.table, (1 << self.bits) - 1, LANE_BYTES * len(self.classes)
        places = [(number & mask) * width for number in numbers]
        sums = [-ZERO * len(places)] * len(self.classes)
        for start in range(0, len(places), ROWS_AT_ONCE):
            whole = sum(
                [int.from_bytes(table[at : at + width], "little") for at in places[start : start + ROWS_AT_ONCE]]
            )
            lanes = whole.to_bytes(width, "little")
            sums = [so_far + int.from_bytes(lanes[2 * at : 2 * at + 2], "little") for at, so_far in enumerate(sums)]
        return sums


@dataclass(frozen=True, slots=True, kw_only=True)
class GateModel:
    """Both heads, and how often they were right at which share, by the name of the meaning, or "kind"."""

    meanings: Head
    kinds: Head
    knots: Mapping[str, Sequence[Sequence[float]]]
    corpus: str

    def measured(self, name: str, share: float) -> float:
        """Turn the share of a class into how often it was right, between two measured points."""
        at, right = self.knots[name]
        place = bisect_right(at, share)
        if place in {0, len(at)}:
            return right[min(place, len(at) - 1)]
        low, high = at[place - 1], at[place]
        return right[place - 1] + (right[place] - right[place - 1]) * (share - low) / (high - low)


def packed(model: GateModel) -> bytes:
    """Write a model: the same one gives the same bytes."""
    heads = (model.meanings, model.kinds)
    head = {
        "corpus": model.corpus,
        "knots": model.knots,
        "heads": [
            {
                "classes": list(one.classes),
                "bits": one.bits,
                "scale": one.scale,
                "marks_scale": one.marks_scale,
                "bias": list(one.bias),
            }
            for one in heads
        ],
    }
    tables = zlib.compress(b"".join(one.table for one in heads), 9)
    return json.dumps(head, sort_keys=True).encode() + b"\n" + tables


def unpacked(data: bytes) -> GateModel:
    """Read what `packed` wrote."""
    first = data[: data.index(b"\n")]
    rest = memoryview(data)[len(first) + 1 :]  # no copy
    head: dict[str, Any] = json.loads(first)
    sizes = [(1 << one["bits"]) * LANE_BYTES * len(one["classes"]) for one in head["heads"]]
    ends = list(accumulate(sizes))
    tables = memoryview(zlib.decompress(rest, bufsize=ends[-1]))  # views of one piece of memory, no copies
    meanings, kinds = (
        Head(**one, table=tables[end - size : end]) for one, size, end in zip(head["heads"], sizes, ends, strict=True)
    )
    return GateModel(meanings=meanings, kinds=kinds, knots=head["knots"], corpus=head["corpus"])

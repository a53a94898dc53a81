"""The file of the gate: two tables of small weights, many of which are added at once as the digits of one integer.

A line of JSON that describes what follows, then the tables, all compressed by gzip. Only pieces that were worth
learning have a row; it is found by the upper half of the piece's number first, which only a few rows share. A weight is
a byte in the file (128 is zero) and a lane of two bytes in memory, so that 256 rows can be added as plain integers
before a lane can overflow. No I/O.
"""

import gzip
import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import sqrt
from typing import IO, Any

ZERO = 128
LANE_BYTES = 2
ROWS_AT_ONCE = 256
HALVES = 1 << 16  # how many upper halves a number of 32 bits can have


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A linear classifier over the pieces and marks of a message.

    Attributes:
        classes: Their names, in the order of the lanes.
        starts: The first row of each upper half of a piece's number, then the end of all rows.
        lows: The lower half of each row's number, ascending within an upper half.
        rows: A row for each of them, one lane for each class.
        scale: What one unit of a weight is worth.
        marks_scale: The same for marks, whose sum does not shrink with their number as that of pieces does.
        bias: The score that each class starts with.
    """

    classes: Sequence[str]
    starts: "array[int]"
    lows: "array[int]"
    rows: bytes | memoryview
    scale: float
    marks_scale: float
    bias: Sequence[float]

    def scores(self, seen: Sequence[int], around: Sequence[int]) -> list[float]:
        """Add up the weights of the pieces and the marks of a message."""
        share = self.scale / sqrt(max(len(seen), 1))
        pairs = zip(self.bias, self._added(seen), self._added(around), strict=True)
        return [bias + share * said + self.marks_scale * marked for bias, said, marked in pairs]

    def _added(self, numbers: Sequence[int]) -> list[int]:
        rows, width = self.rows, LANE_BYTES * len(self.classes)
        places = [place * width for place in self._found(numbers)]
        sums = [-ZERO * len(places)] * len(self.classes)
        for start in range(0, len(places), ROWS_AT_ONCE):
            whole = sum(
                [int.from_bytes(rows[at : at + width], "little") for at in places[start : start + ROWS_AT_ONCE]]
            )
            lanes = whole.to_bytes(width, "little")
            sums = [so_far + int.from_bytes(lanes[2 * at : 2 * at + 2], "little") for at, so_far in enumerate(sums)]
        return sums

    def _found(self, numbers: Sequence[int]) -> list[int]:
        """Find the rows of those numbers that have one."""
        starts, lows = self.starts, self.lows
        found = []
        for number in numbers:
            high, low = number >> 16, number & 0xFFFF
            end = starts[high + 1]
            place = bisect_left(lows, low, starts[high], end)
            if place < end and lows[place] == low:
                found.append(place)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class GateModel:
    """Both heads. `knots`: by the name of a meaning, or "kind", shares and how often a class was right at each."""

    meanings: Head
    kinds: Head
    knots: Mapping[str, Sequence[Sequence[float]]]
    corpus: str

    def measured(self, name: str, share: float) -> float:
        """Turn the share of a class into how often it was right, interpolating between measured points."""
        at, right = self.knots[name]
        place = bisect_right(at, share)
        if place in {0, len(at)}:
            return right[min(place, len(at) - 1)]
        low, high = at[place - 1], at[place]
        return right[place - 1] + (right[place] - right[place - 1]) * (share - low) / (high - low)


def packed(model: GateModel) -> bytes:
    """Serialise a model; the same model always gives the same bytes."""
    heads = (model.meanings, model.kinds)
    head = {
        "corpus": model.corpus,
        "knots": model.knots,
        "heads": [
            {
                "classes": list(one.classes),
                "pieces": len(one.lows),
                "scale": one.scale,
                "marks_scale": one.marks_scale,
                "bias": list(one.bias),
            }
            for one in heads
        ],
    }
    tables = b"".join(_table(one) for one in heads)
    return gzip.compress(json.dumps(head, sort_keys=True).encode() + b"\n" + tables, mtime=0)


def unpacked(file: IO[bytes]) -> GateModel:
    """Read what `packed` wrote, a part at a time, so that memory never holds the tables twice."""
    with gzip.open(file) as stream:
        head: dict[str, Any] = json.loads(stream.readline())
        meanings, kinds = (_head(one, stream) for one in head["heads"])
    return GateModel(meanings=meanings, kinds=kinds, knots=head["knots"], corpus=head["corpus"])


def _table(head: Head) -> bytes:
    """Write how many pieces each upper half has, their lower halves, and the weights class by class."""
    width = LANE_BYTES * len(head.classes)
    counts = bytes(end - start for start, end in pairwise(head.starts))
    lanes = [bytes(head.rows[LANE_BYTES * at :: width]) for at in range(len(head.classes))]
    return b"".join([counts, head.lows.tobytes(), *lanes])


def _head(described: Mapping[str, Any], stream: gzip.GzipFile) -> Head:
    classes, count = described["classes"], described["pieces"]
    starts = array("I", accumulate(stream.read(HALVES), initial=0))
    lows = array("H", stream.read(count * LANE_BYTES))
    rows = bytearray(count * len(classes) * LANE_BYTES)
    for at in range(len(classes)):
        rows[LANE_BYTES * at :: LANE_BYTES * len(classes)] = stream.read(count)
    return Head(
        classes=classes,
        starts=starts,
        lows=lows,
        rows=memoryview(rows),
        scale=described["scale"],
        marks_scale=described["marks_scale"],
        bias=described["bias"],
    )

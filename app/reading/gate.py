"""The gate: our small linear classifier, which says what a message means, and how sure it is. No I/O except its file.

`training/` holds the messages it learned from and makes its file, `gate.bin`; `docs/reading.md` says how good it is.
"""

import functools
import math
from dataclasses import dataclass, replace
from importlib import resources

from app.reading.commands import Name
from app.reading.gate_file import GateModel, Head, unpacked
from app.reading.gate_pieces import marks, pieces
from app.reading.meaning import Meaning, Moment, Talk, Verdict

# The confidence from which a verdict is acted on without asking. A picture at once is what people came for; the other
# meanings must not take a wish for something else.
SURE = {Meaning.DRAW: 0.65, Meaning.CHANGE: 0.65, Meaning.COMMAND: 0.7, Meaning.TALK: 0.8}
SURE_TO_DELETE = 0.93  # it cannot be undone, and usual wordings of it measure 0.95
KIND_MIN = 0.35  # a kind of talk less likely than this counts as `Talk.CHAT`


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Reads messages. One instance serves a whole process; it keeps nothing of what it reads."""

    model: GateModel

    @classmethod
    @functools.cache
    def load(cls) -> "Gate":
        """Load the file that is shipped; later calls return the same gate."""
        with resources.files("app.reading").joinpath("gate.bin").open("rb") as file:
            return cls(model=unpacked(file))

    def read(self, text: str, moment: Moment) -> Verdict:
        """Say what a message means, in well under a millisecond, however long it is."""
        seen, around = pieces(text), marks(text, moment)
        likely = dict(zip(self.model.meanings.classes, _shares(self.model.meanings, seen, around), strict=True))
        name = max(likely, key=likely.__getitem__)
        verdict = Verdict(
            meaning=Meaning(name),
            confidence=self.model.measured(name, likely[name]),
            paints=likely[Meaning.DRAW] + likely[Meaning.CHANGE],
        )
        if verdict.meaning in {Meaning.DRAW, Meaning.CHANGE}:
            return verdict
        return self._of_a_kind(verdict, seen, around)

    def _of_a_kind(self, verdict: Verdict, seen: list[int], around: list[int]) -> Verdict:
        prefix = f"{verdict.meaning}."
        shares = zip(self.model.kinds.classes, _shares(self.model.kinds, seen, around), strict=True)
        likely = {name.removeprefix(prefix): share for name, share in shares if name.startswith(prefix)}
        kind = max(likely, key=likely.__getitem__)
        share = likely[kind] / sum(likely.values())
        if verdict.meaning is Meaning.TALK:
            return replace(verdict, kind=kind if share >= KIND_MIN else Talk.CHAT)
        # The wrong command is as bad as none.
        return replace(verdict, kind=kind, confidence=verdict.confidence * self.model.measured("kind", share))


def is_sure(verdict: Verdict) -> bool:
    """Whether a verdict is sure enough to be acted on without asking."""
    return verdict.confidence >= (SURE_TO_DELETE if verdict.kind == Name.DELETE else SURE[verdict.meaning])


def _shares(head: Head, seen: list[int], around: list[int]) -> list[float]:
    """Return how likely each class is; the shares add up to 1."""
    scores = head.scores(seen, around)
    top = max(scores)
    weights = [math.exp(one - top) for one in scores]
    whole = sum(weights)
    return [one / whole for one in weights]

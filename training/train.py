"""`make train`: learn from the corpus and write `app/reading/gate.bin`. The same corpus gives the same file."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from app.reading.gate_file import ZERO, GateModel, Head, packed
from app.reading.gate_pieces import marks, pieces
from training.messages import CORPUS, Message, messages

MODEL = Path(__file__).parent.parent / "app" / "reading" / "gate.bin"
MEANING_BITS, KIND_BITS = 17, 14
MARK = 0.35  # how much one mark weighs against all pieces together
MEANING_C, KIND_C = 20.0, 20.0
STEPS_MAX = 150
WEIGHT_MAX_SHARE = 0.9995  # of the weights fit into a byte; the few larger ones are cut
KNOTS = 12


def trained(learned: Sequence[Message]) -> GateModel:
    """Learn from messages. Confidence is measured on authors that were left out."""
    seen = Seen(learned)
    meanings = np.array([one.meaning for one in learned])
    kinds = np.array([one.label for one in learned])
    has_kind = np.array(["." in one.label for one in learned])
    commands = meanings == "command"
    everything = np.ones(len(learned), dtype=bool)
    said, shares, right = _measured(seen, meanings, everything, bits=MEANING_BITS, c=MEANING_C)
    knots = {name: _knots(shares[said == name], right[said == name]) for name in sorted(set(meanings.tolist()))}
    _, shares, right = _measured(seen, kinds, commands, bits=KIND_BITS, c=KIND_C)
    return GateModel(
        meanings=_head(seen, meanings, bits=MEANING_BITS, c=MEANING_C),
        kinds=_head(seen.of(has_kind), kinds[has_kind], bits=KIND_BITS, c=KIND_C),
        knots={**knots, "kind": _knots(shares, right)},
        corpus=corpus_digest(),
    )


def corpus_digest() -> str:
    """Name the state of the corpus, so that a test can tell a file that was not trained anew."""
    whole = hashlib.sha256()
    for path in sorted(CORPUS.glob("*.txt")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()[:16]


class Seen:
    """What the gate sees of many messages."""

    def __init__(self, learned: Sequence[Message], rows: Sequence[tuple[list[int], list[int]]] | None = None) -> None:
        """See messages; `rows`: what was seen of them already."""
        self.learned = learned
        self.rows = rows or [(pieces(one.text), marks(one.text, one.moment)) for one in learned]

    def of(self, chosen: np.ndarray) -> "Seen":
        """Take some of the messages."""
        places = np.flatnonzero(chosen)
        return Seen([self.learned[at] for at in places.tolist()], [self.rows[at] for at in places.tolist()])

    def matrix(self, bits: int) -> csr_matrix:
        """Write what was seen as rows of numbers: pieces share 1, in the measure of a circle; marks weigh the same."""
        mask, width = (1 << bits) - 1, 1 << bits
        columns = [[number & mask for number in (*said, *around)] for said, around in self.rows]
        values = [[1 / max(len(said), 1) ** 0.5] * len(said) + [MARK] * len(around) for said, around in self.rows]
        starts = np.cumsum([0, *map(len, columns)])
        return csr_matrix((np.concatenate(values), np.concatenate(columns), starts), shape=(len(columns), width))


def _learn(seen: Seen, names: np.ndarray, *, bits: int, c: float) -> LogisticRegression:
    return LogisticRegression(C=c, max_iter=STEPS_MAX, tol=1e-3).fit(seen.matrix(bits), names)


def _head(seen: Seen, names: np.ndarray, *, bits: int, c: float) -> Head:
    model = _learn(seen, names, bits=bits, c=c)
    limit = float(np.quantile(np.abs(model.coef_[model.coef_ != 0]), WEIGHT_MAX_SHARE))
    scale = limit / (ZERO - 1)
    weights = np.clip(np.rint(model.coef_.T / scale), 1 - ZERO, ZERO - 1) + ZERO
    return Head(
        classes=tuple(model.classes_.tolist()),
        bits=bits,
        table=weights.astype("<u2").tobytes(),
        scale=round(scale, 9),
        marks_scale=round(scale * MARK, 9),
        bias=tuple(round(float(one), 6) for one in model.intercept_),
    )


def _measured(
    seen: Seen, names: np.ndarray, chosen: np.ndarray, *, bits: int, c: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Leave out one author after the other; return what theirs were taken for, how surely, and whether it was right."""
    authors = np.array([one.author for one in seen.learned])
    said, shares, right = [], [], []
    for author in sorted(set(authors[chosen].tolist())):
        left_out, rest = (authors == author) & chosen, (authors != author) & chosen
        model = _learn(seen.of(rest), names[rest], bits=bits, c=c)
        likely = model.predict_proba(seen.of(left_out).matrix(bits))
        said.append(model.classes_[likely.argmax(axis=1)])
        shares.append(likely.max(axis=1))
        right.append(said[-1] == names[left_out])
    return np.concatenate(said), np.concatenate(shares), np.concatenate(right)


def _knots(shares: np.ndarray, right: np.ndarray) -> tuple[list[float], list[float]]:
    """Draw a rising line through what was measured, with few corners."""
    order = np.argsort(shares, kind="stable")
    parts = np.array_split(order, min(KNOTS, max(len(order) // 40, 1)))
    at = np.array([shares[part].mean() for part in parts])
    measured = np.array([right[part].mean() for part in parts])
    rising = IsotonicRegression(out_of_bounds="clip").fit_transform(at, measured)
    return [round(float(one), 4) for one in at], [round(float(one), 4) for one in rising]


if __name__ == "__main__":
    MODEL.write_bytes(packed(trained(messages(held_out=False))))

"""`make train`: learn from the corpus and write `app/reading/gate.bin`. The same corpus gives the same file."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import SGDClassifier

from app.reading.gate_file import ZERO, GateModel, Head, packed
from app.reading.gate_pieces import marks, pieces
from training.messages import CORPUS, UNSEEN, Message, judging, messages

MODEL = Path(__file__).parent.parent / "app" / "reading" / "gate.bin"
MEANING_BITS, KIND_BITS = 18, 15
MARK = 0.2  # how much one mark weighs against all pieces together
ROUNDS, SHRINKING = 20, 2e-7  # through all messages; with more of either, authors left out are read no better
WORTH = {"draw": 1.0, "talk": 1.0, "change": 1.15, "command": 1.3}  # there are fewer changes and commands than wishes
WEIGHT_MAX_SHARE = 0.9995  # of the weights fit into a byte; the few larger ones are cut
KNOTS = 30


def trained(learned: Sequence[Message], left_out: Sequence[Message]) -> GateModel:
    """Learn from messages. Confidence is measured on `left_out`, by another author."""
    seen, judged = Seen(learned), Seen(left_out)
    has_kind = seen.of(np.array(["." in one.label for one in learned]))
    meanings = _learn(seen, [one.meaning for one in learned], bits=MEANING_BITS)
    kinds = _learn(has_kind, [one.label for one in has_kind.learned], bits=KIND_BITS)
    said, shares, right = _measured(meanings, judged, [one.meaning for one in left_out], bits=MEANING_BITS)
    knots = {str(name): _knots(shares[said == name], right[said == name]) for name in meanings.classes_}
    commands = judged.of(np.array([one.meaning == "command" for one in left_out]))
    _, shares, right = _measured(kinds, commands, [one.label for one in commands.learned], bits=KIND_BITS)
    return GateModel(
        meanings=_head(meanings, bits=MEANING_BITS),
        kinds=_head(kinds, bits=KIND_BITS),
        knots={**knots, "kind": _knots(shares, right)},
        corpus=corpus_digest(),
    )


def corpus_digest() -> str:
    """Name the state of the corpus, so that a test can tell a file that was not trained anew."""
    whole = hashlib.sha256()
    for path in sorted(one for one in CORPUS.glob("*.txt") if not one.stem.endswith(UNSEEN)):
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


def _learn(seen: Seen, names: Sequence[str], *, bits: int) -> SGDClassifier:
    """Fit one line for each class, message by message in an order that is always the same, and average."""
    weights = [one.weight * WORTH[one.meaning] for one in seen.learned]
    model = SGDClassifier(loss="log_loss", alpha=SHRINKING, max_iter=ROUNDS, tol=None, average=True, random_state=0)
    return model.fit(seen.matrix(bits), np.array(names), sample_weight=np.array(weights))


def _head(model: SGDClassifier, *, bits: int) -> Head:
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
    model: SGDClassifier, judged: Seen, names: Sequence[str], *, bits: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Say what messages were taken for, how surely, and whether it was right."""
    likely = softmax(model.decision_function(judged.matrix(bits)), axis=1)
    said = model.classes_[likely.argmax(axis=1)]
    return said, likely.max(axis=1), said == np.array(names)


def _knots(shares: np.ndarray, right: np.ndarray) -> tuple[list[float], list[float]]:
    """Draw a rising line through what was measured, with few corners."""
    order = np.argsort(shares, kind="stable")
    parts = np.array_split(order, min(KNOTS, max(len(order) // 40, 1)))
    at = np.array([shares[part].mean() for part in parts])
    measured = np.array([right[part].mean() for part in parts])
    rising = IsotonicRegression(out_of_bounds="clip").fit_transform(at, measured)
    return [round(float(one), 4) for one in at], [round(float(one), 4) for one in rising]


if __name__ == "__main__":
    MODEL.write_bytes(packed(trained(messages(held_out=False), judging())))

"""`make train`: learn from the corpus and write `app/reading/gate.bin`. The same corpus gives the same file."""

from array import array
from collections.abc import Sequence
from itertools import chain

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import softmax
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import SGDClassifier

from app.reading.gate_file import HALVES, ZERO, GateModel, Head, packed
from app.reading.gate_pieces import marks, pieces
from training.messages import MODEL, Message, corpus_digest, judging, messages

PERSONS_MIN = 3  # what fewer authors have written is a way of theirs, and tells nothing of others
KIND_PIECES = 25_000  # those that tell the many kinds best: each takes 42 weights
MARK = 0.2  # how much one mark weighs against all pieces together
ROUNDS, SHRINKING = 40, 2e-7  # through all messages; 20 rounds read as well, but are surer than they are right
WORTH = {"draw": 1.0, "talk": 1.0, "change": 1.15, "command": 1.3}  # there are fewer changes and commands than wishes
WEIGHT_MAX_SHARE = 0.9995  # of the weights fit into a byte; the few larger ones are cut
KNOTS = 30


def trained(learned: Sequence[Message], left_out: Sequence[Message]) -> GateModel:
    """Learn from messages. Confidence is measured on `left_out`, by other authors."""
    seen, judged = Seen(learned), Seen(left_out)
    of_kinds = seen.of(np.array(["." in one.label for one in learned]))
    meanings = Learner(seen, [one.meaning for one in learned], seen.shared_pieces())
    kinds = Learner(of_kinds, [one.label for one in of_kinds.learned], _telling(of_kinds))
    said, shares, right = meanings.measured(judged, [one.meaning for one in left_out])
    knots = {str(name): _knots(shares[said == name], right[said == name]) for name in meanings.model.classes_}
    commands = judged.of(np.array([one.meaning == "command" for one in left_out]))
    _, shares, right = kinds.measured(commands, [one.label for one in commands.learned])
    return GateModel(
        meanings=meanings.head(),
        kinds=kinds.head(),
        knots={**knots, "kind": _knots(shares, right)},
        corpus=corpus_digest(),
    )


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

    def shared_pieces(self) -> np.ndarray:
        """Give the numbers that enough authors have, rising."""
        authors: dict[str, list[list[int]]] = {}
        for one, (said, around) in zip(self.learned, self.rows, strict=True):
            authors.setdefault(one.author, []).extend((said, around))
        each = [np.unique(np.fromiter(chain.from_iterable(rows), dtype=np.uint32)) for rows in authors.values()]
        numbers, persons = np.unique(np.concatenate(each), return_counts=True)
        return numbers[persons >= min(PERSONS_MIN, len(authors))]

    def matrix(self, kept: np.ndarray) -> csr_matrix:
        """Write what was seen of `kept` as rows: pieces share 1, in the measure of a circle; marks weigh the same."""
        numbers = np.fromiter(chain.from_iterable(chain.from_iterable(self.rows)), dtype=np.uint32)
        values = np.concatenate(
            [[1 / max(len(said), 1) ** 0.5] * len(said) + [MARK] * len(around) for said, around in self.rows]
        )
        starts = np.cumsum([0, *(len(said) + len(around) for said, around in self.rows)])
        columns = np.minimum(np.searchsorted(kept, numbers), len(kept) - 1)
        is_kept = kept[columns] == numbers
        ends = np.concatenate([[0], np.cumsum(is_kept)])[starts]
        return csr_matrix((values[is_kept], columns[is_kept], ends), shape=(len(self.rows), len(kept)))


class Learner:
    """One line for each class over some pieces, fitted message by message in an order that is always the same."""

    def __init__(self, seen: Seen, names: Sequence[str], pieces_kept: np.ndarray) -> None:
        """Fit, and average over the way."""
        weights = [one.weight * WORTH[one.meaning] for one in seen.learned]
        self.kept = pieces_kept
        self.model = SGDClassifier(
            loss="log_loss", alpha=SHRINKING, max_iter=ROUNDS, tol=None, average=True, random_state=0
        ).fit(seen.matrix(pieces_kept), np.array(names), sample_weight=np.array(weights))

    def head(self) -> Head:
        """Write it in small numbers."""
        model = self.model
        limit = float(np.quantile(np.abs(model.coef_[model.coef_ != 0]), WEIGHT_MAX_SHARE))
        scale = limit / (ZERO - 1)
        weights = np.clip(np.rint(model.coef_.T / scale), 1 - ZERO, ZERO - 1) + ZERO
        starts = np.searchsorted(self.kept >> 16, np.arange(HALVES + 1))
        return Head(
            classes=tuple(model.classes_.tolist()),
            starts=array("I", starts.tolist()),
            lows=array("H", (self.kept & 0xFFFF).tolist()),
            rows=weights.astype("<u2").tobytes(),
            scale=round(scale, 9),
            marks_scale=round(scale * MARK, 9),
            bias=tuple(round(float(one), 6) for one in model.intercept_),
        )

    def measured(self, judged: Seen, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Say what messages were taken for, how surely, and whether it was right."""
        likely = softmax(self.model.decision_function(judged.matrix(self.kept)), axis=1)
        said = self.model.classes_[likely.argmax(axis=1)]
        return said, likely.max(axis=1), said == np.array(names)


def _telling(seen: Seen) -> np.ndarray:
    """Choose the pieces that tell kinds from each other best."""
    shared = seen.shared_pieces()
    best = SelectKBest(chi2, k=min(KIND_PIECES, len(shared)))
    best.fit(seen.matrix(shared), np.array([one.label for one in seen.learned]))
    return shared[best.get_support()]


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

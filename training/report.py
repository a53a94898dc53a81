"""How the gate alone reads messages of authors it never learned from, by class, language and moment."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.reading.gate import Gate, is_sure
from app.reading.meaning import Meaning, Moment, Verdict
from training.messages import Message

LANGUAGES = ("zh", "en", "ja", "th")
PAID = frozenset({"again", "wide", "tall", "square", "fine"})  # commands that draw the last picture once more
# Kinds that are answered alike, so that taking one for the other harms nobody.
ALIKE = (
    frozenset({"command.help", "talk.can", "command.about", "talk.who"}),
    frozenset({"command.usage", "talk.cost"}),
    frozenset({"command.hello", "command.new", "command.edit"}),
    frozenset({"command.cancel", "talk.no"}),
    frozenset({"command.decline", "talk.no"}),
    frozenset({f"command.{name}" for name in PAID} | {"change"}),
    frozenset({"command.edit", "change"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A message and what the gate took it for."""

    message: Message
    verdict: Verdict

    @property
    def sure(self) -> bool:
        """Whether Easel acts upon it without asking."""
        return is_sure(self.verdict)

    @property
    def taken_for(self) -> str:
        """The label that the gate gave."""
        if self.verdict.meaning in {Meaning.DRAW, Meaning.CHANGE}:
            return self.verdict.meaning
        return f"{self.verdict.meaning}.{self.verdict.kind}"

    @property
    def right(self) -> bool:
        """Whether what is done is what was meant; any kind of talk is free."""
        said, meant = self.taken_for, self.message.label
        alike = any(said in kinds and meant in kinds for kinds in ALIKE)
        return said == meant or alike or self.verdict.meaning == self.message.meaning == Meaning.TALK

    @property
    def pays(self) -> bool:
        """Whether a picture is drawn of it at once."""
        draws = self.verdict.meaning in {Meaning.DRAW, Meaning.CHANGE} or self.verdict.kind in PAID
        return self.sure and draws


def read_all(said: Iterable[Message]) -> list[Read]:
    """Let the gate read messages. What answers a question of ours is left out: the rules read that before."""
    gate = Gate.load()
    return [Read(message=one, verdict=gate.read(one.text, one.moment)) for one in said if not one.moment.asked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What the gate is worth on some messages, each as a share of 1.

    Attributes:
        wishes_at_once: Wishes that are drawn without a question.
        wishes_in_a_tap: The same, or after a question.
        changes: Changes that are made, or asked about.
        commands: Commands that are obeyed, or asked about.
        talk_paid: Talk that a picture is drawn of.
        sure_right: Of what the gate is sure of, what is right.
    """

    wishes_at_once: float
    wishes_in_a_tap: float
    changes: float
    commands: float
    talk_paid: float
    sure_right: float


def worth(reads: Sequence[Read]) -> Worth:
    """Measure what the gate is worth."""
    return Worth(
        wishes_at_once=_share(reads, Meaning.DRAW, lambda one: one.pays),
        wishes_in_a_tap=_share(reads, Meaning.DRAW, lambda one: one.pays or not one.sure),
        changes=_share(reads, Meaning.CHANGE, lambda one: one.right or not one.sure),
        commands=_share(reads, Meaning.COMMAND, lambda one: one.right or not one.sure),
        talk_paid=_share(reads, Meaning.TALK, lambda one: one.pays),
        sure_right=_mean([one.right for one in reads if one.sure]),
    )


def _share(reads: Sequence[Read], meaning: Meaning, is_so: Callable[[Read], bool]) -> float:
    return _mean([is_so(one) for one in reads if one.message.meaning == meaning])


def _mean(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 1.0


def around(moment: Moment) -> str:
    """Name a moment in a word."""
    if moment.asked:
        return f"asked {moment.asked}"
    if moment.in_group and not moment.is_called:
        return "overheard in a group"
    seen = ("is_drawing", "has_photo", "quotes_picture", "has_picture")
    return next((name.replace("_", " ") for name in seen if getattr(moment, name)), "nothing")


def tables(reads: Sequence[Read]) -> Iterator[str]:
    """Write what the gate is worth as tables of Markdown."""
    yield "| | wishes at once | or after a tap | changes | commands | talk paid for | sure and right | messages |"
    yield "|---|---|---|---|---|---|---|---|"
    parts = [(name, [one for one in reads if one.message.language == name]) for name in LANGUAGES]
    moments = sorted({around(one.message.moment) for one in reads})
    parts += [(name, [one for one in reads if around(one.message.moment) == name]) for name in moments]
    for name, some in [*parts, ("all", reads)]:
        found = worth(some)
        shares = (found.wishes_at_once, found.wishes_in_a_tap, found.changes, found.commands, found.talk_paid)
        yield (
            f"| {name} | "
            + " | ".join(f"{100 * one:.1f} %" for one in (*shares, found.sure_right))
            + f" | {len(some)} |"
        )
    yield ""
    yield "| meant, taken for | " + " | ".join([*Meaning, *(f"{one}, unsure" for one in Meaning)]) + " |"
    yield "|---|" + "---|" * 8
    for meant in Meaning:
        counted = Counter((one.verdict.meaning, one.sure) for one in reads if one.message.meaning == meant)
        cells = [str(counted[said, sure]) for sure in (True, False) for said in Meaning]
        yield f"| {meant} | " + " | ".join(cells) + " |"
    yield ""
    yield "| kind | read right, or asked about | messages |"
    yield "|---|---|---|"
    for label in sorted({one.message.label for one in reads}):
        some = [one for one in reads if one.message.label == label]
        yield f"| {label} | {100 * _mean([one.right or not one.sure for one in some]):.0f} % | {len(some)} |"

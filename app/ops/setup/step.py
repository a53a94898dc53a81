"""One step of the setup, and its outcome. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.ops.doctor.table import Row, lay_out, name_chars


class StepOutcome(StrEnum):
    """How it ended."""

    OK = "ok"
    DONE = "done"
    ALREADY = "already so"
    BY_HAND = "by hand"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupStep:
    """One line of the report. `cure`: what is left to do; empty if nothing is."""

    name: str
    outcome: StepOutcome
    told: str
    cure: str = ""


_COLOURS: Final = {StepOutcome.BY_HAND: "yellow", StepOutcome.FAILED: "red"}
_OUTCOME_CHARS: Final = 12


def text(steps: Sequence[SetupStep], *, width_chars: int) -> str:
    """Format a row for each step, in colour, with what is left to do under it."""
    chars = name_chars([step.name for step in steps])
    lines: list[str] = []
    for step in steps:
        row = Row(
            verdict=step.outcome,
            colour=_COLOURS.get(step.outcome, "green"),
            name=step.name,
            told=step.told,
            cure=step.cure,
        )
        lines += lay_out(row, verdict_chars=_OUTCOME_CHARS, name_chars=chars, width_chars=width_chars)
    return "\n".join(lines)


def any_failed(steps: Sequence[SetupStep]) -> bool:
    """Whether one of them failed."""
    return any(step.outcome is StepOutcome.FAILED for step in steps)

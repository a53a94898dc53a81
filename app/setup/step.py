"""What became of one thing to be set. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import typer


class Outcome(StrEnum):
    """How it ended."""

    OK = "ok"
    DONE = "done"
    ALREADY = "already so"
    BY_HAND = "by hand"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the report. `cure`: what is left to do; empty where nothing is."""

    name: str
    outcome: Outcome
    told: str
    cure: str = ""


_COLOURS: Final = {Outcome.BY_HAND: "yellow", Outcome.FAILED: "red"}
_OUTCOME_CHARS: Final = 12


def text(steps: Sequence[Step]) -> str:
    """Write a line for each step, with what is left to do under it, in colours."""
    lines: list[str] = []
    name_chars = max(len(step.name) for step in steps) + 2
    for step in steps:
        outcome = typer.style(f"{step.outcome:<{_OUTCOME_CHARS}}", fg=_COLOURS.get(step.outcome, "green"))
        lines.append(f"{outcome}{step.name:<{name_chars}}{step.told}")
        if step.cure:
            lines.append(f"{'':<{_OUTCOME_CHARS}}{'':<{name_chars}}→ {step.cure}")
    return "\n".join(lines)


def any_failed(steps: Sequence[Step]) -> bool:
    """Whether one of them failed."""
    return any(step.outcome is Outcome.FAILED for step in steps)

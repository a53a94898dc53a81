"""Lays out rows for a terminal: a verdict, a name, what was seen, and under it what helps. No I/O."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import typer

NAME_CHARS_MAX: Final = 24
WIDTH_CHARS_MIN: Final = 60
WIDTH_CHARS_MAX: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `cure`, if there is one, goes under it."""

    verdict: str
    colour: str
    name: str
    told: str
    cure: str = ""


def name_chars(names: Sequence[str]) -> int:
    """Return the width of a column of these names, which may be none, including the gap after it."""
    return min(max(map(len, names), default=0), NAME_CHARS_MAX) + 2


def lay_out(row: Row, *, verdict_chars: int, name_chars: int, width_chars: int, indent: str = "") -> list[str]:
    """Return the lines of a row. URLs and names of settings are never broken, so that they can be copied."""
    verdict = typer.style(f"{row.verdict:<{verdict_chars}}", fg=row.colour)
    head = f"{indent}{verdict}{row.name:<{name_chars - 2}}  "
    margin = " " * (len(indent) + verdict_chars + name_chars)
    room = min(max(width_chars, WIDTH_CHARS_MIN), WIDTH_CHARS_MAX) - len(margin)
    told = _wrapped(row.told, room) or [""]
    cure = _wrapped(row.cure, room - 2)
    return [
        f"{head}{told[0]}",
        *(f"{margin}{line}" for line in told[1:]),
        *(f"{margin}{'  ' if number else '→ '}{line}" for number, line in enumerate(cure)),
    ]


def _wrapped(text: str, room: int) -> list[str]:
    # Not by rich, unlike the desk's tables: it folds or crops a URL that is longer than its column.
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)

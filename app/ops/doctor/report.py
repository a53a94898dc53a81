"""The findings, for people and for programs. No I/O."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import typer

from app.ops.doctor.finding import Section, Verdict
from app.ops.doctor.table import Row, lay_out, name_chars

_COLOURS: Final = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "red", Verdict.SKIPPED: "cyan"}
_VERDICT_CHARS: Final = 9
_INDENT: Final = "  "


def text(sections: Sequence[Section], *, width_chars: int) -> str:
    """Write a row for each finding, with the cure under it, in colours."""
    lines: list[str] = []
    chars = name_chars([finding.check for section in sections for finding in section.findings])
    for section in sections:
        lines.append(typer.style(section.title, bold=True))
        for found in section.findings:
            row = Row(
                verdict=found.verdict,
                colour=_COLOURS[found.verdict],
                name=found.check,
                told=found.evidence,
                cure=found.cure,
            )
            lines += lay_out(
                row, verdict_chars=_VERDICT_CHARS, name_chars=chars, width_chars=width_chars, indent=_INDENT
            )
    return "\n".join([*lines, "", _summary(sections)])


def as_json(sections: Sequence[Section]) -> str:
    """Write the same for programs."""
    found = [{"section": section.title, **asdict(finding)} for section in sections for finding in section.findings]
    return json.dumps({"counts": counts(sections), "findings": found}, ensure_ascii=False, indent=2)


def has_failed(sections: Sequence[Section]) -> bool:
    """Whether anything failed."""
    return counts(sections)[Verdict.FAILED] > 0


def counts(sections: Sequence[Section]) -> dict[str, int]:
    """Count the findings of each verdict."""
    verdicts = [finding.verdict for section in sections for finding in section.findings]
    return {verdict.value: verdicts.count(verdict) for verdict in Verdict}


def _summary(sections: Sequence[Section]) -> str:
    number = counts(sections)
    return ", ".join(f"{number[verdict.value]} {verdict.value}" for verdict in Verdict)

"""Formats the findings for people and for programs. No I/O."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import typer

from app.ops.doctor.finding import Finding, FindingVerdict, Section, any_failed
from app.ops.doctor.table import Row, lay_out, name_chars

_COLOURS: Final = {
    FindingVerdict.OK: "green",
    FindingVerdict.WARNING: "yellow",
    FindingVerdict.FAILED: "red",
    FindingVerdict.SKIPPED: "cyan",
}
_ORDER: Final = (FindingVerdict.OK, FindingVerdict.SKIPPED, FindingVerdict.WARNING, FindingVerdict.FAILED)
_VERDICT_CHARS: Final = 9
_FEW: Final = 2
_INDENT: Final = "  "


def text(sections: Sequence[Section], *, width_chars: int, full: bool = False) -> str:
    """Format the report in colour: a line per section for what is well, a line for what was not tried, then the rest.

    The rest is what needs somebody, in full, each with its cure under it. `full`: everything in full.
    """
    lines = [] if full else _in_short(sections, width_chars)
    return "\n".join([*lines, *_in_full(sections, width_chars=width_chars, full=full), "", _summary(sections)])


def _in_short(sections: Sequence[Section], width_chars: int) -> list[str]:
    well = [(one.title, found) for one in sections if (found := _closed(one, FindingVerdict.OK))]
    rows = [_row(FindingVerdict.OK, title, _told_in_short(found)) for title, found in well]
    if missed := [f"{one.title} {found.check}" for one in sections for found in _closed(one, FindingVerdict.SKIPPED)]:
        rows.append(_row(FindingVerdict.SKIPPED, "Not tried", f"{', '.join(missed)}; --full says why"))
    chars = name_chars([row.name for row in rows])
    return [
        line
        for row in rows
        for line in lay_out(row, verdict_chars=_VERDICT_CHARS, name_chars=chars, width_chars=width_chars)
    ]


def _closed(section: Section, verdict: FindingVerdict) -> list[Finding]:
    return [one for one in section.findings if one.verdict is verdict and not _is_open(one)]


def _told_in_short(findings: Sequence[Finding]) -> str:
    """Return what was seen if there are few findings, else only what was checked."""
    if len(findings) <= _FEW:
        return "; ".join(f"{one.check}: {one.evidence}" for one in findings)
    return ", ".join(one.check for one in findings)


def _row(verdict: FindingVerdict, name: str, told: str, cure: str = "") -> Row:
    return Row(verdict=verdict, colour=_COLOURS[verdict], name=name, told=told, cure=cure)


def _is_open(found: Finding) -> bool:
    """Whether somebody should read it: it failed, it is a warning, or there is something to do."""
    return found.verdict in {FindingVerdict.FAILED, FindingVerdict.WARNING} or bool(found.cure)


def _in_full(sections: Sequence[Section], *, width_chars: int, full: bool) -> list[str]:
    lines: list[str] = []
    chars = name_chars([finding.check for section in sections for finding in section.findings])
    for section in sections if full else sorted(sections, key=lambda one: any_failed(one.findings)):
        shown = [one for one in section.findings if full or _is_open(one)]
        lines += [typer.style(section.title, bold=True)] if shown else []
        for found in sorted(shown, key=lambda one: _ORDER.index(one.verdict)):
            row = _row(found.verdict, found.check, found.evidence, found.cure)
            lines += lay_out(
                row, verdict_chars=_VERDICT_CHARS, name_chars=chars, width_chars=width_chars, indent=_INDENT
            )
    return lines


def as_json(sections: Sequence[Section]) -> str:
    """Format the same as JSON, for programs."""
    found = [{"section": section.title, **asdict(finding)} for section in sections for finding in section.findings]
    return json.dumps({"counts": counts(sections), "findings": found}, ensure_ascii=False, indent=2)


def has_failed(sections: Sequence[Section]) -> bool:
    """Whether anything failed."""
    return counts(sections)[FindingVerdict.FAILED] > 0


def counts(sections: Sequence[Section]) -> dict[str, int]:
    """Count the findings by verdict."""
    verdicts = [finding.verdict for section in sections for finding in section.findings]
    return {verdict.value: verdicts.count(verdict) for verdict in FindingVerdict}


def _summary(sections: Sequence[Section]) -> str:
    number = counts(sections)
    return ", ".join(f"{number[verdict.value]} {verdict.value}" for verdict in FindingVerdict)

"""The result of a check. No I/O."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

NOT_FORESEEN: Final = "Report this line where Easel comes from: the fault is Easel's own; what else is told here holds"


class FindingVerdict(StrEnum):
    """The verdict of a check: what has a warning works today, what failed keeps people from their pictures."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report. Never contains a secret.

    Attributes:
        check: What was checked, in a word or two.
        evidence: What was seen.
        cure: What helps; empty if nothing has to be done.
    """

    check: str
    verdict: FindingVerdict
    evidence: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The findings about one subject: the settings, LINE, OpenAI, R2, the database or the machine."""

    title: str
    findings: Sequence[Finding]


def ok(check: str, evidence: str) -> Finding:
    """Report that it works."""
    return Finding(check=check, verdict=FindingVerdict.OK, evidence=evidence)


def warning(check: str, evidence: str, *, cure: str) -> Finding:
    """Report that it works, but not for long, or not for everything."""
    return Finding(check=check, verdict=FindingVerdict.WARNING, evidence=evidence, cure=cure)


def failed(check: str, evidence: str, *, cure: str) -> Finding:
    """Report that people will not get their pictures."""
    return Finding(check=check, verdict=FindingVerdict.FAILED, evidence=evidence, cure=cure)


def skipped(check: str, evidence: str, *, cure: str = "") -> Finding:
    """Report that it could not be tried, or that only a person can see it."""
    return Finding(check=check, verdict=FindingVerdict.SKIPPED, evidence=evidence, cure=cure)


def not_foreseen(error: Exception) -> str:
    """Describe an unexpected error by its type and place only, since its text may repeat a secret."""
    places = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(places[-1].filename).name}:{places[-1].lineno}" if places else ""
    return f"{type(error).__name__}{where}"


def any_failed(findings: Sequence[Finding]) -> bool:
    """Whether one of them failed."""
    return any(finding.verdict is FindingVerdict.FAILED for finding in findings)

"""What a check brings home. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class FindingVerdict(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report. Never a secret.

    Attributes:
        check: What was looked at, in a word or two.
        evidence: What was seen.
        cure: What helps; empty where nothing has to be done.
    """

    check: str
    verdict: FindingVerdict
    evidence: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The findings about one neighbour."""

    title: str
    findings: Sequence[Finding]


def ok(check: str, evidence: str) -> Finding:
    """It works."""
    return Finding(check=check, verdict=FindingVerdict.OK, evidence=evidence)


def warning(check: str, evidence: str, *, cure: str) -> Finding:
    """It works, but not for long, or not for everything."""
    return Finding(check=check, verdict=FindingVerdict.WARNING, evidence=evidence, cure=cure)


def failed(check: str, evidence: str, *, cure: str) -> Finding:
    """People will not get their pictures."""
    return Finding(check=check, verdict=FindingVerdict.FAILED, evidence=evidence, cure=cure)


def skipped(check: str, evidence: str, *, cure: str = "") -> Finding:
    """It could not be tried, or only a person can see it."""
    return Finding(check=check, verdict=FindingVerdict.SKIPPED, evidence=evidence, cure=cure)


def any_failed(findings: Sequence[Finding]) -> bool:
    """Whether one of them failed."""
    return any(finding.verdict is FindingVerdict.FAILED for finding in findings)

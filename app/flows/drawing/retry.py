"""Whether a call to a model is made again, and when. Decides only, no I/O.

Rules and sources: an unknown outcome may have been charged, so it is tried again once at most; a complete answer
without a picture would be the same the next time; the limit behind a 429 refills
(https://developers.openai.com/api/docs/guides/rate-limits); a 5xx is charged rarely or never; a refused connection
costs nothing.
"""

import random
import time
from dataclasses import dataclass, field

from app.errors import Again, EaselError, ModelGone, OutcomeUnknown, RateLimited, Reason, Unreachable

UNREACHABLE_WITHIN_S = 900.0  # beyond every token's deadline: after the promise it goes on
UNREACHABLE_LONGEST_S = 4.0  # so that drawing resumes within seconds of an outage's end
FAULTS_MAX = 3  # more tries after a 5xx
FAULTS_WITHIN_S = 20.0
LIMITED_MAX = 6  # more tries after a 429
LIMITED_WITHIN_S = 90.0
BLIND_MAX = 1  # more tries after a call that may have been charged for nothing


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Ask the same model again after so many seconds."""

    after_s: float


@dataclass(frozen=True, slots=True)
class AskNextModel:
    """This model is gone; the next of the list may not be."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No picture; the user is told why."""

    reason: Reason


@dataclass(slots=True)
class Failures:
    """How often one kind of failure came, and how long was waited because of it."""

    count: int = 0
    waited_s: float = 0.0


@dataclass(slots=True)
class Tries:
    """What was tried for one request so far. `blind` outlives restarts."""

    unreachable: int = 0
    faults: Failures = field(default_factory=Failures)
    limited: Failures = field(default_factory=Failures)
    blind: int = 0
    began_at: float = field(default_factory=time.monotonic)


def count_and_decide(error: EaselError, tries: Tries) -> AskAgain | AskNextModel | GiveUp:
    """Decide after a failed call, and count it in `tries`."""
    match error:
        case ModelGone():
            return AskNextModel()
        case OutcomeUnknown():
            tries.blind += 1
            return AskAgain(0.0) if tries.blind <= BLIND_MAX else GiveUp(error.reason)
        case Unreachable():
            return _while_unreachable(error, tries)
        case RateLimited():
            return _after(error, tries.limited, most=LIMITED_MAX, within_s=LIMITED_WITHIN_S)
        case Again():
            return _after(error, tries.faults, most=FAULTS_MAX, within_s=FAULTS_WITHIN_S)
    return GiveUp(error.reason)


def _while_unreachable(error: Unreachable, tries: Tries) -> AskAgain | GiveUp:
    tries.unreachable += 1
    # By the clock: finding out that there is no connection takes seconds, too.
    if time.monotonic() - tries.began_at > UNREACHABLE_WITHIN_S:
        return GiveUp(error.reason)
    return AskAgain(backoff_s(tries.unreachable, longest_s=UNREACHABLE_LONGEST_S))


def _after(error: Again, failures: Failures, *, most: int, within_s: float) -> AskAgain | GiveUp:
    failures.count += 1
    wait_s = error.retry_after_s if error.retry_after_s is not None else backoff_s(failures.count)
    if failures.count > most or failures.waited_s + wait_s > within_s:
        return GiveUp(error.reason)
    failures.waited_s += wait_s
    return AskAgain(wait_s)


def backoff_s(count: int, *, first_s: float = 0.5, longest_s: float = 8.0) -> float:
    """Return the wait before the `count`-th retry: doubling, less up to a quarter at random, to spread a crowd out."""
    return min(first_s * 2.0 ** (count - 1), longest_s) * random.uniform(0.75, 1.0)  # noqa: S311 - not a secret

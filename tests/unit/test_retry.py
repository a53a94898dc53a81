import pytest

from app.errors import (
    BadAnswer,
    ModelGone,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    Reason,
    Refused,
    Unreachable,
    VendorFault,
)
from app.flows.drawing.retry import AskAgain, AskNextModel, GiveUp, Tries, backoff_s, decide


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("no"), GiveUp(Reason.MODERATION)),
        (NotPermitted("no credit"), GiveUp(Reason.CLOSED)),
        (ModelGone("gone"), AskNextModel()),
    ],
)
def test_what_is_final_is_never_asked_again(error, told):
    """Moderation, billing and a dead model are decided at once."""
    assert decide(error, Tries()) == told


def test_a_rate_limit_waits_as_long_as_the_vendor_says():
    """retry-after is obeyed to the second."""
    assert decide(RateLimited("429", retry_after_s=7.5), Tries()) == AskAgain(7.5)


def test_a_rate_limit_that_asks_for_too_much_ends_as_busy():
    """Nobody waits two minutes in silence for a slot."""
    assert decide(RateLimited("429", retry_after_s=100.0), Tries()) == GiveUp(Reason.BUSY)


@pytest.mark.parametrize("error", [VendorFault("503"), Unreachable("no connection")])
def test_faults_are_tried_three_more_times_within_twenty_seconds(error):
    """A 5xx is asked again three times, then the user is told that it is busy."""
    tries = Tries()
    waits = [decide(error, tries) for _ in range(4)]
    assert [type(one) for one in waits] == [AskAgain, AskAgain, AskAgain, GiveUp]
    assert tries.waited_s <= 20


@pytest.mark.parametrize(
    ("error", "reason"), [(OutcomeUnknown("time-out"), Reason.TOO_LATE), (BadAnswer("no picture"), Reason.BROKE)]
)
def test_what_may_have_been_charged_is_asked_once_more_at_most(error, reason):
    """A second payment is risked once, a third never."""
    tries = Tries()
    assert decide(error, tries) == AskAgain(0.0)
    assert decide(error, tries) == GiveUp(reason)


def test_an_attempt_lost_in_a_crash_counts():
    """What was cut off before the restart is one of the two."""
    assert decide(OutcomeUnknown("time-out"), Tries(blind=1)) == GiveUp(Reason.TOO_LATE)


def test_the_wait_doubles_up_to_a_limit_and_spreads_out():
    """0.5, 1, 2 ... 8 s, each up to a quarter shorter."""
    for count, longest in [(1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (9, 8.0)]:
        assert longest * 0.75 <= backoff_s(count) <= longest

import time

import pytest

from app.errors import (
    BadAnswer,
    HostNotAllowed,
    ModelGone,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    Reason,
    Refused,
    Unreachable,
    VendorFault,
)
from app.flows.drawing.retry import AskAgain, AskNextModel, GiveUp, Tries, backoff_s, count_and_decide


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("no"), GiveUp(Reason.MODERATION)),
        (NotPermitted("no credit"), GiveUp(Reason.CLOSED)),
        (BadAnswer("no picture"), GiveUp(Reason.BROKE)),
        (HostNotAllowed("elsewhere", host="a.example"), GiveUp(Reason.CLOSED)),
        (ModelGone("gone"), AskNextModel()),
    ],
)
def test_what_is_final_is_never_asked_again(error, told):
    """Moderation, billing, a whole answer without a picture and a dead model are decided at once."""
    assert count_and_decide(error, Tries()) == told


def test_a_rate_limit_waits_as_long_as_the_vendor_says():
    """retry-after is obeyed to the second."""
    assert count_and_decide(RateLimited("429", retry_after_s=7.5), Tries()) == AskAgain(7.5)


def test_a_rate_limit_that_asks_for_too_much_ends_as_busy():
    """Nobody waits two minutes in silence for a slot."""
    assert count_and_decide(RateLimited("429", retry_after_s=100.0), Tries()) == GiveUp(Reason.BUSY)


def test_faults_are_tried_three_more_times_within_twenty_seconds():
    """A 5xx is asked again three times, then the user is told that it is busy."""
    tries = Tries()
    waits = [count_and_decide(VendorFault("503"), tries) for _ in range(4)]
    assert [type(one) for one in waits] == [AskAgain, AskAgain, AskAgain, GiveUp]
    assert tries.faults.waited_s <= 20


def test_a_fault_behind_rate_limits_has_tries_of_its_own():
    """What was waited for a slot is not taken from the tries after a 5xx."""
    tries = Tries()
    for _ in range(4):
        assert count_and_decide(RateLimited("429", retry_after_s=7.0), tries) == AskAgain(7.0)
    assert isinstance(count_and_decide(VendorFault("503"), tries), AskAgain)


def test_without_a_connection_it_is_tried_far_beyond_the_life_of_a_token():
    """It costs nothing: every few seconds, and only after a quarter of an hour it is called busy."""
    tries = Tries()
    waits = [count_and_decide(Unreachable("no connection"), tries) for _ in range(30)]
    assert all(isinstance(one, AskAgain) and one.after_s <= 4 for one in waits)
    tries.began_at -= 901
    assert count_and_decide(Unreachable("no connection"), tries) == GiveUp(Reason.BUSY)


def test_an_outage_of_eleven_minutes_is_ridden_out():
    """All the while it is asked again every few seconds, so that drawing goes on within seconds of its end."""
    tries = Tries()
    for minute in range(12):
        tries.began_at = time.monotonic() - 60 * minute
        decision = count_and_decide(Unreachable("no connection"), tries)
        assert isinstance(decision, AskAgain)
        assert decision.after_s <= 4


def test_what_may_have_been_charged_is_asked_once_more_at_most():
    """A second payment is risked once, a third never."""
    tries = Tries()
    assert count_and_decide(OutcomeUnknown("time-out"), tries) == AskAgain(0.0)
    assert count_and_decide(OutcomeUnknown("time-out"), tries) == GiveUp(Reason.TOO_LATE)


def test_an_attempt_lost_in_a_crash_counts():
    """What was cut off before the restart is one of the two."""
    assert count_and_decide(OutcomeUnknown("time-out"), Tries(blind=1)) == GiveUp(Reason.TOO_LATE)


def test_the_wait_doubles_up_to_a_limit_and_spreads_out():
    """0.5, 1, 2 ... 8 s, each up to a quarter shorter."""
    for count, longest in [(1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (9, 8.0)]:
        assert longest * 0.75 <= backoff_s(count) <= longest

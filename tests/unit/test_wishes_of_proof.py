"""The people of a bad day have enough to say, and nobody says the same twice."""

from itertools import islice

import pytest

from proof.wishes import MARK, changes, wishes

ENOUGH = 1000  # for ten minutes of chaos


@pytest.mark.slow
@pytest.mark.parametrize("said", [wishes, changes])
def test_there_is_enough_to_say(said):
    """However the gate is trained, it is sure of a thousand of them."""
    found = list(islice(said(), ENOUGH))
    assert len(set(found)) == ENOUGH
    assert all(MARK in one for one in found)

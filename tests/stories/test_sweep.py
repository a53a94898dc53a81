"""A slice of the kill sweep: what `make sweep` does at every point, at a few of each story."""

import pytest

from proof.stories import STORIES
from proof.sweep import run, spread

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("story", STORIES)
async def test_killed_anywhere_it_is_answered_once(story):
    """At most one call more is paid, and none once the bytes are kept."""
    assert await run(points=3, kind="sqlite", stories=[story]) == 0


async def test_points_are_spread_from_the_first_to_the_last():
    """So that a slice sees the webhook and the reply, too."""
    assert list(spread(3, 60)) == [1, 2, 3]
    assert spread(61, 4) == [1, 21, 41, 61]

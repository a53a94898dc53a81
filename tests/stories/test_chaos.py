"""A bad third of a minute: what `make chaos` does for three, on each kind of database."""

import pytest

from proof.chaos import run

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_whatever_happens_every_promise_holds(kind):
    """Faults, kills, wrong clocks, repeats, limits; then everything is at rest, and nobody was forgotten."""
    assert await run(seconds=20, seed=20261122, kind=kind) == 0

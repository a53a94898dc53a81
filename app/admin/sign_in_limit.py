"""How often somebody may guess the token: each peer, and all of them together. In memory, for this process.

Only wrong tokens are counted and slowed down: whoever has the right one comes in, whatever others do.
"""

import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

ONE = RateLimitItemPerMinute(5)
ALL = RateLimitItemPerMinute(50)  # and so many peers are remembered, at most


class Guesses:
    """Counts wrong tokens within a moving minute."""

    def __init__(self) -> None:
        self._counted = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._counted)

    def wait_s(self, peer: str) -> float:
        """Count a guess. Return 0, or in how many seconds the next one is looked at; then nothing was counted."""
        for limit, key in ((ONE, peer), (ALL, "")):
            if not self._limiter.test(limit, key):
                return self._wait_s(limit, key)
        self._limiter.hit(ALL, "")
        self._limiter.hit(ONE, peer)
        return 0.0

    def _wait_s(self, limit: RateLimitItem, key: str) -> float:
        return max(1.0, self._limiter.get_window_stats(limit, key).reset_time - time.time())

"""Limits how often the token may be guessed. In memory, for this process.

Each peer has a limit, and so have all peers together; beyond it no token is checked, not even the right one. A browser
in which somebody has signed in before has a limit of its own, so that guessers cannot lock it out:
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

ONE = RateLimitItemPerMinute(5)
ALL = RateLimitItemPerMinute(50)  # which also limits how many peers are remembered


class SignInLimit:
    """Counts wrong tokens within a sliding minute."""

    def __init__(self) -> None:
        self._counted = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._counted)

    def wait_s(self, peer: str, *, browser: str | None = None) -> float:
        """Return in how many seconds the next token is checked; 0: at once. `browser`: the id of a known one."""
        return max(self._wait_s(limit, *key) for limit, *key in _limits(peer, browser))

    def count(self, peer: str, *, browser: str | None = None) -> None:
        """Count a wrong token."""
        for limit, *key in _limits(peer, browser):
            self._limiter.hit(limit, *key)

    def _wait_s(self, limit: RateLimitItem, *key: str) -> float:
        if self._limiter.test(limit, *key):
            return 0.0
        return max(1.0, self._limiter.get_window_stats(limit, *key).reset_time - time.time())


def _limits(peer: str, browser: str | None) -> tuple[tuple[RateLimitItem, str, str], ...]:
    if browser is not None:
        return ((ONE, "browser", browser),)
    return (ONE, "peer", peer), (ALL, "peers", "")

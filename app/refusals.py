"""Logs what is refused once, then counts it: a flood of requests must not flood the log."""

import asyncio

import structlog

log = structlog.get_logger()

COUNTED_S = 60.0


class Refusals:
    """Logs the first refusal of a kind at once, and those after it as one count a minute."""

    def __init__(self, *, counted_s: float = COUNTED_S) -> None:
        self._counted_s = counted_s
        self._counts: dict[tuple[str, str], int] = {}

    def note(self, event: str, *, reason: str) -> None:
        """Report a refusal, in the running event loop. `reason` is one of a few fixed ones, never what a peer sent."""
        kind = (event, reason)
        if kind in self._counts:
            self._counts[kind] += 1
            return
        log.warning(event, reason=reason)
        self._open(kind)

    def _open(self, kind: tuple[str, str]) -> None:
        self._counts[kind] = 0
        asyncio.get_running_loop().call_later(self._counted_s, self._tell, kind)

    def _tell(self, kind: tuple[str, str]) -> None:
        if not (times := self._counts.pop(kind)):
            return
        event, reason = kind
        log.warning(event, reason=reason, times=times, within_s=self._counted_s)
        self._open(kind)

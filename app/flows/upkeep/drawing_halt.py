"""Holds drawing back while nobody could see a picture: it would be paid for in vain. Wishes wait until that is over.

`line_access` and `address_watch` turn a switch on when they find that out, and off again when it is over. It holds for
all processes and outlives them.
"""

import asyncio
import time
from typing import Final

import structlog

from app.store.switches import LINE_REFUSES, NOBODY_SEES, Switches

log = structlog.get_logger()

WAIT_S: Final = 1.0
REASONS: Final = (LINE_REFUSES, NOBODY_SEES)


class DrawingHalt:
    """One for each process."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._free_until = 0.0  # by the monotonic clock: many wishes that begin together check once

    async def over(self, request_id: str) -> None:
        """Wait until people can see what is drawn, as far as we know."""
        if time.monotonic() < self._free_until:
            return
        is_told = False
        while reasons := await self._switches.on(REASONS):
            if not is_told:
                log.warning("drawing_waits", request=request_id, reasons=reasons)
                is_told = True
            await asyncio.sleep(WAIT_S)
        self._free_until = time.monotonic() + WAIT_S

    def begin(self) -> None:
        """Note that a switch was just turned on: wishes that begin from now on check it."""
        self._free_until = 0.0

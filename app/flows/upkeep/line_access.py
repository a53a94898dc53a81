"""Whether LINE takes our token. While it does not nothing is drawn: it would be paid for, and nobody could see it."""

import asyncio
import time
from collections.abc import Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.errors import EaselError, NotPermitted
from app.line.client import LineClient
from app.store.switches import LINE_REFUSES, Switches

log = structlog.get_logger()

REFUSED = "http_401"
LOOK_EVERY_S = 15.0
WAIT_S = 1.0
CURE = "issue a channel access token in the LINE Developers console, set LINE_CHANNEL_ACCESS_TOKEN and restart"


class LineAccess:
    """One for each process; what one of them learns holds for all, and outlives them."""

    def __init__(self, *, switches: Switches, line: LineClient) -> None:
        self._switches = switches
        self._line = line
        self._refuses = False
        self._granted_until = 0.0  # by the monotonic clock: many wishes that begin together ask once

    @property
    def problems(self) -> Mapping[str, str]:
        """What `/readyz` tells beside its verdict: we go on taking webhooks, so that nothing is lost."""
        return {"line": "refuses the channel access token: nothing is drawn"} if self._refuses else {}

    async def note(self, error: EaselError) -> None:
        """Something of ours did not reach LINE. Only a refused token is of interest."""
        if not isinstance(error, NotPermitted) or error.code != REFUSED:
            return
        if not self._refuses:
            log.error("line_token_refused", cure=CURE)
        self._refuses, self._granted_until = True, 0.0
        await self._switches.turn_on(LINE_REFUSES)

    async def granted(self) -> None:
        """Return when LINE takes our token, as far as we know."""
        if time.monotonic() < self._granted_until:
            return
        while await self._switches.is_on(LINE_REFUSES):  # noqa: ASYNC110 - another process may turn it off
            await asyncio.sleep(WAIT_S)
        self._granted_until = time.monotonic() + WAIT_S

    async def keep(self) -> None:
        """Ask LINE at the start, and for ever while it refuses."""
        is_new = True
        while True:
            try:
                if is_new or await self._switches.is_on(LINE_REFUSES):
                    await self._ask()
                    is_new = False
                else:
                    self._refuses = False
            except SQLAlchemyError as error:
                log.warning("line_access_not_read", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _ask(self) -> None:
        try:
            await self._line.remaining_pushes()  # free, and answered like everything else with this token
        except EaselError as error:
            await self.note(error)
            return
        if self._refuses or await self._switches.is_on(LINE_REFUSES):
            log.info("line_token_taken")
        self._refuses = False
        await self._switches.turn_off(LINE_REFUSES)
        log.debug("line_asked")

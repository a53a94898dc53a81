"""Whether LINE accepts our access token. While it does not, nothing is drawn: it would be paid for in vain."""

import asyncio
from collections.abc import Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.errors import EaselError, NotPermitted
from app.flows.upkeep.drawing_halt import DrawingHalt
from app.line.client import LineClient
from app.store.switches import LINE_REFUSES, Switches

log = structlog.get_logger()

REFUSED = "http_401"
LOOK_EVERY_S = 15.0
CURE = "issue a channel access token in the LINE Developers console, set LINE_CHANNEL_ACCESS_TOKEN and restart"


class LineAccess:
    """One for each process; what one of them learns holds for all and outlives them."""

    def __init__(self, *, switches: Switches, line: LineClient, halt: DrawingHalt) -> None:
        self._switches = switches
        self._halt = halt
        self._line = line
        self._refuses = False

    @property
    def problems(self) -> Mapping[str, str]:
        """What `/readyz` reports without failing: webhooks are still accepted, so that nothing is lost."""
        return {"line": "refuses the channel access token: nothing is drawn"} if self._refuses else {}

    async def note(self, error: EaselError) -> None:
        """Note a failed call to LINE. Only a refused access token matters here."""
        if not isinstance(error, NotPermitted) or error.code != REFUSED:
            return
        if not self._refuses:
            log.error("line_token_refused", cure=CURE)
        self._refuses = True
        await self._switches.turn_on(LINE_REFUSES)
        self._halt.begin()

    async def keep(self) -> None:
        """Ask LINE at the start, and for as long as it refuses, whichever process found out."""
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
            await self._line.remaining_pushes()  # free, and refused like any other call if the token is
        except EaselError as error:
            await self.note(error)
            return
        if self._refuses or await self._switches.is_on(LINE_REFUSES):
            log.info("line_token_taken")
        self._refuses = False
        await self._switches.turn_off(LINE_REFUSES)
        log.debug("line_asked")

"""How LINE shows us: people type it behind an @ where LINE's list does not offer us. Kept for a day."""

import time

import structlog

from app.errors import EaselError
from app.line.client import LineClient

log = structlog.get_logger()

KEPT_FOR_S = 24 * 3600.0
AGAIN_AFTER_S = 60.0  # where LINE did not tell


class OwnName:
    """Asks LINE once a day; others who want it meanwhile do not wait for the answer."""

    def __init__(self, line: LineClient) -> None:
        self._line = line
        self._name = ""
        self._until = 0.0

    async def get(self) -> str:
        """Return the name; "" or the old one while LINE does not tell."""
        if time.monotonic() < self._until:
            return self._name
        self._until = time.monotonic() + AGAIN_AFTER_S  # others do not ask, too
        try:
            self._name = (await self._line.bot_info()).name
            self._until = time.monotonic() + KEPT_FOR_S
        except EaselError as error:
            log.warning("own_name_not_known", code=error.code)
        return self._name

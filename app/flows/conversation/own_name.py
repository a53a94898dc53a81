"""Our display name in LINE: people type it after an @ where LINE's list does not offer us. Kept for a day."""

import time

import structlog

from app.errors import EaselError
from app.line.client import LineClient

log = structlog.get_logger()

KEPT_FOR_S = 24 * 3600.0
AGAIN_AFTER_S = 60.0  # where LINE did not answer


class OwnName:
    """Asks LINE once a day; other callers do not wait for the answer."""

    def __init__(self, line: LineClient) -> None:
        self._line = line
        self._name = ""
        self._until = 0.0

    async def get(self) -> str:
        """Return the name; "" or the old one until LINE has answered."""
        if time.monotonic() < self._until:
            return self._name
        self._until = time.monotonic() + AGAIN_AFTER_S  # so that other callers do not ask, too
        try:
            self._name = (await self._line.bot_info()).name
            self._until = time.monotonic() + KEPT_FOR_S
        except EaselError as error:
            log.warning("own_name_not_known", code=error.code)
        return self._name

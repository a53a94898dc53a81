"""Checks whether people can see what is drawn, by asking for the newest picture at the bucket's public address.

If the answer means that nobody can see it, nothing more is drawn until it is served again. Drawing goes on if we cannot
reach the address, or it refuses us: a firewall of ours, or a guard against robots, stops nobody else.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.errors import EaselError
from app.flows.upkeep.admin_alerts import AdminAlerts
from app.flows.upkeep.drawing_halt import DrawingHalt
from app.r2 import Bucket, why_not_served
from app.store.chat_pictures import Pictures
from app.store.switches import NOBODY_SEES, PICTURES_UNSERVED, Switches

log = structlog.get_logger()

LOOK_EVERY_S: Final = 600.0
AGAIN_S: Final = 30.0  # while it fails
SURE_AT: Final = 2  # looks that failed in a row; a single one may be a passing fault
GONE: Final = "http_404"
# No such object, bucket or domain; public access is off, as r2.dev says it; or a login page stands in front of it.
NOBODY_S: Final = frozenset({GONE, "http_401", "http_410", "http_301", "http_302", "http_303", "http_307", "http_308"})
CURE: Final = "run `easel doctor`; look at the bucket's custom domain and at R2_PUBLIC_BASE_URL"


class PublicAddress:
    """One for each process; what one of them learns holds for all."""

    def __init__(
        self, *, pictures: Pictures, bucket: Bucket, switches: Switches, alarm: AdminAlerts, halt: DrawingHalt
    ) -> None:
        self._pictures = pictures
        self._bucket = bucket
        self._switches = switches
        self._alarm = alarm
        self._halt = halt
        self._failed = 0
        self._why = ""

    @property
    def problems(self) -> Mapping[str, str]:
        """What `/readyz` reports without failing: webhooks are still accepted, so that nothing is lost."""
        if self._failed < SURE_AT:
            return {}
        then = "nothing is drawn" if self._why in NOBODY_S else "nobody can see what is drawn"
        return {"public address": f"does not serve pictures: {then}"}

    async def keep(self) -> None:
        """Look until cancelled."""
        while True:
            wait_s = AGAIN_S
            try:
                wait_s = await self.look()
            except (EaselError, SQLAlchemyError) as error:
                log.warning("public_address_not_looked_at", error=type(error).__name__)
            await asyncio.sleep(wait_s)

    async def look(self) -> float:
        """Look once. Return how many seconds to wait before the next look.

        Raises:
            EaselError: The bucket could not be asked whether the picture is still there.
        """
        key = await self._pictures.newest_key()
        why = await self._why_not(key) if key else None
        if why is None:
            await self._served()
            return LOOK_EVERY_S
        self._failed += 1
        if self._failed >= SURE_AT:
            await self._tell(why)
        return AGAIN_S

    async def _why_not(self, key: str) -> str | None:
        why = await why_not_served(self._bucket.url(key))
        # If the picture was deleted meanwhile, or by a rule of the bucket, the address is not at fault.
        return None if why == GONE and await self._bucket.head(key) is None else why

    async def _served(self) -> None:
        if self._failed or await self._switches.on([PICTURES_UNSERVED, NOBODY_SEES]):
            log.info("pictures_served_again")
            await self._switches.turn_off(PICTURES_UNSERVED)
            await self._switches.turn_off(NOBODY_SEES)
        self._failed = 0

    async def _tell(self, why: str) -> None:
        if self._failed == SURE_AT:
            log.error("pictures_not_served", code=why, cure=CURE)
        self._why = why
        await self._switches.turn_on(PICTURES_UNSERVED)
        if why in NOBODY_S:
            await self._switches.turn_on(NOBODY_SEES)
            self._halt.begin()
        else:
            await self._switches.turn_off(NOBODY_SEES)
        await self._alarm.ring("unserved", code=why)

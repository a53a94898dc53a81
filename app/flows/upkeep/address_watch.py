"""Whether people can see what is drawn: now and then the newest picture is asked for at the bucket's public address."""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.errors import EaselError
from app.flows.upkeep.admin_alerts import AdminAlerts
from app.r2 import Bucket, why_not_served
from app.store.chat_pictures import Pictures
from app.store.switches import PICTURES_UNSERVED, Switches

log = structlog.get_logger()

LOOK_EVERY_S: Final = 600.0
AGAIN_S: Final = 30.0  # while it fails
SURE_AT: Final = 2  # looks that failed in a row; one may be a moment's fault
GONE: Final = "http_404"
CURE: Final = "run `easel doctor`; look at the bucket's custom domain and at R2_PUBLIC_BASE_URL"


class PublicAddress:
    """One for each process; what one of them learns holds for all."""

    def __init__(self, *, pictures: Pictures, bucket: Bucket, switches: Switches, alarm: AdminAlerts) -> None:
        self._pictures = pictures
        self._bucket = bucket
        self._switches = switches
        self._alarm = alarm
        self._failed = 0

    @property
    def problems(self) -> Mapping[str, str]:
        """What `/readyz` tells beside its verdict: pictures are drawn and stored all the same."""
        if self._failed < SURE_AT:
            return {}
        return {"public address": "does not serve pictures: nobody can see what is drawn"}

    async def keep(self) -> None:
        """Look for ever."""
        while True:
            wait_s = AGAIN_S
            try:
                wait_s = await self.look()
            except (EaselError, SQLAlchemyError) as error:
                log.warning("public_address_not_looked_at", error=type(error).__name__)
            await asyncio.sleep(wait_s)

    async def look(self) -> float:
        """Look once. Return after how many seconds it is worth another look.

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
        # What was deleted meanwhile, or by a rule of the bucket's own, is no fault of the address.
        return None if why == GONE and await self._bucket.head(key) is None else why

    async def _served(self) -> None:
        if self._failed or await self._switches.is_on(PICTURES_UNSERVED):
            log.info("pictures_served_again")
            await self._switches.turn_off(PICTURES_UNSERVED)
        self._failed = 0

    async def _tell(self, why: str) -> None:
        if self._failed == SURE_AT:
            log.error("pictures_not_served", code=why, cure=CURE)
        await self._switches.turn_on(PICTURES_UNSERVED)
        await self._alarm.ring("unserved", code=why)

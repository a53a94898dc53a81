"""Tells admins in LINE what only they can fix: each case once a day, while this month's messages last."""

import time
import uuid
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import structlog

from app.days import day_of
from app.errors import Cause, EaselError, HostNotAllowed, NotPermitted
from app.flows.delivery.languages import Languages
from app.line.client import LineClient
from app.line.messages import text
from app.store.alerts import Alerts

log = structlog.get_logger()

ONCE = "once"
PUSHES_KEPT = 10  # of the month's messages, kept for people whatever happens


class AdminAlerts:
    """Alerts admins. A cause is the key of a sentence without its "alert_"."""

    def __init__(
        self, *, alerts: Alerts, languages: Languages, line: LineClient, admin_ids: Sequence[str], zone: ZoneInfo
    ) -> None:
        """Without `admin_ids` nobody is told."""
        self._alerts = alerts
        self._languages = languages
        self._line = line
        self._admin_ids = admin_ids
        self._zone = zone

    async def ring_for(self, error: EaselError) -> None:
        """Alert admins to what a vendor refuses, or answers again and again."""
        match error:
            case NotPermitted(cause=Cause.OTHER):
                await self.ring(Cause.OTHER, case=error.code or "", code=error.code or "?")
            case NotPermitted():
                await self.ring(error.cause)
            case HostNotAllowed():
                await self.ring("url_host", case=error.host, host=error.host)
            case _:
                await self.ring("not_taken", case=error.code or "", code=error.code or "?")

    async def ring(self, cause: str, *, case: str = "", once: bool = False, **details: object) -> None:
        """Tell every admin, unless they were told of this case today (with `once`: ever)."""
        name = f"{cause} {case}".strip()
        if not self._admin_ids:  # another name: whoever becomes an admin later still hears of it
            name = f"log {name}"
        day = ONCE if once else day_of(time.time(), self._zone)
        if not await self._alerts.claim(name, day=day):
            return
        if not self._admin_ids:
            log.warning("alert_not_sent", cause=cause, case=case, reason="ADMIN_USER_IDS names nobody")
        elif not await self._tell(cause, details):
            await self._alerts.take_back(name, day=day)

    async def _tell(self, cause: str, details: Mapping[str, object]) -> bool:
        """Push the alert to every admin. False: nobody was told."""
        told = False
        for admin_id in self._admin_ids:
            try:
                left = await self._line.remaining_pushes()
                if left is not None and left <= PUSHES_KEPT:
                    log.warning("alert_not_sent", cause=cause, reason="few messages are left this month")
                    return told
                words = await self._languages.words_for(admin_id)
                named = {"budget": words.say(f"budget_{details['budget']}")} if "budget" in details else {}
                said = words.say(f"alert_{cause}", **{**details, **named})
                await self._line.push(admin_id, [text(said)], retry_key=str(uuid.uuid4()))
            except EaselError as error:
                log.warning("alert_not_sent", cause=cause, code=error.code, vendor_request=error.vendor_request_id)
            else:
                log.info("alert_sent", cause=cause)
                told = True
        return told

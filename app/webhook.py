"""The way in: POST /callback. Simple, to be fast: check the signature over the raw bytes, split, commit, answer 200.

A 200 means that every event is on disk. LINE waits 2 s: https://developers.line.biz/en/docs/messaging-api/receiving-messages/
"""

import time
from collections.abc import Callable, Sequence

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.health import Health
from app.line.envelopes import Envelope, envelopes
from app.line.signature import is_well_formed, verify
from app.metrics import Metrics
from app.refusals import Refusals
from app.store.housekeeping import EVENTS_KEPT_S
from app.store.inbox import Arrival, Inbox, Rank
from app.traces import Traces

log = structlog.get_logger()

BODY_BYTES_MAX = 256_000  # LINE publishes no limit; its webhooks are a few kB
SMALL_BYTES = 16_000
HELD_BYTES_MAX = 32_000_000  # of bodies that are not complete yet; beyond it only small ones are accepted


class WebhookRefusedError(Exception):
    """A webhook is not accepted. `reason`, for the log, is one of a few fixed ones."""

    def __init__(self, status_code: int, reason: str) -> None:
        super().__init__(reason)
        self.status_code = status_code
        self.reason = reason


class Webhook:
    """Answers 400 (not LINE's), 413 (too large), 500 or 503 (not stored, LINE may send it again) or 200 (stored)."""

    def __init__(
        self,
        *,
        secrets: Sequence[str],
        inbox: Inbox,
        health: Health,
        rank: Callable[[Envelope], Rank],
        arrived: Callable[[Rank], None],
        metrics: Metrics,
        traces: Traces,
        refusals: Refusals,
    ) -> None:
        """`arrived` is called with each rank of which something new is in the inbox."""
        self._secrets = secrets
        self._inbox = inbox
        self._health = health
        self._rank = rank
        self._arrived = arrived
        self._metrics = metrics
        self._traces = traces
        self._refusals = refusals
        self._held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one webhook, as an ASGI app."""
        began = time.perf_counter()
        response = await self._callback(Request(scope, receive), began)
        self._metrics.webhook(response.status_code, time.perf_counter() - began)
        await response(scope, receive, send)

    async def _callback(self, request: Request, began: float) -> Response:
        try:
            arrivals = await self._arrivals(request)
        except WebhookRefusedError as error:
            self._refusals.note("webhook_refused", reason=error.reason)
            return Response(status_code=error.status_code)
        if arrivals and not await self._stored(arrivals):
            return Response(status_code=500)
        seconds = time.perf_counter() - began
        for one in arrivals:
            self._traces.arrived(one.event_id, began_at=time.time() - seconds, seconds=seconds)
        log.info("webhook_accepted", events=len(arrivals), duration_ms=round(seconds * 1000, 1))
        return Response(status_code=200)

    async def _arrivals(self, request: Request) -> list[Envelope]:
        signature = request.headers.get("x-line-signature")
        if not is_well_formed(signature):
            raise WebhookRefusedError(400, "no signature")
        body = await self._body(request)
        if not verify(body, signature=signature, secrets=self._secrets):
            raise WebhookRefusedError(400, "signature")
        try:
            found = envelopes(body)
        except ValueError as error:
            raise WebhookRefusedError(400, "not a JSON object") from error
        return self._not_replayed(found)

    def _not_replayed(self, found: Sequence[Envelope]) -> list[Envelope]:
        """Leave out events that are older than the event ids that we remember.

        LINE's signatures never expire: whoever kept a signed body could have it drawn again once its id is forgotten.
        """
        since = time.time() - EVENTS_KEPT_S
        recent = [one for one in found if not one.at or one.at >= since]
        if len(recent) < len(found):
            self._refusals.note("webhook_events_passed_over", reason="older than any that LINE sends again")
        return recent

    async def _stored(self, arrivals: Sequence[Envelope]) -> bool:
        if problems := self._health.problems:
            log.error("webhook_not_stored", **problems)
            return False
        taken = [Arrival(one.event_id, one.raw, self._rank(one)) for one in arrivals]
        try:
            await self._inbox.take(taken)
        except Exception as error:  # noqa: BLE001 - whatever it is, the events are not on disk
            log.error("webhook_not_stored", error=type(error).__name__)
            return False
        for rank in {one.rank for one in taken}:
            self._arrived(rank)
        return True

    async def _body(self, request: Request) -> bytes:
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > BODY_BYTES_MAX:
            raise WebhookRefusedError(413, "too large")
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                self._held_bytes += len(chunk)
                if len(body) > BODY_BYTES_MAX:
                    raise WebhookRefusedError(413, "too large")
                if len(body) > SMALL_BYTES and self._held_bytes > HELD_BYTES_MAX:
                    raise WebhookRefusedError(503, "too many at once")
        except ClientDisconnect as error:
            raise WebhookRefusedError(400, "broken off") from error
        finally:
            self._held_bytes -= len(body)
        return bytes(body)

"""The way in: POST /callback. Fast and dumb: signature over the raw bytes, each event by itself, one commit, 200.

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
from app.line.signature import verify
from app.metrics import Metrics
from app.store.inbox import Arrival, Inbox, Rank
from app.traces import Traces

log = structlog.get_logger()

BODY_BYTES_MAX = 1024 * 1024  # LINE publishes no limit; its webhooks are a few kB


class BodyTooLargeError(Exception):
    """More bytes came, or were announced, than a webhook may have."""


class Webhook:
    """Answers 400 (not LINE's), 413 (too large), 500 (not stored, LINE may send it again) or 200 (stored)."""

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
    ) -> None:
        """Keep the parts. `arrived` is called when something of a rank is new in the inbox."""
        self._secrets = secrets
        self._inbox = inbox
        self._health = health
        self._rank = rank
        self._arrived = arrived
        self._metrics = metrics
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one webhook, as an ASGI app."""
        began = time.perf_counter()
        response = await self._callback(Request(scope, receive), began)
        self._metrics.webhook(response.status_code, time.perf_counter() - began)
        await response(scope, receive, send)

    async def _callback(self, request: Request, began: float) -> Response:
        try:
            body = await _body(request)
        except BodyTooLargeError:
            return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=400)
        if not verify(body, signature=request.headers.get("x-line-signature"), secrets=self._secrets):
            log.warning("webhook_refused", reason="signature")
            return Response(status_code=400)
        try:
            arrivals = envelopes(body)
        except ValueError:
            log.warning("webhook_refused", reason="not a JSON object")
            return Response(status_code=400)
        if arrivals and not await self._stored(arrivals):
            return Response(status_code=500)
        seconds = time.perf_counter() - began
        for one in arrivals:
            self._traces.arrived(one.event_id, began_at=time.time() - seconds, seconds=seconds)
        log.info("webhook_accepted", events=len(arrivals), duration_ms=round(seconds * 1000, 1))
        return Response(status_code=200)

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


async def _body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > BODY_BYTES_MAX:
        raise BodyTooLargeError
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise BodyTooLargeError
    return bytes(body)

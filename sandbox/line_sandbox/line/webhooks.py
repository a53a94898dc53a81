"""Delivers webhook events to a bot as LINE does: signed, with two seconds to answer, again if that fails.

https://developers.line.biz/en/docs/messaging-api/receiving-messages/ and .../verify-webhook-signature/
(read 2026-11-22)
"""

import asyncio
import base64
import hashlib
import hmac
import json
import random
import ssl
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import httpx

from line_sandbox.line.events import Event, Events
from line_sandbox.line.text import escaped

TIMEOUT_S = 2.0  # https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/
SLOW_MS = 1000.0
DELIVERIES_KEPT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One POST to the bot.

    Attributes:
        status: None if no answer came.
        error: LINE's reason if it failed: "could_not_connect", "request_timeout", "error_status_code".
    """

    at: float
    ms: float
    status: int | None = None
    error: str | None = None
    is_redelivery: bool = False

    @property
    def ok(self) -> bool:
        """Whether LINE counts it as delivered."""
        return self.error is None

    @property
    def slow(self) -> bool:
        """Whether it took longer than the second that older documents allow."""
        return self.ms > SLOW_MS


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """Events that went to the bot together, and how that went."""

    events: Sequence[Mapping[str, object]]
    url: str
    body: bytes = b""
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether one attempt was answered with 2xx in time."""
        return any(attempt.ok for attempt in self.attempts)

    @property
    def status(self) -> int | None:
        """The last answer."""
        return self.attempts[-1].status if self.attempts else None

    @property
    def ms(self) -> float:
        """How long the last answer took."""
        return self.attempts[-1].ms


class Webhooks(Events):
    """A channel that sends what its people do to `webhook_url`.

    Attributes:
        webhook_timeout_s: How long the bot may take to answer.
        redeliveries: How often a failed delivery is tried again; LINE does not say, and has it off by default.
        redelivery_delay_s: Seconds between the tries.
        deliveries: The latest ones, oldest first.
    """

    webhook_timeout_s: float = TIMEOUT_S
    redeliveries: int = 0
    redelivery_delay_s: float = 0.0
    deliveries: deque[Delivery]

    async def deliver(self, *events: Event, copies: int = 1) -> Delivery:
        """Send events in one POST and, if redelivery is on, again until they are taken.

        Args:
            events: Made by the methods that let people act.
            copies: Send the same POST so many times at once, as faults of the network do.
        """
        delivery = self._delivery(events)
        await asyncio.gather(*(self._post(delivery, is_redelivery=False) for _ in range(copies)))
        for _ in range(self.redeliveries):
            if delivery.ok:
                break
            await asyncio.sleep(self.redelivery_delay_s)
            await self._redeliver(delivery)
        return delivery

    async def deliver_each(self, *events: Event, shuffled_by: random.Random | None = None) -> list[Delivery]:
        """Send events one by one, in this order or in a shuffled one."""
        order = list(events)
        if shuffled_by is not None:
            shuffled_by.shuffle(order)
        return [await self.deliver(event) for event in order]

    async def redeliver(self, *events: Event) -> Delivery:
        """Send events that were sent before: same ids and tokens, `isRedelivery` true."""
        delivery = self._delivery(events)
        await self._redeliver(delivery)
        return delivery

    async def send_text(
        self, user: str, text: str, *, group: str | None = None, mentions: Sequence[str] = ()
    ) -> Delivery:
        """Somebody writes a text, and it is delivered."""
        return await self.deliver(self.text(user, text, group=group, mentions=mentions))

    async def send_tap(self, user: str, label: str, *, group: str | None = None) -> Delivery:
        """Somebody taps a button, and it is delivered."""
        return await self.deliver(self.tap(user, label, group=group))

    async def deliver_raw(
        self,
        body: bytes,
        *,
        signature: str | None = "",
        url: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Attempt:
        """Send any bytes.

        Args:
            body: The bytes.
            signature: An empty one is computed, None leaves the header out.
            url: Another place than `webhook_url`.
            headers: In place of the usual ones where they have the same name.
        """
        named = self._headers(self.sign(body) if signature == "" else signature) | dict(headers or {})
        return await self._timed(url or self._url(), body, named, is_redelivery=False)

    def sign(self, body: bytes) -> str:
        """The signature of a body: base64 of the HMAC-SHA256 over the raw bytes under the channel secret."""
        return base64.b64encode(hmac.digest(self.channel_secret.encode(), body, hashlib.sha256)).decode()

    def webhook_body(self, events: Sequence[Mapping[str, object]]) -> bytes:
        """The bytes of a webhook with these events."""
        named = {"destination": self.bot_user_id, "events": list(events)}
        return escaped(json.dumps(named, ensure_ascii=False, separators=(",", ":"))).encode()

    def _headers(self, signature: str | None) -> dict[str, str]:
        named = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "LineBotWebhook/2.0",
            "accept-encoding": "gzip",
        }
        return named if signature is None else named | {"x-line-signature": signature}

    def _url(self) -> str:
        if self.webhook_url is None:
            raise ValueError("set webhook_url first")
        return self.webhook_url

    def _delivery(self, events: Sequence[Event]) -> Delivery:
        delivery = Delivery(events=events, url=self._url())
        self.deliveries.append(delivery)
        return delivery

    async def _redeliver(self, delivery: Delivery) -> None:
        delivery.events = [{**event, "deliveryContext": {"isRedelivery": True}} for event in delivery.events]
        delivery.url = self._url()  # it may have been changed meanwhile
        await self._post(delivery, is_redelivery=True)

    async def _post(self, delivery: Delivery, *, is_redelivery: bool) -> None:
        delivery.body = self.webhook_body(delivery.events)
        for event in delivery.events:
            self.hand_out(event.get("replyToken"))  # the minute starts when the bot gets the event, not when it answers
        headers = self._headers(self.sign(delivery.body))
        attempt = await self._timed(delivery.url, delivery.body, headers, is_redelivery=is_redelivery)
        delivery.attempts.append(attempt)
        self.feed.publish("webhook_delivered", delivery)

    async def _timed(self, url: str, body: bytes, headers: dict[str, str], *, is_redelivery: bool) -> Attempt:
        at, started = self.clock(), time.perf_counter()
        status, error = await self._answer(url, body, headers)
        ms = (time.perf_counter() - started) * 1000
        return Attempt(at=at, ms=ms, status=status, error=error, is_redelivery=is_redelivery)

    async def _answer(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int | None, str | None]:
        try:
            async with asyncio.timeout(self.webhook_timeout_s), new_http(timeout_s=self.webhook_timeout_s) as http:
                answer = await http.post(url, content=body, headers=headers)
        except (TimeoutError, httpx.TimeoutException):
            return None, "request_timeout"
        except httpx.HTTPError:
            return None, "could_not_connect"
        return answer.status_code, None if answer.is_success else "error_status_code"


def new_http(*, timeout_s: float) -> httpx.AsyncClient:
    """A client for one request. Nothing stays open, so nothing has to be closed when the stand-in ends."""
    transport = httpx.AsyncHTTPTransport(verify=_any_certificate())
    return httpx.AsyncClient(timeout=timeout_s, trust_env=False, transport=transport)


@lru_cache(maxsize=1)
def _any_certificate() -> ssl.SSLContext:
    """Takes certificates of this machine's own making."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context

"""What this process sees, counted as it happens. No I/O.

A label has few values, and never an id, a prompt or anything that people wrote.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from app.errors import (
    BadAnswer,
    BadRequest,
    EaselError,
    HostNotAllowed,
    ModelGone,
    NotPermitted,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unreachable,
    VendorFault,
)
from app.prices.dollars import dollars
from app.store.deliveries import Outcome, Way
from app.store.money.ledger import Tokens

Fate = Literal["spent", "promised", "expired"]
Upload = Literal["stored", "failed", "refused"]
Origin = Literal["line", "bucket", "store"]

ANSWERS = (200, 400, 413, 500, 503)
EVENTS = frozenset(  # all others, of which LINE has many, count as "other"
    {"message", "postback", "follow", "unfollow", "join", "leave", "memberJoined", "memberLeft", "unsend"}
)
CALL_ERRORS = (  # the errors that a call of a model may end with
    *(RateLimited, Unreachable, VendorFault, OutcomeUnknown, BadAnswer, HostNotAllowed),
    *(ModelGone, Refused, BadRequest, NotPermitted),
)
# Bucket limits in seconds. The middle of each row is where a change would matter most.
WEBHOOK_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2)  # LINE waits for 2
QUEUE_S = (0.05, 0.25, 1, 5, 15, 30, 60, 120, 300, 900, 3600)
READING_S = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5)  # the answer is waited for no longer than that
MODEL_S = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300)
STORE_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600, 3600)
LINE_S = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
ANSWER_S = (0.1, 0.5, 1, 5, 10, 20, 30, 45, 60, 120, 300, 900, 3600, 21_600)


class Metrics:
    """The metrics of one process, in a registry of its own. Every method may be called from any thread."""

    def __init__(self, *, version: str, models: Sequence[str] = ()) -> None:
        """Create every series whose labels are known: its rate is only right if it begins at 0."""
        self.registry = CollectorRegistry()
        build = Gauge("easel_build_info", "Always 1; the label says what runs", ["version"], registry=self.registry)
        build.labels(version).set(1)

        self._webhooks = self._counter("easel_webhooks", "Webhooks by the status that LINE got", "status")
        self._webhook_s = self._histogram("easel_webhook_seconds", "From a webhook's arrival to our status", WEBHOOK_S)
        self._events = self._counter("easel_events", "Events by LINE's type", "type")

        self._queue_s = self._histogram("easel_queue_seconds", "From a wish to its first call of a model", QUEUE_S)
        self._calls = self._counter("easel_model_calls", "Calls of the Images API", "model", "outcome")
        self._call_s = self._histogram("easel_model_call_seconds", "One call of the Images API", MODEL_S, "model")
        self._pictures = self._counter("easel_pictures", "Pictures drawn", "model")
        self._tokens = self._counter("easel_model_tokens", "Tokens that were paid for", "model", "kind")
        self._spent = self._counter("easel_spent_usd", "Money spent, estimates included", "model")
        self._readings = self._counter("easel_readings", "Messages that a text model was asked about", "outcome")
        self._reading_s = self._histogram("easel_reading_seconds", "One call of a text model", READING_S)
        self._store_s = self._histogram("easel_store_seconds", "From the paid bytes to all in the bucket", STORE_S)
        self._uploads = self._counter("easel_uploads", "Tries to put a picture into the bucket", "outcome")
        self._ended = self._counter("easel_requests_ended", "Wishes that came to an end", "state", "reason")

        self._reply_tokens = self._counter("easel_reply_tokens", "Reply tokens by what became of them", "fate")
        self._deliveries = self._counter("easel_deliveries", "Replies, promises and pushes", "way", "outcome")
        self._delivery_s = self._histogram("easel_delivery_seconds", "One delivery, its tries included", LINE_S, "way")
        self._answer_s = self._histogram("easel_answer_seconds", "From a webhook to its answer", ANSWER_S, "way")
        self._saved = self._counter("easel_pushes_saved", "Late answers that went out on a free reply token")
        self._sources = self._counter("easel_sources", "Photos and pictures read to be edited", "origin", "outcome")
        self._begun_again = self._counter("easel_wishes_begun_again", "Open wishes that nothing living worked on")
        self._begin_at_zero(models)

    def webhook(self, status: int, seconds: float) -> None:
        """Count a webhook that was answered."""
        self._webhooks.labels(status).inc()
        self._webhook_s.observe(seconds)

    def event(self, event_type: str) -> None:
        """Count an event that was understood."""
        self._events.labels(event_type if event_type in EVENTS else "other").inc()

    def queued(self, seconds: float) -> None:
        """Record how long a wish waited for its first call."""
        self._queue_s.observe(max(0.0, seconds))

    def drew(
        self,
        model: str,
        outcome: str,
        seconds: float,
        tokens: Tokens | None = None,
        microusd: int = 0,
        *,
        pictures: int = 0,
    ) -> None:
        """Record a call that has ended: `outcome` is "paid", or what `outcome_of` returns for its error.

        `microusd` is what the ledger books for it: its price, or an estimate if it may have been charged.
        """
        self._calls.labels(model, outcome).inc()
        self._call_s.labels(model).observe(seconds)
        self._pictures.labels(model).inc(pictures)
        self._spent.labels(model).inc(dollars(microusd))
        for kind, count in _by_kind(tokens).items():
            self._tokens.labels(model, kind).inc(count)

    def read(self, model: str, outcome: str, seconds: float, *, microusd: int) -> None:
        """Record a call of a text model about a message: how it ended, or what `outcome_of` returns for its error."""
        self._spent.labels(model).inc(dollars(microusd))
        self._readings.labels(outcome).inc()
        self._reading_s.observe(seconds)

    def stored(self, seconds: float) -> None:
        """Record how long it took until all paid pictures of a wish were in the bucket."""
        self._store_s.observe(seconds)

    def uploaded(self, outcome: Upload) -> None:
        """Count an attempt to upload. "refused": a key or permission is missing, so the operator must act."""
        self._uploads.labels(outcome).inc()

    def ended(self, state: str, reason: str = "") -> None:
        """Count a wish that is ready, refused, failed, or declined undrawn; `reason` is a key of the sentences."""
        self._ended.labels(state, reason).inc()

    def begun_again(self, count: int) -> None:
        """Count open wishes that no living workflow was at work on, and that were begun again."""
        self._begun_again.inc(count)

    def delivered(self, way: str, outcome: str, seconds: float) -> None:
        """Record a delivery that has landed or failed, or whose outcome stays unknown."""
        self._deliveries.labels(way, outcome).inc()
        self._delivery_s.labels(way).observe(seconds)

    def answered(self, way: str, seconds: float) -> None:
        """Record how long after its webhook a request got its answer."""
        self._answer_s.labels(way).observe(max(0.0, seconds))

    def token(self, fate: Fate, count: int = 1) -> None:
        """Count reply tokens that were spent on answers or on a promise, or that expired while somebody waited."""
        self._reply_tokens.labels(fate).inc(count)

    def push_saved(self, count: int) -> None:
        """Count answers too late for their own token that went out on another, which a tap or later event brought."""
        self._saved.inc(count)

    def fetched(self, origin: Origin, outcome: str) -> None:
        """Count a source that was read ("read"), or was not (what `outcome_of` returns for its error)."""
        self._sources.labels(origin, outcome).inc()

    def _begin_at_zero(self, models: Sequence[str]) -> None:
        for status in ANSWERS:
            self._webhooks.labels(status)
        for outcome in ("stored", "failed", "refused"):
            self._uploads.labels(outcome)
        for fate in ("spent", "promised", "expired"):
            self._reply_tokens.labels(fate)
        for way in Way:
            for delivery in (Outcome.LANDED, Outcome.FAILED, Outcome.UNKNOWN):
                self._deliveries.labels(way, delivery)
        for cap in ("limit_bot_day", "limit_bot_month"):
            self._ended.labels("failed", cap)
        for model in models:
            for outcome in ("paid", *map(_label, CALL_ERRORS)):
                self._calls.labels(model, outcome)
            self._pictures.labels(model)
            self._spent.labels(model)

    def _counter(self, name: str, said: str, *labels: str) -> Counter:
        return Counter(name, said, labels, registry=self.registry)

    def _histogram(self, name: str, said: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(name, said, labels, buckets=buckets, registry=self.registry)


def outcome_of(error: EaselError) -> str:
    """Return an error's name as a label: `RateLimited` is "rate_limited"."""
    return _label(type(error))


def _label(error: type[EaselError]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", error.__name__).lower()


def _by_kind(tokens: Tokens | None) -> Mapping[str, int]:
    return asdict(tokens) if tokens else {}

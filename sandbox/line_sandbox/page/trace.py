"""One request as the page shows it: when it was in which lane. No I/O."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from line_sandbox.front import Call
from line_sandbox.line.webhooks import Attempt
from line_sandbox.page.state import Value
from line_sandbox.page.wire import Vendor

LANES: dict[Vendor, str] = {"line": "reply", "openai": "model", "r2": "bucket"}
READING = "/chat/completions"  # a text model is asked what a message means
HTTP_ERRORS = 400
WAITS_S_MAX = 600.0


@dataclass(slots=True, kw_only=True, eq=False)
class Trace:
    """One event that went to the bot.

    Attributes:
        id: Its `webhookEventId`.
        text: What was written, or "" for other events.
        marks: What happened besides: what the bot logged, the end of its process.
        spans: Durations that nobody saw on the wire.
        draws: Whether the bot makes a picture of it; None as long as nobody has said.
        expects_answer: Off, it waits for nothing more.
        notes: What the bot's own part of the page shows of it.
    """

    id: str
    chat: str
    person: str | None
    kind: str
    text: str
    token: str | None
    at: float
    attempts: list[Attempt] = field(default_factory=list)
    calls: dict[str, Vendor] = field(default_factory=dict)
    marks: list[Value] = field(default_factory=list)
    spans: list[Value] = field(default_factory=list)
    draws: bool | None = None
    expects_answer: bool = True
    notes: Value = field(default_factory=dict)
    answered_at: float | None = None

    @property
    def waits(self) -> bool:
        """Whether it is taken and not answered yet, as far as one can know."""
        asks = self.expects_answer and time.time() - self.at < WAITS_S_MAX
        return asks and self.answered_at is None and any(attempt.ok for attempt in self.attempts)


def is_reading(call: Call) -> bool:
    """Whether it asks what a message means, and draws nothing."""
    return call.path.endswith(READING)


def drawn(trace: Trace, calls: Mapping[str, tuple[Vendor, Call]], costs: Mapping[str, int]) -> Value:
    """A trace with its spans, for the page. `costs`: micro-dollars by call."""
    known = [call_id for call_id in trace.calls if call_id in calls]
    spans = [_webhook_span(attempt) for attempt in trace.attempts]
    spans += [_call_span(call_id, *calls[call_id]) for call_id in known]
    return {
        "chat": trace.chat,
        "person": trace.person,
        "kind": trace.kind,
        "text": trace.text,
        "at": trace.at,
        "spans": [*_queue_span(trace, spans), *spans, *trace.spans],
        "marks": list(trace.marks),
        "draws": bool(trace.draws),
        "notes": dict(trace.notes),
        "waits": trace.waits,
        "answeredAt": trace.answered_at,
        "microDollars": sum(costs.get(call_id, 0) for call_id in known),
        "calls": known,
    }


def _call_span(call_id: str, vendor: Vendor, call: Call) -> Value:
    ended = None if call.duration_ms is None else call.started_at + call.duration_ms / 1000
    spoilt = bool(call.fault) and not str(call.fault).startswith(("slow", "held"))
    ok = None if ended is None else call.status is not None and call.status < HTTP_ERRORS and not spoilt
    name = call.path.rsplit("/", 1)[-1] if vendor != "r2" else call.method
    note = call.fault or ("the bot hung up" if call.client_gone else call.outcome)
    return {
        "lane": "text" if is_reading(call) else LANES[vendor], "start": call.started_at, "end": ended, "ok": ok,
        "name": name, "status": call.status, "note": note, "call": call_id,
    }  # fmt: skip


def _webhook_span(attempt: Attempt) -> Value:
    note = attempt.error or ("redelivery" if attempt.is_redelivery else None)
    return {
        "lane": "webhook", "start": attempt.at, "end": attempt.at + attempt.ms / 1000, "ok": attempt.ok,
        "name": "POST", "status": attempt.status, "note": note,
    }  # fmt: skip


def _queue_span(trace: Trace, spans: list[Value]) -> list[Value]:
    """From the webhook's 200 to the first order to the model."""
    taken = [attempt.at + attempt.ms / 1000 for attempt in trace.attempts if attempt.ok]
    orders = [float(str(span["start"])) for span in spans if span["lane"] == "model"]
    if not taken or not (orders or (trace.draws and trace.waits)):
        return []
    end = min(orders) if orders else None
    if end is not None and end < taken[0]:  # the order went out before LINE had read our 200
        return []
    return [{"lane": "queue", "start": taken[0], "end": end, "ok": True, "name": "queue"}]

"""What happened to one request, in order, and how long each part took. No I/O."""

from dataclasses import dataclass

from app.prices.dollars import usd_as_read
from app.reports import wording
from app.reports.archive import DeliveryEntry, History, RequestEntry
from app.reports.statement import LedgerLine
from app.reports.understood import describe_understood
from app.store.money.call_outcome import READ
from app.store.requests import State

SPAN_PERCENT_MIN = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStep:
    """One thing that happened to a request. `kind` decides its colour: webhook, queue, model, bucket, reply, bad."""

    at: float
    kind: str
    title: str
    took_s: float | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineSpan:
    """A part of the whole time; `x` and `width` are in percent of it."""

    kind: str
    x: float
    width: float


def timeline(history: History) -> list[TimelineStep]:
    """Return what happened to a request, oldest first."""
    steps = [*_of_entry(history.entry)]
    if history.arrived_at is not None:
        steps.append(TimelineStep(at=history.arrived_at, kind="webhook", title="Webhook arrived"))
    for call in history.calls:
        steps += [_of_call(call), *_refunded(call)]
    steps += [_of_delivery(sent) for sent in history.deliveries]
    steps += _unsent(history)
    return sorted(steps, key=lambda step: step.at)


def spans(history: History) -> list[TimelineSpan]:
    """Divide the time from asked to answered among queue, model, bucket and the wait for a way to the chat."""
    one = history.entry
    parts = [
        ("queue", one.created_at, one.drawing_at),
        *(("model", call.began_at, call.ended_at) for call in history.calls),
        ("bucket", one.kept_at, one.ready_at),
        ("reply", one.ready_at, one.sent_at),
    ]
    known = [(kind, since, until) for kind, since, until in parts if since and until and until >= since]
    if not known or not one.draws:
        return []
    begin, end = one.created_at, max(until for _, _, until in known)
    whole = max(end - begin, 0.001)
    return [
        TimelineSpan(
            kind=kind,
            x=round(100 * (since - begin) / whole, 2),
            width=round(max(SPAN_PERCENT_MIN, 100 * (until - since) / whole), 2),
        )
        for kind, since, until in known
    ]


def _of_entry(one: RequestEntry) -> list[TimelineStep]:
    facts = (("understood", describe_understood(one.understood)),) if one.understood else ()
    title = "Queued" if one.draws else "Answered in words"
    steps = [TimelineStep(at=one.created_at, kind="queue", title=title, facts=facts)]
    if one.drawing_at is not None:
        took_s = one.drawing_at - one.created_at
        steps.append(TimelineStep(at=one.drawing_at, kind="queue", title="Left the queue", took_s=took_s))
    if one.kept_at is not None:
        steps.append(TimelineStep(at=one.kept_at, kind="bucket", title="Paid bytes on disk"))
    if one.ready_at is not None:
        steps.append(_ended(one, one.ready_at))
    return steps


def _ended(one: RequestEntry, at: float) -> TimelineStep:
    if one.state is State.READY:
        took_s = at - one.kept_at if one.kept_at is not None else None
        return TimelineStep(at=at, kind="bucket", title="In the bucket, ready", took_s=took_s)
    facts = (("why", wording.plain(one.reason)),) if one.reason else ()
    return TimelineStep(at=at, kind="bad", title=wording.STATES[one.state], facts=facts)


def _of_call(call: LedgerLine) -> TimelineStep:
    estimate = " (estimate)" if call.is_estimate else ""
    return TimelineStep(
        at=call.began_at,
        kind="model" if call.outcome in {"asked", "paid"} else "bad",
        title=f"{call.model} was asked: {wording.plain(call.outcome, wording.OUTCOMES)}",
        took_s=call.ended_at - call.began_at if call.ended_at is not None else None,
        facts=(
            ("for", "reading the message") if call.kind == READ else ("picture", _picture_of(call)),
            ("cost", f"{usd_as_read(call.microusd)}{estimate}"),
            ("vendor's request id", call.vendor_request_id or "-"),
        ),
    )


def _refunded(call: LedgerLine) -> list[TimelineStep]:
    if call.refunded_at is None:
        return []
    cost = ("of it", usd_as_read(call.microusd))
    return [
        TimelineStep(at=call.refunded_at, kind="model", title="Refunded: counts for nobody but the bot", facts=(cost,))
    ]


def _picture_of(call: LedgerLine) -> str:
    return f"{call.count} of {call.size}, {call.quality}, {call.kind}"


def _of_delivery(sent: DeliveryEntry) -> TimelineStep:
    outcome = wording.plain(sent.outcome, wording.DELIVERED)
    return TimelineStep(
        at=sent.created_at,
        kind="bad" if sent.outcome in {"failed", "unknown"} else "reply",
        title=wording.plain(sent.way, wording.WAYS),
        took_s=sent.ended_at - sent.created_at if sent.ended_at is not None else None,
        facts=(("outcome", outcome),),
    )


def _unsent(history: History) -> list[TimelineStep]:
    """Return what only the request itself records: deliveries pruned by now, and promises within others' answers."""
    one, steps = history.entry, []
    ways = {sent.way for sent in history.deliveries if sent.outcome in {"landed", "unknown"}}
    if one.promised_at is not None and "promise" not in ways:
        steps.append(TimelineStep(at=one.promised_at, kind="reply", title="Promised, with a button"))
    if one.sent_at is not None and not ways & {"reply", "push"}:
        steps.append(TimelineStep(at=one.sent_at, kind="reply", title="Answer sent"))
    return steps

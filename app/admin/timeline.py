"""What happened to one request, in its order, and how long each part took. No I/O."""

from dataclasses import dataclass

from app.admin import words
from app.reports.archive import Asked, Entry, Story, Told
from app.reports.understood import spelled
from app.store.money.ledger import READ
from app.store.requests import State

SPAN_PERCENT_MIN = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to a request. `kind` colours it: webhook, queue, model, bucket, reply, bad."""

    at: float
    kind: str
    title: str
    took_s: float | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of the whole time, in percent of it."""

    kind: str
    x: float
    width: float


def timeline(story: Story) -> list[Step]:
    """Put what happened to a request in its order."""
    steps = [*_of_entry(story.entry)]
    if story.arrived_at is not None:
        steps.append(Step(at=story.arrived_at, kind="webhook", title="Webhook arrived"))
    steps += [_of_call(call) for call in story.calls]
    steps += [_of_delivery(told) for told in story.deliveries]
    steps += _untold(story)
    return sorted(steps, key=lambda step: step.at)


def spans(story: Story) -> list[Span]:
    """Divide the time from asked to answered among queue, model, bucket and the wait for a way to the chat."""
    one = story.entry
    parts = [
        ("queue", one.created_at, one.drawing_at),
        *(("model", call.began_at, call.ended_at) for call in story.calls),
        ("bucket", one.kept_at, one.ready_at),
        ("reply", one.ready_at, one.sent_at),
    ]
    known = [(kind, since, until) for kind, since, until in parts if since and until and until >= since]
    if not known or not one.draws:
        return []
    begin, end = one.created_at, max(until for _, _, until in known)
    whole = max(end - begin, 0.001)
    return [
        Span(
            kind=kind,
            x=round(100 * (since - begin) / whole, 2),
            width=round(max(SPAN_PERCENT_MIN, 100 * (until - since) / whole), 2),
        )
        for kind, since, until in known
    ]


def _of_entry(one: Entry) -> list[Step]:
    facts = (("understood", spelled(one.understood)),) if one.understood else ()
    title = "Queued" if one.draws else "Answered in words"
    steps = [Step(at=one.created_at, kind="queue", title=title, facts=facts)]
    if one.drawing_at is not None:
        took_s = one.drawing_at - one.created_at
        steps.append(Step(at=one.drawing_at, kind="queue", title="Left the queue", took_s=took_s))
    if one.kept_at is not None:
        steps.append(Step(at=one.kept_at, kind="bucket", title="Paid bytes on disk"))
    if one.ready_at is not None:
        steps.append(_ended(one, one.ready_at))
    return steps


def _ended(one: Entry, at: float) -> Step:
    if one.state is State.READY:
        took_s = at - one.kept_at if one.kept_at is not None else None
        return Step(at=at, kind="bucket", title="In the bucket, ready", took_s=took_s)
    facts = (("why", words.plain(one.words)),) if one.words else ()
    return Step(at=at, kind="bad", title=words.STATES[one.state], facts=facts)


def _of_call(call: Asked) -> Step:
    estimate = " (estimate)" if call.is_estimate else ""
    return Step(
        at=call.began_at,
        kind="model" if call.outcome in {"asked", "paid"} else "bad",
        title=f"{call.model} was asked: {words.plain(call.outcome, words.OUTCOMES)}",
        took_s=call.ended_at - call.began_at if call.ended_at is not None else None,
        facts=(
            ("for", "reading the message") if call.kind == READ else ("picture", _picture_of(call)),
            ("cost", f"{words.usd(call.microusd)}{estimate}"),
            ("vendor's request id", call.vendor_request_id or words.NONE),
        ),
    )


def _picture_of(call: Asked) -> str:
    return f"{call.count} of {call.size}, {call.quality}, {call.kind}"


def _of_delivery(told: Told) -> Step:
    outcome = words.plain(told.outcome, words.DELIVERED)
    return Step(
        at=told.created_at,
        kind="bad" if told.outcome in {"failed", "unknown"} else "reply",
        title=words.plain(told.way, words.WAYS),
        took_s=told.ended_at - told.created_at if told.ended_at is not None else None,
        facts=(("outcome", outcome),),
    )


def _untold(story: Story) -> list[Step]:
    """Find what the request remembers of deliveries that are pruned by now, or that spoke of it beside others."""
    one, steps = story.entry, []
    ways = {told.way for told in story.deliveries if told.outcome in {"landed", "unknown"}}
    if one.promised_at is not None and "promise" not in ways:
        steps.append(Step(at=one.promised_at, kind="reply", title="Promised, with a button"))
    if one.sent_at is not None and not ways & {"reply", "push"}:
        steps.append(Step(at=one.sent_at, kind="reply", title="Answer sent"))
    return steps

"""`easel requests ID`: one request and all that was done for it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.ops.desk import listing
from app.ops.desk.opening import NotPossible, opened
from app.ops.desk.spelling import lasted, shown_id, usd, when
from app.ops.desk.tables import clean, cut, table
from app.reports.histories import Call, Histories, History, Line
from app.reports.understood import spelled
from app.settings import Settings
from app.store.money.ledger import READ

Moment = tuple[float, str]
STEPS = {
    "created_at": "asked",
    "drawing_at": "a model is asked",
    "kept_at": "paid, and the bytes are kept",
    "ready_at": "the answer is ready",
}


async def history(settings: Settings, request_id: str) -> History:
    """Read one.

    Raises:
        NotPossible: There is none.
    """
    async with opened(settings.database_url) as database:
        found = await Histories(database).of(request_id)
    if found is None:
        raise unknown(request_id)
    return found


def unknown(request_id: str) -> NotPossible:
    """Say that there is no such request."""
    return NotPossible(f"there is no request {clean(request_id)}: `easel requests` lists them, with their whole ids")


def as_data(one: History, *, prompts: bool) -> dict[str, Any]:
    """Return it ready for JSON."""
    return {
        **listing.as_data(one.line, prompts=prompts),
        "sizes": list(one.sizes),
        "calls": [asdict(call) for call in one.calls],
        "deliveries": [asdict(sending) for sending in one.deliveries],
    }


def text(one: History, settings: Settings, *, full: bool, prompts: bool, width: int | None) -> str:
    """Write it for people."""
    facts = table(["request", one.line.id], list(_facts(one, full=full, prompts=prompts)), width=width)
    moments = sorted(_moments(one), key=lambda moment: moment[0])
    rows = [[when(at, settings.zone), f"+{lasted(one.line.created_at, at)}", happened] for at, happened in moments]
    steps = table(["when", "after", "what"], rows, right={"after"}, width=width)
    return "\n".join([*(line if width is None else cut(line, width) for line in facts), "", *steps])


def _facts(one: History, *, full: bool, prompts: bool) -> Iterator[list[str]]:
    line = one.line
    yield ["chat", f"{shown_id(line.chat_id, full=full)} ({line.chat_kind})"]
    yield ["asked by", shown_id(line.user_id, full=full)]
    yield ["state", f"{line.state}, because: {line.reason}" if line.reason else line.state]
    yield ["answer", line.answer]
    yield ["understood", spelled(line.understood)]
    yield ["model", line.model or "-"]
    yield ["cost", f"USD {usd(line.microusd)}{_refund_note(one)}"]
    yield ["pictures", ", ".join(one.sizes) or "-"]
    yield ["counts", f"{line.counted} of {line.counted_on}" if line.counted_on else "-"]
    if prompts:
        yield ["prompt", line.prompt or "-"]


def _refund_note(one: History) -> str:
    refunded = sum(call.microusd for call in one.calls if call.refunded_at is not None)
    return f", {usd(refunded)} of it refunded" if refunded else ""


def _moments(one: History) -> Iterator[Moment]:
    for name, happened in STEPS.items():
        if (at := getattr(one.line, name)) is not None:
            yield at, happened if one.line.draws or name == "created_at" else "the answer is words"
    for call in one.calls:
        yield from _call(call)
    for sending in one.deliveries:
        outcome = "" if sending.ended_at is None else f" within {lasted(sending.created_at, sending.ended_at)}"
        yield sending.created_at, f"{sending.way}: {sending.outcome}{outcome}"
    if not one.deliveries:
        yield from _sent_long_ago(one.line)


def _call(call: Call) -> Iterator[Moment]:
    wish = "read the message" if call.kind == READ else f"{call.kind}, {call.quality} {call.size} x{call.count}"
    money = f"USD {usd(call.microusd)}{' estimated' if call.is_estimate else ''}"
    yield call.began_at, f"call {call.id}: {call.model}, {wish}"
    if call.ended_at is not None:
        yield call.ended_at, f"call {call.id}: {call.outcome}, {money}"
    if call.ended_at is not None and call.vendor_request_id:
        yield call.ended_at, f"call {call.id}: {call.vendor_request_id}"
    if call.refunded_at is not None:
        yield call.refunded_at, f"call {call.id}: refunded"


def _sent_long_ago(line: Line) -> Iterator[Moment]:
    """Tell what is still known when the deliveries are pruned."""
    if line.promised_at is not None:
        yield line.promised_at, "promised"
    if line.sent_at is not None:
        yield line.sent_at, "sent"

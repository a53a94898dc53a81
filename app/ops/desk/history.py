"""`easel requests ID`: one request and all that was done for it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.ops.desk import listing
from app.ops.desk.open_store import NotPossible, opened
from app.ops.desk.spelling import lasted, shown_id, when
from app.ops.desk.text_tables import clean, table
from app.prices.dollars import usd
from app.reports.archive import Archive, History
from app.reports.timeline import TimelineStep, timeline
from app.reports.understood import describe_understood
from app.settings import Settings


async def history(settings: Settings, request_id: str, *, prompts: bool) -> History:
    """Return a request with its history.

    Raises:
        NotPossible: There is no such request.
    """
    async with opened(settings.database_url) as database:
        found = await Archive(database, reads_prompts=prompts).history(request_id)
    if found is None:
        raise unknown(request_id)
    return found


def unknown(request_id: str) -> NotPossible:
    """Return the error for a request that does not exist."""
    return NotPossible(f"there is no request {clean(request_id)}: `easel requests` lists them, with their whole ids")


def as_data(one: History, *, prompts: bool) -> dict[str, Any]:
    """Return it ready for JSON."""
    return {
        **listing.as_data(one.entry, prompts=prompts),
        "calls": [asdict(call) for call in one.calls],
        "deliveries": [asdict(sent) for sent in one.deliveries],
    }


def text(one: History, settings: Settings, *, full: bool, prompts: bool, width: int | None) -> str:
    """Format it for people."""
    facts = table(["request", one.entry.id], list(_facts(one, full=full, prompts=prompts)), width=width)
    rows = [row for step in timeline(one) for row in _rows(step, one.entry.created_at, settings)]
    return "\n".join([*facts, "", *table(["when", "after", "what"], rows, right={"after"}, width=width)])


def _facts(one: History, *, full: bool, prompts: bool) -> Iterator[list[str]]:
    entry = one.entry
    yield ["chat", f"{shown_id(entry.chat_id, full=full)} ({entry.chat_kind})"]
    yield ["asked by", shown_id(entry.user_id, full=full)]
    yield ["state", f"{entry.state}, because: {entry.reason}" if entry.reason else entry.state]
    yield ["answer", entry.answer]
    yield ["understood", describe_understood(entry.understood)]
    yield ["model", entry.model or "-"]
    yield ["cost", f"USD {usd(entry.microusd)}{_refund_note(one)}"]
    yield ["pictures", ", ".join(entry.sizes) or "-"]
    yield ["counts", f"{entry.counted} of {entry.counted_on}" if entry.counted_on else "-"]
    if prompts:
        yield ["prompt", entry.prompt or "-"]


def _refund_note(one: History) -> str:
    refunded = sum(call.microusd for call in one.calls if call.refunded_at is not None)
    return f", {usd(refunded)} of it refunded" if refunded else ""


def _rows(step: TimelineStep, asked_at: float, settings: Settings) -> Iterator[list[str]]:
    took = f", {lasted(0, step.took_s)}" if step.took_s is not None else ""
    yield [when(step.at, settings.zone), f"+{lasted(asked_at, step.at)}", f"{step.title}{took}"]
    for name, fact in step.facts:
        yield ["", "", f"  {name}: {fact}"]

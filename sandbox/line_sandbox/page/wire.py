"""A vendor call as the page shows it: as it went over the wire, shortened, without secrets. No I/O."""

import json
from typing import Literal

from line_sandbox.front import Call
from line_sandbox.page.state import Value

Vendor = Literal["line", "openai", "r2"]

TEXT_MAX = 160
ITEMS_MAX = 12
ANSWER_MAX = 4000
SECRETS = frozenset({"replyToken", "quoteToken", "markAsReadToken", "safety_identifier"})


def shown(vendor: Vendor, call: Call, *, traces: list[str], micro_dollars: int | None) -> Value:
    """Write a call for the page. `traces`: whose it is; `micro_dollars`: what a model took for it."""
    return {
        "vendor": vendor,
        "method": call.method,
        "path": call.path + (f"?{call.query}" if call.query else ""),
        "headers": call.headers,
        "body": shortened(call.body),
        "bodyBytes": call.body_bytes,
        "at": call.started_at,
        "status": call.status,
        "ms": call.duration_ms,
        "requestId": call.request_id,
        "outcome": call.outcome,
        "answer": _answer(call.answer),
        "fault": call.fault,
        "hungUp": call.client_gone,
        "notes": shortened(call.notes),
        "traces": traces,
        "microDollars": micro_dollars,
    }


def shortened(value: object) -> object:
    """The same JSON with long texts and lists cut and secrets hidden."""
    match value:
        case str() if len(value) > TEXT_MAX:
            return f"{value[:TEXT_MAX]}… ({len(value)} characters)"
        case list() if len(value) > ITEMS_MAX:
            return [*(shortened(item) for item in value[:ITEMS_MAX]), f"… {len(value) - ITEMS_MAX} more"]
        case list():
            return [shortened(item) for item in value]
        case dict():
            return {str(key): _hidden(item) if key in SECRETS else shortened(item) for key, item in value.items()}
        case str() | int() | float() | None:
            return value
        case _:
            return str(value)


def _hidden(value: object) -> str:
    return f"{str(value)[:4]}…"


def _answer(text: str | None) -> object:
    if not text:
        return None
    try:
        return shortened(json.loads(text))
    except ValueError:
        return text[:ANSWER_MAX]

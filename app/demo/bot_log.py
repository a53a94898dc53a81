"""Puts Easel's log onto the page's timeline: what was understood, which call was whose, how long real vendors took."""

import contextlib
import json
import time
from collections.abc import Iterable

from line_sandbox.front import Call
from line_sandbox.line.webhooks import Attempt
from line_sandbox.page.request_traces import RequestTraces
from line_sandbox.page.trace import Trace
from line_sandbox.page.wire import Vendor

from app.demo.bot import LogLine

ANSWERS = frozenset({"reply_sent", "push_sent"})
ANSWERED = frozenset({"picture", "show"})  # who wants one of these waits for an answer; all else is settled at once
READINGS = frozenset({"message_read", "message_not_read"})
OF_A_READING = ("model", "ended", "code", "duration_ms")
# Log lines with a duration, for vendors whose calls we do not see because they are real.
TIMED = {
    "picture_generated": ("openai", "model"),
    "picture_stored": ("r2", "bucket"),
    "reply_sent": ("line", "reply"),
    "promise_sent": ("line", "reply"),
    "push_sent": ("line", "reply"),
}
OF_THE_LINE_ITSELF = frozenset({"event", "level", "timestamp", "request", "requests"})


class BotLog:
    """Finds the requests that each line is about: Easel's request ids are the webhook's event ids."""

    def __init__(self, traces: RequestTraces, *, real: Iterable[Vendor] = ()) -> None:
        """`real`: vendors that are real, whose calls cannot be seen here."""
        self._traces = traces
        self._real = frozenset(real)

    def logged(self, line: LogLine) -> None:
        """Take a line that the bot has logged."""
        event = str(line.get("event"))
        ids = [line["request"]] if line.get("request") else list(line.get("requests") or ())
        if event == "event_understood" and "line" in self._real and self._traces.find(str(ids[0])) is None:
            self._open_unseen(line)
        owners = [trace for one in ids if (trace := self._traces.find(str(one)))]
        if line.get("vendor_request"):
            self._traces.claim(str(line["vendor_request"]), owners)
        for trace in owners:
            self._note(trace, event, line)

    def _open_unseen(self, line: LogLine) -> None:
        """Open a trace for a webhook of the real LINE, which cannot be seen here: the log mentions it first."""
        event: dict[str, object] = {"webhookEventId": line["request"], "type": line.get("type", "message")}
        trace = self._traces.open(event, chat="", person=None, text="")
        trace.attempts.append(Attempt(at=time.time(), ms=0.0, status=200))

    def _note(self, trace: Trace, event: str, line: LogLine) -> None:
        now = time.time()
        if event == "event_understood":
            _understand(trace, line)
        if event in READINGS:
            trace.notes["read"] = {name: line[name] for name in OF_A_READING if name in line}
        if event in ANSWERS and trace.answered_at is None:
            trace.answered_at = now
        vendor, lane = TIMED.get(event, ("", ""))
        if vendor in self._real:
            began = now - float(line.get("duration_ms", 0)) / 1000
            trace.spans.append({"lane": lane, "start": began, "end": now, "ok": True, "note": event})
        details = {name: value for name, value in line.items() if name not in OF_THE_LINE_ITSELF}
        self._traces.note(trace, event, level=str(line.get("level")), details=details)


def _understand(trace: Trace, line: LogLine) -> None:
    wants = str(line.get("wants"))
    trace.draws, trace.expects_answer = wants == "picture", wants in ANSWERED
    understood: dict[str, object] = {name: line[name] for name in ("step", "meaning", "confidence") if name in line}
    if understood:
        trace.notes["understood"] = understood


def message_asked(call: Call) -> str:
    """Return the message that Easel asks a text model about, from the JSON in the call's last message; else ""."""
    match call.body:
        case {"messages": [*_, {"content": str() as content}]}:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                return str(json.loads(content)["message"])
    return ""

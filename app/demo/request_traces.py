"""The way of each request through webhook, queue, model, bucket and reply, put together from wire and log."""

import contextlib
import json
import time
from collections import OrderedDict
from collections.abc import Iterable

from line_sandbox.front import Call
from line_sandbox.line.webhooks import Attempt, Delivery
from line_sandbox.openai.invoice import InvoiceLine

from app.demo import wire
from app.demo.bot import LogLine
from app.demo.state import PageState
from app.demo.trace import LANES, Trace, drawn, is_reading
from app.demo.wire import Vendor

TRACES_KEPT = 60
CALLS_KEPT = 300
ANSWERS = frozenset({"reply_sent", "push_sent"})
# Log lines with a duration, for vendors whose wire we do not see because they are real.
TIMED = {
    "picture_generated": ("openai", "model"),
    "picture_stored": ("r2", "bucket"),
    "reply_sent": ("line", "reply"),
    "promise_sent": ("line", "reply"),
    "push_sent": ("line", "reply"),
}


class RequestTraces:
    """Finds for each call and each log line the request that it belongs to.

    The bot's log names request ids and the vendors' own request ids; where it does not (yet), the reply token, the
    chat, the prompt or the object key tell.
    """

    def __init__(self, board: PageState, *, real: Iterable[Vendor] = ()) -> None:
        """Keep the board. `real`: vendors whose calls nobody here can see."""
        self._board = board
        self._real = frozenset(real)
        self._traces: OrderedDict[str, Trace] = OrderedDict()
        self._calls: OrderedDict[str, tuple[Vendor, Call]] = OrderedDict()
        self._costs: dict[str, int] = {}
        self._tokens: dict[str, str] = {}

    # What happens

    def open(self, event: dict[str, object], *, chat: str, person: str | None, text: str) -> None:
        """An event is about to go out."""
        token = event.get("replyToken")
        trace = Trace(
            id=str(event["webhookEventId"]),
            chat=chat,
            person=person,
            kind=_kind(event),
            text=text,
            token=token if isinstance(token, str) else None,
            at=time.time(),
        )
        self._traces[trace.id] = trace
        if trace.token:
            self._tokens[trace.token] = trace.id
        while len(self._traces) > TRACES_KEPT:
            old_id, old = self._traces.popitem(last=False)
            self._tokens.pop(old.token or "", None)
            self._board.put("trace", old_id, None)
        self._show(trace)

    def delivered(self, delivery: Delivery) -> None:
        """The bot was sent a webhook, once more."""
        for event in delivery.events:
            if trace := self._traces.get(str(event["webhookEventId"])):
                trace.attempts.append(delivery.attempts[-1])
                self._show(trace)

    def called(self, vendor: Vendor, call: Call) -> None:
        """A call began, ended or lost its client."""
        call_id = f"{vendor}-{call.number}"
        is_new = call_id not in self._calls
        self._calls[call_id] = (vendor, call)
        while len(self._calls) > CALLS_KEPT:
            old_id, _ = self._calls.popitem(last=False)
            self._board.put("call", old_id, None)
        if is_new and (trace := self._guess(vendor, call)):
            trace.calls[call_id] = vendor
        self._show_call(call_id)

    def charged(self, line: InvoiceLine) -> None:
        """The model took an order: the call under way that is for this model and not charged yet."""
        for call_id, (vendor, call) in reversed(self._calls.items()):
            if vendor == "openai" and call.notes.get("model") == line.model and call_id not in self._costs:
                self._costs[call_id] = line.micro_dollars
                self._show_call(call_id)
                return

    def spoken(self, chat: str, body: dict[str, object], *, request_id: str | None) -> None:
        """The bot said something: an address in it tells whose objects were stored."""
        call_id = self._call_of("line", request_id) or self._speaking(chat)
        owners = [trace for trace in self._traces.values() if call_id in trace.calls] if call_id else []
        url = str(body.get("originalContentUrl", ""))
        preview = str(body.get("previewImageUrl", ""))
        for stored_id, (vendor, call) in self._calls.items():
            key = str(call.notes.get("key") or "\0")
            if vendor == "r2" and owners and (key in url or key in preview):
                # What was stored before somebody asked to see it again is not theirs.
                since = [trace for trace in owners if trace.at <= call.started_at]
                asked = [trace for trace in since if self._drew(trace)]
                for owner in (asked or since)[:1]:
                    self._move(stored_id, owner)
        for trace in owners:
            if trace.answered_at is None and trace.chat == chat and body["type"] != "template":
                trace.answered_at = time.time()
                self._show(trace)

    def logged(self, line: LogLine) -> None:
        """The bot wrote a line into its log."""
        event = str(line.get("event"))
        ids = [line["request"]] if line.get("request") else list(line.get("requests") or ())
        if event == "event_understood" and "line" in self._real and ids[0] not in self._traces:
            self._open_unseen(line)
        owners = [trace for one in ids if (trace := self._traces.get(str(one)))]
        vendor_request = line.get("vendor_request")
        for vendor in LANES if vendor_request else ():
            if call_id := self._call_of(vendor, str(vendor_request)):
                self._claim(call_id, owners, shared=vendor == "line")
        for trace in owners:
            self._note(trace, event, line)

    def mark(self, what: str) -> None:
        """Something befell the bot: note it at everything that waits."""
        for trace in self._traces.values():
            if trace.waits:
                trace.marks.append({"at": time.time(), "event": what, "level": "warning"})
                self._show(trace)

    def _open_unseen(self, line: LogLine) -> None:
        """With the real LINE nobody here sees the webhook; the log is the first to tell of it."""
        event: dict[str, object] = {"webhookEventId": line["request"], "type": line.get("type", "message")}
        self.open(event, chat="", person=None, text="")
        taken = Attempt(at=time.time(), ms=0.0, status=200)
        self._traces[line["request"]].attempts.append(taken)

    def forget(self) -> None:
        """Begin anew; what the page shows is cleared elsewhere."""
        for kept in (self._traces, self._calls, self._costs, self._tokens):
            kept.clear()

    # Whose call it is

    def _guess(self, vendor: Vendor, call: Call) -> Trace | None:
        body = call.body if isinstance(call.body, dict) else {}
        if vendor == "line":
            if trace := self._traces.get(self._tokens.get(str(body.get("replyToken")), "")):
                return trace
            place = {str(body.get("chatId")), str(body.get("to")), *call.path.split("/")}
            return self._latest(trace for trace in self._traces.values() if place & {trace.chat, trace.person})
        waiting = [trace for trace in self._traces.values() if trace.waits]
        if is_reading(call):
            unread = [trace for trace in waiting if trace.wants is None]
            return next((trace for trace in unread if trace.text and trace.text in _message(call)), None)
        if vendor == "openai":
            prompt = str(body.get("prompt", "\0")).strip()
            same = [trace for trace in waiting if trace.text and (prompt in trace.text or trace.text in prompt)]
            undrawn = [trace for trace in same if not self._drew(trace)]
            return next(iter(undrawn or same or waiting), None)
        drawn = [trace for trace in waiting if self._drew(trace)]
        few = [trace for trace in drawn if sum(v == "r2" for v in trace.calls.values()) < 2]  # noqa: PLR2004 - original and preview
        return next(iter(few or drawn or waiting), None)

    def _drew(self, trace: Trace) -> bool:
        """Whether a model was asked to draw for it."""
        return any(
            vendor == "openai" and call_id in self._calls and not is_reading(self._calls[call_id][1])
            for call_id, vendor in trace.calls.items()
        )

    def _latest(self, traces: Iterable[Trace]) -> Trace | None:
        return max(traces, key=lambda trace: (trace.waits, trace.at), default=None)

    def _call_of(self, vendor: Vendor, request_id: str | None) -> str | None:
        return next(
            (
                call_id
                for call_id, (whose, call) in reversed(self._calls.items())
                if whose == vendor and request_id and call.request_id == request_id
            ),
            None,
        )

    def _speaking(self, chat: str) -> str | None:
        """The call that is saying something in this chat right now; its answer, with its id, is not out yet."""
        for call_id, (vendor, call) in reversed(self._calls.items()):
            if vendor == "line" and call.duration_ms is None and "/message/" in call.path:
                owners = (trace for trace in self._traces.values() if call_id in trace.calls)
                if any(trace.chat == chat for trace in owners):
                    return call_id
        return None

    def _claim(self, call_id: str, owners: list[Trace], *, shared: bool) -> None:
        """The log names the owners: of a reply, beside the event whose token it used; of other calls, alone."""
        for trace in owners:
            if call_id not in trace.calls:
                if not shared:
                    self._move(call_id, trace)
                trace.calls[call_id] = self._calls[call_id][0]
        self._show_call(call_id)

    def _move(self, call_id: str, owner: Trace) -> None:
        for trace in self._traces.values():
            if trace is not owner and call_id in trace.calls:
                del trace.calls[call_id]
                self._show(trace)
        owner.calls[call_id] = self._calls[call_id][0]
        self._show_call(call_id)

    # For the page

    def _note(self, trace: Trace, event: str, line: LogLine) -> None:
        now = time.time()
        details = {k: v for k, v in line.items() if k not in {"event", "level", "timestamp", "request", "requests"}}
        trace.marks.append({"at": now, "event": event, "level": line.get("level"), "details": wire.shortened(details)})
        if event == "event_understood":
            trace.wants = str(line.get("wants"))
            trace.understood = {name: line[name] for name in ("step", "meaning", "confidence") if name in line} or None
        if event in ANSWERS and trace.answered_at is None:
            trace.answered_at = now
        vendor, lane = TIMED.get(event, ("", ""))
        if vendor in self._real:
            began = now - float(line.get("duration_ms", 0)) / 1000
            trace.spans.append({"lane": lane, "start": began, "end": now, "ok": True, "note": event})
        self._show(trace)

    def _show_call(self, call_id: str) -> None:
        vendor, call = self._calls[call_id]
        owners = [trace for trace in self._traces.values() if call_id in trace.calls]
        cost = self._costs.get(call_id)
        value = wire.shown(vendor, call, traces=[trace.id for trace in owners], micro_dollars=cost)
        self._board.put("call", call_id, value)
        for trace in owners:
            self._show(trace)

    def _show(self, trace: Trace) -> None:
        self._board.put("trace", trace.id, drawn(trace, self._calls, self._costs))


def _message(call: Call) -> str:
    """The message that a text model is asked about: JSON within the last message of a JSON."""
    match call.body:
        case {"messages": [*_, {"content": str() as content}]}:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                return str(json.loads(content)["message"])
    return ""


def _kind(event: dict[str, object]) -> str:
    """What sort of event it is; a message is named by its own type."""
    match event.get("message"):
        case {"type": str() as kind} if event["type"] == "message":
            return kind
    return str(event["type"])

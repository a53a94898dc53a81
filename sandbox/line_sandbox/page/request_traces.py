"""The way of each request through webhook, queue, model, bucket and reply, put together from what crosses the wire."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from line_sandbox.front import Call
from line_sandbox.line.webhooks import Delivery
from line_sandbox.openai.invoice import InvoiceLine
from line_sandbox.page import wire
from line_sandbox.page.state import PageState, Value
from line_sandbox.page.trace import LANES, Trace, drawn, is_reading
from line_sandbox.page.wire import Vendor

TRACES_KEPT = 60
CALLS_KEPT = 300


def last_message(call: Call) -> str:
    """What a text model is asked: the last message of the call."""
    match call.body:
        case {"messages": [*_, {"content": str() as content}]}:
            return content
    return ""


class RequestTraces:
    """Finds for each call the request that it belongs to.

    The reply token, the chat, the prompt or the object key tell. Who knows more of the bot, such as its log, says so by
    `claim`, `note` and the traces of `find`.
    """

    def __init__(self, board: PageState, *, question_of: Callable[[Call], str] = last_message) -> None:
        """`question_of` reads out of a call to a text model what somebody wrote."""
        self._board = board
        self._question_of = question_of
        self._traces: OrderedDict[str, Trace] = OrderedDict()
        self._calls: OrderedDict[str, tuple[Vendor, Call]] = OrderedDict()
        self._costs: dict[str, int] = {}
        self._tokens: dict[str, str] = {}

    # What happens

    def open(self, event: dict[str, object], *, chat: str, person: str | None, text: str) -> Trace:
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
        self.show(trace)
        return trace

    def delivered(self, delivery: Delivery) -> None:
        """The bot was sent a webhook, once more."""
        for event in delivery.events:
            if trace := self._traces.get(str(event["webhookEventId"])):
                trace.attempts.append(delivery.attempts[-1])
                self.show(trace)

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
                self.show(trace)

    def find(self, trace_id: str) -> Trace | None:
        """The request of this event, as long as it is kept."""
        return self._traces.get(trace_id)

    def claim(self, request_id: str, owners: list[Trace]) -> None:
        """Somebody knows whose call this is, by the vendor's own request id.

        A reply may be shared, with the event whose token it used; other calls are of their owners alone.
        """
        for vendor in LANES:
            if call_id := self._call_of(vendor, request_id):
                self._claim(call_id, owners, shared=vendor == "line")

    def note(self, trace: Trace, event: str, *, level: str, details: Value) -> None:
        """Put a step on its way that nobody saw on the wire."""
        shown = {"at": time.time(), "event": event, "level": level, "details": wire.shortened(details)}
        trace.marks.append(shown)
        self.show(trace)

    def mark(self, what: str) -> None:
        """Something befell the bot: note it at everything that waits."""
        for trace in self._traces.values():
            if trace.waits:
                trace.marks.append({"at": time.time(), "event": what, "level": "warning"})
                self.show(trace)

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
            unread = [trace for trace in waiting if trace.draws is None]
            return next((trace for trace in unread if trace.text and trace.text in self._question_of(call)), None)
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
                self.show(trace)
        owner.calls[call_id] = self._calls[call_id][0]
        self._show_call(call_id)

    # For the page

    def _show_call(self, call_id: str) -> None:
        vendor, call = self._calls[call_id]
        owners = [trace for trace in self._traces.values() if call_id in trace.calls]
        cost = self._costs.get(call_id)
        value = wire.shown(vendor, call, traces=[trace.id for trace in owners], micro_dollars=cost)
        self._board.put("call", call_id, value)
        for trace in owners:
            self.show(trace)

    def show(self, trace: Trace) -> None:
        """Put a request on the page as it is now."""
        self._board.put("trace", trace.id, drawn(trace, self._calls, self._costs))


def _kind(event: dict[str, object]) -> str:
    """What sort of event it is; a message is named by its own type."""
    match event.get("message"):
        case {"type": str() as kind} if event["type"] == "message":
            return kind
    return str(event["type"])

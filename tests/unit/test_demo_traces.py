"""What Easel's log adds to the timeline of the demo."""

import json
import time

from line_sandbox.front import Call
from line_sandbox.line.webhooks import Attempt, Delivery
from line_sandbox.page.request_traces import RequestTraces
from line_sandbox.page.state import PageState

from app.demo.bot_log import BotLog, message_asked


def call(number: int, method: str, path: str, **more) -> Call:
    return Call(number=number, method=method, path=path, query="", headers={}, started_at=time.time(), **more)


def event(name: str) -> dict[str, object]:
    return {"webhookEventId": name, "type": "message", "message": {"type": "text"}, "replyToken": f"token-{name}"}


def opened(traces: RequestTraces, name: str) -> None:
    traces.open(event(name), chat="U1", person="U1", text=name)
    taken = Attempt(at=time.time(), ms=1.0, status=200)
    traces.delivered(Delivery(events=[event(name)], url="", attempts=[taken]))


def test_who_decided_and_what_the_reader_was_asked():
    """The timeline tells which step of reading decided; a text model's call is no drawing, and whose text it holds."""
    board = PageState()
    traces = RequestTraces(board, question_of=message_asked)
    for name in ("a fox", 'maybe "a heron"'):
        opened(traces, name)
    question = {"messages": [{"role": "user", "content": json.dumps({"message": 'maybe "a heron"'})}]}
    traces.called("openai", call(1, "POST", "/v1/chat/completions", body=question))
    heard = {"event": "event_understood", "request": 'maybe "a heron"', "wants": "picture"}
    log = BotLog(traces)
    log.logged({"event": "message_read", "request": 'maybe "a heron"', "model": "small", "duration_ms": 600.0})
    log.logged(heard | {"step": "reader", "meaning": "draw", "confidence": 0.95})
    shown = board.get("trace", 'maybe "a heron"')
    assert board.get("trace", "a fox")["calls"] == []
    assert [span["lane"] for span in shown["spans"] if span["lane"] in {"text", "model"}] == ["text"]
    assert shown["notes"] == {
        "read": {"model": "small", "duration_ms": 600.0},
        "understood": {"step": "reader", "meaning": "draw", "confidence": 0.95},
    }
    assert (shown["draws"], [mark["event"] for mark in shown["marks"]]) == (True, ["message_read", "event_understood"])


def test_a_call_goes_to_whom_the_log_names():
    """A vendor's request id beats a guess by the chat; where a vendor is real, the log's durations are shown."""
    board = PageState()
    traces = RequestTraces(board)
    log = BotLog(traces, real={"r2"})
    opened(traces, "a fox")
    opened(traces, "a heron")
    traces.called("openai", call(1, "POST", "/v1/images/generations", body={"prompt": "x"}, request_id="req_1"))
    log.logged({"event": "picture_generated", "request": "a heron", "vendor_request": "req_1", "level": "info"})
    log.logged({"event": "picture_stored", "request": "a heron", "duration_ms": 40.0, "level": "info"})
    log.logged({"event": "reply_sent", "requests": ["a heron"], "level": "info"})
    shown = board.get("trace", "a heron")
    assert (board.get("trace", "a fox")["calls"], shown["calls"]) == ([], ["openai-1"])
    assert "bucket" in [span["lane"] for span in shown["spans"]]
    assert shown["answeredAt"] is not None
    assert not shown["waits"]


def test_with_the_real_line_the_log_opens_the_way():
    """Nobody here sees its webhooks."""
    board = PageState()
    BotLog(RequestTraces(board), real={"line"}).logged({"event": "event_understood", "request": "01X", "wants": "talk"})
    shown = board.get("trace", "01X")
    assert (shown["kind"], [span["lane"] for span in shown["spans"]], shown["waits"]) == ("message", ["webhook"], False)

"""Which request of the demo's timeline a call belongs to."""

import json
import time

from line_sandbox.front import Call
from line_sandbox.line.webhooks import Attempt, Delivery

from app.demo.request_traces import RequestTraces
from app.demo.state import PageState

KEY = "pictures/fox.jpg"


def call(number: int, method: str, path: str, **more) -> Call:
    return Call(number=number, method=method, path=path, query="", headers={}, started_at=time.time(), **more)


def event(name: str) -> dict[str, object]:
    return {"webhookEventId": name, "type": "message", "message": {"type": "text"}, "replyToken": f"token-{name}"}


def opened(traces: RequestTraces, name: str) -> None:
    traces.open(event(name), chat="U1", person="U1", text=name)
    taken = Attempt(at=time.time(), ms=1.0, status=200)
    traces.delivered(Delivery(events=[event(name)], url="", attempts=[taken]))


def replied(traces: RequestTraces, number: int, name: str) -> None:
    traces.called("line", call(number, "POST", "/v2/bot/message/reply", body={"replyToken": f"token-{name}"}))
    body = {"type": "image", "originalContentUrl": f"http://x/{KEY}", "previewImageUrl": f"http://x/{KEY}"}
    traces.spoken("U1", body, request_id=None)


def test_what_was_stored_stays_with_whom_it_was_stored_for():
    """Who looks at a picture again has not stored it: its way began before theirs."""
    board = PageState()
    traces = RequestTraces(board)
    opened(traces, "a fox")
    traces.called("r2", call(1, "PUT", f"/{KEY}", notes={"key": KEY}))
    replied(traces, 2, "a fox")
    opened(traces, "show it again")
    replied(traces, 3, "show it again")
    assert board.get("trace", "a fox")["calls"] == ["r2-1", "line-2"]
    assert board.get("trace", "show it again")["calls"] == ["line-3"]


def test_who_decided_and_what_the_reader_was_asked():
    """The timeline tells which step of reading decided; a text model's call is no drawing, and whose text it holds."""
    board = PageState()
    traces = RequestTraces(board)
    for name in ("a fox", 'maybe "a heron"'):
        opened(traces, name)
    question = {"messages": [{"role": "user", "content": json.dumps({"message": 'maybe "a heron"'})}]}
    traces.called("openai", call(1, "POST", "/v1/chat/completions", body=question))
    heard = {"event": "event_understood", "request": 'maybe "a heron"', "wants": "picture"}
    traces.logged(heard | {"step": "reader", "meaning": "draw", "confidence": 0.95})
    shown = board.get("trace", 'maybe "a heron"')
    assert board.get("trace", "a fox")["calls"] == []
    assert [span["lane"] for span in shown["spans"] if span["lane"] in {"reader", "model"}] == ["reader"]
    assert shown["understood"] == {"step": "reader", "meaning": "draw", "confidence": 0.95}

"""The parts of the chat page that need no process: what it shows, and which request a call belongs to."""

import asyncio
import time

from line_sandbox.front import Call
from line_sandbox.line import LineStandIn
from line_sandbox.line.webhooks import Attempt, Delivery
from line_sandbox.openai import OpenAIStandIn
from line_sandbox.page import wire
from line_sandbox.page.projection import Projection
from line_sandbox.page.request_traces import RequestTraces
from line_sandbox.page.stand_ins import ACCESS_TOKEN, API_KEY, BUCKET, R2_KEY, R2_SECRET, SECRET, Addresses, StandIns
from line_sandbox.page.state import PageState
from line_sandbox.r2 import R2StandIn
from line_sandbox.server import serve
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

KEY = "pictures/fox.jpg"
R2_KEYS = {"access_key_id": R2_KEY, "secret_access_key": R2_SECRET, "bucket": BUCKET}
NOWHERE = Addresses(line="", openai="", r2="", line_data="")


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


def test_a_text_model_is_asked_about_the_message_that_it_holds():
    """Its call is a reading and no drawing, of whoever wrote what stands in its last message."""
    board = PageState()
    traces = RequestTraces(board)
    for name in ("a fox", "a heron"):
        opened(traces, name)
    body = {"messages": [{"role": "user", "content": "a fox"}, {"role": "user", "content": "What is: a heron?"}]}
    traces.called("openai", call(1, "POST", "/v1/chat/completions", body=body))
    assert board.get("trace", "a fox")["calls"] == []
    lanes = [span["lane"] for span in board.get("trace", "a heron")["spans"]]
    assert [lane for lane in lanes if lane in {"text", "model"}] == ["text"]


async def test_a_message_that_was_not_delivered_looks_like_any_other():
    """As in LINE, where people never learn what became of a webhook: the timeline tells; Read comes with an answer."""
    line = LineStandIn(channel_secret=SECRET, channel_access_token=ACCESS_TOKEN, allow_http=True)
    stage = StandIns(line=line, openai=OpenAIStandIn(api_key=API_KEY), r2=R2StandIn(**R2_KEYS), at=NOWHERE)
    board, mei = PageState(), line.add_person("Mei")
    bot = Starlette(routes=[Route("/callback", lambda _request: Response(), methods=["POST"])])
    async with serve(bot) as url, Projection(stage, board, RequestTraces(board), on_call=lambda: None):
        for address in ("http://127.0.0.1:9", url):
            line.webhook_url = f"{address}/callback"
            await line.send_text(mei, "a fox")
        lost, taken = (message.id for message in line.chat(mei).messages)
        async with asyncio.timeout(60):
            while not (board.get("message", taken) or {}).get("fate"):  # noqa: ASYNC110 - the board tells nobody
                await asyncio.sleep(0)  # what happens is shown in its order, by a task of this loop
    assert board.get("message", taken)["fate"] == {"read": True}
    assert board.get("message", lost)["fate"] is None


def test_board():
    """Records come in the order of their last change, each once, and only what is new."""
    board = PageState()
    board.put("a", "1", {"x": 1})
    board.put("a", "2", {"x": 2})
    at = board.number
    board.put("a", "1", {"x": 1})
    assert board.number == at
    board.put("a", "1", {"x": 3})
    board.put("a", "2", None)
    assert [(one.id, one.value) for one in board.since(at)] == [("1", {"x": 3}), ("2", None)]
    assert [one.id for one in board.since(0)] == ["1", "2"]


def test_wire_has_no_secrets():
    """A call is shown without tokens and with long texts cut."""
    body = {"replyToken": "0123456789abcdef", "messages": [{"type": "text", "text": "x" * 900}] * 20}
    call = Call(number=1, method="POST", path="/x", query="", headers={}, body=body, started_at=0.0)
    shown = wire.shown("line", call, traces=[], micro_dollars=None)
    assert shown["body"]["replyToken"] == "0123…"
    assert len(shown["body"]["messages"]) == wire.ITEMS_MAX + 1
    assert len(shown["body"]["messages"][0]["text"]) < 200

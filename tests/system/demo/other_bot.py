"""Somebody else's bot, in another style: answers a text with quick replies, "walks" with a carousel."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

COLUMN = {
    "title": "A walk",
    "text": "along the river",
    "actions": [
        {"type": "message", "label": "Take it", "text": "I take it"},
        {"type": "uri", "label": "See the map", "uri": "https://example.com/map"},
    ],
}
CAROUSEL: dict[str, object] = {
    "type": "template",
    "altText": "two walks",
    "template": {"type": "carousel", "columns": [COLUMN, COLUMN]},
}


def answer_to(text: str) -> dict[str, object]:
    if text == "walks":
        return CAROUSEL
    actions = [{"type": "message", "label": label, "text": label} for label in ("Yes", "No")]
    items = [{"type": "action", "action": action} for action in actions]
    return {"type": "text", "text": f"You said {text}", "quickReply": {"items": items}}


class Handler(BaseHTTPRequestHandler):
    settings: dict[str, str]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        digest = hmac.digest(self.settings["LINE_CHANNEL_SECRET"].encode(), body, hashlib.sha256)
        signed = base64.b64encode(digest).decode() == self.headers["x-line-signature"]
        self.send_response(200 if signed else 400)
        self.send_header("content-length", "0")
        self.end_headers()
        for event in json.loads(body)["events"] if signed else ():
            if event["type"] == "message" and event["message"]["type"] == "text":
                self.reply(event)

    def reply(self, event):
        url = f"{self.settings['LINE_API_BASE_URL']}/v2/bot/message/reply"
        message = answer_to(event["message"]["text"])
        headers = {"authorization": f"Bearer {self.settings['LINE_CHANNEL_ACCESS_TOKEN']}"}
        with httpx.Client(trust_env=False) as http:
            answer = http.post(url, json={"replyToken": event["replyToken"], "messages": [message]}, headers=headers)
        answer.raise_for_status()

    def log_message(self, *_arguments):
        pass


@contextmanager
def other_bot() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield its webhook address and its settings, to be filled before the first webhook."""
    settings: dict[str, str] = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Configured", (Handler,), {"settings": settings})) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/callback", settings
        server.shutdown()
        thread.join()

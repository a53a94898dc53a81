"""Webhooks as LINE sends them, each with ids of its own, signed beforehand."""

import base64
import hashlib
import hmac
import itertools
import json
import secrets
import time

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
PEOPLE = 2000
GROUPS = 100

_RUN = secrets.token_hex(5)  # ids never come twice, not even in another process of the same bench
_numbers = itertools.count()


def request(text: str = "一隻在彈吉他的水獺") -> bytes:
    """One text message of a 1:1 chat as a whole HTTP request. Its event, its token and, for long, its user are new."""
    return _request(_event(next(_numbers), text))


def chatter(text: str = "今天中午要吃什麼 我都可以") -> bytes:
    """One text message of a group that is not meant for the bot, as a whole HTTP request."""
    number = next(_numbers)
    event = _event(number, text)
    source = {"type": "group", "groupId": f"C{_RUN}{number % GROUPS:022x}", "userId": f"U{_RUN}{number % PEOPLE:022x}"}
    return _request(event | {"source": source})


def _request(event: dict[str, object]) -> bytes:
    body = json.dumps({"destination": "U" + "0e" * 16, "events": [event]}, ensure_ascii=False).encode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
    head = (
        "POST /callback HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        "User-Agent: LineBotWebhook2/2.0\r\n"
        f"X-Line-Signature: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _event(number: int, text: str) -> dict[str, object]:
    return {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": f"U{_RUN}{number % PEOPLE:022x}"},
        "webhookEventId": f"01{_RUN}{number:014d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"{_RUN}{number:022x}",
        "message": {"type": "text", "id": f"{number:018d}", "quoteToken": f"q{_RUN}{number:020d}", "text": text},
    }

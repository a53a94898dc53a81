"""Writes down what the stand-ins see, as it happens: their own records forget, and files are deleted."""

import functools
import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from line_sandbox.feed import Happening, Subscription
from line_sandbox.front import Call
from line_sandbox.line.chats import ChatMessage
from line_sandbox.openai.invoice import InvoiceLine

from app.words.chat_settings import LANGUAGES
from app.words.sentences import sentences_for
from proof.evidence import Order, Said, Sending, Shown
from tests.world import World

SENDING = {"/v2/bot/message/reply", "/v2/bot/message/push"}
COMMENT = b"\xff\xfe"
BESIDE_PICTURES = ("late", "yours", "option_", "left_")
PARTS_OF_OTHERS = {"months", "moment"}  # never said by themselves
SPOILING = {"drop", "drop_after", "truncate", "body"}


class Witness(Subscription):
    """Hears everything at once, so that nothing is lost between two turns of the loop."""

    def __init__(self, world: World) -> None:
        self.shown: list[Shown] = []
        self.pictures: list[ChatMessage] = []
        self.said: list[Said] = []
        self.sendings: list[Sending] = []
        self.orders: list[Order] = []
        self.strange: list[str] = []
        self._world = world
        self._open: dict[Call, Sending | Order] = {}
        self._invoice: dict[str, InvoiceLine] = {}
        for vendor in (world.line, world.openai, world.r2):
            super().__init__(vendor.feed)

    def put(self, happening: Happening) -> None:
        """Write one happening down."""
        match happening.kind, happening.what:
            case "call_started", Call() as call:
                self._began(call, happening.at)
            case "client_gone", Call() as call if call in self._open:
                self._open[call].ended_at = happening.at
            case "call_ended", Call() as call if call in self._open:
                self._ended(call, happening.at)
            case "charged", InvoiceLine() as line:
                self._invoice[line.request_id] = line
            case "message_out", ChatMessage() as message:
                self._spoken(message)

    def _began(self, call: Call, at: float) -> None:
        body = call.body if isinstance(call.body, dict) else {}
        if call.path in SENDING:
            sending = Sending(
                began_at=at,
                token=body.get("replyToken"),
                retry_key=call.headers.get("x-line-retry-key"),
                messages=body.get("messages", ()),
            )
            self.sendings.append(sending)
            self._open[call] = sending
        elif call.path.startswith("/v1/images/"):
            order = Order(prompt="", began_at=at)
            self.orders.append(order)
            self._open[call] = order

    def _ended(self, call: Call, at: float) -> None:
        record = self._open.pop(call)
        record.ended_at = record.ended_at or at
        spoilt = not SPOILING.isdisjoint((call.fault or "").split(", "))
        record.is_clean = call.status is not None and not spoilt and not call.client_gone
        if isinstance(record, Sending):
            record.status = call.status
            return
        record.prompt = str(call.body.get("prompt", "")) if isinstance(call.body, dict) else ""
        record.charge = str(call.notes["charged"]) if "charged" in call.notes else None
        if record.charge:
            line = self._invoice[record.charge]
            record.microusd, record.pictures = line.micro_dollars, line.pictures

    def _spoken(self, message: ChatMessage) -> None:
        body: Any = message.body
        chat = message.chat_id
        if body["type"] == "image":
            url = str(body["originalContentUrl"])
            self.pictures.append(message)
            self.shown.append(Shown(chat=chat, url=url, charge=self.charge_of(key_of(url))))
            return
        text = str(body.get("text") or (body.get("template") or {}).get("text") or body.get("altText"))
        key = sentence_of(text)
        if key is None:
            self.strange.append(f"said what is no sentence of ours: {body['type']} {text[:60]!r}")
        quote = body.get("quoteToken")
        self.said.append(Said(chat=chat, key=key, quote_token=str(quote) if quote else None))

    def objects(self) -> dict[str, str | None]:
        """Return every key of the bucket with the charge that paid for it, where its file tells."""
        return {key: self.charge_of(key) for key in self._world.r2.objects}

    def charge_of(self, object_key: str) -> str | None:
        """Read in a picture's comment which charge paid for it; None: there is no such file, or no comment in it."""
        stored = self._world.r2.objects.get(object_key)
        if stored is None or stored.body[2:4] != COMMENT:
            return None
        length = int.from_bytes(stored.body[4:6])
        return stored.body[6 : 4 + length].decode()


def key_of(url: str) -> str:
    """Return the object key of a public address."""
    return str(PurePosixPath(urlsplit(url).path).relative_to("/public"))


def sentence_of(text: str) -> str | None:
    """Name the sentence that was said, whatever its language; "lead" for what stands before a picture."""
    found = next((key for key, pattern in _patterns() if pattern.fullmatch(text)), None)
    if found is None and "\n" in text:
        first = sentence_of(text.split("\n", maxsplit=1)[0])
        return first if first and (first.startswith("drawing") or first == "lead") else None
    return "lead" if (found or "").startswith(BESIDE_PICTURES) else found


@functools.cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    made = []
    for language in LANGUAGES:
        for key, sentence in sentences_for(language, default="en").sentences.items():
            if key in PARTS_OF_OTHERS:
                continue
            filled = re.sub(r"\\\{\w+\\\}", ".+", re.escape(sentence))
            made.append((key, re.compile(filled, re.DOTALL)))
    return sorted(made, key=lambda one: ".+" in one[1].pattern)

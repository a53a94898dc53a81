import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from line_sandbox.faults import Fault
from line_sandbox.line import LineStandIn
from line_sandbox.line.events import standby
from line_sandbox.r2 import R2StandIn, StoredObject
from line_sandbox.server import serve
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
)
from linebot.v3.messaging import (
    TestWebhookEndpointRequest as EndpointTest,
)
from linebot.v3.models.events import UnknownEvent
from linebot.v3.webhook import SignatureValidator, WebhookParser
from linebot.v3.webhooks import (
    FollowEvent,
    ImageMessageContent,
    MessageEvent,
    PostbackEvent,
    StickerMessageContent,
    TextMessageContent,
    UnsendEvent,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
TOKEN = "channel-access-token"


class Bot:
    """A webhook that checks every signature with LINE's own SDK and answers as told."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self.hold: asyncio.Event | None = None
        self.app = Starlette(routes=[Route("/callback", self.callback, methods=["POST"])])

    async def callback(self, request: Request) -> Response:
        """Take events."""
        body = await request.body()
        if self.hold is not None:
            await self.hold.wait()
        signature = request.headers.get("x-line-signature", "")
        if not SignatureValidator(SECRET).validate(body.decode(), signature):
            return Response(status_code=400)
        self.events += json.loads(body)["events"]
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
async def stage() -> AsyncIterator[tuple[LineStandIn, Bot, str]]:
    """A channel, a bot on its webhook, and a friend."""
    line, bot = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN, allow_http=True), Bot()
    async with serve(bot.app) as bot_url:
        line.webhook_url = f"{bot_url}/callback"
        yield line, bot, line.add_person("Mei")


def parsed(line: LineStandIn, *events: Any) -> list[Any]:
    """The events as LINE's SDK understands them."""
    body = line.webhook_body(events)
    return list(WebhookParser(SECRET).parse(body.decode(), line.sign(body)))


def test_known_signature():
    """The signature of LINE's own example."""
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN)
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert line.sign(body) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


async def test_delivery(stage):
    """A text with emoji goes out signed, as escapes, and the answer is timed."""
    line, bot, mei = stage
    delivery = await line.send_text(mei, "畫一隻🦊")
    assert (delivery.ok, delivery.status) == (True, 200)
    assert b"\\uD83E\\uDD8A" in delivery.body
    assert "畫".encode() in delivery.body
    assert bot.events[0]["message"]["text"] == "畫一隻🦊"
    assert delivery.ms > 0


def test_events_as_the_sdk_reads_them():
    """Every event is one that the SDK knows, with all of its fields."""
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN)
    mei = line.add_person("Mei")
    group = line.add_group("Team", [mei])
    events = [
        line.text(mei, "a fox"),
        line.sticker(mei, keywords=["hi"]),
        line.image(mei, b"jpeg", group=group),
        line.postback(mei, "job=7"),
        line.unsend(mei, "1"),
        line.follow(mei),
    ]
    kinds = [type(event) for event in parsed(line, *events)]
    assert kinds == [MessageEvent, MessageEvent, MessageEvent, PostbackEvent, UnsendEvent, FollowEvent]
    contents = [type(event.message) for event in parsed(line, *events[:3])]
    assert contents == [TextMessageContent, StickerMessageContent, ImageMessageContent]
    others = [
        line.video(mei, b"film"),
        line.audio(mei, b"voice"),
        line.file(mei, b"text", "a.txt"),
        line.location(mei, "Taipei"),
        line.unfollow(mei),
        line.join(group),
        line.leave(group),
        line.member_joined(group, [mei]),
        line.member_left(group, [mei]),
        line.edit(mei, "1", "a cat", group=group),
    ]
    assert not any(isinstance(event, UnknownEvent) for event in parsed(line, *others))
    assert isinstance(parsed(line, line.something_new(mei, "dance", dance={"style": "waltz"}))[0], UnknownEvent)


def test_common_properties():
    """Ids, times and tokens have LINE's forms, and events without tokens have none."""
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN, clock=lambda: 1_692_251_666.727)
    mei = line.add_person("Mei")
    event = line.text(mei, "hi")
    assert re.fullmatch(r"01H810YE97[0-9A-HJKMNP-TV-Z]{16}", str(event["webhookEventId"]))
    assert event["timestamp"] == 1_692_251_666_727
    assert re.fullmatch(r"[0-9a-f]{32}", str(event["replyToken"]))
    assert event["deliveryContext"] == {"isRedelivery": False}
    assert event["source"] == {"type": "user", "userId": mei}
    assert {"quoteToken", "markAsReadToken", "id"} <= set(event["message"])
    for silent in (line.unsend(mei, "1"), line.unfollow(mei), standby(event)):
        assert "replyToken" not in silent
    assert standby(event)["mode"] == "standby"


def test_groups():
    """In a group, mentions are placed in UTF-16 units, quotes name a message, and senders may be unknown."""
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN)
    mei = line.add_person("Mei")
    group = line.add_group("Team", [mei])
    event = line.text(mei, "🎨 @Bot for @Mei and @All", group=group, mentions=[line.bot_user_id, mei, "all"], quote="7")
    assert event["message"]["mention"]["mentionees"] == [
        {"index": 3, "length": 4, "type": "user", "userId": line.bot_user_id, "isSelf": True},
        {"index": 12, "length": 4, "type": "user", "userId": mei, "isSelf": False},
        {"index": 21, "length": 4, "type": "all"},
    ]
    assert event["message"]["quotedMessageId"] == "7"
    assert event["source"] == {"type": "group", "groupId": group, "userId": mei}
    assert line.postback(mei, "x", group=group, anonymous=True)["source"] == {"type": "group", "groupId": group}
    room = line.add_group("Old", [mei], is_room=True)
    assert line.text(mei, "hi", group=room)["source"] == {"type": "room", "roomId": room, "userId": mei}


def test_a_file_tells_of_no_provider():
    """Alone among what has bytes: LINE's `file` has no contentProvider."""
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN)
    mei = line.add_person("Mei")
    others: list[Any] = [line.image(mei, b"jpeg"), line.video(mei, b"film"), line.audio(mei, b"voice")]
    assert all("contentProvider" in event["message"] for event in others)
    file: Any = line.file(mei, b"text", "a.txt")
    assert "contentProvider" not in file["message"]


def test_album():
    """An album is one event for each picture."""
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN)
    mei = line.add_person("Mei")
    sets = [event["message"]["imageSet"] for event in line.image_set(mei, [b"a", b"b"])]
    assert [(place["index"], place["total"]) for place in sets] == [(1, 2), (2, 2)]
    assert sets[0]["id"] == sets[1]["id"]


async def test_automatic_redelivery(stage):
    """With redelivery on, a failed webhook comes again with the same ids and token."""
    line, bot, mei = stage
    line.redeliveries = 3
    bot.statuses = [500, 503]
    delivery = await line.send_text(mei, "a fox")
    assert [attempt.status for attempt in delivery.attempts] == [500, 503, 200]
    first, second, _ = bot.events
    assert first["deliveryContext"] == {"isRedelivery": False}
    assert second == first | {"deliveryContext": {"isRedelivery": True}}


async def test_slow_bot(stage):
    """A bot that does not answer in time has failed, though it may have got the event."""
    line, bot, mei = stage
    line.webhook_timeout_s, bot.hold = 0.05, asyncio.Event()
    delivery = await line.send_text(mei, "a fox")
    assert (delivery.ok, delivery.attempts[0].error) == (False, "request_timeout")


async def test_dead_bot(stage):
    """A bot that is not there cannot be reached."""
    line, _, mei = stage
    line.webhook_url = "http://127.0.0.1:9/callback"
    delivery = await line.send_text(mei, "a fox")
    assert (delivery.status, delivery.attempts[0].error) == (None, "could_not_connect")


async def test_repeats_and_disorder(stage):
    """The same event can come five times, again later, in a batch, and out of order."""
    line, bot, mei = stage
    events = [line.text(mei, str(number)) for number in range(4)]
    assert len((await line.deliver(events[0], copies=5)).attempts) == 5
    await line.redeliver(events[0])
    assert len({event["webhookEventId"] for event in bot.events}) == 1
    assert bot.events[-1]["deliveryContext"]["isRedelivery"] is True
    await line.deliver(*events)
    assert [event["message"]["text"] for event in bot.events[-4:]] == ["0", "1", "2", "3"]
    await line.deliver_each(*events, shuffled_by=random.Random(7))
    assert [event["message"]["text"] for event in bot.events[-4:]] != ["0", "1", "2", "3"]


async def test_forged_webhooks(stage):
    """Any bytes with any signature can be sent."""
    line, bot, _ = stage
    body = line.webhook_body([])
    assert (await line.deliver_raw(body)).status == 200
    assert (await line.deliver_raw(body, signature="forged")).status == 400
    assert (await line.deliver_raw(body + b" ", signature=line.sign(body))).status == 400
    assert (await line.deliver_raw(body, signature=None)).status == 400
    assert bot.events == []


async def test_webhook_endpoint(stage):
    """The bot sets its address and has it tested with signed empty events."""
    line, _, _ = stage
    async with (
        serve(line.app) as base_url,
        AsyncApiClient(Configuration(host=base_url, access_token=TOKEN)) as client,
    ):
        api = AsyncMessagingApi(client)
        assert (await api.get_webhook_endpoint()).endpoint == line.webhook_url
        tested = await api.test_webhook_endpoint(EndpointTest())
        assert (tested.success, tested.status_code, tested.reason) == (True, 200, "OK")
        gone = await api.test_webhook_endpoint(EndpointTest(endpoint="http://127.0.0.1:9/x"))
        assert (gone.success, gone.reason) == (False, "COULD_NOT_CONNECT")


async def test_quick_replies_vanish(stage):
    """A quick reply can be tapped until somebody says something; a button stays."""
    line, _, mei = stage
    items = [{"type": "action", "action": {"type": "message", "label": "Again", "text": "again"}}]
    tap = {"type": "postback", "label": "Show", "data": "x", "displayText": "Show"}
    button = {"type": "template", "altText": "a", "template": {"type": "buttons", "text": "t", "actions": [tap]}}
    line.add_person("Bo")
    line.say(mei, [button, {"type": "text", "text": "hi", "quickReply": {"items": items}}], "reply", "r")
    again = line.tap(mei, "Again")
    assert again["message"]["text"] == "again"
    with pytest.raises(LookupError):
        line.tap(mei, "Again")
    assert line.tap(mei, "Show")["postback"] == {"data": "x"}


JPEG, PNG = b"\xff\xd8\xff" + b"x" * 100, b"\x89PNG\r\n\x1a\n" + b"x" * 100


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (lambda _: None, None),
        (lambda r2: r2.objects.clear(), "preview: status 404"),
        (lambda r2: put(r2, "p", JPEG, "application/octet-stream"), "preview: Content-Type application/octet-stream"),
        (lambda r2: put(r2, "p", PNG, "image/jpeg"), "preview: the bytes are not image/jpeg"),
        (
            lambda r2: put(r2, "p", JPEG + b"x" * 10**6, "image/jpeg"),
            "preview: 1000103 bytes, at most 1000000 are shown",
        ),
        (
            lambda r2: put(r2, "o", JPEG + b"x" * 10**7, "image/jpeg"),
            "original: 10000103 bytes, at most 10000000 are shown",
        ),
        (lambda r2: r2.faults.add(Fault.drop(), match="public/o"), "original: not fetched: RemoteProtocolError"),
        (lambda r2: r2.faults.add(Fault.truncate(), match="public/p"), "preview: not fetched: RemoteProtocolError"),
    ],
)
async def test_phone(spoil: Callable[[R2StandIn], None], broken: str | None):
    """A phone fetches both addresses when it looks, and tells which picture is broken and why."""
    r2 = R2StandIn(access_key_id="a", secret_access_key="b", bucket="pictures")
    line = LineStandIn(channel_secret=SECRET, channel_access_token=TOKEN, allow_http=True)
    mei = line.add_person("Mei")
    async with serve(r2.app) as base_url:
        put(r2, "o", PNG, "image/png")
        put(r2, "p", JPEG, "image/jpeg")
        urls = {"originalContentUrl": f"{base_url}/public/o", "previewImageUrl": f"{base_url}/public/p"}
        line.say(mei, [{"type": "image", **urls}], "reply", "r")
        spoil(r2)
        seen = await line.look(mei)
    assert (seen[0].broken, seen[0].shown) == (broken, broken is None)


def put(r2: R2StandIn, key: str, body: bytes, content_type: str) -> None:
    """Store an object without a request."""
    r2.objects[key] = StoredObject(body=body, etag='"e"', stored_at=0.0, headers={"content-type": content_type})

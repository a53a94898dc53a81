"""Webhook bodies cut into events, and events read, however strange they are."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linebot.v3.webhooks import Event as SdkEvent

from app.line.contents import (
    Edited,
    Emoji,
    Follow,
    ImageSet,
    Join,
    Leave,
    Media,
    MediaKind,
    Mention,
    Other,
    Postback,
    Sticker,
    Text,
    Unfollow,
    Unsend,
)
from app.line.envelopes import envelopes
from app.line.events import Chat, ChatKind, read

SAMPLES = Path(__file__).parents[1] / "samples" / "line"
USER = Chat(kind=ChatKind.USER, id="U4af4980629aaaabbbbccccddddeeeeff")
GROUP = Chat(kind=ChatKind.GROUP, id="Ca56f94637caaaabbbbccccddddeeeeff")
ROOM = Chat(kind=ChatKind.ROOM, id="Ra8dbf4673caaaabbbbccccddddeeeeff")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
# Objects with LINE's own names and anything in their places get deeper than arbitrary ones.
KNOWN_KEYS = st.sampled_from(
    ["type", "mode", "timestamp", "source", "webhookEventId", "deliveryContext", "replyToken", "message", "postback",
     "follow", "unsend", "messageId", "userId", "groupId", "roomId", "id", "text", "quoteToken", "quotedMessageId",
     "mention", "mentionees", "index", "length", "isSelf", "keywords", "imageSet", "total", "data", "params"]
)  # fmt: skip
KNOWN_WORDS = st.sampled_from(
    ["message", "messageEdited", "postback", "follow", "unsend", "text", "sticker", "image", "user", "group", "all"]
)
LINE_LIKE = st.recursive(
    JSON | KNOWN_WORDS,
    lambda inner: st.dictionaries(KNOWN_KEYS, inner, max_size=8) | st.lists(inner, max_size=3),
    max_leaves=30,
)


def sample(name):
    """Load one event of LINE's reference."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


def body_with(*events):
    """Build a webhook body."""
    return json.dumps({"destination": "U8e742f61d673b39c7fff3cecb7536ef0", "events": events}).encode()


def read_sample(name):
    """Take a sample all the way, from the body to the event."""
    (envelope,) = envelopes(body_with(sample(name)))
    return read(envelope.raw)


CONTENTS = [
    ("text", USER, Text(id="444573844083572737", text="一隻在彈吉他的水獺 🎸", quote_token="q3Plxr4AgKd")),
    (
        "text_mentions_and_quotes_us",
        GROUP,
        Text(
            id="468789577898262530",
            text="@example_bot a red fox in snow (love)",
            quote_token="q3Plxr4AgKd",
            quoted_message_id="468789532432007169",
            mentions=(
                Mention(index=0, length=12, is_self=True, is_all=False, user_id="U8e742f61d673b39c7fff3cecb7536ef0"),
            ),
            emoji=(Emoji(index=31, length=6),),
        ),
    ),
    (
        "text_mentions_all",
        ROOM,
        Text(
            id="468789577898262531",
            text="@All good morning",
            quote_token="q3Plxr4AgKd",
            mentions=(Mention(index=0, length=4, is_self=False, is_all=True, user_id=None),),
        ),
    ),
    (
        "image",
        USER,
        Media(
            id="354718705033693859",
            kind=MediaKind.IMAGE,
            quote_token="q3Plxr4AgKd",
            image_set=ImageSet(id="E005D41A7288F41B65593ED38FF6E9834B046AB36A37921A56BC236F13A91855", index=1, total=2),
        ),
    ),
    (
        "video",
        USER,
        Media(id="325708", kind=MediaKind.VIDEO, quote_token="q3Plxr4AgKd", image_set=None, is_external=True),
    ),
    ("audio", USER, Media(id="325709", kind=MediaKind.AUDIO, quote_token=None, image_set=None)),
    ("file", USER, Media(id="325710", kind=MediaKind.FILE, quote_token=None, image_set=None, file_name="file.txt")),
    ("location", USER, Media(id="325711", kind=MediaKind.LOCATION, quote_token=None, image_set=None)),
    (
        "sticker",
        USER,
        Sticker(
            id="1501597916",
            keywords=("cony", "sally", "Staring", "hi"),
            quote_token="q3Plxr4AgKd",
            quoted_message_id=None,
        ),
    ),
    (
        "message_edited",
        GROUP,
        Edited(text=Text(id="610830548529053697", text="Edited message", quote_token="XyiyoB3R1BA")),
    ),
    ("unsend", GROUP, Unsend(message_id="325708")),
    ("follow", USER, Follow(is_unblocked=False)),
    ("follow_unblocked", USER, Follow(is_unblocked=True)),
    ("follow_without_details", USER, Follow(is_unblocked=False)),
    ("unfollow", USER, Unfollow()),
    ("join", GROUP, Join()),
    ("leave", GROUP, Leave()),
    ("postback", USER, Postback(data="job=7f3a&a=show", params={})),
    ("postback_without_sender", GROUP, Postback(data="storeId=12345", params={"datetime": "2017-12-25T01:00"})),
    ("member_joined", GROUP, Other(type="memberJoined")),
    ("video_play_complete", USER, Other(type="videoPlayComplete")),
    ("unknown_event", GROUP, Other(type="somethingNew")),
    ("unknown_message", USER, Other(type="hologram")),
    ("account_link_failed", None, Other(type="accountLink")),
    ("bot_suspended", USER, Other(type="botSuspended")),
]


@pytest.mark.parametrize(("name", "chat", "content"), CONTENTS, ids=[name for name, *_ in CONTENTS])
def test_contents(name, chat, content):
    """Each kind of event says what it carries and where it came from."""
    event = read_sample(name)
    assert (event.chat, event.content) == (chat, content)


@pytest.mark.parametrize("name", [path.stem for path in SAMPLES.glob("*.json")])
def test_common_properties(name):
    """Every event, known to us or not, keeps its id, time and reply token."""
    given_event, event = sample(name), read_sample(name)
    assert event.id == given_event["webhookEventId"]
    assert event.type == given_event["type"]
    assert event.timestamp_ms == given_event["timestamp"]
    assert event.reply_token == given_event.get("replyToken")


@pytest.mark.parametrize("name", ["text", "image", "sticker", "postback", "follow", "join", "message_edited", "unsend"])
def test_samples_are_lines(name):
    """LINE's SDK takes the samples for what they say they are."""
    judged = SdkEvent.from_dict(sample(name))
    assert type(judged) is not SdkEvent
    assert judged.webhook_event_id == read_sample(name).id


def test_redelivery():
    """An event that LINE sends again has the id and the token of the first."""
    first, again = read_sample("text"), read_sample("text_redelivered")
    assert (again.id, again.reply_token) == (first.id, first.reply_token)
    assert again.redelivery
    assert not first.redelivery


def test_standby():
    """While somebody else holds the conversation there is nothing to answer with."""
    event = sample("text_standby") | {"replyToken": "38ef843bde154d9b91c21320ffd17a0f"}
    (envelope,) = envelopes(body_with(event))
    assert read(envelope.raw).reply_token is None
    assert read(envelope.raw).mode == "standby"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"not json",
        b"[]",
        b"null",
        b'"events"',
        b"1e999",
        b'{"events":[',
        b"\xff\xfe\x00",
        b"[" * 500_000,
        b'{"events":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
    ids=lambda body: body[:12],
)
def test_rubbish(body):
    """A body that is no JSON object, or too deep to read, is one kind of error."""
    with pytest.raises(ValueError, match=r"."):
        envelopes(body)


@pytest.mark.parametrize("events", ["absent", None, {}, "x", 1, True, []])
def test_no_events(events):
    """A body without a list of events, like LINE's own check of the address, has none."""
    webhook = {"destination": "U1"} if events == "absent" else {"destination": "U1", "events": events}
    assert envelopes(json.dumps(webhook).encode()) == []


STRANGE = [
    "null",
    "true",
    "42",
    '"text"',
    "[]",
    "{}",
    "NaN",
    "-Infinity",
    "1e999",
    "9" * 6000,
    r'"\ud83d"',
    '{"type":null,"source":7,"message":[],"webhookEventId":{}}',
    '{"type":"message","message":{"type":"text","text":"\\ud83d"},"timestamp":' + "9" * 5000 + "}",
    '{"type":"message","type":"unsend","message":null}',
    '{"x":' * 400 + "1" + "}" * 400,
    "[" * 300 + "]" * 300,
    '"\x01 a control character"',
]


@pytest.mark.parametrize("strange", STRANGE, ids=lambda text: text[:20])
def test_strange_neighbours(strange):
    """A good event survives broken ones before and after it."""
    good = json.dumps(sample("text"))
    found = envelopes(f'{{"events":[{strange},{good},{strange}]}}'.encode())
    assert "01FZ74A0TDDPYRVKNK77XKC3ZR" in [envelope.event_id for envelope in found]
    for envelope in found:
        assert read(envelope.raw).id == envelope.event_id


def test_broken_bytes():
    """A good event survives bytes beside it that are not UTF-8."""
    body = b'{"events":[{"type":"\xff\xfe"},' + json.dumps(sample("text")).encode() + b"]}"
    assert [envelope.event_id for envelope in envelopes(body)][1] == "01FZ74A0TDDPYRVKNK77XKC3ZR"


@pytest.mark.parametrize("bad_id", [None, "", 7, [], "x" * 65, "with space", "new\nline", "事件", "\ud800"])
def test_derived_id(bad_id):
    """An event without a usable id gets one that its repeats share and others do not."""
    event = sample("text") | {"webhookEventId": bad_id}
    again = sample("text_redelivered") | {"webhookEventId": bad_id}
    other = sample("sticker") | {"webhookEventId": bad_id}
    first, second, third = envelopes(body_with(event, again, other))
    assert first.event_id == second.event_id != third.event_id
    assert first.event_id.startswith("derived-")
    assert len(first.event_id) <= 64
    assert read(first.raw).id == first.event_id


def test_half_characters():
    """Half a character becomes a replacement character of the same length."""
    event = json.dumps(sample("text")).replace('"text": "', r'"text": "\ud83d \ude00 ok ')
    (envelope,) = envelopes(f'{{"events":[{event}]}}'.encode())
    assert read(envelope.raw).content.text.startswith("\ufffd \ufffd ok ")
    envelope.raw.encode()


@pytest.mark.parametrize(
    "source",
    [None, {}, [], {"type": "user"}, {"type": "group", "userId": "U1"}, {"type": "square", "squareId": "Q1"}],
)
def test_unknown_source(source):
    """An event from nowhere that we know has no chat but can still be answered."""
    (envelope,) = envelopes(body_with(sample("text") | {"source": source}))
    event = read(envelope.raw)
    assert event.chat is None
    assert not envelope.may_ask
    assert event.reply_token == "38ef843bde154d9b91c21320ffd17a0f"


def test_numeric_id():
    """A message id that comes as a number is as good as text."""
    event = sample("text")
    event["message"]["id"] = 444573844083572737
    assert read(json.dumps(event)).content.id == "444573844083572737"


@pytest.mark.parametrize("raw", ["", "x", "[]", "null", "[" * 100_000, "\ud800"])
def test_unreadable_event(raw):
    """What is no event reads as nothing, without an error."""
    event = read(raw)
    assert (event.chat, event.content) == (None, Other(type=""))


@given(JSON | LINE_LIKE)
def test_any_json(event):
    """Any JSON at all in an event's place can be stored and read, under one id."""
    for envelope in envelopes(json.dumps({"events": [event]}).encode()):
        envelope.raw.encode()
        found = read(envelope.raw)
        assert found.id == envelope.event_id
        assert found.chat or not envelope.may_ask


@given(before=st.lists(JSON | LINE_LIKE, max_size=3), after=st.lists(JSON | LINE_LIKE, max_size=3))
def test_any_neighbours(before, after):
    """A good event survives any neighbours."""
    good = sample("text_mentions_and_quotes_us")
    found = [read(envelope.raw) for envelope in envelopes(body_with(*before, good, *after))]
    assert read(json.dumps(good)) in found


@given(type_=st.text(min_size=1).filter(lambda word: word != "message"), extra=JSON)
def test_any_type(type_, extra):
    """An event of a type that LINE has not thought of yet keeps its chat and token."""
    event = {type_: extra} | sample("text") | {"type": type_}
    (envelope,) = envelopes(body_with(event))
    assert envelope.may_ask
    assert read(envelope.raw).reply_token == event["replyToken"]


@given(st.text())
def test_any_text(raw):
    """Reading never raises."""
    read(raw)

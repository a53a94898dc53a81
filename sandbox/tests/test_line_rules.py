from typing import Any

import pytest
from line_sandbox.line.fields import Fields
from line_sandbox.line.rules import check_messages
from line_sandbox.line.text import escaped, graphemes, utf16_length
from line_sandbox.stand_in import Refusal

URL = "https://example.com/a.jpg"
IMAGE = {"type": "image", "originalContentUrl": URL, "previewImageUrl": URL}
TAP = {"type": "postback", "label": "Show", "data": "job=7"}


def problems(*messages: Any, allow_http: bool = False) -> list[tuple[str, str]]:
    """Property and message of everything that is wrong."""
    fields = Fields(allow_http=allow_http)
    check_messages(fields, {"messages": list(messages)})
    return [(problem["property"], problem["message"]) for problem in fields.problems]


def text(**more: Any) -> dict[str, Any]:
    """A text message."""
    return {"type": "text", "text": "hi"} | more


def buttons(**more: Any) -> dict[str, Any]:
    """A buttons template."""
    template = {"type": "buttons", "text": "still drawing", "actions": [TAP]} | more
    return {"type": "template", "altText": "still drawing", "template": template}


def quick(*actions: dict[str, Any]) -> dict[str, Any]:
    """A text with quick replies."""
    return text(quickReply={"items": [{"type": "action", "action": action} for action in actions]})


def picker(**more: Any) -> dict[str, Any]:
    """A text with a date picker."""
    return quick({"type": "datetimepicker", "label": "When", "data": "d", "mode": "date"} | more)


def carousel(*columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A carousel template of these columns."""
    shown = [{"text": "a", "actions": [TAP]} | column for column in columns]
    return {"type": "template", "altText": "a", "template": {"type": "carousel", "columns": shown} | more}


def body_of(*contents: dict[str, Any], layout: str = "vertical") -> dict[str, Any]:
    """A Flex message of one bubble with these components."""
    return flex({"type": "bubble", "body": {"type": "box", "layout": layout, "contents": list(contents)}})


def flex(contents: Any, **more: Any) -> dict[str, Any]:
    """A Flex message."""
    return {"type": "flex", "altText": "picture", "contents": contents} | more


VIDEO = {"type": "video", "originalContentUrl": URL, "previewImageUrl": URL}
COUPON = {"type": "coupon", "couponId": "01JYNW8JMQVFBNWF1APF8Z3FS7"}
LINK = {"type": "uri", "label": "Open", "uri": URL}
ICON = {"type": "icon", "url": URL}
PICTURE = {"type": "image", "url": URL}
BOX = {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "hi"}]}
BUBBLE = {"type": "bubble", "body": BOX}
MENTION = {"type": "mention", "mentionee": {"type": "user", "userId": "U" + "0" * 32}}


@pytest.mark.parametrize(
    "message",
    [
        text(text="x" * 5000),
        text(text="🎨" * 2500),
        text(unknown="tolerated", sender={"name": "Fox", "iconUrl": URL}),
        text(text="$ hi", emojis=[{"index": 0, "productId": "5ac1", "emojiId": "001"}]),
        {"type": "textV2", "text": "{u} {{literal}}", "substitution": {"u": MENTION}},
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        IMAGE
        | {"originalContentUrl": "https://example.com/%E7%95%AB.jpg?a=b#c", "quickReply": quick(TAP)["quickReply"]},
        buttons(text="x" * 160),
        buttons(title="t" * 40, text="x" * 60, thumbnailImageUrl=URL, defaultAction={"type": "uri", "uri": URL}),
        buttons(actions=[TAP | {"label": "👨‍👩‍👧‍👦" * 20}]),
        {
            "type": "template",
            "altText": "a",
            "template": {"type": "confirm", "text": "?", "actions": [TAP, TAP]},
        },
        {
            "type": "template",
            "altText": "a",
            "template": {"type": "carousel", "columns": [{"text": "a", "actions": [TAP]}] * 10},
        },
        {
            "type": "template",
            "altText": "a",
            "template": {
                "type": "image_carousel",
                "columns": [{"imageUrl": URL, "action": {"type": "uri", "uri": URL}}],
            },
        },
        flex(BUBBLE | {"hero": {"type": "image", "url": URL}, "footer": BOX | {"contents": [{"type": "separator"}]}}),
        flex({"type": "carousel", "contents": [BUBBLE] * 12}),
        quick(*[TAP] * 13),
        quick({"type": "camera", "label": "Camera"}, {"type": "clipboard", "label": "Copy", "clipboardText": "x"}),
        quick(TAP | {"inputOption": "openKeyboard", "fillInText": "a red fox", "displayText": "Show"}),
        quick({"type": "message", "label": "Say", "text": "🎨" * 300}, TAP | {"text": "🎨" * 300}),
        quick(LINK | {"altUri": {"desktop": "line://ti/p/x"}}),
        picker(initial="2026-11-28", min="1900-01-01", max="2100-12-31"),
        picker(mode="time", initial="06:15", min="00:00", max="23:59"),
        picker(mode="datetime", min="2017-12-25t00:00", max="2018-01-24T23:59"),
        buttons(imageAspectRatio="square", imageSize="contain", imageBackgroundColor="#00ff7F", thumbnailImageUrl=URL),
        carousel({"title": "a"}, {"title": "b"}, imageAspectRatio="rectangle", imageSize="cover"),
        VIDEO | {"trackingId": "spring-.=,+*()%$&;:@{}!?<>[]1"},
        COUPON,
        COUPON | {"deliveryTag": "2025_winter"},
        flex({"type": "carousel", "contents": [BUBBLE, BUBBLE | {"size": "mega"}]}),
        body_of(ICON | {"size": "3xl", "aspectRatio": "2:1"}, {"type": "text", "text": "a"}, layout="baseline"),
        body_of(PICTURE | {"size": "full", "aspectRatio": "1:3"}, PICTURE | {"size": "50%"}),
        body_of({"type": "text", "text": "a", "size": "23.5px"}, {"type": "text", "text": "a", "size": "xxl"}),
    ],
)
def test_taken(message):
    """What LINE takes passes."""
    assert problems(message) == []


@pytest.mark.parametrize(
    ("message", "place", "said"),
    [
        (text(text=""), "text", "May not be empty"),
        ({"type": "text"}, "text", "May not be empty"),
        (text(text="x" * 5001), "text", "Length must be between 0 and 5000"),
        (text(text="🎨" * 2501), "text", "Length must be between 0 and 5000"),
        (text(text="hi", emojis=[{"index": 0, "productId": "5", "emojiId": "1"}]), "emojis[0].index", None),
        ({"type": "song"}, "type", None),
        ({}, "type", "must be specified"),
        ({"type": "textV2", "text": "{u}"}, "text", None),
        ({"type": "textV2", "text": "a } b"}, "text", None),
        ({"type": "textV2", "text": "{a b}", "substitution": {"a b": MENTION}}, "substitution", None),
        ({"type": "image", "originalContentUrl": URL}, "previewImageUrl", "May not be empty"),
        (IMAGE | {"originalContentUrl": "http://example.com/a.jpg"}, "originalContentUrl", "invalid uri"),
        (IMAGE | {"originalContentUrl": "https://example.com/畫.jpg"}, "originalContentUrl", "invalid uri"),
        (IMAGE | {"originalContentUrl": "https://example.com/a b.jpg"}, "originalContentUrl", "invalid uri"),
        (IMAGE | {"originalContentUrl": "https://example.com/%zz"}, "originalContentUrl", "invalid uri"),
        (IMAGE | {"originalContentUrl": URL + "?" + "x" * 2000}, "originalContentUrl", None),
        (IMAGE | {"quoteToken": "q"}, "quoteToken", None),
        ({"type": "sticker", "packageId": "446"}, "stickerId", "May not be empty"),
        (buttons(text="x" * 161), "template.text", "Length must be between 0 and 160"),
        (buttons(title="t", text="x" * 61), "template.text", "Length must be between 0 and 60"),
        (buttons(actions=[TAP] * 5), "template.actions", "Size must be between 1 and 4"),
        (buttons(actions=[]), "template.actions", "Size must be between 1 and 4"),
        (buttons(actions=[TAP | {"label": "x" * 21}]), "template.actions[0].label", None),
        (buttons(actions=[TAP | {"data": "x" * 301}]), "template.actions[0].data", None),
        (buttons(actions=[TAP | {"fillInText": "x"}]), "template.actions[0].fillInText", None),
        (buttons(actions=[{"type": "camera", "label": "x"}]), "template.actions[0].type", None),
        (buttons(actions=[{"type": "uri", "label": "x", "uri": "ftp://x"}]), "template.actions[0].uri", None),
        (buttons(actions=[{"type": "message", "label": "x"}]), "template.actions[0].text", "May not be empty"),
        (buttons() | {"altText": ""}, "altText", "May not be empty"),
        (
            {"type": "template", "altText": "a", "template": {"type": "confirm", "text": "?", "actions": [TAP]}},
            "template.actions",
            "Size must be between 2 and 2",
        ),
        (
            {
                "type": "template",
                "altText": "a",
                "template": {
                    "type": "carousel",
                    "columns": [{"text": "a", "actions": [TAP]}, {"text": "a", "actions": [TAP, TAP]}],
                },
            },
            "template.columns",
            None,
        ),
        (flex(BUBBLE) | {"altText": "x" * 1501}, "altText", None),
        (flex({"type": "bubble"}), "contents", None),
        (flex({"type": "bubble", "body": BOX | {"layout": "diagonal"}}), "contents.body.layout", None),
        (flex({"type": "bubble", "hero": {"type": "image"}}), "contents.hero.url", "May not be empty"),
        (flex({"type": "bubble", "body": BOX, "footer": BOX | {"contents": [{"type": "button"}]}}), None, None),
        (flex(BUBBLE | {"x": "x" * 30_000}), "contents", "The size must be at most 30000 bytes"),
        (flex({"type": "carousel", "contents": [BUBBLE] * 13}), "contents.contents", "Size must be between 1 and 12"),
        (quick(*[TAP] * 14), "quickReply.items", "Size must be between 1 and 13"),
        (quick(TAP | {"label": ""}), "quickReply.items[0].action.label", "May not be empty"),
        (quick({"type": "richmenuswitch", "label": "x"}), "quickReply.items[0].action.type", None),
        (text(sender={"name": "LINE bot"}), "sender.name", None),
        (quick({"type": "message", "label": "Say", "text": "🎨" * 301}), "quickReply.items[0].action.text", None),
        (quick(TAP | {"text": "🎨" * 301}), "quickReply.items[0].action.text", None),
        (quick(LINK | {"altUri": {"desktop": "ftp://x"}}), "quickReply.items[0].action.altUri.desktop", None),
        (picker(initial="rubbish"), "quickReply.items[0].action.initial", None),
        (picker(initial="2026-1-2"), "quickReply.items[0].action.initial", None),
        (picker(max="2101-01-01"), "quickReply.items[0].action.max", None),
        (picker(mode="time", initial="24:00"), "quickReply.items[0].action.initial", None),
        (picker(min="2026-11-28", max="2026-11-27"), "quickReply.items[0].action.min", None),
        (buttons(imageAspectRatio="wide"), "template.imageAspectRatio", None),
        (buttons(imageSize="stretch"), "template.imageSize", None),
        (buttons(imageBackgroundColor="foo"), "template.imageBackgroundColor", None),
        (carousel({"title": "a"}, {}), "template.columns", None),
        (carousel({}, {"thumbnailImageUrl": URL}), "template.columns", None),
        (carousel({}, imageSize="foo"), "template.imageSize", None),
        (VIDEO | {"trackingId": "x" * 101}, "trackingId", None),
        (VIDEO | {"trackingId": "春"}, "trackingId", None),
        ({"type": "coupon"}, "couponId", "May not be empty"),
        (COUPON | {"deliveryTag": "winter sale"}, "deliveryTag", None),
        (flex({"type": "carousel", "contents": [BUBBLE, BUBBLE | {"size": "nano"}]}), "contents.contents", None),
        (body_of(ICON), "contents.body.contents[0]", None),
        (body_of(PICTURE, layout="baseline"), "contents.body.contents[0]", None),
        (body_of(PICTURE | {"aspectRatio": "wide"}), "contents.body.contents[0].aspectRatio", None),
        (body_of(PICTURE | {"aspectRatio": "1:4"}), "contents.body.contents[0].aspectRatio", None),
        (body_of(PICTURE | {"size": "huge"}), "contents.body.contents[0].size", None),
        (body_of({"type": "text", "text": "a", "size": "foo"}), "contents.body.contents[0].size", None),
    ],
)
def test_refused(message, place, said):
    """What LINE refuses is refused once, with its property and, where known, its words."""
    found = problems(message)
    assert len(found) == 1
    assert place is None or found[0][0] == f"messages[0].{place}"
    assert said is None or found[0][1] == said


def test_number_of_messages():
    """One to five messages make a request."""
    assert problems() == [("messages", "Size must be between 1 and 5")]
    assert problems(*[text()] * 6) == [("messages", "Size must be between 1 and 5")]
    assert problems(text(text=""), text(), IMAGE | {"previewImageUrl": ""}) == [
        ("messages[0].text", "May not be empty"),
        ("messages[2].previewImageUrl", "May not be empty"),
    ]


def test_http_on_loopback():
    """Plain http passes only where it was asked for, and only to this machine."""
    local = IMAGE | {"originalContentUrl": "http://127.0.0.1:8000/a.jpg", "previewImageUrl": "http://localhost/a"}
    assert problems(local, allow_http=True) == []
    assert len(problems(local)) == 2
    assert len(problems(IMAGE | {"previewImageUrl": "http://example.com/a.jpg"}, allow_http=True)) == 1


def test_wrong_json_type():
    """A number in place of a text is another kind of 400."""
    with pytest.raises(Refusal) as refused:
        problems(text(text=5))
    assert b"The property, messages[0].text, in the request body is invalid" in refused.value.body


@pytest.mark.parametrize(
    ("letters", "units", "clusters"),
    [
        ("abc", 3, 3),
        ("🎨", 2, 1),
        ("👨‍👩‍👧", 8, 1),
        ("👍🏽", 4, 1),
        ("🇹🇼🇯🇵", 8, 2),
        ("e\u0301", 2, 1),
        ("畫", 1, 1),
        ("น้ำ", 3, 1),
        ("\u1112\u1161\u11ab", 3, 1),
        ("\r\n", 2, 1),
        ("a\u200c", 2, 1),
        ("ｶﾞﾊﾟ", 4, 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 14, 1),
        ("", 0, 0),
    ],
)
def test_counting(letters, units, clusters):
    """Text is counted in UTF-16 units, labels in what people call letters."""
    assert (utf16_length(letters), graphemes(letters)) == (units, clusters)


def test_escapes():
    """Emoji go out as escaped surrogate pairs, Chinese as it is."""
    assert escaped('{"text":"畫🤨"}') == '{"text":"畫\\uD83E\\uDD28"}'

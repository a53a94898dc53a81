"""The messages we build, judged by LINE's SDK, and text cut as LINE counts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linebot.v3.messaging import PushMessageRequest, ReplyMessageRequest

from app.line.buttons import (
    camera_action,
    camera_roll_action,
    confirm,
    image_carousel,
    keyboard_action,
    message_action,
)
from app.line.flex import Choice, FlexQuestion, choice_card
from app.line.messages import (
    buttons,
    image,
    of_json,
    postback_action,
    quick_reply_last,
    text,
    to_json,
    with_quick_reply,
)
from app.line.text_length import cut_to_graphemes, cut_to_utf16_units, graphemes, utf16_units

SHOW = postback_action("Show picture", data="show=01H810YECXQQZ37VAXPF6H9E6T", display_text="Show my picture")
PICTURE = image(original_url="https://pictures.example/a.jpg", preview_url="https://pictures.example/a-preview.jpg")
WORDS = st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("👩‍🚀🏳️🌈é́กำ각🇹🇼🇯🇵👍🏽\u200d\ufe0f"))
CHOICES = [Choice(label=one, action=SHOW, is_chosen=one == "3:2") for one in ("1:1", "3:2", "2:3", "16:9")]
FAMILY = "👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    "message",
    [
        text("hello"),
        text("這是你要的圖", quote_token="q3Plxr4AgKd"),
        PICTURE,
        buttons("Still drawing", alt_text="Still drawing", actions=[SHOW]),
        buttons("Still drawing", alt_text="Still drawing", actions=[postback_action("Show", data="x")] * 4),
        choice_card("Settings", alt_text="Now", questions=[FlexQuestion(heading="Shape", choices=CHOICES, columns=3)]),
        image_carousel(
            "Your pictures", columns=[("https://pictures.example/a.jpg", postback_action("Look", data="x"))] * 10
        ),
        confirm("Sure?", alt_text="Sure?", yes=SHOW, no=SHOW),
        with_quick_reply(text("hello"), [keyboard_action("Edit", data="x", fill_in="畫 ")]),
        with_quick_reply(text("hello"), [camera_action("Camera"), camera_roll_action("Photos")]),
        with_quick_reply(text("hello"), [SHOW] * 13),
        with_quick_reply(PICTURE, [SHOW]),
    ],
    ids=lambda message: message.type,
)
@pytest.mark.parametrize("request_model", [ReplyMessageRequest, PushMessageRequest])
def test_sdk_takes_messages(message, request_model):
    """Every message we build goes whole through the store and into a call."""
    sent = {"replyToken": "r", "to": "U1", "messages": [of_json(to_json(message))]}
    assert request_model(**sent).to_dict()["messages"] == [to_json(message)]
    assert request_model.from_dict({**sent, "messages": [to_json(message)]}).messages == [message]


@given(words=WORDS)
def test_sdk_takes_any_words(words):
    """Whatever the words are, the message stays within what LINE's SDK takes."""
    message = buttons(words, alt_text=words, actions=[postback_action(words, data="x", display_text=words)])
    assert ReplyMessageRequest(replyToken="r", messages=[message]).to_dict()["messages"] == [to_json(message)]


def test_long_texts_are_cut():
    """Each text is cut to its own limit, counted as LINE counts it."""
    long = "🦦" * 6000
    template = buttons(long, alt_text=long, actions=[postback_action(long, data="x", display_text=long)])
    (action,) = template.template.actions
    assert utf16_units(text(long).text) == 4999  # 2499 otters of two units each, and the ellipsis
    assert utf16_units(template.alt_text) == 1499
    assert len(graphemes(template.template.text)) == 160
    assert len(graphemes(action.label)) == 20
    assert len(graphemes(action.display_text)) == 300


def test_texts_at_the_limit_stay_whole():
    """A text that just fits is sent as it is."""
    assert text("x" * 5000).text == "x" * 5000
    assert postback_action(FAMILY * 20, data="x").label == FAMILY * 20
    assert postback_action("x", data="🦦" * 150).data == "🦦" * 150


@pytest.mark.parametrize("data", ["", "x" * 301, "🦦" * 151])
def test_data_is_never_cut(data):
    """Data that would come back changed is refused instead of being cut."""
    with pytest.raises(ValueError, match="postback data"):
        postback_action("Show", data=data)


@pytest.mark.parametrize("count", [0, 5])
def test_count_of_buttons(count):
    """A template without buttons, or with more than four, is refused."""
    with pytest.raises(ValueError, match="actions"):
        buttons("Still drawing", alt_text="Still drawing", actions=[SHOW] * count)


@pytest.mark.parametrize("count", [0, 14])
def test_count_of_quick_replies(count):
    """No quick replies, or more than thirteen, are refused."""
    with pytest.raises(ValueError, match="actions"):
        with_quick_reply(text("hello"), [SHOW] * count)


def test_quick_reply_leaves_the_message_alone():
    """The message that was given stays as it was."""
    message = text("hello")
    with_quick_reply(message, [SHOW])
    assert to_json(message) == {"type": "text", "text": "hello"}


def test_words_for_the_keyboard_are_cut_as_line_counts_them():
    """A Thai wish of 255 characters comes back whole into the field, whatever it has in code units."""
    wish = "ที่นี่กำลัง" * 51
    assert len(graphemes(wish)) == 255
    assert utf16_units(wish) > 300
    assert keyboard_action("แก้", data="x", fill_in=wish).fill_in_text == wish
    assert message_action("แก้", wish).text == wish


def test_quick_replies_stand_under_the_last_message():
    """LINE shows no others: those of a picture move down, and a last message keeps its own."""
    shown, other = with_quick_reply(PICTURE, [SHOW]), with_quick_reply(text("hello"), [camera_action("Camera")])
    assert quick_reply_last([text("1"), shown, text("2")]) == [text("1"), PICTURE, with_quick_reply(text("2"), [SHOW])]
    assert quick_reply_last([shown, other]) == [PICTURE, other]
    assert quick_reply_last([text("1")]) == [text("1")]


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"type": []},
        {"type": "template", "template": 7},
        {"type": "tomorrow"},
        {"type": "text"},
        {"type": "text", "text": 5},
    ],
)
def test_what_is_no_message_is_known_before_it_is_sent(written):
    """A row that holds something else is refused where it is read."""
    with pytest.raises(ValueError, match=r"."):
        of_json(written)


@pytest.mark.parametrize(
    ("words", "clusters"),
    [
        ("", []),
        ("abc", ["a", "b", "c"]),
        ("一隻貓", ["一", "隻", "貓"]),
        ("e\u0301a", ["e\u0301", "a"]),
        ("กำลัง", ["กำ", "ลั", "ง"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("がか\u3099", ["が", "か\u3099"]),
        ("각각", ["각", "각"]),
        ("\u1100\u1161\u11a8\u1100", ["\u1100\u1161\u11a8", "\u1100"]),
        (FAMILY + "!", [FAMILY, "!"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("❤️x", ["❤️", "x"]),
        ("1️⃣2", ["1️⃣", "2"]),
        ("🇹🇼🇯🇵🇹", ["🇹🇼", "🇯🇵", "🇹"]),
        ("🏴\U000e0067\U000e0062\U000e007f!", ["🏴\U000e0067\U000e0062\U000e007f", "!"]),
        ("a\u200db", ["a\u200d", "b"]),
        ("\r\n\n", ["\r\n", "\n"]),
        ("\n\u0301", ["\n", "\u0301"]),
    ],
)
def test_graphemes(words, clusters):
    """What people see as one character is one."""
    assert graphemes(words) == clusters


@given(words=WORDS, limit=st.integers(1, 12))
def test_cutting(words, limit):
    """A cut text keeps its beginning, ends between characters, and is within its limit."""
    for cut, size in ((cut_to_utf16_units, utf16_units), (cut_to_graphemes, lambda text: len(graphemes(text)))):
        short = cut(words, limit)
        assert size(short) <= limit
        assert short == words or (short.endswith("…") and words.startswith(short[:-1]))
        assert graphemes(words)[: len(graphemes(short)) - 1] == graphemes(short)[:-1]

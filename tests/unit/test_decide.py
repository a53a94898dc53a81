import json
from dataclasses import replace

import pytest

from app.line.events import read
from app.reading.commands import Command, Name
from app.reading.decide import NOTHING_AROUND, Rules, decide
from app.reading.meaning import Meaning, Verdict
from app.reading.options import Options
from app.reading.plan import (
    PASS,
    AskForPhoto,
    Change,
    Come,
    Do,
    Draw,
    Fetch,
    Forget,
    LeaveChat,
    Redraw,
    Remember,
    Say,
    Set,
    Show,
)
from app.store.chats import ChatState, Expected
from app.store.context import Context, Quote
from app.words.answers import Offer, Sentence, StickerOffer

USER, GROUP = "U" + "a" * 32, "C" + "b" * 32
RULES = Rules(group_prefixes=["畫", "draw"])
ALONE = {"type": "user", "userId": USER}
TOGETHER = {"type": "group", "groupId": GROUP, "userId": USER}


def event(source, **content):
    return read(json.dumps({"type": "message", "mode": "active", "source": source, "replyToken": "t"} | content))


def message(source, **fields):
    return event(source, message={"id": "1", "quoteToken": "q"} | fields)


A_WISH = Verdict(meaning=Meaning.DRAW, confidence=1.0)


def wanted(happened, context=NOTHING_AROUND, verdict=A_WISH):
    """Decide as one who takes everything for a wish that no rule knows."""
    return decide(happened, RULES, context, verdict, is_sure=True)


def drawing(prompt, **more):
    return Draw(prompt=prompt, options=Options(), **more)


@pytest.mark.parametrize(
    ("happened", "act"),
    [
        (message(ALONE, type="text", text="a cat"), drawing("a cat")),
        (message(ALONE, type="text", text="a cat 16:9"), Draw(prompt="a cat", options=Options(ratio=(16, 9)))),
        (message(ALONE, type="text", text=" \u200b"), Say(answer=Sentence("blank"))),
        (message(ALONE, type="text", text="16:9"), Change(verb="again", options=Options(ratio=(16, 9)))),
        (message(ALONE, type="text", text="help"), Do(command=Command(name=Name.HELP))),
        (message(ALONE, type="text", text="again"), Change(verb="again")),
        (message(ALONE, type="text", text="again x4"), Change(verb="again", options=Options(count=4))),
        (message(ALONE, type="text", text="改成16:9"), Change(verb="again", options=Options(ratio=(16, 9)))),
        (message(ALONE, type="text", text="もう4枚"), Change(verb="again", options=Options(count=4))),
        (message(ALONE, type="text", text="HD"), Change(verb="fine", options=Options(quality="high"))),
        (message(ALONE, type="text", text="提高畫質"), Change(verb="fine", options=Options(quality="high"))),
        (message(ALONE, type="text", text="make it HD please"), Change(verb="fine", options=Options(quality="high"))),
        (message(ALONE, type="text", text="again, HD"), Change(verb="again", options=Options(quality="high"))),
        (
            message(ALONE, type="text", text="HD 16:9"),
            Change(verb="again", options=Options(quality="high", ratio=(16, 9))),
        ),
        (message(ALONE, type="text", text="help 16:9"), Draw(prompt="help", options=Options(ratio=(16, 9)))),
        (message(ALONE, type="text", text="delete"), Change(verb="delete")),
        (message(ALONE, type="text", text="delete", quotedMessageId="9"), Do(command=Command(name=Name.MINE))),
        (
            message(ALONE, type="text", text="make this photo a cartoon"),
            AskForPhoto(prompt="make this photo a cartoon", options=Options()),
        ),
        (message(ALONE, type="sticker"), Say(answer=Sentence("sticker"))),
        (
            message(ALONE, type="sticker", keywords=["hi", "cony"]),
            Say(answer=StickerOffer(keywords="hi, cony"), prompt="hi, cony"),
        ),
        (message(ALONE, type="audio"), Say(answer=Sentence("voice"))),
        (message(ALONE, type="hologram"), Say(answer=Sentence("not_this"))),
        (message(TOGETHER, type="hologram"), None),
        (message(TOGETHER, type="text", text="a cat"), None),
        (message(TOGETHER, type="text", text="help"), None),
        (message(TOGETHER, type="text", text="draw a cat"), drawing("a cat")),
        (message(TOGETHER, type="text", text="draw help"), Do(command=Command(name=Name.HELP))),
        (message(TOGETHER, type="text", text="draw"), Say(answer=Sentence("blank"))),
        (message(TOGETHER, type="sticker"), None),
        (event(ALONE, type="follow"), Come(greeting=Sentence("greeting"))),
        (event(ALONE, type="follow", follow={"isUnblocked": True}), Come(greeting=Sentence("welcome_back"))),
        (event(TOGETHER, type="join"), Come(greeting=Sentence("greeting_group"))),
        (event(TOGETHER, type="memberJoined"), None),
        (event(ALONE, type="unfollow"), LeaveChat()),
        (event(TOGETHER, type="leave"), LeaveChat()),
        (event(ALONE, type="unsend", unsend={"messageId": "7"}), Forget(message_id="7")),
        (event(ALONE, type="postback", postback={"data": "show:R1"}), Show(request_id="R1")),
        (event(ALONE, type="postback", postback={"data": "draw:R1"}), Redraw(request_id="R1")),
        (event(ALONE, type="postback", postback={"data": "fine:P1"}), Change(verb="fine", picture_id="P1")),
        (event(ALONE, type="postback", postback={"data": "do:mine"}), Do(command=Command(name=Name.MINE))),
        (event(ALONE, type="postback", postback={"data": "set:size=16:9"}), Set(name="size", value="16:9")),
        (event(ALONE, type="postback", postback={"data": "set:size="}), Set(name="size", value="")),
        (event(ALONE, type="postback", postback={"data": "somebody else's"}), None),
        (event(ALONE, type="postback", postback={"data": "burn:everything"}), None),
        (event({"type": "planet"}, type="follow"), None),
    ],
)
def test_what_an_event_wants(happened, act):
    """Each kind of event, alone and among others."""
    assert wanted(happened).act == act


@pytest.mark.parametrize(
    ("around", "act"),
    [
        (Context(quote=Quote(ours=True, picture_id="P1")), drawing("at night", sources=[{"picture": "P1"}])),
        (Context(quote=Quote(photo_id="7")), drawing("at night", sources=[{"photo": "7"}])),
        (
            Context(photos=["7", "8"]),
            drawing("at night", sources=[{"photo": "7"}, {"photo": "8"}], photos=["7", "8"], settled=True),
        ),
        (
            Context(chat=ChatState(expected=Expected(what="words", sources=[{"picture": "P1"}]))),
            drawing("at night", sources=[{"picture": "P1"}], settled=True),
        ),
        (
            Context(chat=ChatState(expected=Expected(what="photo", prompt="as a stamp"))),
            drawing("at night", settled=True),
        ),
    ],
)
def test_what_stands_around_words(around, act):
    """Words mean what they quote, what was sent before them, or what a button asked for."""
    assert wanted(message(ALONE, type="text", text="at night"), around).act == act


def test_a_change_is_about_the_last_picture():
    """Words that are surely a change are made there; where nothing was drawn yet, the person is asked.

    Taken for a wish, they are drawn like any other.
    """
    said, change = message(ALONE, type="text", text="make it night"), Verdict(meaning=Meaning.CHANGE)
    assert wanted(said).act == drawing("make it night")
    assert wanted(said, verdict=change).act == Say(answer=Offer(picture=None), prompt="make it night")
    around = Context(chat=ChatState(current_picture="P1"))
    assert wanted(said, around, change).act == drawing("make it night", sources=[{"picture": "P1"}], settled=True)
    for words in ("turn this photo into a woodcut", "把這張照片換成油畫"):
        said = message(ALONE, type="text", text=words)
        assert wanted(said, around, change).act == AskForPhoto(prompt=words, options=Options())


def test_a_photo_is_fetched_alone_and_only_remembered_in_company():
    """Among people a photo is nobody's wish until it is quoted."""
    assert isinstance(decide(message(ALONE, type="image"), RULES).act, Fetch)
    plan = decide(message(TOGETHER, type="image"), RULES)
    assert isinstance(plan.act, Remember)
    assert not plan.addressed


def test_a_group_that_is_not_allowed_is_left():
    """Who invites Easel where it may not be hears so."""
    rules = Rules(group_prefixes=["draw"], allowed_ids=frozenset({USER}))
    assert decide(event(TOGETHER, type="join"), rules).act == LeaveChat(goodbye=Sentence("group_not_allowed"))
    blocked = replace(rules, blocked_ids=frozenset({GROUP}))
    assert decide(event(TOGETHER, type="join"), blocked) == PASS


def test_in_standby_nothing_is_wanted():
    """Another tool holds the conversation."""
    happened = read(json.dumps({"type": "follow", "mode": "standby", "source": ALONE}))
    assert decide(happened, RULES) == PASS


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ({}, True),
        ({"allowed_ids": {USER}}, True),
        ({"allowed_ids": {GROUP}}, True),
        ({"allowed_ids": {"U" + "c" * 32}}, False),
        ({"blocked_ids": {USER}}, False),
        ({"blocked_ids": {GROUP}}, False),
        ({"allowed_ids": {GROUP}, "blocked_ids": {USER}}, False),
    ],
)
def test_who_is_answered(rules, allowed):
    """A list of the allowed lets a person or a whole group in; the blocked stay out in any case."""
    lists = {name: frozenset(ids) for name, ids in rules.items()}
    plan = decide(message(TOGETHER, type="text", text="draw a cat"), Rules(group_prefixes=["draw"], **lists))
    assert (plan != PASS) is allowed

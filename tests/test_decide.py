import json

import pytest

from app.flows.decide import PASS, Plan, Rules, decide
from app.line.events import read

USER, GROUP = "U" + "a" * 32, "C" + "b" * 32
RULES = Rules(group_prefixes=["畫", "draw"])
ALONE = {"type": "user", "userId": USER}
TOGETHER = {"type": "group", "groupId": GROUP, "userId": USER}


def event(source, **content):
    return read(json.dumps({"type": "message", "mode": "active", "source": source, "replyToken": "t"} | content))


def message(source, **fields):
    return event(source, message={"id": "1", "quoteToken": "q"} | fields)


@pytest.mark.parametrize(
    ("happened", "plan"),
    [
        (message(ALONE, type="text", text="a cat"), Plan(addressed=True, prompt="a cat", quote_token="q")),
        (message(ALONE, type="text", text=" \u200b"), Plan(addressed=True, words="blank", quote_token="q")),
        (message(ALONE, type="sticker"), Plan(addressed=True, words="sticker", quote_token="q")),
        (message(ALONE, type="image"), Plan(addressed=True, words="image", quote_token="q")),
        (message(ALONE, type="audio"), Plan(addressed=True, words="voice", quote_token="q")),
        (message(ALONE, type="hologram"), PASS),
        (message(TOGETHER, type="text", text="a cat"), PASS),
        (message(TOGETHER, type="text", text="draw a cat"), Plan(addressed=True, prompt="a cat", quote_token="q")),
        (message(TOGETHER, type="text", text="draw"), Plan(addressed=True, words="blank", quote_token="q")),
        (message(TOGETHER, type="sticker"), PASS),
        (message(TOGETHER, type="image"), PASS),
        (event(ALONE, type="follow"), Plan(addressed=True, words="greeting")),
        (event(ALONE, type="follow", follow={"isUnblocked": True}), Plan(addressed=True, words="welcome_back")),
        (event(TOGETHER, type="join"), Plan(addressed=True, words="greeting_group")),
        (event(TOGETHER, type="memberJoined"), PASS),
        (event(ALONE, type="unfollow"), PASS),
        (event(ALONE, type="postback", postback={"data": "show:R1"}), Plan(addressed=True, show="R1")),
        (event(ALONE, type="postback", postback={"data": "somebody else's"}), PASS),
        (event({"type": "planet"}, type="follow"), PASS),
    ],
)
def test_what_an_event_wants(happened, plan):
    """Each kind of event, alone and among others."""
    assert decide(happened, RULES, quotes_us=False) == plan


def test_in_standby_nothing_is_wanted():
    """Another tool holds the conversation."""
    happened = read(json.dumps({"type": "follow", "mode": "standby", "source": ALONE}))
    assert decide(happened, RULES, quotes_us=False) == PASS


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
    plan = decide(
        message(TOGETHER, type="text", text="draw a cat"), Rules(group_prefixes=["draw"], **lists), quotes_us=False
    )
    assert (plan != PASS) is allowed

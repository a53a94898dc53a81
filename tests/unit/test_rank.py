"""Who is read first: whoever may wait for an answer."""

import json
from pathlib import Path

import pytest

from app.line.envelopes import envelopes
from app.line.events import read
from app.reading.decide import Rules, decide
from app.reading.plan import PASS
from app.reading.rank import may_ask

SAMPLES = sorted((Path(__file__).parent.parent / "samples" / "line").rglob("*.json"))
PREFIXES = ("畫", "draw", "/draw")
GROUP = {"type": "group", "groupId": "C" + "1" * 32, "userId": "U" + "1" * 32}


def asks(event):
    """Whether an event is read before those that do not."""
    (envelope,) = envelopes(json.dumps({"events": [event]}).encode())
    return may_ask(envelope, prefixes=PREFIXES)


def said(text, **more):
    """A text in a group."""
    return {"type": "message", "source": GROUP, "message": {"type": "text", "id": "1", "text": text, **more}}


@pytest.mark.parametrize("text", ["draw a fox", "  畫一隻狐狸", "/draw fox", "ＤＲＡＷ a fox"])  # noqa: RUF001 - as people type it
def test_words_that_call_us_come_first(text):
    """A group that calls us by a prefix waits for an answer."""
    assert asks(said(text))


def test_an_at_sign_may_be_our_name():
    """Typed by hand, it can stand behind a word that calls."""
    assert asks(said("hey @Easel a fox"))


@pytest.mark.parametrize("text", ["good morning", "drawing is fun", "", "好"])
def test_talk_of_a_group_comes_later(text):
    """It is not for us."""
    assert not asks(said(text))


def test_a_mention_or_a_quote_comes_first():
    """It may be of us."""
    assert asks(said("@Easel a fox", mention={"mentionees": [{"index": 0, "length": 6, "type": "user"}]}))
    assert asks(said("again", quotedMessageId="1"))
    assert asks(said("a fox") | {"source": {"type": "user", "userId": "U" + "1" * 32}})


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_wants_something_comes_first(path):
    """Whatever LINE sends: what is settled as talk asks for nothing."""
    event = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(event, dict) and "type" in event and not asks(event):
        assert decide(read(json.dumps(event)), Rules(group_prefixes=PREFIXES)) == PASS

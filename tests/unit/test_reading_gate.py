"""The gate reads what people mean, as well as its page says, and its file is what its corpus makes."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.reading.commands import Name
from app.reading.gate import Gate, is_sure
from app.reading.meaning import Meaning, Moment, Talk
from training import pipeline
from training.messages import messages
from training.report import LANGUAGES, read_all, worth
from training.train import MODEL, corpus_digest

PICTURE = Moment(has_picture=True)
OVERHEARD = Moment(in_group=True)


@pytest.fixture(scope="module")
def reads():
    """What the gate makes of authors that it never learned from."""
    return read_all(messages(held_out=True))


@pytest.fixture(scope="module")
def done():
    """What Easel does about them, by rules, moment and gate together."""
    return pipeline.done_about(messages(held_out=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_reading_holds_what_its_page_says(done, language):
    """In each language wishes are drawn, changes made and commands obeyed, and talk is hardly ever paid for."""
    found = [one for one in done if one.message.language == language]
    assert pipeline.wishes_at_once(found) >= 0.91
    assert pipeline.wishes_in_a_tap(found) >= 0.985
    assert pipeline.changes(found) >= 0.92
    assert pipeline.commands(found) >= 0.95
    assert pipeline.talk_paid(found) <= 0.07


def test_little_talk_is_paid_for(done):
    """Over all languages, at most one of twenty messages of small talk becomes a picture."""
    assert pipeline.talk_paid(done) <= 0.05


def test_sure_means_sure(reads):
    """What the gate is sure of is nearly always right, whoever wrote it."""
    assert worth(reads).sure_right >= 0.95


def test_the_corpus_is_large_and_each_class_is_in_it():
    """People write many things in four languages; each kind of command and talk that the gate knows is among them."""
    learned = messages(held_out=False)
    assert len({one.text for one in learned}) >= 8000
    kinds = {one.label for one in learned if "." in one.label}
    assert kinds == set(Gate.load().model.kinds.classes)
    assert {one.removeprefix("talk.") for one in kinds if one.startswith("talk.")} == set(Talk)
    assert {one.removeprefix("command.") for one in kinds if one.startswith("command.")} <= set(Name)


def test_the_file_is_small_and_of_this_corpus():
    """Who changes a message trains anew: `make train`."""
    assert MODEL.stat().st_size < 2_000_000
    assert Gate.load().model.corpus == corpus_digest()


@pytest.mark.parametrize(
    ("text", "moment", "meaning"),
    [
        ("幫我畫一隻彈吉他的水獺", Moment(), Meaning.DRAW),
        ("a fox reading in a library, watercolor --ar 16:9", PICTURE, Meaning.DRAW),
        ("富士山", PICTURE, Meaning.DRAW),
        ("แมวใส่หมวก", Moment(), Meaning.DRAW),
        ("字拿掉", PICTURE, Meaning.CHANGE),
        ("もっと暗く", PICTURE, Meaning.CHANGE),
        ("ใส่แว่นกันแดด", PICTURE, Meaning.CHANGE),
        ("but with snow", PICTURE, Meaning.CHANGE),
        ("erase all my data", PICTURE, Meaning.COMMAND),
        ("把我的資料都刪掉", PICTURE, Meaning.COMMAND),
        ("早安", PICTURE, Meaning.TALK),
        ("hahaha", PICTURE, Meaning.TALK),
        ("畫畫課明天幾點", OVERHEARD, Meaning.TALK),
    ],
)
def test_it_reads_what_is_plain(text, moment, meaning):
    """What anybody would understand, the gate does."""
    assert Gate.load().read(text, moment).meaning == meaning


@pytest.mark.parametrize("text", ["고양이 그려줘", "un gato negro en el tejado", "Ein Schloss im Nebel", "кот в шляпе"])
def test_a_language_it_does_not_know_is_no_talk(text):
    """Words of a language that the gate never learned are a wish, or asked about."""
    verdict = Gate.load().read(text, Moment())
    assert verdict.meaning == Meaning.DRAW or not is_sure(verdict)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "👨‍👩‍👧‍👦" * 1000, "a" * 100_000, "\n\n", "ﷺ" * 5000])
def test_it_reads_anything(text):
    """Whatever is sent gets a verdict."""
    assert 0 <= Gate.load().read(text, Moment()).confidence <= 1


@pytest.mark.slow
def test_the_same_messages_make_the_same_file():
    """Training a part of the corpus twice, in two processes, gives the same bytes."""
    code = (
        "import hashlib; from app.reading.gate_file import packed; from training.messages import messages;"
        "from training.train import trained;"
        "print(hashlib.sha256(packed(trained(messages(held_out=False)[::60]))).hexdigest())"
    )
    root = Path(__file__).parents[2]
    made = [subprocess.check_output([sys.executable, "-c", code], cwd=root) for _ in range(2)]
    assert made[0] == made[1]

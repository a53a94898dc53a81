"""The gate reads what people mean, as well as its page says, and its file is what its corpus makes."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from app.reading.commands import Name
from app.reading.gate import Gate, is_sure
from app.reading.meaning import Meaning, Moment, Talk
from training import pipeline, tables
from training.messages import JUDGES, MODEL, corpus_digest, judging, messages
from training.report import LANGUAGES, read_all, worth

UNSEEN = [one for one in messages(held_out=True) if one.author not in JUDGES]
PICTURE = Moment(has_picture=True)
OVERHEARD = Moment(in_group=True)
A_CHANGE = [
    "make it night",
    "make it blue",
    "add a dog",
    "remove the background",
    "remove background",
    "make the background transparent",
    "change the background to a beach",
    "the same but at night",
    "same but with a hat",
    "make him smile",
    "give her a hat",
    "put a hat on the cat",
    "Make the sky purple",
    "please add some snow",
    "turn the cat into a dog",
    "without the hat",
    "more colorful",
    "less dark",
    "Can you make it brighter?",
    "now make it winter",
    "改成晚上",
    "加一隻狗",
    "把背景改成海邊",
    "背景換成粉紅色",
    "頭髮改成藍色",
    "去掉背景",
    "幫我把背景去掉",
    "亮一點",
    "再亮一點",
    "更可愛一點",
    "換成水彩風",
    "加上煙火",
    "加個帽子",
    "讓它笑",
    "可以改成冬天嗎",
    "請把貓換成狗",
    "再大一點",
    "變成卡通",
    "夜にして",
    "青くして",
    "犬を追加して",
    "背景を海にして",
    "背景を透明にして",
    "背景を消して",
    "帽子を消して",
    "水彩画にしてください",
    "もっと明るく",
    "もっとかわいくして",
    "アニメ風にして",
    "帽子を消してください",
    "เป็นตอนกลางคืน",
    "เปลี่ยนเป็นกลางคืน",
    "เพิ่มหมา",
    "เอาหมวกออก",
    "ลบพื้นหลัง",
    "ลบพื้นหลังออก",
    "ลบหมวกออก",
    "เปลี่ยนพื้นหลังเป็นทะเล",
    "ให้เป็นตอนกลางคืน",
    "ทำเป็นภาพสีน้ำ",
    "ใส่หมวกให้แมวหน่อย",
    "สว่างกว่านี้",
    "ช่วยเพิ่มต้นไม้",
    "ทำให้น่ารักขึ้น",
]
A_WISH = [
    "make a cat",
    "a cat that makes it",
    "changing of the guard",
    "added value poster",
    "a man turning the page",
    "make me a birthday card",
    "turn the tide, poster",
    "give the gift of love, a poster",
    "讓人流口水的牛肉麵",
    "改畫狗",
    "猫を主人公にした絵本の表紙",
    "背景が宇宙の猫",
    "ทำการ์ดวันเกิดให้หน่อย",
    "加油的啦啦隊",
    "把拔和馬麻",
    "毛毛蟲變成蝴蝶",
    "青蛙變成王子",
    "改裝車",
    "換衣服的女孩",
    "一點點星星",
    "更衣室",
    "讓座的小孩",
    "背景が海の猫",
    "猫の絵を描いて",
    "แมวใส่หมวก",
    "ขอรูปแมว",
]


@pytest.fixture(scope="module")
def reads():
    """What the gate makes of authors that it never learned from."""
    return read_all(UNSEEN)


@pytest.fixture(scope="module")
def done():
    """What Easel does about them, by rules, moment and gate together."""
    return pipeline.done_about(UNSEEN)


def of(author, done):
    """Take the messages of one held-out author."""
    return [one for one in done if one.message.author == author]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_reading_holds_what_its_page_says(done, language):
    """In each language wishes are drawn, changes made and commands obeyed, and talk is hardly ever paid for."""
    found = [one for one in of("t", done) if one.message.language == language]
    assert tables.share_right(found, Meaning.DRAW) >= 0.97
    assert tables.share_in_a_tap(found, Meaning.DRAW) >= 0.99
    assert tables.share_right(found, Meaning.CHANGE) >= 0.91
    assert tables.share_right(found, Meaning.COMMAND) >= 0.94
    assert tables.share_paid(found) <= 0.02


@pytest.mark.slow
@pytest.mark.parametrize(
    ("author", "draw", "change", "command", "paid"),
    [
        ("t", 0.975, 0.94, 0.95, 0.01),
        ("v", 0.97, 0.97, 0.94, 0.025),
        ("x", 0.955, 0.96, 0.925, 0.025),
        ("y", 0.975, 0.975, 0.98, 0.01),
    ],
)
def test_each_author_is_read(done, author, draw, change, command, paid):
    """Over all languages the right thing is done at once; asking does not count."""
    found = of(author, done)
    assert tables.share_right(found, Meaning.DRAW) >= draw
    assert tables.share_right(found, Meaning.CHANGE) >= change
    assert tables.share_right(found, Meaning.COMMAND) >= command
    assert tables.share_paid(found) <= paid


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_options_are_read(language):
    """What held-out wishes say beside their words is read, and nothing of their words is taken for it."""
    assert tables.share_of_options("x", language) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize(("author", "right"), [("t", 0.985), ("v", 0.98), ("x", 0.975), ("y", 0.985)])
def test_sure_means_sure(reads, author, right):
    """What the gate is sure of is nearly always right, whoever wrote it."""
    assert worth(of(author, reads)).sure_right >= right


@pytest.mark.slow
def test_nobody_loses_a_picture_who_speaks_of_something_else(reads):
    """A deletion cannot be undone: only who wants to be rid of something is ever taken for deleting it."""
    deleted = [one for one in reads if one.sure and one.verdict.kind == Name.DELETE]
    assert {one.message.label for one in deleted} <= {"command.delete", "command.delete_all", "command.cancel"}
    lost = Gate.load().read("この絵を夜にして", PICTURE)
    assert (lost.meaning, lost.kind) == (Meaning.CHANGE, "")


@pytest.mark.slow
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


@pytest.mark.parametrize("text", A_CHANGE)
def test_words_that_say_a_change(text):
    """They would make no picture of their own: with one there, they are surely about it."""
    verdict = Gate.load().read(text, PICTURE)
    assert verdict.meaning == Meaning.CHANGE
    assert is_sure(verdict)


@pytest.mark.parametrize("text", A_WISH)
def test_wishes_that_begin_like_a_change(text):
    """They are drawn anew, although a picture is there."""
    verdict = Gate.load().read(text, PICTURE)
    assert verdict.meaning == Meaning.DRAW
    assert is_sure(verdict)


@pytest.mark.parametrize("text", ["고양이 그려줘", "un gato negro en el tejado", "Ein Schloss im Nebel", "кот в шляпе"])
def test_a_language_it_does_not_know_is_no_talk(text):
    """Words of a language that the gate never learned are a wish, or asked about."""
    verdict = Gate.load().read(text, Moment())
    assert verdict.meaning == Meaning.DRAW or not is_sure(verdict)


@pytest.mark.parametrize(
    ("short", "full"), [("谢谢你", "謝謝你"), ("画一只猫", "畫一只貓"), ("机器人会说话吗", "機器人會說話嗎")]
)
def test_short_characters_are_read_as_their_full_form(short, full):
    """Whoever types simplified Chinese says the same."""
    assert Gate.load().read(short, PICTURE) == Gate.load().read(full, PICTURE)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "👨‍👩‍👧‍👦" * 1000, "a" * 100_000, "\n\n", "ﷺ" * 5000])
def test_it_reads_anything(text):
    """Whatever is sent gets a verdict."""
    assert 0 <= Gate.load().read(text, Moment()).confidence <= 1


@pytest.mark.slow
def test_the_same_messages_make_the_same_file():
    """Training on the same part of the corpus twice, in two processes, gives the same bytes."""
    code = (
        "import hashlib, pickle, sys; from app.reading.gate_file import packed; from training.train import trained;"
        "print(hashlib.sha256(packed(trained(*pickle.load(sys.stdin.buffer)))).hexdigest())"
    )
    part, root = pickle.dumps((messages(held_out=False)[::60], judging()[::20])), Path(__file__).parents[2]
    made = [
        subprocess.run([sys.executable, "-c", code], cwd=root, input=part, stdout=subprocess.PIPE, check=True).stdout
        for _ in range(2)
    ]
    assert made[0] == made[1]

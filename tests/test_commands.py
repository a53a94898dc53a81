"""Which messages are commands, alone and beside options."""

# ruff: noqa: RUF001 - full-width characters are what people type

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.commands import Name, command_of

COMMANDS = [
    ("help", Name.HELP),
    ("/help", Name.HELP),
    ("／ＨＥＬＰ", Name.HELP),
    ("Help!", Name.HELP),
    ("說明", Name.HELP),
    ("怎麼用？", Name.HELP),
    ("使い方", Name.HELP),
    ("วิธีใช้", Name.HELP),
    ("settings", Name.SETTINGS),
    ("設定", Name.SETTINGS),
    ("設定をお願いします", Name.SETTINGS),
    ("ตั้งค่า", Name.SETTINGS),
    ("my pictures", Name.MINE),
    ("「我的圖」", Name.MINE),
    ("マイ画像", Name.MINE),
    ("描いた絵", Name.MINE),
    ("รูปของฉัน", Name.MINE),
    ("cancel", Name.CANCEL),
    ("cancel please", Name.CANCEL),
    ("取消", Name.CANCEL),
    ("キャンセルして", Name.CANCEL),
    ("ยกเลิกครับ", Name.CANCEL),
    ("delete", Name.DELETE),
    ("刪除", Name.DELETE),
    ("消して", Name.DELETE),
    ("ลบ", Name.DELETE),
    ("全部刪除", Name.DELETE_ALL),
    ("全部削除", Name.DELETE_ALL),
    ("ลบทั้งหมด", Name.DELETE_ALL),
    ("上一版", Name.BACK),
    ("元に戻して", Name.BACK),
    ("กลับ", Name.BACK),
    ("wide please", Name.WIDE),
    ("橫式", Name.WIDE),
    ("縦長", Name.TALL),
    ("แนวตั้ง", Name.TALL),
    ("もう一枚", Name.AGAIN),
    ("再一張", Name.AGAIN),
    ("/about", Name.ABOUT),
    ("/關於", Name.ABOUT),
    ("用量", Name.USAGE),
    ("hi", Name.HELLO),
    ("Hello there!", Name.HELLO),
    ("哈囉～你好", Name.HELLO),
    ("こんにちは！", Name.HELLO),
    ("สวัสดีครับ", Name.HELLO),
    ("thank you so much 😊", Name.THANKS),
    ("Wow, thanks!", Name.THANKS),
    ("ok", Name.THANKS),
    ("謝謝 🙏", Name.THANKS),
    ("好可愛喔～", Name.THANKS),
    ("哈哈哈", Name.THANKS),
    ("👍👍", Name.THANKS),
    ("すごい！ありがとうございます😊", Name.THANKS),
    ("かわいいですね", Name.THANKS),
    ("สวยมากเลยค่ะ", Name.THANKS),
    ("น่ารักจัง 555", Name.THANKS),
]
WISHES = [
    "help me draw a cat",
    "settings of a camera",
    "about",
    "new",
    "square",
    "a cancelled stamp",
    "取消的航班",
    "設定資料集の表紙",
    "ลบไม่ออก",
    "再",
    "改成",
    "make it",
    "draw",
    "もう",
    "nice cat",
    "hello kitty",
    "no dogs",
    "ok corral",
    "可愛的貓",
    "棒球",
    "哈士奇",
    "好運",
    "很好吃的蛋糕",
    "綺麗な海",
    "ねこ",
    "ชอบแมว",
    "นก",
    "🦊",
    "❤️",
    "好好看好讚" * 15 + "貓",
    "/",
    "",
]


@pytest.mark.parametrize(("said", "name"), COMMANDS)
def test_a_command(said, name):
    """A message that is nothing but a command word, politely or not, in any of the four languages."""
    found = command_of(said)
    assert found
    assert found.name is name


@pytest.mark.parametrize("said", WISHES)
def test_a_wish(said):
    """Whatever somebody might want drawn is none."""
    assert command_of(said) is None


@pytest.mark.parametrize("said", ["改成", "make it", "再", "もう", "อีก", "draw", "save"])
def test_words_that_only_lead_to_options(said):
    """With options beside them they mean the last picture, drawn once more with these."""
    found = command_of(said, beside_options=True)
    assert found
    assert found.name is Name.AGAIN


def test_an_admins_argument_stays_as_it_was_typed():
    """Ids keep their case."""
    found = command_of("/give U12AB 10")
    assert found
    assert (found.name, found.argument) == (Name.GIVE, "U12AB 10")


@given(st.text(max_size=120))
def test_reading_never_fails(said):
    """Whatever is typed."""
    command_of(said)
    command_of(said, beside_options=True)

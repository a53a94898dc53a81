"""Which messages are commands, alone and beside options."""

# ruff: noqa: RUF001 - full-width characters are what people type

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading.commands import Name, command_of

COMMANDS = [
    ("help", Name.HELP),
    ("/help", Name.HELP),
    ("／ＨＥＬＰ", Name.HELP),
    ("Help!", Name.HELP),
    ("How does this thing work?", Name.HELP),
    ("what am i supposed to type", Name.HELP),
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
    ("これ消して", Name.DELETE),
    ("把剛剛那張刪掉", Name.DELETE),
    ("把我的資料都刪掉", Name.DELETE_ALL),
    ("erase all my data", Name.DELETE_ALL),
    ("Please delete everything about me", Name.DELETE_ALL),
    ("データ全部削除してください", Name.DELETE_ALL),
    ("ลบข้อมูลของฉันทั้งหมด", Name.DELETE_ALL),
    ("不要了", Name.CANCEL),
    ("nvm", Name.CANCEL),
    ("forget it", Name.CANCEL),
    ("Not needed anymore, thanks", Name.CANCEL),
    ("間違えた、取り消して", Name.CANCEL),
    ("ไม่เอาละ", Name.CANCEL),
    ("sorry wrong photo", Name.NEW),
    ("傳錯了", Name.NEW),
    ("写真間違えました", Name.NEW),
    ("ขอโทษค่ะ ส่งรูปผิด", Name.NEW),
    ("portrait please", Name.TALL),
    ("Stoppp!!", Name.CANCEL),
    ("取消啦～～", Name.CANCEL),
    ("delete this picture", Name.DELETE),
    ("please delete it", Name.DELETE),
    ("刪除這張圖", Name.DELETE),
    ("請幫我把這張刪掉", Name.DELETE),
    ("この絵を消してください", Name.DELETE),
    ("ลบภาพนี้", Name.DELETE),
    ("ช่วยลบรูปนี้หน่อยค่ะ", Name.DELETE),
    ("delete my pictures", Name.DELETE_ALL),
    ("刪除所有圖", Name.DELETE_ALL),
    ("絵を全部消して", Name.DELETE_ALL),
    ("ลบรูปทั้งหมด", Name.DELETE_ALL),
    ("stop drawing", Name.CANCEL),
    ("cancel that", Name.CANCEL),
    ("不要畫了", Name.CANCEL),
    ("ストップ", Name.CANCEL),
    ("ไม่เอาแล้ว", Name.CANCEL),
    ("try again", Name.AGAIN),
    ("再來一次", Name.AGAIN),
    ("幫我換一張", Name.AGAIN),
    ("描き直してください", Name.AGAIN),
    ("ขออีกรูปนะคะ", Name.AGAIN),
    ("make it better", Name.FINE),
    ("更清楚一點", Name.FINE),
    ("もっと綺麗にして", Name.FINE),
    ("ขอชัดกว่านี้", Name.FINE),
    ("make it landscape", Name.WIDE),
    ("改成直的", Name.TALL),
    ("回到上一張", Name.BACK),
    ("前に戻して", Name.BACK),
    ("กลับไปรูปเดิม", Name.BACK),
    ("怎麼使用", Name.HELP),
    ("ใช้ยังไงคะ", Name.HELP),
    ("show my pictures", Name.MINE),
    ("我畫過的圖", Name.MINE),
    ("รูปของผม", Name.MINE),
    ("切換語言", Name.SETTINGS),
    ("可以幫我畫圖嗎？", Name.HELLO),
    ("幫我畫圖", Name.HELLO),
    ("draw something", Name.HELLO),
    ("絵を描いてください", Name.HELLO),
    ("ช่วยวาดรูปให้หน่อยค่ะ", Name.HELLO),
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
    "もう",
    "remove it",
    "delete this photo",
    "刪除這張照片",
    "remove the hat",
    "帽子を消して",
    "delete key on a keyboard",
    "history of Rome",
    "停車場",
    "上一張桌子",
    "前の絵本",
    "ลบพื้นหลัง",
    "幫我畫圖書館",
    "畫畫的小孩",
    "draw something scary",
    "猫の絵を描いて",
    "วาดรูปแมว",
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


@pytest.mark.parametrize("said", ["把這張改成", "這張改成", "この絵を", "make this picture", "make the", "ขอแบบ"])
def test_the_picture_and_options(said):
    """把這張改成 16:9, この絵を 16:9に: the last picture once more, in that shape."""
    found = command_of(said, beside_options=True)
    assert found
    assert found.name is Name.AGAIN


@pytest.mark.parametrize(
    ("said", "argument"),
    [
        ("/give U12ab 10", "U12ab 10"),
        ("/give U12ab  10", "U12ab 10"),
        ("/Give  U12ab\n10 ", "U12ab 10"),
        ("／ｇｉｖｅ　Ｕ12ab　１０", "U12ab 10"),
        ("/give U12ab.", "U12ab"),
        ("/give “U12ab”, 10!", "U12ab 10"),
        ("/give me 👍", "me"),
        ("/give 👍", ""),
        ("/give", ""),
    ],
)
def test_an_admins_argument_is_its_words(said, argument):
    """Ids keep their case; spaces, marks and emoji around them do not count."""
    found = command_of(said)
    assert found
    assert (found.name, found.argument) == (Name.GIVE, argument)


@given(st.text(max_size=120))
def test_reading_never_fails(said):
    """Whatever is typed."""
    command_of(said)
    command_of(said, beside_options=True)

"""Which earlier picture words are about."""

import pytest

from app.reading.earlier import ANY, deletes_which, misses_one, shows_which


@pytest.mark.parametrize(
    ("text", "nth"),
    [
        *(("delete the second one", 2), ("刪掉第二張", 2), ("2枚目を消して", 2), ("ลบรูปที่สอง", 2)),
        *(("delete the dog one", ANY), ("delete the picture of the dog", ANY), ("delete another one", ANY)),
        *(("刪掉狗那張", ANY), ("可以幫我刪掉貓那張嗎", ANY), ("再刪一張", ANY), ("還要刪", ANY)),
        *(("犬の絵を消して", ANY), ("さっきの猫消して", ANY), ("もう一つ消して", ANY)),
        *(("ลบรูปหมา", ANY), ("ลบอีกรูป", ANY)),
    ],
)
def test_another_than_the_last_is_to_be_deleted(text, nth):
    """By its number, or by what it shows."""
    assert deletes_which(text) == nth


@pytest.mark.parametrize(
    "text",
    [
        *("delete", "delete it", "delete the last one", "delete the ugly one", "remove the tree", "remove the text"),
        *(
            "刪掉這張",
            "把剛剛那張刪了",
            "刪掉上一張",
            "刪掉剛才的圖",
            "把樹刪掉",
            "把文字刪掉",
            "不好意思 把剛剛那張刪掉",
        ),
        *("これ消して", "さっきの消して", "さっきの画像消して", "恥ずかしいからこの絵消して", "背景を消して"),
        *("ลบรูปนี้", "ลบรูปล่าสุดที", "ลบพื้นหลัง"),
    ],
)
def test_the_last_is_to_be_deleted_or_something_in_it(text):
    """Which the other steps tell."""
    assert deletes_which(text) is None


@pytest.mark.parametrize("text", ["ลบรูปด่วนๆๆ", "ลบภาพดังกล่าวครับ"])
def test_what_may_be_a_name_is_none_where_deleting_is_sure(text):
    """Thai has no mark between a picture and how soon it is to go."""
    assert deletes_which(text, is_sure=True) is None


@pytest.mark.parametrize(
    "text",
    [
        *("show me the horse one again", "send me the cat again", "可以把狗的圖再傳一次嗎", "我要看剛剛那隻狗"),
        *("犬の絵もう一回見せて", "猫の絵もう一度送って", "ขอดูรูปหมาอีกที", "ส่งรูปแมวให้อีกรอบ"),
    ],
)
def test_another_is_to_be_shown(text):
    """By what it shows."""
    assert shows_which(text) is True


@pytest.mark.parametrize("text", ["resend", "send it again", "再傳一次", "再給我看一次", "さっきの送って", "ส่งอีกที"])
def test_the_last_is_to_be_shown(text):
    """Nothing else is named."""
    assert shows_which(text) is False


@pytest.mark.parametrize(
    "text",
    [
        *("show me a cat again", "another cat", "show me a few more like that", "show me a dragon"),
        *(
            "再給我一張",
            "再畫一次看看",
            "違うのも見せて",
            "もう一度、別の絵柄になるか見たい",
            "ขอดูอีกสองตัวเลือก",
            "ส่งรูปใหม่",
        ),
    ],
)
def test_a_new_one_is_to_be_drawn(text):
    """It is not there yet."""
    assert shows_which(text) is None


@pytest.mark.parametrize("text", ["I lost the picture", "我的圖不見了", "画像が消えた", "รูปหายไปไหน"])
def test_a_picture_is_missed(text):
    """So those that there are help."""
    assert misses_one(text)

"""Who is to be drawn: whoever writes, or anybody else."""

import pytest

from app.reading.oneself import changes_oneself, has_no_photo, shows_oneself, speaks_of_oneself, tells_looks

ME = """
draw me as a superhero
can you draw me?
paint me and my dog at the beach
draw my wife and me as cartoon characters
a portrait of me as a king
me as a superhero
draw me riding a horse
draw me dancing
你可以畫我嗎
画我穿西装
畫我跟恐龍
畫我和我妹妹
畫我們在台北101
畫我們全家
我當太空人的樣子
幫我畫我自己
スーツ姿の私を描いて
私をうさぎとして描いて
僕がドラゴンに乗ってるところ描いて
วาดผมเป็นตำรวจ
วาดเราสองคน
วาดตัวเองใส่ชุดไทย
""".strip().splitlines()
BECOMES = """
put me on the moon
turn us into elves
make me look like a pirate
把我畫成超級英雄
把我P到巴黎
私をバイキングに
俺をドット絵にして
เปลี่ยนฉันเป็นการ์ตูน
เอาฉันไปไว้บนดวงจันทร์
""".strip().splitlines()
OTHERS = """
draw me a cat
draw me dancing cats
draw me something
can you draw me another thing
make me a poster
make me a cartoon
help me draw a cat
show me a cat
my cat in a hat
a drawing of me as a wizard, i have red hair and freckles
畫我家的貓
畫我們家的狗
畫我女兒
畫我老婆年輕的時候穿白紗
畫我夢到的怪物
畫我吃的午餐
畫我跟你說的那個
把我女兒變成公主
把我畫過的圖刪掉
弟弟把我腳踏車騎走了
私の猫を描いて
私を癒す絵を描いて
忍者の似顔絵
似顔絵を描いている画家
วาดหนูเป็นตำรวจ
วาดผมยาว
เปลี่ยนผมเป็นสีแดง
วาดแมวของฉัน
""".strip().splitlines()


@pytest.mark.parametrize("text", [*ME, *BECOMES])
def test_who_writes_is_to_be_seen(text):
    """In the words of four languages."""
    assert shows_oneself(text)


@pytest.mark.parametrize("text", OTHERS)
def test_others_are_to_be_seen(text):
    """For somebody, of somebody's, or as somebody says that they look."""
    assert not shows_oneself(text)


@pytest.mark.parametrize("text", BECOMES)
def test_something_becomes_of_who_writes(text):
    """In a picture that may be there."""
    assert changes_oneself(text)


@pytest.mark.parametrize("text", ["畫我", "draw me please", "私を描いて", "似顔絵描いてくれる", "วาดรูปฉัน"])
def test_nothing_else_is_asked_for(text):
    """Whatever is asked kindly around it."""
    assert speaks_of_oneself(text)


@pytest.mark.parametrize(
    "text",
    [
        "我不想傳照片",
        "沒有",
        "隨便畫",
        "I don't have one",
        "just make someone up",
        "写真はないです",
        "適当に描いて",
        "ไม่มีรูปค่ะ",
        "วาดเลย",
    ],
)
def test_no_photo_will_come(text):
    """Said in one's own words, or by the label of the button."""
    assert has_no_photo(text)


@pytest.mark.parametrize("text", ["好", "等一下", "ok, one sec", "ちょっと待って", "โอเค", "a cat", "一隻貓"])
def test_a_photo_may_come(text):
    """Nothing is drawn of what says neither."""
    assert not has_no_photo(text)
    assert not tells_looks(text)

"""Which words speak of a picture that should be there, and which ask for a new one."""

# ruff: noqa: RUF001 - full-width forms are what people type

import pytest

from app.reading.photo_words import speaks_of_a_photo, speaks_of_a_picture

OF_A_PHOTO = [
    "make this photo a cartoon",
    "turn my selfie into an oil painting",
    "把這張照片變成卡通",
    "我的照片改成水彩",
    "我照片幫我修一下",
    "この写真をアニメ風にして",
    "ทำรูปถ่ายนี้เป็นการ์ตูน",
]
CUT_OUT = [
    *(
        "照片去背",
        "幫照片去背",
        "照片的背景去掉",
        "去除照片背景",
        "photo background remove",
        "remove background from photo",
    ),
    *("写真を背景透過", "写真の背景を消して", "ลบพื้นหลังรูปถ่าย", "รูปถ่ายพื้นหลังโปร่งใส"),
]
OF_AN_UPLOAD = [
    "Use the uploaded photo as reference, turn the person into a collectible figure on a desk",
    "Create a 1/7 scale figurine of the person in the attached image, realistic style",
    "Using the provided image, make a studio portrait with soft light",
    "A cinematic poster of me, keep the same face, golden hour",
    "Turn the subject of the reference photo into a felt doll",
    "以我上傳的照片為基礎，做成公仔放在電腦桌上",
    "參考照片中的人物，畫成日系動漫風格",
    "請依照附圖的構圖，改成水墨風",
    "アップロードした写真の人物をフィギュアにしてください",
    "添付画像をもとに、ジブリ風のイラストにして",
    "ใช้รูปที่แนบมาทำเป็นตุ๊กตาไขพรม",
    "เปลี่ยนคนในภาพที่อัปโหลดให้เป็นการ์ตูน",
]
OF_A_PICTURE = [
    "make this picture brighter",
    "turn it into a poster",
    "這張圖改成晚上",
    "這張畫加一隻狗",
    "這圖太暗了",
    "那幅畫換成秋天",
    "我的圖改成橫式",
    "我的畫加上簽名",
    "この絵を夜にして",
    "さっきのイラストに犬を足して",
    "ภาพนี้ทำเป็นการ์ตูน",
]
OF_NOTHING = [
    "a photographer with a vintage camera, original artwork on the wall",
    "a portrait of a woman with the same dress as her sister",
    "an exhibition of provided shelter for birds",
    "a reference librarian at a desk",
    "a woman above the clouds, a man sent to the moon",
    "a picture above the fireplace",
    "original characters in a forest",
    "参考書を読む学生",
    "原子筆畫的貓",
    "照片風格的貓 去背",
    "photo of a cat without background",
    "幫我畫一隻貓",
    "請幫我畫一張圖：在彈吉他的水獺",
    "給我畫一個生日蛋糕",
    "我畫一隻貓",
    "那畫一隻狗好了",
    "我要一張圖",
    "可以幫我畫圖嗎",
    "帮我画一只猫",
    "這畫風的貓",
    "我的畫家朋友",
    "我的圖騰",
    "這圖書館的貓",
    "a photo of a cat",
    "a picture of my dog",
    "猫の写真",
    "絵本を読む猫",
    "ภาพแมวในสวน",
]


@pytest.mark.parametrize("said", [*OF_A_PHOTO, *OF_AN_UPLOAD, *CUT_OUT])
def test_words_of_a_photo(said):
    """Without the photo there is nothing to draw."""
    assert speaks_of_a_photo(said)


@pytest.mark.parametrize("said", OF_A_PICTURE)
def test_words_of_a_picture(said):
    """The last picture of the chat is meant."""
    assert speaks_of_a_picture(said)


@pytest.mark.parametrize("said", OF_NOTHING)
def test_words_for_a_new_picture(said):
    """Whoever asks to draw something gets it drawn, whatever was drawn before."""
    assert not speaks_of_a_photo(said)
    assert not speaks_of_a_picture(said)

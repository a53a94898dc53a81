"""What people ask of a picture that is drawn."""

import pytest

from app.reading.afterwards import asked_of_pictures

ASKED = {
    "talk_save": [
        *("can I print it?", "can i share it with my friends", "how do i download this", "how do I save it"),
        *("怎麼存到手機", "可以印出來嗎", "可以分享給朋友嗎", "保存方法は?", "これ印刷できる?", "印刷していい?"),
        *("บันทึกรูปยังไง", "ปริ้นได้ไหม"),
    ],
    "talk_rights": [
        *("can i use this commercially", "can we sell it", "who owns the picture", "可以商用嗎", "版權是誰的"),
        *("商用利用できますか", "この絵の著作権は誰のもの", "ใช้เชิงพาณิชย์ได้ไหม", "ลิขสิทธิ์เป็นของใคร"),
    ],
    "talk_still": [
        *("can you animate it", "make a video", "turn this into a video please", "可以做成影片嗎"),
        *("動画にできる?", "ทำเป็นวิดีโอได้ไหม"),
    ],
}


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in ASKED.items() for text in texts])
def test_what_is_asked_of_pictures(key, text):
    """By its kind."""
    assert asked_of_pictures(text) == key


@pytest.mark.parametrize(
    "text",
    [
        *("print", "a print of a whale", "can i get another one", "a man selling balloons", "make a video game logo"),
        *(
            "印刷できる画質で",
            "動畫風格的貓",
            "賣菜的阿嬤",
            "一張分享會的海報",
            "動画サムネ",
            "make it bigger",
            "ภาพคนขายของ",
        ),
    ],
)
def test_what_is_a_wish_or_a_change(text):
    """It only has such a word in it."""
    assert asked_of_pictures(text) is None

"""What takes a background away asks for a transparent one."""

import pytest

from app.reading.meaning import Meaning, Verdict
from app.reading.option_reader import read_options
from app.reading.options import Options
from app.reading.plan import Draw
from app.store.context import Context
from tests.unit.test_reading import A_PHOTO, KITE, said

CLEAR = [
    *("去除背景", "背景去掉", "把背景拿掉", "幫我去掉這張圖的背景", "背景變透明", "背景改成透明的", "背景拿掉好嗎😅"),
    *("remove the background", "Remove background please", "remove the background from this picture"),
    *("make the background transparent", "can you get rid of the bg?", "一隻貓，去除背景"),  # noqa: RUF001 - as people type it
    *("背景を削除", "背景を消して", "背景消してください", "背景を透明にして", "背景はいらない"),
    *("ลบพื้นหลัง", "ตัดพื้นหลังออกให้หน่อยค่ะ", "เอาพื้นหลังออก", "ทำพื้นหลังให้โปร่งใส"),
]


@pytest.mark.parametrize("text", CLEAR)
def test_what_takes_the_background_away(text):
    """A word for it and a background, in either order."""
    assert read_options(text)[1] == Options(background="transparent")


@pytest.mark.parametrize("text", ["去除背景", "remove the background", "背景を消して", "ลบพื้นหลัง"])
def test_the_words_stay(text):
    """They are a change of the picture or photo that is there."""
    verdict = Verdict(meaning=Meaning.CHANGE, confidence=1.0)
    for context, source in ((Context(chat=KITE), {"picture": "KITE"}), (A_PHOTO, {"photo": "7"})):
        act = said(text, context, verdict=verdict).act
        assert isinstance(act, Draw)
        assert (act.prompt, act.options, act.sources) == (text, Options(background="transparent"), [source])


@pytest.mark.parametrize(
    "text",
    [
        *("把背景去掉換成海邊", "背景去掉 換白的", "去掉背景的字", "移除背景的人", "去海邊的背景", "換背景"),
        *("remove the people in the background", "take the fox out of the background", "background out of focus"),
        *(
            "a sign that says remove the background",
            "背景の人を消して",
            "背景を海にして",
            "ใส่พื้นหลัง",
            "เอาพื้นหลังตลาดออกใส่ทะเลแทน",
        ),
    ],
)
def test_what_only_has_a_background_in_it(text):
    """What goes, or what comes in its place, is something else."""
    assert read_options(text) == (text, Options())

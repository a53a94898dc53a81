"""Too much of something is a complaint about the picture that is there."""

import pytest

from app.reading.meaning import Meaning, Talk, Verdict
from app.reading.plan import Say
from app.reading.too_much import is_too_much
from app.store.context import Context, Quote
from app.words.answers import Complaint, Sentence
from tests.unit.test_reading import KITE, said

TOO_MUCH = [
    *("太大了", "太花了", "太藍了", "有點太暗", "人太多了吧", "顏色太深了啦", "這張太普通"),
    *("too crowded", "It's way too dark!", "a bit too pink", "the head is too big", "too many people"),
    *("明るすぎ", "暗すぎる", "頭が大きすぎます", "色が濃すぎるよ", "ちょっと派手すぎかも"),
    *("สว่างเกินไป", "สีเข้มเกินไปค่ะ", "ใหญ่ไปหน่อย", "มืดไปนิดนะ"),
]
A_PICTURE = Context(chat=KITE, picture_at=900.0, read_at=1000.0)


@pytest.mark.parametrize("text", TOO_MUCH)
@pytest.mark.parametrize("kind", [Talk.PRAISE, Talk.CHAT])
def test_too_much_of_something_is_a_complaint(text, kind):
    """Whatever talk it is taken for; again and edit are at hand, and no button draws the words."""
    verdict = Verdict(meaning=Meaning.TALK, kind=kind, confidence=0.8)
    assert said(text, A_PICTURE, verdict=verdict).act == Say(answer=Complaint(picture="KITE"))
    quoted = Context(chat=KITE, quote=Quote(ours=True, picture_id="FOX"))
    assert said(text, quoted, verdict=verdict, quote="9").act == Say(answer=Complaint(picture="FOX"))
    assert said(text, verdict=verdict).act == Say(answer=Sentence(f"talk_{kind}"), prompt=text)


@pytest.mark.parametrize(
    "text",
    [
        *("太美了", "太療癒了", "太扯了吧", "太累了", "太會畫了", "太陽", "太空人", "健太です", "加個太陽"),
        *(
            "too cute",
            "too late",
            "I'm too old",
            "too many choices",
            "me too",
            "the new batman film is way too dark for my taste",
        ),
        *("可愛すぎる", "眠すぎる", "柿もらいすぎた", "ガソリン高すぎる", "太った"),
        *("สวยเกินไป", "น่ารักเกิน", "ง่วงเกินไป", "ไปหน่อย"),
    ],
)
def test_praise_and_how_people_are_is_none(text):
    """Nobody can have too much of the one, and the picture has no part in the other."""
    assert not is_too_much(text)

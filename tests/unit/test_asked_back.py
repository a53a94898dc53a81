"""A question is no command and no answer: whether something was done, is to be done, is good."""

# ruff: noqa: RUF001 - full-width characters are what people type

import pytest

from app.reading.asked_back import asks_to_change, is_question
from app.reading.commands import Name
from app.reading.meaning import Meaning, Talk, Verdict
from app.reading.plan import Change, Do, Redraw, Reoffer, Say
from app.store.context import Context
from app.words.answers import PhotosGot, Sentence
from tests.unit.test_reading import A_PHOTO, DRAWING, KITE, asking, do, said

DELETED = [
    "刪掉了嗎？",
    "刪除嗎",
    "删掉吗",
    "消すの？",
    "消すの",
    "消しますか",
    "ลบแล้วเหรอ",
    "ลบไหมคะ",
    "ลบยัง",
    "delete?",
    "delete it?!",
]
SURE = [
    "確定嗎？",
    "全部刪掉嗎",
    "消していいの？",
    "大丈夫ですか",
    "จริงเหรอ",
    "ลบหมดเลยเหรอ",
    "sure?",
    "yes?",
    "delete all?",
]
PRETTY = ["漂亮嗎", "好看嗎？", "可愛い？", "かわいいかな", "สวยไหม", "น่ารักป่ะ", "nice?"]
DONE = [
    "畫好了嗎",
    "好了嗎",
    "可以了嗎",
    "もうできた？",
    "描きましたか",
    "วาดเสร็จหรือยัง",
    "วาดแล้วเหรอ",
    "is it done?",
    "drawn yet",
]
AN_OFFER = asking("offer", sources=[{"request": "R"}])
A_PICTURE = Context(chat=KITE, picture_at=900.0, read_at=1000.0)


@pytest.mark.parametrize("text", [*DELETED, *SURE, *PRETTY, "ลบไหมคะ 🥺", "刪掉了嗎😢", "did you delete it"])
def test_questions(text):
    """By a mark or by the word that makes one, whatever stands behind it."""
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        *("could you delete it?", "これ消してくれる？", "ลบให้หน่อยได้ไหม", "可以刪掉嗎", "刪掉好嗎？", "削除できますか"),
        *("delete", "刪掉吧", "消していいよ", "ลบเลย", "天才か", "かっけー", "細かい", "好可愛喔", "前の", "please?"),
    ],
)
def test_what_asks_kindly_is_no_question(text):
    """Who asks for something wants it done."""
    assert not is_question(text)


@pytest.mark.parametrize("text", [*SURE, "可以嗎", "please?"])
def test_a_question_back_deletes_nothing(text):
    """Whether to delete everything is asked once more."""
    assert said(text, asking("delete")).act == do(Name.DELETE_ALL)


@pytest.mark.parametrize("text", ["可以刪掉嗎", "yes please delete them", "全部消してください"])
def test_who_asks_kindly_to_delete_has_said_yes(text):
    """It names what is to be done."""
    assert said(text, asking("delete")).act == do(Name.DELETE_ALL_YES)


@pytest.mark.parametrize("text", DELETED)
def test_whether_it_is_deleted_deletes_nothing(text):
    """What is there is shown: the picture with its buttons, how the drawing stands, the photo."""
    certain = Verdict(meaning=Meaning.COMMAND, kind="delete", confidence=1.0)
    assert said(text, A_PICTURE, verdict=certain).act == Change(verb="menu")
    assert said(text, DRAWING, verdict=certain).act == Say(answer=Sentence("progress_drawing", {"seconds": 12}))
    assert said(text, A_PHOTO, verdict=certain).act == Say(answer=PhotosGot(count=1))


@pytest.mark.parametrize("text", ["取消了嗎？", "cancel?", "キャンセルした？", "ยกเลิกแล้วเหรอ"])
def test_whether_it_is_cancelled_cancels_nothing(text):
    """Who asks hears that it is still being drawn, or that nothing is."""
    cancel = Verdict(meaning=Meaning.COMMAND, kind="cancel", confidence=1.0)
    assert said(text, DRAWING, verdict=cancel).act == Say(answer=Sentence("progress_drawing", {"seconds": 12}))
    assert said(text, A_PICTURE, verdict=cancel).act == do(Name.CANCEL)


@pytest.mark.parametrize("text", PRETTY)
def test_who_asks_for_an_opinion_has_not_praised(text):
    """By rules, or where another step takes it for praise."""
    praise = Verdict(meaning=Meaning.TALK, kind=Talk.PRAISE, confidence=1.0)
    assert said(text, A_PICTURE, verdict=praise).act == Say(answer=Sentence("talk_question"))


@pytest.mark.parametrize("text", DONE)
def test_how_it_stands_comes_before_an_answer(text):
    """畫好了嗎 has 畫 and 好 in it, and is no yes."""
    assert said(text, AN_OFFER).act == Say(answer=Sentence("progress_none"))
    assert said(text, A_PICTURE).act == Say(answer=Sentence("progress_none"))


@pytest.mark.parametrize(
    ("text", "no"), [("要畫嗎", "還沒"), ("sure?", "no"), ("そうですか", "まだ"), ("จริงเหรอ", "ยัง")]
)
def test_an_offer_is_made_again_to_who_asks_back(text, no):
    """Nothing is drawn; no stays no."""
    assert said(text, AN_OFFER).act == Reoffer(request_id="R")
    assert said(no, AN_OFFER).act == do(Name.DECLINE)


@pytest.mark.parametrize("text", ["可以嗎", "お願いできますか？", "วาดให้หน่อยได้ไหม", "please?"])
def test_who_asks_kindly_takes_an_offer(text):
    """In the form of a question it is still a yes."""
    assert said(text, AN_OFFER).act == Redraw(request_id="R")


@pytest.mark.parametrize("text", ["could you delete it?", "これ消してくれる？", "ลบให้หน่อยได้ไหม", "可以刪掉嗎"])
def test_who_asks_kindly_to_delete_is_obeyed(text):
    """As ever: the picture, or what is being drawn."""
    assert said(text, A_PICTURE).act == Change(verb="delete")
    assert isinstance(said(text, DRAWING).act, Do)


@pytest.mark.parametrize(
    "text",
    [
        "can you make it blue",
        "could you please add a dog?",
        "可以幫我加一頂生日帽嗎",
        "能把背景換掉嗎",
        "青にできますか？",
        "背景を変えてくれますか？",
        "เพิ่มหมาได้ไหมคะ",
    ],
)
def test_what_kindly_asks_for_a_change(text):
    """Whether a picture can be changed, in any of the languages."""
    assert asks_to_change(text)


@pytest.mark.parametrize(
    "text",
    [
        "can you see it, mom?",
        "can you send me this?",
        "who made this?",
        "is it blue?",
        "可以傳給我嗎",
        "誰改的？",
        "これ送ってもらえる？",
        "誰が消したの？",
        "เห็นไหม",
        "ส่งให้หน่อยได้ไหม",
        "make it blue",
    ],
)
def test_what_does_not(text):
    """Talk among people, and what is said without asking."""
    assert not asks_to_change(text)

"""Who says that they want to die is answered with care."""

import pytest

from app.reading.crisis import is_in_crisis
from app.reading.meaning import Meaning, Verdict
from app.reading.plan import Say
from app.store.context import Context
from app.words.answers import Sentence
from tests.unit.test_reading import A_PHOTO, DRAWING, asking, said

SAYS = [
    *(
        "我想死",
        "好想死喔",
        "我不想活了",
        "我想自殺",
        "I want to die",
        "i wanna die...",
        "I don't want to live anymore",
        "I'm suicidal",
    ),
    *("死にたい", "もう死にたいです", "消えたい", "อยากตาย", "อยากตายมากเลยค่ะ", "ไม่อยากมีชีวิตอยู่แล้ว"),
]
AN_OFFER = asking("offer", sources=[{"request": "R"}])


@pytest.mark.parametrize("context", [Context(), A_PHOTO, DRAWING, AN_OFFER, asking("words"), asking("delete")])
@pytest.mark.parametrize("text", SAYS)
def test_who_wants_to_die_is_sent_to_people_who_help(text, context):
    """Whatever else goes on: free, without a button that draws it, and whatever another step takes it for."""
    wish = Verdict(meaning=Meaning.DRAW, confidence=1.0)
    assert said(text, context, verdict=wish).act == Say(answer=Sentence("talk_crisis"))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "笑死",
            "笑死我",
            "熱到想死",
            "我想死你了",
            "想死 哈哈",
            "我想死😂",
            "累死",
            "a man who wants to die",
            "i want to die laughing",
        ),
        *(
            "i wanna die lol",
            "死にたい猫",
            "腹減って死にたい",
            "死にたいwww",
            "死神",
            "อยากตายห้อง",
            "อยากตาย 555",
            "ตายแล้ว",
            "die",
        ),
    ],
)
def test_a_way_to_talk_is_none(text):
    """More words, somebody else, or a laugh."""
    assert not is_in_crisis(text)

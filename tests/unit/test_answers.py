"""What an answer says, as types, and how it is read from a row that anybody may have written."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.words import answers
from app.words.answers import AdminStatus, Answer, Left, Sentence, UnreadableError, of_row, to_row
from app.words.sentences import sentences_for

APP = Path(__file__).parents[2] / "app"
AT = 1_764_547_200.0
STATUS = AdminStatus(
    today="1.00",
    month="2.00",
    pictures=3,
    failures="0",
    queue=1,
    model="gpt-image-1",
    days="?",
    pushes="∞",
    saved=0,
    paused=False,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted({name for kind in answers._MENUS.values() for name in kind.__dataclass_fields__} | {"until_at", "got"})
KEYS = sorted({*answers._MENUS, *sentences_for("en", "en").sentences})


@pytest.mark.parametrize(
    "answer",
    [
        Sentence("thanks"),
        Sentence("limit_user_day", {"count": 20, "until_at": AT}),
        Sentence("ask_edit", {"picture": "p1"}),
        answers.Help(admin=True),
        answers.ChatSettings(size="1:1", quality="low", count="2", language="th", saved=True),
        answers.Mine(pictures=[("p1", "p1-preview.jpg")]),
        answers.Mine(pictures=[]),
        answers.ConfirmDeleteAll(count=3),
        answers.ConfirmDeleteAll(count=3, whose="own"),
        answers.ShowPicture(picture="p1"),
        answers.ShowCard(picture="p1"),
        STATUS,
        answers.PersonalUsage(pictures=1, pictures_max=0, pictures_until_at=AT),
        answers.PersonalUsage(
            pictures=1,
            pictures_max=0,
            pictures_until_at=AT,
            reached=answers.Reached(words="limit_bot_day", until_at=AT),
        ),
        answers.PersonalUsage(
            pictures=1, pictures_max=9, pictures_until_at=AT, share=Left(left_percent=40, until_at=AT)
        ),
        answers.PhotosGot(count=2),
        answers.AskPhoto(),
        answers.AskPhoto(of_oneself=True),
        answers.StickerOffer(keywords="hi, cat"),
        answers.EditedOffer(),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_an_answer_is_read_as_it_was_written(answer):
    """What goes into a row comes out of it."""
    assert of_row(*to_row(answer)) == answer


@pytest.mark.parametrize(
    ("words", "details"),
    [
        ("said_by_a_later_release", None),
        ("limit_user_day", None),
        ("limit_user_day", {"count": 20}),
        ("limit_user_day", {"count": 20, "until_at": "tomorrow"}),
        ("limit_user_day", {"count": 20, "until_at": 1e300}),
        ("limit_user_day", {"count": None, "until_at": AT}),
        ("flood", {"count": {"a": 1}}),
        ("flood", ["count"]),
        ("mine", {"pictures": [["only an id"]]}),
        ("mine", None),
        ("confirm_delete_all", {"count": "many"}),
        ("confirm_delete_all", {"count": 1, "whose": "somebody"}),
        ("card", None),
        ("admin_status", {"today": "1.00"}),
        ("usage", {"pictures": 1, "pictures_max": 5, "pictures_until_at": 1e300}),
        ("usage", {"pictures": 1, "pictures_max": 0, "pictures_until_at": AT, "share": "half"}),
        ("sticker_offer", {}),
        ("", None),
    ],
)
def test_a_row_that_cannot_be_said_is_known_as_such(words, details):
    """An unknown key, and details that are not those of the key, are no answer; the error repeats no details."""
    with pytest.raises(UnreadableError) as caught:
        of_row(words, details)
    assert "half" not in str(caught.value)


def test_what_a_later_release_says_besides_is_left_out():
    """More details than this release knows do no harm."""
    assert of_row("photo_got", {"count": 2, "of_an_album": True}) == answers.PhotosGot(count=2)


@given(
    words=st.sampled_from(KEYS) | st.text(max_size=40),
    details=JSON | st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6),
)
def test_whatever_a_row_holds(words, details):
    """Any row is an answer or is not, and nothing else comes of reading it; a sentence can then be said."""
    try:
        answer: Answer = of_row(words, details)
    except UnreadableError:
        return
    if isinstance(answer, Sentence):
        sentences_for("th", "en").say(answer.key, **{"prefix": "p", "version": "1", "when": "now", **answer.parts})


def test_nothing_else_is_written():
    """Each key that our code names for a sentence is one that can be said."""
    calls = [
        node
        for path in APP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence"
    ]
    keys = [part.value for call in calls for part in _said_as(call.args[0])]
    assert len(keys) > 40
    assert set(keys) <= set(KEYS)


def _said_as(key: ast.expr) -> Iterator[ast.Constant]:
    """Yield the keys that stand in the code itself: one, or one of two."""
    if isinstance(key, ast.IfExp):
        yield from (*_said_as(key.body), *_said_as(key.orelse))
    elif isinstance(key, ast.Constant):
        yield key

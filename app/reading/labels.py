"""The labels of Easel's buttons, typed by hand: computers do not show quick replies. No I/O except its files.

Each label is looked up in all our languages, as the sentences have it, so a new wording is understood at once.
"""

import functools
from collections.abc import Mapping

from app.reading.commands import Command, Name
from app.reading.normal import normal
from app.reading.plan import Act, Do, Say, Set
from app.reading.talk import Reply
from app.words.answers import Answer, AskPhoto, Sentence
from app.words.chat_settings import LANGUAGES
from app.words.sentences import sentences_for

COMMANDS = {
    "btn_again": Name.AGAIN,
    "btn_wide": Name.WIDE,
    "btn_tall": Name.TALL,
    "btn_square": Name.SQUARE,
    "btn_fine": Name.FINE,
    "btn_edit": Name.EDIT,
    "btn_back": Name.BACK,
    "btn_settings": Name.SETTINGS,
    "btn_delete": Name.DELETE,
    "btn_see": Name.MINE,
    "btn_mine": Name.MINE,
    "btn_new": Name.NEW,
    "btn_change": Name.EDIT,
    "btn_decline": Name.DECLINE,
    "btn_yes": Name.DELETE_ALL,  # asks first, unless it is the answer to that very question
    "btn_no": Name.KEEP,
    "settings_default": Name.SETTINGS,
}
REPLIES = {
    "btn_draw": Reply.YES,
    "btn_yes": Reply.YES,
    "btn_change": Reply.CHANGE,
    "btn_change_later": Reply.YES,
    "btn_no": Reply.NO,
    "btn_decline": Reply.NO,
}
SAYINGS: Mapping[str, Answer] = {
    "btn_draw": Sentence("blank"),
    "btn_change_later": Sentence("nothing_before"),
    "btn_rephrase": Sentence("blank"),
    "btn_camera": AskPhoto(),
    "btn_album": AskPhoto(),
    "btn_no_photo": Sentence("blank"),
}
SETTINGS = {
    "quality_low": ("quality", "low"),
    "quality_medium": ("quality", "medium"),
    "quality_high": ("quality", "high"),
    "language_mine": ("language", ""),
}
WAITING = ("show", "show_said")  # on the button of a promise; typed, they ask about the progress


def act_of(text: str) -> Act | None:
    """Return what a label does, wherever it is typed; None if it is not one, or only means something at times."""
    return _acts().get(normal(text))


def answer_of(text: str) -> Reply | None:
    """Return what a label answers to a question that we have asked; None if it answers none."""
    return _answers().get(normal(text))


def is_of_waiting(text: str) -> bool:
    """Whether it is the label of a promise's button."""
    return normal(text) in _spelled(WAITING)


@functools.cache
def _acts() -> Mapping[str, Act]:
    found: dict[str, Act] = {normal(name): Set(name="language", value=code) for code, name in LANGUAGES.items()}
    for key, (name, value) in SETTINGS.items():
        found |= dict.fromkeys(_spelled((key,)), Set(name=name, value=value))
    for key, said in SAYINGS.items():
        found |= dict.fromkeys(_spelled((key,)), Say(answer=said))
    for key, command in COMMANDS.items():
        found |= dict.fromkeys(_spelled((key,)), Do(command=Command(name=command)))
    return found


@functools.cache
def _answers() -> Mapping[str, Reply]:
    return {label: reply for key, reply in REPLIES.items() for label in _spelled((key,))}


@functools.cache
def _spelled(keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(normal(sentences_for(one, one).say(key)) for one in LANGUAGES for key in keys)

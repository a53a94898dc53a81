"""What is said to users, in every language."""

import re
import string
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import app.words.sentences
from app.errors import Reason
from app.line.messages import LABEL_GRAPHEMES_MAX, buttons, postback_action
from app.line.text_length import graphemes
from app.words.chat_settings import LANGUAGES
from app.words.menus import spelled_time
from app.words.sentences import sentences_for

KEYS = list(sentences_for("en", "en").sentences)
PARTS = dict.fromkeys(("count", "place", "percent", "pictures", "most", "days", "queue", "saved", "seconds"), 3)
PARTS |= {
    "prefix": "畫",
    "when": "1 Dec, 00:00",
    "day": 1,
    "time": "00:00",
    "got": "5",
    "asked": "9",
    "keywords": "hi",
    "version": "1.0",
}
PARTS |= {
    "size": "1:1",
    "quality": "x",
    "language": "x",
    "today": "1",
    "month": "2",
    "failures": "0",
    "model": "m",
    "code": "x",
    "host": "a.example",
}
PARTS |= {"wish": "a fox", "pushes": "9", "paused": False, "budget": "Today's budget", "spent": "4.00", "cap": "5.00"}
LONG = {"help", "admin_status", "settings_now"}
OVER_A_BUTTON = ["drawing", "drawing_many", "drawing_push", "drawing_kept", "maybe_sent"]
WITH_AN_EXAMPLE = ["blank", "sticker", "voice", "video", "file", "location", "greeting", "greeting_group"]
EXAMPLE_MARKS = {"zh-TW": "例如：", "en": ("for example:", "For example:", "like:"), "ja": "例：", "th": "เช่น"}  # noqa: RUF001 - Chinese and Japanese colons
INTERNALS = re.compile(
    r"https?:|www\.|\.(?:com|me)\b|\bLINE\b|OpenAI|GPT|Cloudflare|\bR2\b|\bAPI\b|server|error|token|quota|webhook|伺服器|サーバー|エラー|เซิร์ฟเวอร์",
    re.IGNORECASE,
)

every_language = pytest.mark.parametrize("language", LANGUAGES)
every_sentence = pytest.mark.parametrize("key", KEYS)  # in every language; a test each would be 3,000 of them


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@every_language
def test_same_keys(language):
    """Each file holds every sentence, and nothing that is never said."""
    file = Path(app.words.sentences.__file__).with_name(f"{language}.toml")
    assert set(tomllib.loads(file.read_text(encoding="utf-8"))) == set(KEYS)


@every_sentence
def test_same_placeholders(key):
    """Each sentence has the same blanks to fill in every language."""
    found = {language: blanks(sentences_for(language, "en").sentences[key]) for language in LANGUAGES}
    assert found == dict.fromkeys(LANGUAGES, found["en"])


@every_sentence
def test_tone(key):
    """Sentences are short and clean, and hold no internals, vendors or addresses."""
    longest = 20 if key.startswith(("btn_", "idea_")) else 400 if key in LONG else 240
    for language in LANGUAGES:
        sentence = sentences_for(language, "en").sentences[key]
        assert sentence == sentence.strip(), language
        assert 1 < len(graphemes(sentence)) <= longest, language
        assert not INTERNALS.search(sentence), language
        assert "  " not in sentence, language


@every_language
def test_every_reason_has_words(language):
    """Whatever the reason why there is no picture, people are told, and differently for each."""
    words = sentences_for(language, "en")
    assert len({words.say(reason) for reason in Reason}) == len(Reason)


@every_sentence
def test_say(key):
    """Any sentence can be said with all the parts that some sentence needs, and none shows a brace."""
    said = {language: sentences_for(language, "en").say(key, **PARTS) for language in LANGUAGES}
    assert not [language for language, sentence in said.items() if {"{", "}"} & set(sentence)]


@every_language
@pytest.mark.parametrize("key", [*WITH_AN_EXAMPLE, "welcome_back"])
def test_examples(language, key):
    """Whoever is told what Easel can do gets an example."""
    sentence = sentences_for(language, "en").sentences[key]
    marks = EXAMPLE_MARKS[language]
    assert any(mark in sentence for mark in (marks if isinstance(marks, tuple) else (marks,)))


@every_language
@pytest.mark.parametrize("key", OVER_A_BUTTON)
def test_promises_fit(language, key):
    """The words over a button and on it are shown whole."""
    words = sentences_for(language, "en")
    sentence = words.say(key, count=100)
    action = postback_action(words.say("show"), data="x", display_text=words.say("show_said"))
    message = buttons(sentence, alt_text=words.say("still_drawing_alt"), actions=[action])
    assert message.template.text == sentence
    assert message.template.actions[0].label == words.say("show")


@every_language
def test_group_greeting(language):
    """The greeting of a group shows how to begin a wish."""
    greeting = sentences_for(language, "en").say("greeting_group", prefix="{畫}")
    assert greeting.count("{畫}") == 2
    assert "@" in greeting


@every_language
@pytest.mark.parametrize("key", ["greeting", "welcome_back"])
def test_greetings_can_be_tapped(language, key):
    """What the button says for a person is the example that stands above it."""
    words = sentences_for(language, "en")
    assert words.say(key).endswith(words.say(f"wish_{key}"))
    assert len(graphemes(words.say(f"try_{key}"))) <= LABEL_GRAPHEMES_MAX


@pytest.mark.parametrize(
    ("language", "default", "spoken"),
    [
        ("zh-TW", "en", "zh-TW"),
        ("zh-Hant", "en", "zh-TW"),
        ("zh-Hant-HK", "en", "zh-TW"),
        ("zh-HK", "en", "zh-TW"),
        ("zh", "en", "zh-TW"),
        ("ZH_tw", "en", "zh-TW"),
        ("zh-Hans", "en", "zh-TW"),
        ("zh-CN", "en", "zh-TW"),
        ("ja", "en", "ja"),
        ("ja-JP", "en", "ja"),
        ("th-TH", "en", "th"),
        ("en-GB", "th", "en"),
        ("EN", "th", "en"),
        (" en ", "th", "en"),
        ("fr", "th", "th"),
        ("english", "ja", "ja"),
        ("", "ja", "ja"),
        (None, "ja", "ja"),
        (None, "th-TH", "th"),
        ("fr", "de", "zh-TW"),
    ],
)
def test_language_tags(language, default, spoken):
    """People are spoken to in their own language where we speak it, else in the default one."""
    assert sentences_for(language, default) is sentences_for(spoken, "en")


def test_one_is_not_called_many():
    """English says neither "all 1 pictures" nor "1 photos": where a number may be one, no plural stands behind it."""
    never_of_one = {"cancelled", "photos_got", "drawing_many"}
    plural = re.compile(r"\{(?:count|pictures)\} (?:more )?[a-z]+s\b")
    sentences = sentences_for("en", "en").sentences
    assert {key for key, sentence in sentences.items() if plural.search(sentence)} <= never_of_one


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-TW", "12 月 1 日 00:30"), ("en", "1 Dec, 00:30"), ("ja", "12月1日00:30"), ("th", "1 ธ.ค. 00:30 น.")],
)
def test_a_moment_is_spelled_as_people_do(language, said):
    """When something can be had again stands in the operator's time zone, and not as in a log."""
    at = datetime(2026, 11, 30, 16, 30, tzinfo=UTC).timestamp()
    assert spelled_time(sentences_for(language, "en"), at, ZoneInfo("Asia/Taipei")) == said


@every_language
def test_every_month_has_a_name(language):
    """Twelve of them, in order, with blanks between them only."""
    assert len(set(sentences_for(language, "en").say("months").split())) == 12

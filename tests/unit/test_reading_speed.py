"""Reading a text costs the event loop next to nothing, whatever the text is.

How many milliseconds that are is measured by `python -m bench reading`. Here a text is held against plain English of
its length, read in turns with it: a busy machine is slow for both.
"""

import subprocess
import sys
import time

import pytest

from app.line.contents import Text
from app.line.events import ChatKind
from app.reading.commands import command_of
from app.reading.rules import by_rules
from app.reading.talk import reply_of, talk_of
from app.reading.verdicts import asked
from app.reading.wish import wish_of
from app.store.context import Context

# The dearest of these takes 6 times what English takes; a pattern that tries all ways through a text takes hundreds.
TIMES_ENGLISH_MAX = 20
CHARS = 5000
TEXTS = {
    "notes and new lines": "♪\n" * (CHARS // 2),
    "options": "HD " * (CHARS // 3),
    "many kinds of options": "wide, 16:9 x4 --ar -- 橫式 「" * (CHARS // 25),
    "ratios": "16:9 " * (CHARS // 5),
    "flags": "--ar 16:9 " * (CHARS // 10),
    "brackets": "([【（" * (CHARS // 4),  # noqa: RUF001 - full-width brackets are what people type
    "spaces": " " * (CHARS - 1) + "x",
    "blank marks": "\u200b \u3000" * (CHARS // 3),
    "one letter": "哈" * CHARS,
    "kind words": "please " * (CHARS // 7),
    "Thai": "ขอรูปแมวน่ารัก ครับ " * (CHARS // 20),
    "at signs": "@painter " * (CHARS // 9),
    "combining marks": "a" + "\u0301" * (CHARS - 1),
    "digits": "1" * CHARS,
    "colons": "1:" * (CHARS // 2),
    "asks for pictures": "給我四張" * (CHARS // 4),
    "English": "a fox in a red coat walks through the snow, soft light, " * (CHARS // 56),
    "asks to be drawn": "幫我畫我 draw me 私を描いて วาดฉัน " * (CHARS // 26),
    "asks for oneself": "幫我" * (CHARS // 2),
    "would be drawn": "請我想要可以畫一張" * (CHARS // 9),
    "names another": "delete the cat one 刪掉貓那張 猫の絵を消して " * (CHARS // 34),
    "thanks": "謝謝 thanks ありがとう ขอบคุณ " * (CHARS // 24),
    "asks what can be done": "can you print it 可以印出來嗎 " * (CHARS // 24),
    "short and kind": "ok ok ok please please thanks thanks now now ok ok " * 2,
    "short and repeated": "好的" * 55,
}


def read(text):
    """Read a text as it is read when it comes in, alone and in a group."""
    for kind in (ChatKind.USER, ChatKind.GROUP):
        said = Text(id="1", text=text)
        wish = wish_of(said, chat_kind=kind, prefixes=["畫", "draw", "/draw"], quotes_us=True, bot_name="painter")
        if wish:
            by_rules(wish, Context(), "U1")
            asked(wish, Context(), "U1", None)
    command_of(text)
    talk_of(text)
    reply_of(text)


def took_s(text):
    """How much processor reading a text takes, in seconds."""
    began = time.process_time()
    read(text)
    return time.process_time() - began


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_of_5000_characters_costs_many_times_what_english_costs(name):
    """Nobody's text holds others up."""
    text, english = TEXTS[name][:CHARS], TEXTS["English"][:CHARS]
    taken = [(took_s(text), took_s(english)) for _ in range(15)]
    assert min(one for one, _ in taken) < TIMES_ENGLISH_MAX * min(plain for _, plain in taken)


def test_after_the_rehearsal_no_message_waits_for_files():
    """In a process of its own: in this one all words were loaded long ago."""
    code = (
        "import tomllib; from app.reading.decide import rehearse\n"
        "from tests.unit.test_reading_speed import TEXTS, read\n"
        "rehearse(); del tomllib.loads; [read(text) for text in TEXTS.values()]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

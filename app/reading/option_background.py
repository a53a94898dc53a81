"""Words that remove a background: "remove the background", 背景去掉, 背景を消して, ลบพื้นหลัง. No I/O except its files.

They ask for a transparent background and stay in the text, since they also describe a change of the current picture.
They count only at the end of a text: saying what replaces the background (換成海邊) or which part of it goes (the
people in it) is another wish.
"""

import functools
import re
import unicodedata

from app.reading.option_marks import is_written, without_courtesy
from app.reading.vocabulary import phrases

_WHICH = r"\s?(?:(?:the|its|this|that|my|all)\s|[^\s,.、。]{1,8}的|了|掉|整個)*"
_OF_WHAT = (
    r"(?:\s(?:from|of|in)\s(?:the|this|that|my)\s\w+|(?:ออก)?(?:จาก|ของ|ใน)?(?:รูป|ภาพ)(?:ถ่าย|นี้|(?:ของ)?(?:ฉัน|ผม|หนู))*)?"
)
_MADE = r"\s?(?:to\s|be\s|is\s|を|は|も|が|全部|都|給我|[變变改換换弄做調调設设]成?|改為|要|是|ให้|เป็น)*"
_ASKED = r"(?:\s?(?:ください|下さい|ほしい|欲しい|くれる|くれますか|もらえる|もらえますか|的|色|掉|ออก|ทิ้ง))*"


def clears_the_background(said: str) -> bool:
    """Whether a folded text ends in such words; courtesies after them do not matter."""
    if not any(one in said for one in phrases("background")):
        return False
    plain = _without_marks(said)
    ends = [plain, _without_marks(without_courtesy(plain) or "")]
    return any((found := _pattern().search(one)) and not is_written(one[: found.start()]) for one in ends)


def _without_marks(said: str) -> str:
    while said and unicodedata.category(said[-1])[0] not in "LMN":
        said = said[:-1]
    return said


@functools.cache
def _pattern() -> re.Pattern[str]:
    background, removing, clear = (_one_of(name) for name in ("background", "removing", "clear"))
    return re.compile(
        rf"(?:{removing}{_WHICH}{background}{_OF_WHAT}{_ASKED}|{background}{_MADE}(?:{removing}|{clear}){_ASKED})\Z"
    )


def _one_of(name: str) -> str:
    return f"(?:{'|'.join(map(_apart, phrases(name)))})"


def _apart(word: str) -> str:
    """Escape a word for a pattern, with word boundaries if its language has spaces."""
    return rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)

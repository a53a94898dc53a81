"""Whether somebody finds a picture too much of something: 太大了, 明るすぎ, "too crowded". No I/O except its files."""

import functools
import re

from app.reading.normal import normal
from app.reading.vocabulary import any_word, longest_first


def is_too_much(text: str) -> bool:
    """Whether a text says that and no more; praise (太美了) and how somebody feels (太累了) do not count."""
    said = normal(text)
    return _too_much().fullmatch(said) is not None and not any_word("too_much", "never").search(said)


@functools.cache
def _too_much() -> re.Pattern[str]:
    """Make a pattern for the four languages; what a picture has (顏色, the head) may come first."""
    of, stems = (_one_of(longest_first("too_much", name)) for name in ("of", "stems"))
    return re.compile(
        rf"{of}*太[^了啦吧喔哦呢啊\u3041-\u30ff]{{1,4}}[了啦吧喔哦呢啊]*"
        rf"|(?:{of} )*too \w+(?: \w+)?"
        rf"|.{{0,5}}{stems}(?:すぎ|過ぎ)(?:る|ます|です|だよ|だろ|でしょ|かも|ない)*[よねなわー笑草w]*"
        r"|.{1,14}(?:เกินไป|เกิน|ไปหน่อย|ไปนิด)(?:หน่อย|นิด|มาก|อ่ะ|อะ|ละ|แล้ว|นะ|น้า|ครับ|ค่ะ|คะ)*"
    )


def _one_of(words: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"

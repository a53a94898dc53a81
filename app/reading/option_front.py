"""Options with which a wish begins: "landscape format: ...", 要橫的, 4:3で, "png of ...". No I/O except its files.

They are set apart from what is to be drawn by a mark, by a word such as "of" or で, or, for words that nobody draws, by
a space. Texts are folded. Scores, times and everyday words (a portrait of, landscape with) are left alone.
"""

import re
from collections.abc import Iterator

from app.reading.option_values import number_of, of_count, of_ratio
from app.reading.option_words import Word, longest, option_words
from app.reading.options import Options

FRONT_CHARS = 120
WORDS_MAX = 4
SIDE_PX_MIN = 256
USUAL = frozenset({(1, 1), (4, 3), (3, 4), (3, 2), (2, 3), (4, 5), (5, 4), (16, 9), (9, 16), (21, 9), (3, 1)})
_LEADING = re.compile(r"\s*(?:(?:an?|the|in|as)\s|[我想]*[要用]|(?:ขอ)?(?:ไฟล์|รูป|ภาพ|แบบ|เป็น)?\s?)?")
_RATIO = re.compile(r"(?:(\d{1,2}):(\d{1,2})|(16)[比対](9)|(9)[比対](16))(?=\s?(?:[で的の,、。:\n]|please|\s))")
_SIZE = re.compile(r"(\d{3,4})\s?[x\u00d7*]\s?(\d{3,4})(?=\s?[で的の,、:\n]|\s)")
_COUNT = re.compile(
    r"([2-9]|[二兩两三四五]|two|three|four|five|สอง|สาม|สี่|ห้า)\s?"
    r"(?:[張张枚幅](?:[圖图])?|款|パターン|pictures|versions|รูป|ภาพ|แบบ)(?:まとめて|ほど|\s(?:please|pls))?\s?[,、:\n]"
)
_SCORED = re.compile(
    r"\b(?:vs?|beat|won?|wins|lost|loses|goals?|score[ds]?|final)\b|比分|比數|[贏赢輸输勝敗対]|スコア|ゴール|ชนะ|แพ้|สกอร์"
)
_GOES_ON = re.compile(r"[!-~][a-z0-9]")
_GAP = re.compile(r"[\s,、:;。]*")
_OF = re.compile(r"(?:で(?!き)|(?:pictures?|images?|draft|version|one)?\s?of\b)")
_ONE_OF = re.compile(r"(?:one|version) of\b")
NO_GENRES = frozenset({"vertical", "horizontal", "square", "widescreen"})  # portrait and landscape are genres


def options_in_front(text: str) -> Iterator[Options]:
    """Read the options with which a folded wish begins."""
    _, said = _split(_LEADING, text[:FRONT_CHARS])
    if count := _COUNT.match(said):
        yield of_count(number_of(count[1]))
    if (size := _SIZE.match(said)) and min(int(size[1]), int(size[2])) >= SIDE_PX_MIN:
        yield Options(size=(int(size[1]), int(size[2])))
    if (ratio := _RATIO.match(said)) and not is_a_score(said):
        across, down = (int(side) for side in ratio.groups() if side)
        if (across, down) in USUAL:
            yield of_ratio(across, down)
    yield from _words_in_front(said)


def is_a_score(said: str) -> bool:
    """Whether a text is about a match, so that its numbers are a score."""
    return _SCORED.search(said) is not None


def _words_in_front(said: str) -> Iterator[Options]:
    found: list[tuple[str, Word]] = []
    gap = ""
    while len(found) < WORDS_MAX and (word := _word_at(said)):
        found.append((word, option_words()[word]))
        gap, said = _split(_GAP, said[len(word) :])
    if found and _are_apart(found, gap, said):
        yield from (word.options for _, word in found)


def _split(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Split off what the pattern matches at the start, which may be nothing."""
    found = pattern.match(text)
    end = found.end() if found else 0
    return text[:end], text[end:]


def _word_at(said: str) -> str | None:
    """Find the longest word with which the text begins."""
    for length in range(min(len(said), longest()), 0, -1):
        if said[:length] in option_words() and not _GOES_ON.match(said, length - 1):
            return said[:length]
    return None


def _are_apart(found: list[tuple[str, Word]], gap: str, rest: str) -> bool:
    sure = [text for text, word in found if word.how in {"glued", "apart"}]
    if not rest:
        return False  # nothing but options: a command
    if not sure:
        is_shape = "," in gap and all(text in NO_GENRES for text, _ in found)
        return ":" in gap or is_shape or _ONE_OF.match(rest) is not None
    if gap.strip():
        return len(sure) == len(found)
    if _OF.match(rest) or _ONE_OF.match(rest):
        return True
    return bool(gap) and not any(_may_be_drawn(text, word) for text, word in found)


def _may_be_drawn(text: str, word: Word) -> bool:
    """Whether a word with only a space after it may belong to what is to be drawn: HD television, 縦, ร่าง."""
    if text.endswith("的"):
        return False  # 直的 and 橫的 are adjectives: a space after them shows that they describe no noun
    return word.how != "glued" or (text.isascii() and word.options.output_format is None)

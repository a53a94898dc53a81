"""Options in words: what a wish says of shape, number and quality at its end. No I/O except its files.

An option counts only at the end of the text and set apart from it: after a space or a mark, or, for words that nobody
draws (橫式), right after other characters of a script without spaces. Everyday words (tall, low) need a mark such as a
comma before them, or another option beside them. Courtesies after an option (please, でお願いします) and small words
that lead to it (in 16:9, 要直式) are removed with it. What is to be written in the picture (says HD), scores and times
(2:1, 10:30) and names (BMW X5) stay in the prompt as they were typed. For options elsewhere see `option_anywhere`.
"""

import re
import unicodedata
from dataclasses import fields, replace
from typing import Any

from app.reading.option_anywhere import options_anywhere
from app.reading.option_marks import (
    DASHES,
    STRONG,
    WEAK,
    is_a_name,
    is_counted,
    is_described,
    is_spaced,
    is_wanted,
    is_written,
    without_courtesy,
    without_gap,
    without_leading_words,
)
from app.reading.option_values import FLAGS, number_of, of_count, of_flag, of_ratio
from app.reading.option_words import Word, longest, option_words
from app.reading.options import Options, Unmet

TAIL_CHARS = 400  # where options stand at the end of a wish
SCALE_MIN = 12  # 1:12, 1:18, 1:24 are scales of models
SIDES_MAX = 32  # of a ratio that people write: 21:9, 32:9
FLAG_LENGTH_MAX = 40

_OUT_OF = r"(?:x|比|対|ต่อ| by )"
_RATIO = re.compile(
    rf"(?<![\d.])(?<!\d:)(?:(\d{{1,2}}):(\d{{1,2}})|(16){_OUT_OF}(9)|(9){_OUT_OF}(16))"
    r"(?:\s?aspect ratio|(?:(?<=16:9)|(?<=9:16)|(?<=4:3)|(?<=3:4))(?:\s(?:ratio|format)|\s?的?比例|\s?の?比率))?\Z"
)
_SIZE = re.compile(r"(?<![\d.])(\d{3,4})\s?[x\u00d7*]\s?(\d{3,4})\Z")
_TIMES = re.compile(r"(?<![\w.])[x\u00d7*]\s?(\d{1,2})\Z")
_FACTOR = re.compile(r"(?:\A|\s)\d+\s\Z")  # 3 x 4 is a product
_COUNT = re.compile(
    r"(?<![\d.])(?P<number>\d{1,2}|[一二兩两三四五六七八九十]|สอง|สาม|สี่|ห้า|two|three|four|five)\s?"
    r"(?P<what>[張张枚幅](?:[圖图]片?|照片)?|[個个種种]版本|款|種類|案|パターン|バージョン"
    r"|pictures|images|pics|versions|variations|more|รูป|ภาพ|แบบ)\Z"
)
_FLAG = re.compile(
    rf"(?<!\S)[{DASHES}]{{1,2}}(?P<name>[a-z]{{1,12}})"
    rf"(?:(?:[\s=:]+|(?=\d))(?P<value>[^\s{DASHES}][^\s]{{0,{FLAG_LENGTH_MAX}}}))?\Z"
)
_WORD_FLAGS = ("q", "quality", "format", "background")
OPTIONS_MAX = 20  # at the end of one text
_CLOSES = {")": "(", "]": "[", "】": "【", "）": "（"}  # noqa: RUF001 - full-width brackets are what people type


def read_options(prompt: str) -> tuple[str, Options]:
    """Return the wish as typed, without the options at its end, and all of its options, wherever they are."""
    tail = max(0, len(prompt) - TAIL_CHARS)
    left, options = _read_end(prompt[tail:])
    left = prompt[:tail] + left
    elsewhere = options_anywhere(left)
    if not (options or elsewhere):
        return prompt, options
    unmet = tuple(dict.fromkeys((*elsewhere.unmet, *options.unmet)))
    return left, replace(options.merged_over(elsewhere), unmet=unmet)


def _read_end(prompt: str) -> tuple[str, Options]:
    text = _Folded(prompt)
    options = Options()
    end = len(text.folded)
    for _ in range(OPTIONS_MAX):
        tail = _last_option(text.folded[:end], beside=bool(options))
        if tail is None:
            break
        start, found = tail
        if is_a_name(prompt[: text.position(start)], prompt[text.position(start) :]):
            break
        options = replace(found.merged_over(options), **_kept(options, found))
        end = len(without_leading_words(text.folded[:start]))
    if not options:
        return prompt, options
    return _with_its_bracket(prompt, text.position(len(without_gap(text.folded[:end])))), options


def _with_its_bracket(prompt: str, end: int) -> str:
    """Keep brackets in pairs: "a sheep (small) x2" becomes "a sheep (small)"; "(small, 16:9)" stays whole."""
    left = prompt[:end]
    open_ones = [one for one in left if one in _CLOSES.values()]
    closed = [one for one in left if one in _CLOSES]
    if len(open_ones) <= len(closed):
        return left
    if _CLOSES.get(prompt[end : end + 1]) == open_ones[-1]:
        return prompt[: end + 1]
    return prompt


def _kept(later: Options, found: Options) -> dict[str, Any]:
    """Let what comes later in the text win, and collect what cannot be had."""
    said = {one.name: getattr(later, one.name) for one in fields(later) if getattr(later, one.name) is not None}
    if later.ratio or later.size:
        said |= {"ratio": later.ratio, "size": later.size}
    return said | {"unmet": tuple(dict.fromkeys((*found.unmet, *later.unmet)))}


def _last_option(text: str, *, beside: bool) -> tuple[int, Options] | None:
    """Find the option that the text ends with, and where it begins. `beside`: another option follows it."""
    said = without_gap(text)
    return _at_the_end(said, beside=beside) or (
        _at_the_end(without_gap(plain), beside=beside) if (plain := without_courtesy(said)) else None
    )


def _at_the_end(said: str, *, beside: bool) -> tuple[int, Options] | None:
    for find in (_flag, _ratio, _size, _times, _count):
        if found := find(said):
            return found
    return _word(said, beside=beside)


def _flag(text: str) -> tuple[int, Options] | None:
    match = _FLAG.search(text, max(0, len(text) - 2 * FLAG_LENGTH_MAX))
    if match is None or (
        match.start()
        and match["name"] not in {*FLAGS, *_WORD_FLAGS}
        and match.group().startswith("-")
        and match.group()[1] != "-"
    ):
        return None
    name, value = match["name"], match["value"] or ""
    return match.start(), _flagged(name, value)


def _flagged(name: str, value: str) -> Options:
    if found := of_flag(name, value):
        return found
    is_a_word = name in _WORD_FLAGS
    option = option_words().get(value if is_a_word else name)
    if option and (is_a_word or not value):
        return option.options
    return Options(unmet=(Unmet(key="flag", asked=f"--{name} {value}".strip()),))


def _ratio(text: str) -> tuple[int, Options] | None:
    match = _RATIO.search(text, max(0, len(text) - 24))
    if match is None:
        return None
    across, down = (int(number) for number in match.groups() if number)
    before = text[: match.start()]
    if across == 1 and down >= SCALE_MIN:
        return None
    if not (0 < across <= SIDES_MAX and 0 < down <= SIDES_MAX) or _is_time(match.group(), across, down):
        return None
    apart = WEAK.search(before[-2:]) or not is_spaced(before[-1:]) or without_leading_words(before) != before
    if not apart or is_written(before) or is_counted(before):
        return None
    return match.start(), of_ratio(across, down)


def _is_time(said: str, hour: int, minute: int) -> bool:
    if said.partition(":")[2].startswith("0"):
        return True
    return minute >= 10 and minute % 5 == 0 and hour <= 24 and (hour, minute) != (16, 10)  # noqa: PLR2004 - a clock's


def _size(text: str) -> tuple[int, Options] | None:
    match = _SIZE.search(text, max(0, len(text) - 12))
    if match is None or is_written(text[: match.start()]):
        return None
    return match.start(), Options(size=(int(match[1]), int(match[2])))


def _times(text: str) -> tuple[int, Options] | None:
    match = _TIMES.search(text, max(0, len(text) - 6))
    if match is None or not int(match[1]):
        return None
    before = text[: match.start()]
    if is_written(before) or _FACTOR.search(before[-6:]):
        return None
    return match.start(), of_count(int(match[1]))


def _count(text: str) -> tuple[int, Options] | None:
    match = _COUNT.search(text, max(0, len(text) - 16))
    if match is None:
        return None
    said = match["number"]
    number = number_of(said)
    before = text[: match.start()]
    # "a wall with 4 pictures" is a wish; "..., 4 pictures" is a number of them.
    apart = STRONG.search(before[-3:]) if match["what"].isascii() else is_wanted(before, match["what"])
    if not number or not apart or is_written(before):
        return None
    return match.start(), of_count(number)


def _word(text: str, *, beside: bool) -> tuple[int, Options] | None:
    """Find the longest option word that the text ends with and that stands apart as its kind requires."""
    for length in range(min(len(text), longest()), 0, -1):
        word = option_words().get(text[-length:])
        if word is None:
            continue
        before = text[:-length]
        if _stands_apart(word, before, beside=beside) and not is_written(before):
            return len(before), word.options
    return None


def _stands_apart(word: Word, before: str, *, beside: bool) -> bool:
    if word.how == "glued" and before and not is_spaced(before[-1]):
        return not is_described(before)
    if not WEAK.search(before[-2:]):
        return word.how == "glued" and _ends_with_a_sure_one(before)  # png去背
    if word.how in {"glued", "apart"}:
        return True
    if not before:
        return False  # nothing but an everyday word: a wish, or a command
    marked = word.how == "everyday" and bool(STRONG.search(before[-3:]))
    return beside or marked or _ends_with_a_sure_one(before)


def _ends_with_a_sure_one(before: str) -> bool:
    said = without_gap(before[-60:])
    return any(find(said) for find in (_flag, _ratio, _size, _times)) or any(
        (word := option_words().get(said[-length:])) and word.how in {"glued", "apart"}
        for length in range(min(len(said), longest()), 0, -1)
    )


class _Folded:
    """A folded text, and where each of its characters is in the text as it was typed."""

    def __init__(self, text: str) -> None:
        pieces = [unicodedata.normalize("NFKC", one).casefold() for one in text]
        self.folded = "".join(pieces)
        self._starts = [at for at, piece in enumerate(pieces) for _ in piece]
        self._length = len(text)

    def position(self, at: int) -> int:
        """Map a position in the folded text to the typed one."""
        return self._starts[at] if at < len(self._starts) else self._length

"""Options at the start of a wish or inside it: "Create a 16:9 image of ...", 給我四張不同的…, "aspect ratio: 3:4".

They are obeyed and stay in the text, which goes to the model as it was typed. Only what cannot be part of the picture
counts: two numbers need a word for a shape or a picture beside them, a number of pictures needs words that ask for
them; scores, times, prices and what is to be written in the picture are left alone. The words are in `vocabulary`.
No I/O except its files.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from app.reading.option_background import clears_the_background
from app.reading.option_front import NO_GENRES, is_a_score, options_in_front
from app.reading.option_marks import NEAR, is_counted, is_written
from app.reading.option_values import number_of, of_count, of_flag, of_ratio
from app.reading.option_words import option_words
from app.reading.options import Options
from app.reading.vocabulary import phrases

READ_AT_FRONT, READ_AT_END = 800, 300  # characters: long prompts give their options near either end
LOOKED_AT_MAX = 10  # ratios, sizes, shapes and flags of one text
COUNTS_MAX = 3  # numbers that may say how many pictures
SURELY_A_SHAPE = frozenset({(16, 9), (9, 16), (21, 9)})
USUAL_SHAPES = SURELY_A_SHAPE | {(1, 1), (4, 3), (3, 4), (3, 2), (2, 3), (4, 5), (5, 4)}
BETWEEN = r"[^\n,.、。!?]{0,24}?"
_NUMBER = r"[1-9]|two|three|four|five|[一二兩两三四五]|สอง|สาม|สี่|ห้า"
_BLANKS = {  # placeholders of the phrases, and their patterns
    "{n}": rf"\s?({_NUMBER})\s?",
    "{many}": r"\s?([2-9]|[二兩两三四五])\s?",
    "{start}": r"\A\s*",
    "...": BETWEEN,  # to which "…" is folded
}
_A_NUMBER = re.compile(_NUMBER)
_RATIO = re.compile(r"(?<![\d:.,/a-z])(\d{1,2})\s?[:x]\s?(\d{1,2})(?![\da-z:]|\.\d|\s?(?:am|pm|%|點|分|時|น\.|โมง))")
_SIZE = re.compile(r"(?<![\d.])(\d{3,4})\s?[x\u00d7*]\s?(\d{3,4})(?!\d)(\s?(?:px|pixels?|像素|ピクセル|พิกเซล))?")
_FLAG = re.compile(r"(?<!\S)(?:--|\u2014|\u2013\u2013)(ar|aspect|ratio|n|count|size)[\s=:]+(\S{1,12})")
_BANNERS = frozenset({(3, 1), (2, 1), (4, 1), (1, 2), (1, 3)})  # shapes of pictures for a page, but scores, too
_IN, _ENDS = re.compile(r"\bin\s\Z"), re.compile(r"\s?(?:please)?\s?[,.;\n]")
_SAID: Mapping[str, Options] = {
    "wide": Options(ratio=(3, 2)),
    "tall": Options(ratio=(2, 3)),
    "square": Options(ratio=(1, 1)),
    "transparent": Options(background="transparent"),
    "high": Options(quality="high"),
}


def options_anywhere(text: str) -> Options:
    """Read the options of a wish wherever they are. If two contradict each other, the first counts."""
    said = unicodedata.normalize("NFKC", text).casefold()
    if len(said) > READ_AT_FRONT + READ_AT_END:
        said = f"{said[:READ_AT_FRONT]}\n{said[-READ_AT_END:]}"
    options = Options()
    for found in _found(said):
        unmet = tuple(dict.fromkeys((*options.unmet, *found.unmet)))
        options = replace(options.merged_over(found), unmet=unmet)
    return options


def _found(said: str) -> Iterator[Options]:
    for flag in islice(_FLAG.finditer(said), LOOKED_AT_MAX):
        yield of_flag(flag[1], flag[2])
    yield from options_in_front(said)
    yield from _shapes(said)
    yield from _sizes(said)
    for match in islice(_shape_words().finditer(said), LOOKED_AT_MAX):
        yield option_words()[match["word"]].options
    for key, options in _SAID.items():
        if _first(key, said):
            yield options
    if clears_the_background(said):
        yield _SAID["transparent"]
    for number in islice(_A_NUMBER.finditer(said), COUNTS_MAX):
        if count := _first("count", said, number.start() - NEAR, number.end() + NEAR):
            yield of_count(number_of(count[1]))
            return


def _shapes(said: str) -> Iterator[Options]:
    for match in islice(_RATIO.finditer(said), LOOKED_AT_MAX):
        across, down = int(match[1]), int(match[2])
        before, after = _around(match, said)
        is_time = _beside(("time",))[0].search(before)
        if not across or not down or is_time or is_counted(before) or is_written(before):
            continue
        is_sure = (across, down) in SURELY_A_SHAPE and ":" in match[0]
        is_usual = (across, down) in USUAL_SHAPES and (
            _is_beside(("maybe_shape", "picture"), before, after) or _is_led(before, after)
        )
        is_usual = is_usual or ((across, down) in USUAL_SHAPES | _BANNERS and _is_of_a_page(before, after, said))
        if is_sure or is_usual or _is_beside(("shape",), before, after):
            yield of_ratio(across, down)


def _sizes(said: str) -> Iterator[Options]:
    for match in islice(_SIZE.finditer(said), LOOKED_AT_MAX):
        before, after = _around(match, said)
        if is_written(before):
            continue
        if match[3] or _is_beside(("shape", "maybe_shape", "picture"), before, after):
            yield Options(size=(int(match[1]), int(match[2])))


def _around(match: re.Match[str], said: str) -> tuple[str, str]:
    return said[max(0, match.start() - NEAR) : match.start()], said[match.end() : match.end() + NEAR]


def _is_led(before: str, after: str) -> bool:
    """Whether it stands alone after "in": "can I have that in 3:2, a fox"."""
    return _IN.search(before) is not None and _ENDS.match(after) is not None


def _is_of_a_page(before: str, after: str, said: str) -> bool:
    """Whether it follows what the picture is for: "banner for our website 3:1, tools", 網站橫幅 3:1 工具."""
    is_apart = before.endswith((" ", ",", "、")) and (not after or after[0] in " ,、\n")
    return is_apart and _beside(("page",))[1].search(before) is not None and not is_a_score(said)


def _is_beside(keys: tuple[str, ...], before: str, after: str) -> bool:
    behind, ahead = _beside(keys)
    return behind.search(before) is not None or ahead.match(after) is not None


def _first(key: str, said: str, start: int = 0, end: int = READ_AT_FRONT + READ_AT_END + 1) -> re.Match[str] | None:
    """Find one of these phrases, unless it is to be written in the picture."""
    matches = (_made(pattern).search(said, max(0, start), end) for anchor, pattern in _phrases(key) if anchor in said)
    return next((one for one in matches if one and not is_written(_around(one, said)[0])), None)


@functools.cache
def _shape_words() -> re.Pattern[str]:
    """Make a pattern for a shape that stands by itself inside a wish: "pfp, square, a girl", 頭貼 方形 一個女孩."""
    shapes = [
        word
        for word, one in option_words().items()
        if one.options == Options(ratio=one.options.ratio) and (one.how in {"glued", "apart"} or word in NO_GENRES)
    ]
    unspaced = "|".join(re.escape(one) for one in shapes if not one.isascii() and len(one) > 1)
    marked = "|".join(map(re.escape, shapes))
    return re.compile(
        rf"(?<=[,、\n\s])(?P<word>(?:(?<=[,、\n])|(?<=[,、\n]\s))(?:{marked})(?=\s?[,、\n])|(?:{unspaced})(?=\s))"
    )


@functools.cache
def _beside(keys: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Make patterns for such a word right before two numbers, and right after them."""
    words = "|".join(_spelled(word) for key in keys for word in phrases(key))
    behind = rf"(?:{words})\s?(?:[:=]|of|is|to|in|為|是|用|は|を|に|เป็น|คือ)?\s*\Z"
    ahead = rf"\s?(?:的|の|-)?\s?(?:[a-z]+\s)?(?:{words})"
    return re.compile(behind), re.compile(ahead)


@functools.cache
def _phrases(key: str) -> tuple[tuple[str, str], ...]:
    """Return for each phrase a part that a match must contain, which is quick to look for first, and its pattern."""
    listed = {f"{{{name}}}": f"(?:{'|'.join(map(_spelled, phrases(name)))})" for name in ("picture", "ask")}
    flat = {"{unflat}": f"(?!{BETWEEN}(?:{'|'.join(map(_spelled, phrases('flat')))}))"}
    found = []
    for one in phrases(key):
        pattern = _spelled(one)
        for blank, meant in (_BLANKS | listed | flat).items():
            pattern = pattern.replace(re.escape(blank), meant)
        anchor = max(re.split(r"\{\w+\}|\.\.\.", one), key=len).strip()
        found.append((anchor, pattern))
    return tuple(found)


@functools.cache
def _made(pattern: str) -> re.Pattern[str]:
    """Compile a pattern once, and only when a text may match it: compiling all of them takes 0.1 s."""
    return re.compile(pattern)


def _spelled(word: str) -> str:
    """Escape a word for a pattern, with word boundaries if its language has spaces."""
    pattern = re.escape(word)
    start = r"\b" if word[0].isascii() and word[0].isalnum() else ""
    end = r"\b" if word[-1].isascii() and word[-1].isalnum() else ""
    return start + pattern + end

"""What a chat may set: the one table of shapes, qualities, counts and languages. No I/O."""

import math
from collections.abc import Mapping

SHAPES = ("1:1", "3:2", "2:3", "16:9", "9:16")
QUALITIES = ("low", "medium", "high")
COUNTS = ("1", "2", "4")  # a card has room for three
LANGUAGES: Mapping[str, str] = {
    "zh-TW": "繁體中文",
    "en": "English",
    "ja": "日本語",
    "th": "ไทย",
}  # by their own names
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "size": SHAPES,
    "quality": QUALITIES,
    "count": COUNTS,
    "language": tuple(LANGUAGES),
}
TYPED_COUNT_MAX = 5  # that many fit into one reply
TYPED_RATIO_MAX = 3  # narrower shapes are not drawn


def may_be_set(name: str, value: str) -> bool:
    """Whether a setting may have this value, including counts and shapes that people type and no button offers."""
    ratio = ratio_of(value) if name == "size" else None
    if ratio and min(ratio):
        return max(ratio) <= TYPED_RATIO_MAX * min(ratio)
    if name == "count":
        return value in map(str, range(1, TYPED_COUNT_MAX + 1))
    return value in SETTINGS.get(name, ())


def qualities_up_to(best: str) -> tuple[str, ...]:
    """Return the qualities that may be set if `best` is the best; all of them if it is not among them."""
    return QUALITIES[: QUALITIES.index(best) + 1] if best in QUALITIES else QUALITIES


def shape_of(size: str) -> str:
    """Write a size as a shape: the operator's 1024x1024 is 1:1; "" for "auto", which has none."""
    across, _, down = size.partition("x")
    if not (across.isdecimal() and down.isdecimal()):
        return "" if size == "auto" else size
    common = math.gcd(int(across), int(down)) or 1
    return f"{int(across) // common}:{int(down) // common}"


def ratio_of(shape: str) -> tuple[int, int] | None:
    """Read a shape such as 16:9; None if it is not one."""
    across, _, down = shape.partition(":")
    return (int(across), int(down)) if across.isdecimal() and down.isdecimal() else None

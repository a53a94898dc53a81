"""Turns a shape, a number or a flag into options, and notes what cannot be had. No I/O."""

import re

from app.reading.options import COUNT_MAX, Options, Unmet

RATIO_MAX = 3
_NUMBERS = {digit: number for number, digit in enumerate("一二三四五六七八九十", start=1)} | {"兩": 2, "两": 2}
_NUMBERS |= {"สอง": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "two": 2, "three": 3, "four": 4, "five": 5}
FLAGS = {"ar": "ratio", "aspect": "ratio", "ratio": "ratio", "n": "count", "count": "count", "size": "size"}


def number_of(said: str) -> int:
    """Read a number as people write it; 0 if it is not one."""
    return _NUMBERS.get(said) or (int(said) if said.isdecimal() else 0)


def of_ratio(across: int, down: int) -> Options:
    """Ask for a shape; one beyond 3:1 or 1:3 becomes that, and is noted as unmet."""
    across, down = max(1, across), max(1, down)
    if across > RATIO_MAX * down:
        unmet = Unmet(key="ratio", asked=f"{across}:{down}", got=f"{RATIO_MAX}:1")
        return Options(ratio=(RATIO_MAX, 1), unmet=(unmet,))
    if down > RATIO_MAX * across:
        unmet = Unmet(key="ratio", asked=f"{across}:{down}", got=f"1:{RATIO_MAX}")
        return Options(ratio=(1, RATIO_MAX), unmet=(unmet,))
    return Options(ratio=(across, down))


def of_count(number: int) -> Options:
    """Ask for so many pictures, at most `COUNT_MAX`; more is noted as unmet, and 0 asks for nothing."""
    if number > COUNT_MAX:
        return Options(count=COUNT_MAX, unmet=(Unmet(key="count", asked=str(number), got=str(COUNT_MAX)),))
    return Options(count=number or None)


def of_flag(name: str, value: str) -> Options:
    """Read a flag for a shape, a number or a size; nothing if it is none of these, or its value is not valid."""
    kind = FLAGS.get(name)
    if kind == "ratio" and (found := re.fullmatch(r"(\d{1,3})[:x/](\d{1,3})", value)):
        return of_ratio(int(found[1]), int(found[2]))
    if kind == "size" and (found := re.fullmatch(r"(\d{3,4})x(\d{3,4})", value)):
        return Options(size=(int(found[1]), int(found[2])))
    if kind == "count" and value.isdecimal() and int(value):
        return of_count(int(value))
    return Options()

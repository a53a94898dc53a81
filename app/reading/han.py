"""One form for Chinese characters that are written in two ways: 画 and 畫, 谢 and 謝. No I/O but its file.

What people say to each other, and what they want of a picture; rare characters stay as they are typed. The fuller form
stands second in each pair. Japanese shares some of the shorter ones, so its words are folded alike wherever words are
compared; nothing that goes to a model is.
"""

import functools
from collections.abc import Mapping
from importlib import resources


def in_full(text: str) -> str:
    """Write short forms of characters in full."""
    return text.translate(_full())


@functools.cache
def _full() -> Mapping[int, str]:
    pairs = resources.files("app.reading").joinpath("han.txt").read_text(encoding="utf-8").split()
    return {ord(pair[0]): pair[1] for pair in pairs}

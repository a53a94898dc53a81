"""Folds Chinese characters that are written in two ways into one: 画 and 畫, 谢 and 謝. No I/O except its file.

`han.txt` lists the characters of everyday talk and of wishes, the full (traditional) form second in each pair; rare
characters stay as they are typed. Japanese shares some of the simplified forms, so its words are folded, too, wherever
words are compared; nothing that is sent to a model is.
"""

import functools
from collections.abc import Mapping
from importlib import resources


def in_full(text: str) -> str:
    """Replace simplified characters by their full forms."""
    return text.translate(_full())


@functools.cache
def _full() -> Mapping[int, str]:
    pairs = resources.files("app.reading").joinpath("han.txt").read_text(encoding="utf-8").split()
    return {ord(pair[0]): pair[1] for pair in pairs}

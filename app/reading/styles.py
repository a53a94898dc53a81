"""Whether words name a style that looks like a shape: 改成日式的 is not 改成直式的. No I/O."""

import re
import unicodedata

# In Chinese both end in 式 and are one character long. A shape: 直 橫 方 豎 寬 長.
_STYLE = re.compile("(?:[日中歐欧美韓韩法台臺西泰英德義意印新舊旧和洋閩港]|古早|復古|北歐|巴洛克)式")
_SHAPE = re.compile("[直橫横方豎竖寬宽長长]式?")


def names_a_style(text: str) -> bool:
    """Whether a text names a style, and no shape."""
    said = unicodedata.normalize("NFKC", text)
    return _STYLE.search(said) is not None and _SHAPE.search(said) is None

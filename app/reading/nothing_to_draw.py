"""Messages that are hardly ever wishes: bare links, numbers, times, prices, codes, notices. No I/O except its files."""

import functools
import re
import unicodedata

from app.reading.vocabulary import listed

LINKS_MAX_CHARS = 2000
_ENDINGS = "com|net|org|edu|gov|io|me|ly|gl|be|cc|tv|co|app|dev|shop|info|tw|jp|th|hk|cn"
_LINK = rf"(?:https?://\S+|www\.\S+|(?:[a-z0-9-]+\.)+(?:{_ENDINGS})(?:/\S*)?)"
_LINKS = re.compile(rf"[\W_]*{_LINK}(?:\s+{_LINK})*[\W_]*", re.IGNORECASE)
_SLASHED = re.compile(r"/[a-z][a-z0-9_]*(?:@\w+)?", re.ASCII | re.IGNORECASE)
_AMOUNT = r"(?:\d[\d,.:/\- ]*|(?<=[^\w])\d+|[一二三四五六七八九十百千萬兩零]+(?=[元塊點点]))"
_FIGURES = re.compile(
    rf"(?:上午|下午|晚上|早上|中午|凌晨|午前|午後|朝|夜|ตอน)?\s?(?:nt\$?|us\$?|[$€£¥฿])?\s?{_AMOUNT}\s?"
    r"(?:元|[塊块]錢?|圓|円|บาท|baht|dollars?|bucks|usd|twd|ntd?|jpy|yen|thb|[ap]\.?m\.?|[點点時时](?:半|整|\d+分)?|[年月日號分]"
    r"|โมง(?:ครึ่ง)?|ทุ่ม|นาฬิกา|น\.?|\d|[,.:/\- ])*"
)
_HEADED = re.compile(r"\s*[【\[][^】\]\n]{1,24}[】\]]")


def is_bare_link(text: str) -> bool:
    """Whether a text is nothing but links, which we cannot open."""
    return len(text) <= LINKS_MAX_CHARS and _LINKS.fullmatch(text.strip()) is not None


def is_bare_slash(text: str) -> bool:
    """Whether a text is nothing but a command as bots have them, such as /start; those that we know come before."""
    return _SLASHED.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def is_hardly_a_wish(text: str) -> bool:
    """Whether a text is nothing but a number, a time or a price, or a forwarded code or notice."""
    said = unicodedata.normalize("NFKC", text).casefold()
    bare = said.strip(" \n.,!?~。、")
    return _FIGURES.fullmatch(bare) is not None or _is_passed_on(said)


def _is_passed_on(said: str) -> bool:
    has_link = re.search(_LINK, said) is not None
    return (_codes().search(said) is not None and re.search(r"\d{4}", said) is not None) or (
        has_link and (_HEADED.match(said) is not None or _notices().search(said) is not None)
    )


@functools.cache
def _codes() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, listed("passed_on", "codes"))))


@functools.cache
def _notices() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, listed("passed_on", "notices"))))

"""What the gate sees of a message: pieces of its text and marks of its moment, each as a number. No I/O.

The training and the running service both use this module, so that they see the same.
"""

import re
import unicodedata
from itertools import pairwise
from zlib import crc32

from app.reading.han import in_full
from app.reading.meaning import Moment

HEAD_CHARS = 176  # what a long message wants is said at its start,
TAIL_CHARS = 64  # or, as flags and "make it so", at its end
GRAM_CHARS_MAX = 5
_BYTES = 4  # of one character in UTF-32
_LENGTHS = (1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 100, 200, 500)
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]+")
_REPEATS = re.compile(r"(.{1,4}?)\1{3,}")
_WORDS = re.compile(r"[a-z0-9'+:-]+")
_SCRIPTS = {
    "latin": re.compile("[a-z]"),
    "han": re.compile("[\u3400-\u9fff]"),
    "kana": re.compile("[\u3040-\u30ff]"),
    "thai": re.compile("[\u0e00-\u0e7f]"),
    "hangul": re.compile("[\uac00-\ud7af]"),
    "other": re.compile("[\u00c0-\u0dff\u0e80-\u1fff]"),
    "digit": re.compile("[0-9]"),
    "emoji": re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]"),
}
_SIGNS = {
    "asks": re.compile(r"[?]|[嗎吗呢か]\s*$|(?:ไหม|มั้ย|มั๊ย|ป่าว|หรอ|เหรอ)\s*(?:ครับ|คับ|คะ|ค่ะ)?\s*$"),
    "wonders": re.compile(
        r"\b(?:what|which|who|whose|whom|where|when|why|how (?:many|much|long|old|far|often))\b"
        r"|[哪誰]|什麼|多少|幾|為何|何|なに|なん(?:で|の)|だれ|どこ|いつ|なぜ|どう|いくつ|いくら|どの|อะไร|ไหน|ใคร|เมื่อไห?ร|กี่|ทำไม|เท่าไห?ร|ยังไง|อย่างไร"
    ),
    "cries": re.compile("!"),
    "lists": re.compile(r",[^,]+,[^,]+,|、[^、]+、"),
    "flags": re.compile(r"--[a-z]+|\bmasterpiece\b|\b[48]k\b"),
    "lines": re.compile("\n"),
    "link": re.compile("https?://"),
    # Somebody speaks to somebody; a few words without any of these only name something, mostly a wish.
    "speaks": re.compile(
        r"\b(?:i|i'?m|u|ur|you|your|you'?re|me|my|we|it|it'?s|he|she|they|this|that|is|are|was|were|do|does|did|don'?t|can|"
        r"can'?t|what|why|how|who|when|where|not|no|so|too|just|will|would|should|have|has|got|please|pls|make|add|want)\b"
        r"|[我你妳您他她它這那誰嗎呢吧啊啦喔耶欸是有沒不要會能可想去了]|怎麼|什麼"
        r"|です|ます|ない|だよ|かな|って|した|して|たい|だね|よね|この|その|これ|それ|何|なに|どう|誰|私|俺|だった|もう|もっと"
        r"|ฉัน|เรา|เธอ|คุณ|มัน|นี้|นั้น|นี่|ไม่|ไหม|ยัง|แล้ว|จะ|อะไร|ทำไม|ยังไง|ใคร|ได้|ครับ|ค่ะ|คะ|จัง|มาก|ให้|ขอ|อยาก|เอา|ช่วย|เลย|นะ|ไป|มา"
    ),
}


def normalised(text: str) -> str:
    """Fold the ways to write the same text: width, case, simplified characters, blanks and playful repetition."""
    said = in_full(unicodedata.normalize("NFKC", text).casefold())
    return _REPEATS.sub(r"\1\1\1", _BLANKS.sub(" ", said).strip())


def shortened(text: str) -> str:
    """Keep only the start and the end of a long message, so that reading it takes no longer than a short one."""
    whole = HEAD_CHARS + TAIL_CHARS
    return text if len(text) <= whole else f"{text[:HEAD_CHARS]} {text[-TAIL_CHARS:]}"


def pieces(text: str) -> list[int]:
    """Hash each distinct run of 1 to 5 characters, word and pair of words, and the first word, to 32 bits."""
    said = normalised(shortened(text))
    data = f"\x02{said}\x03".encode("utf-32-le", "replace")
    found: set[int] = set()
    for chars in range(1, GRAM_CHARS_MAX + 1):
        width = chars * _BYTES
        found.update([crc32(data[at : at + width]) for at in range(0, len(data) - width + 1, _BYTES)])
    words = [word.encode() for word in _WORDS.findall(said)]
    found.update([crc32(word, 1) for word in words])
    found.update([crc32(b"%b %b" % pair, 2) for pair in pairwise(words)])
    if words:
        found.add(crc32(words[0], 3))
    return sorted(found)


def marks(text: str, moment: Moment) -> list[int]:
    """Hash what a message shows as a whole (length, scripts, signs), and its moment, to numbers of 32 bits."""
    said = in_full(unicodedata.normalize("NFKC", shortened(text)).casefold())
    length = f"length {sum(len(text.strip()) >= one for one in _LENGTHS)}"
    seen = [f"script {name}" for name, script in _SCRIPTS.items() if script.search(said)]
    seen += [sign for name, sign in ((name, f"sign {name}") for name in _SIGNS) if _SIGNS[name].search(said)]
    around = _around(moment)
    asks = [f"{one}, asks" for one in around] if "sign asks" in seen else []
    names = [] if {"sign speaks", "sign asks"} & set(seen) else [f"names, {one}" for one in (length, *around)]
    both = [f"{one}, {length}" for one in around]
    return sorted({crc32(one.encode(), 4) for one in (length, "".join(seen), *seen, *around, *asks, *names, *both)})


def _around(moment: Moment) -> list[str]:
    place = ("called" if moment.is_called else "overheard") if moment.in_group else "alone"
    named = {
        "drawing": moment.is_drawing,
        "picture": moment.has_picture,
        "photo": moment.has_photo,
        "quotes": moment.quotes_picture,
        "nothing": not (moment.is_drawing or moment.has_picture or moment.has_photo or moment.quotes_picture),
    }
    return [
        place,
        *(name for name, is_so in named.items() if is_so),
        *([f"asked {moment.asked}"] if moment.asked else []),
    ]

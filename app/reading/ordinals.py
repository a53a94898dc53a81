"""Which of several pictures a text means: "the third one but at night", 第二張加上帽子, 2枚目を夜に, รูปที่ 2. No I/O."""

import re
import unicodedata

LAST = -1
_NUMBERS = {
    **{word: number for number, word in enumerate(("first", "second", "third", "fourth", "fifth"), start=1)},
    **{word: number for number, word in enumerate(("1st", "2nd", "3rd", "4th", "5th"), start=1)},
    **{word: number for number, word in enumerate("一二三四五", start=1)},
    **{word: number for number, word in enumerate("12345", start=1)},
    **dict.fromkeys(("last", "最後", "最后", "สุดท้าย"), LAST),
    "แรก": 1,
    **{word: number for number, word in enumerate(("หนึ่ง", "สอง", "สาม", "สี่", "ห้า"), start=1)},
}
_ENGLISH = r"(?:the\s+)?(?P<en>first|second|third|fourth|fifth|last|[1-5](?:st|nd|rd|th))\s+(?:one|picture|pic|image)\b"
_CHINESE = r"(?:第(?P<zh>[一二三四五1-5])|(?P<zhl>最後一|最后一))[張张](?:圖片?|图片?|畫|画)?(?![臉脸桌椅床嘴紙纸])"
_JAPANESE = r"(?P<ja>[1-5一二三四五])(?:枚|番|個)目(?:の(?:絵|画像|やつ|もの))?"
_THAI = r"(?:รูป|ภาพ|อัน)(?:ที่\s*(?P<th>[1-5]|(?:หนึ่ง|สอง|สาม|สี่|ห้า)(?!คน|ตัว|คู่))|(?P<thl>แรก|สุดท้าย))"
_ONE = re.compile("|".join((rf"\b{_ENGLISH}", _CHINESE, _JAPANESE, _THAI)), re.IGNORECASE)
# What may surround it in a text that only chooses.
_CHOSEN = re.compile(
    r"i?(?:choose|pick|take|want|like|prefer|選|选|我選|我选|我要|要|喜歡|我喜歡|เอา|เลือก|ขอ|ชอบ)?"
    r"(?:please|吧|好了|好|比較好|で|がいい|が好き|がいいです|でお願いします|を選ぶ|にする|にします|ครับ|ค่ะ|คะ|นะ)?",
    re.IGNORECASE,
)


def nth_of(prompt: str) -> int:
    """Return which picture a text speaks of, from 1; -1 for the last one, 0 if it names none."""
    found = _ONE.search(unicodedata.normalize("NFKC", prompt))
    word = next(filter(None, found.groups()), "") if found else ""
    return _NUMBERS.get(word.casefold(), 0) or (LAST if word else 0)


def nth_chosen(prompt: str) -> int:
    """Return which picture a text chooses, as `nth_of` does; 0 if it says anything else."""
    said = unicodedata.normalize("NFKC", prompt).strip(" .!。！")  # noqa: RUF001 - as it is typed
    rest = _ONE.sub("", said, count=1).replace(" ", "")
    return nth_of(said) if _CHOSEN.fullmatch(rest) else 0

"""Wishes to be in the picture oneself, 畫我穿西裝: Easel does not know what the writer looks like."""

import re
import unicodedata

from app.reading.asked_back import is_question
from app.reading.commands import readings
from app.reading.han import in_full
from app.reading.normal import normal, typed_pattern
from app.reading.vocabulary import any_word, longest_first

CHARS_MAX = 1_000  # whoever wants to be drawn says so at once; what is pasted may be long
LOOKS_ENOUGH = 2  # so many words about somebody's looks are enough to draw them

# "me" must be who is drawn, not for whom: "draw me a cat", "draw me dancing cats" and 畫我家的貓 are ordinary wishes.
_ME = "(?:me|myself|us|ourselves)"
_NO_DOING = r"(?!(?:(?:some|any|every|no)?thing|king|ring|wing|string|painting|drawing|building|evening|morning)\b)"
_DOING = rf"{_NO_DOING}[a-z]+ing(?=\s+(?:an?|the|my|in|on|at|with|through|over|like|into)\b|\W*\Z)"
_NEXT = rf"please|pls|plz|now|as|like|with|in|on|at|and|or|when|while|next to|{_DOING}"
_BEHIND_ME = rf"(?=\s*(?:[,.!?]|\Z)|\s+(?:{_NEXT})\b)"
_DRAW = r"\b(?:draw|paint|sketch|illustrate|cartoonize|cartoonise)"
_ENGLISH = (
    rf"{_DRAW}\s+{_ME}{_BEHIND_ME}",
    rf"{_DRAW}\s+my\s*(?:self|face|portrait|caricature)\b",
    rf"{_DRAW}\s[^,.;:\n]{{1,40}}\s(?:and|with)\s+{_ME}{_BEHIND_ME}",
    rf"\b(?:picture|portrait|drawing|caricature|cartoon|painting|sketch|image|avatar|illustration)s?\s+of\s+{_ME}\b",
    r"\A(?:me|myself|us)\s+(?:as|and|in|on|wearing|riding|dressed)\b",
)
_ENGLISH_MADE = (
    rf"\b(?:turn|transform|convert|change)\s+{_ME}\s+(?:in)?to\b",
    rf"\bput\s+{_ME}\s+(?:in|on|into|onto|at|next|beside|behind|under|inside)\b",
    rf"\bmake\s+{_ME}\s+(?:look|into|to look)\b",
)
_KIN = "爸媽哥姐姊弟妹爺奶公婆老兒女孫阿男先太姑叔舅姨伯嬸嫂朋同家寶貓狗"
_US = "們(?:全家福?|一家|倆|兩個?|[三四五]個|大家|夫妻|姊妹|姐妹|兄弟)"
_MYSELF = "我(?:自己|本人|的?(?:臉|樣子|模樣|肖像畫?|自畫像|人像))?"
_DOES = rf"們?\s*(?:跟(?![你妳您])|[在和與穿戴變當扮站坐騎拿抱飛跑睡躺開唱跳踢游爬變成](?!過?的))(?![{_KIN}]\w?的)"
_CHINESE = (
    rf"畫(?:一?[張個幅]|一下)?{_MYSELF}(?=\W*(?:[嗎吧啊好]|一下|嘛|呢|可以|行|\Z)|{_DOES}|{_US})",
    "我的(?:[Qq]版|卡通|漫畫|動漫)?(?:肖像畫?|自畫像|似顏繪|人像畫)",
    r"\A(?:[幫請我畫]|想要?|可以|生成|一?張){0,12}我(?:在|穿|變成|當|扮成|騎)[^,。、]{1,20}的?(?:樣子|模樣)\W*\Z",
)
_BECOMES = "[變畫做改弄換P修轉](?![過的好])成?|打扮|裝扮|放|加|合成|Q版"
_CHINESE_MADE = (rf"[把將]我(?![的們{_KIN}])[^,。、]{{0,6}}?(?:{_BECOMES})",)
_I_JA = "(?:私|わたし|あたし|俺|おれ|僕|ぼく)(?:たち|達)?"
_JAPANESE = (
    rf"(?:{_I_JA}|自分)(?:のこと|の顔|の似顔絵|の肖像画|の自画像)?[をも](?:[^をがは。、]{{0,12}})?(?:描|か)(?:いて|ける)",
    rf"{_I_JA}が[^。、]{{1,20}}(?:ところ|とこ|姿)(?:を?(?:描|か)いて\w*|の?(?:絵|イラスト)\w*)?\W*\Z",
    rf"(?:\A|{_I_JA}の|自分の)似顔絵(?:を|も)?(?:(?:描|書|か)いて(?!い)|作って|お願い|\W*\Z)",
)
_JAPANESE_MADE = (rf"{_I_JA}を[^をがは。、]{{1,14}}(?:に(?:して|変身|変えて|変換|加工)|風に|っぽく|化して|に\W*\Z)",)
_I_TH = "(?:ฉัน|ดิฉัน|ตัวเอง|ตัวฉัน|ตัวผม|พวกเรา|เรา)"
_THAI_NEXT = (
    r"(?=\W*\Z|\s|เป็น|ใส่|สวม|กับ|ใน|ที่|กำลัง|ขี่|นั่ง|ยืน|อยู่|ถือ|หน่อย|ให้|ด้วย|ได้|นะ|ค่ะ|คะ|ครับ|แบบ|เหมือน|ตอน|บน|และ"
    "|สอง)"
)
_HAIR_OR_I = r"ผม(?=\W*\Z|เป็น(?!สี|ลอน|ทรง)|ใส่|กับ|หน่อย|ให้|ได้|ครับ)"  # the word is both
_THAI = (f"วาด(?:รูป|ภาพ|การ์ตูน|หน้า)*(?:ของ)?(?:{_I_TH}{_THAI_NEXT}|{_HAIR_OR_I})",)
_THAI_MADE = (f"(?:เปลี่ยน|แปลง|ทำ|แต่ง)(?:ให้)?{_I_TH}(?:ให้)?(?:เป็น|กลายเป็น)", f"(?:เอา|พา|ใส่){_I_TH}(?:ไป|เข้า|ใน)")


_NOTHING_ELSE = typed_pattern(
    "(?:draw|paint|sketch) (?:me|myself|us|my (?:portrait|face)|an? (?:picture|portrait|drawing) of (?:me|us))",
    "畫(?:一?[張個]|一下)?我(?:自己|本人|的?(?:臉|樣子|肖像|肖像畫|自畫像|人像))?",
    "(?:私|わたし|あたし|俺|おれ|僕|ぼく|自分)(?:のこと|の顔|の似顔絵|の肖像画)?を?(?:描|か)いて",
    "似顔絵を?(?:(?:描|書|か)いて|お願い)",
    "วาด(?:รูป|ภาพ|หน้า)?(?:ของ)?(?:ฉัน|ผม|เรา|ตัวเอง|ตัวฉัน|ตัวผม)",
)
_DRAWN = typed_pattern(*_ENGLISH, *map(in_full, _CHINESE), *_JAPANESE, *_THAI)
_MADE = typed_pattern(*_ENGLISH_MADE, *map(in_full, _CHINESE_MADE), *_JAPANESE_MADE, *_THAI_MADE)


def speaks_of_oneself(prompt: str) -> bool:
    """Whether a wish is only to be drawn oneself: 畫我, "draw me please"."""
    is_said = any(_NOTHING_ELSE.fullmatch(one) for one in readings(normal(prompt)))
    return is_said and not is_question(prompt)


def shows_oneself(prompt: str) -> bool:
    """Whether the writer is to be drawn, and does not say what they look like: 畫我, "draw me as a pirate"."""
    return (_finds(_DRAWN, prompt) or changes_oneself(prompt)) and tells_looks(prompt) < LOOKS_ENOUGH


def changes_oneself(prompt: str) -> bool:
    """Whether the writer is to be put into a picture or changed in it: "put me on the moon"."""
    return _finds(_MADE, prompt)


def tells_looks(text: str) -> int:
    """Count the words that say what somebody looks like: 短頭髮, "I have red hair"."""
    return len(set(any_word("oneself", "looks").findall(_folded(text))))


def has_no_photo(text: str) -> bool:
    """Whether somebody who was asked for a photo says that there is none: 沒有照片, "just draw it"."""
    said = normal(text)
    return (
        any(one in longest_first("oneself", "says") for one in readings(said))
        or any_word("oneself", "no_photo").search(said) is not None
    )


def _folded(text: str) -> str:
    return in_full(unicodedata.normalize("NFKC", text).casefold())


def _finds(pattern: re.Pattern[str], text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text[:CHARS_MAX])
    return any(pattern.search(one) for one in {plain, in_full(plain)})

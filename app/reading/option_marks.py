"""What surrounds an option, and what tells an option from a part of the picture. No I/O.

Texts are folded: NFKC, lower case. Nearly all patterns match the end of the text before an option.
"""

# ruff: noqa: RUF001 - full-width marks are what people type

import re
import unicodedata

DASHES = "\\-\u2010-\u2015\u2212\u30fc"
_MARKS = r",，、;；|/／。.・()（）\[\]【】#＃!！~～"
GAP = re.compile(rf"(?:[\s{_MARKS}]|(?<=\s)[{DASHES}]{{1,2}}(?=\s|\Z))*\Z")
STRONG = re.compile(rf"(?:[\n{_MARKS}][\s#＃]*|\s[{DASHES}]{{1,2}}\s|\A)\Z")
WEAK = re.compile(rf"(?:[\s{_MARKS}]|\A)\Z")
_SARA_AM = "\u0e33"
NEAR = 40  # characters before an option that are looked at


def _pattern(words: str) -> re.Pattern[str]:
    """Compile, folded as texts are: NFKC splits the Thai vowel am."""
    return re.compile(words.replace(_SARA_AM, unicodedata.normalize("NFKC", _SARA_AM)))


# To be written in the picture, or shown by a clock: 上面寫 HD, a sign that says 4:3, 時鐘指著9:16.
_WRITTEN = _pattern(
    r"(?:\b(?:says?|saying|reads?|reading|text|word|words|written|write|labell?ed|titled|called|named|sign|number|at|is|shows?|showing)"
    r"|指[著着向到]|時計[がは]|เวลา"
    r"|[寫写書字說说標标題题][著着了]?|เขียน(?:ว่า|คำว่า)?|คำว่า|ข้อความ|[「『\"“'])[\s:：「『\"“']*\Z"
)
# A score, a scale or a verse, not a shape.
_COUNTED = _pattern(
    r"(?:\b(?:scale|odds|scores?|scored|won|wins?|lost|loses|beat|beats|leads?|leading|verse|chapter|episode|ratio of"
    r"|genesis|exodus|matthew|mark|luke|john|romans|psalms?)"
    r"|比數|比数|比分|比例尺|縮尺|领先|領先|[贏赢輸输勝負敗][了]?|(?:スコア|得点)は?|試合は|勝ち|負け|คะแนน|สกอร์|ชนะ|แพ้|มาตราส่วน)\s*\Z"
)
# Describes something in the picture: 招牌是橫式, テーブルが横長, ป้ายแนวตั้ง (an upright sign).
_DESCRIBED = _pattern(
    r"(?:[是很都為为的條条紋纹線线字]|[がもの]|(?:看板|招牌|文字|窓|画面|テーブル)[はにを]?"
    r"|ป้าย\S{0,12}|เส้น|ลาย|ลายทาง|จอ|จอภาพ|หน้าต่าง|โทรทัศน์|ทีวี|โต๊ะ|กระจก|ตัวหนังสือ|ตัวอักษร)\Z"
)
# Before a number of pictures: what asks for them: 給我4張, もう4枚, ขอ 4 รูป.
_WANTED = _pattern(
    r"(?:\A|[\W_]|再[來来畫画]?|的[圖图]|もう|あと|枚数は|อีก|ขอ|[圖图]片|[絵像真]を|スト[をの]"
    r"|(?<![皿紙布板葉札券服])(?<!ピザ)(?<!カード|シャツ|タオル|チラシ)(?<!トランプ|せんべい|クッキー)(?<!座布団)を"
    r"|(?:\A|[\s,，、。!！])(?:[請请來来畫画做要共]|幫我|帮我|給我|给我|我要|想要|生成|產生|[總总一]共|一次)+)\Z"
)
# What is made in several versions: 貼圖三款, スタンプ3案, เรือ 4 แบบ.
_VERSIONS = frozenset({"款", "案", "แบบ"})
_NEVER_SHOWN = ("個版本", "个版本", "バージョン", "パターン")  # nobody draws these: a number of them is wanted
_OF_VERSIONS = _pattern(r"(?:海報|貼圖|設計|招牌|卡片|桌布|插畫|logo|ロゴ|スタンプ|[をの幕]|[\u0e00-\u0e7f]\s?)\Z")
_ASKS_IN_THAI = _pattern(r"(?:ช่วย)?(?:วาด|ขอ|อยากได้|ทำ|สร้าง|เอา|ออกแบบ)")
# Pictures that are part of the picture: 牆上掛著 4 張, 壁に絵が 4枚, ผนังมีรูป 4 รูป.
_SHOWN = _pattern(
    r"(?:[有著着貼掛挂拿]|[放貼掛拿]了|[がに]|(?<!枚数)は|(?:飾|貼)(?:られ|っ|って)[^\s、。]{0,6}"
    r"|(?:(?<!ห)มี|แขวน|ติด|แปะ|ถือ)(?:รูป|ภาพ)?(?:ถ่าย|ภาพ|วาด)?)\s*\Z"
)
# Courtesies after an option.
_POLITE = _pattern(
    r"(?:\b(?:please|pls|plz|thanks|thank you|thx)"
    r"|(?:で|に|を|が)?(?:お願い(?:します|いたします|致します|できますか)?|よろしく(?:お願いします)?|いい(?:です|な)?|ほしい(?:です)?"
    r"|ください|下さい|ちょうだい|できますか)|で|に"
    r"|(?:で|に|を)?(?:描いて|かいて|作って|して|変えて)(?:ください|下さい|ほしい(?:です)?|もらえますか|くれますか|ね)?"
    r"|謝謝(?:你|您)?|谢谢|感謝|拜託|麻煩(?:你|您)?(?:了)?|(?:可以|好)?[嗎吗]|[的版]"
    r"|(?:ด้วย|หน่อย|นะ|จ้า|จ้ะ|ครับ(?:ผม)?|คับ|ค่ะ|คะ|ขอบคุณ|ให้|ได้ไหม|ได้มั้ย|เลย)+)[\s。.!！?？~～🙏]*\Z"
)
# Small words that lead to an option: in 16:9, 要直式, サイズは16:9, ขอ 4 รูป.
_LEADING = _pattern(
    r"(?:(?:\A|[\s,，、])(?:in|in a|and|and in|as|as a|with a|at|aspect ratio|ratio|ar|format|size"
    r"|[用要以]|比例|尺寸|長寬比|长宽比|比例[是為用要]|尺寸[是為用要]|做成|畫成|画成"
    r"|(?:[請请再來来畫画做要共]|幫我|帮我|給我|给我|我要|想要|生成|產生|[總总一]共|一次)+"
    r"|(?:アスペクト比|比率|サイズ|枚数|写真|画像|絵|形)(?:は|を)?"
    r"|ขอ|เป็น|แบบ|ขนาด|สัดส่วน|อัตราส่วน|เอา|สัก|จำนวน|ไฟล์|(?<!\d )(?:ภาพ|รูป))|を)[\s:：]*\Z"
)


def is_spaced(character: str) -> bool:
    """Whether words of this character's script have spaces between them; true for what is not a letter."""
    name = unicodedata.name(character or "a", "LATIN")
    return not name.startswith(("CJK", "HIRAGANA", "KATAKANA", "THAI", "BOPOMOFO", "IDEOGRAPHIC"))


def is_written(before: str) -> bool:
    """Whether what follows is to be written in the picture."""
    return _WRITTEN.search(before[-NEAR:]) is not None


def is_counted(before: str) -> bool:
    """Whether two numbers that follow are a score, a scale or a verse."""
    return _COUNTED.search(before[-NEAR:]) is not None


def is_wanted(before: str, what: str) -> bool:
    """Whether a number of pictures that follows is how many are wanted, not how many are in the picture.

    `what`: the word after the number, such as 張 or แบบ.
    """
    near = before[-NEAR:]
    if what.endswith(_NEVER_SHOWN):
        return True
    asks = _WANTED.search(near) or (what in _VERSIONS and _OF_VERSIONS.search(near)) or _ASKS_IN_THAI.match(before)
    return asks is not None and _SHOWN.search(near) is None


def is_described(before: str) -> bool:
    """Whether a shape that follows without a space describes something in the picture."""
    return _DESCRIBED.search(before[-NEAR:]) is not None


def is_a_name(typed_before: str, typed: str) -> bool:
    """Whether a number such as X5 is part of a name: BMW X5, iPhone X 4. Takes both texts as they were typed."""
    words = typed_before.split()
    return typed.startswith("X") and bool(words) and any(map(str.isupper, words[-1]))


def without_courtesy(text: str) -> str | None:
    """Strip courtesies from the end; None if there are none."""
    found = _POLITE.search(text, max(0, len(text) - NEAR))
    return text[: found.start()] if found and found.start() else None


def without_gap(text: str) -> str:
    """Strip spaces and marks from the end."""
    gap = GAP.search(text, max(0, len(text) - NEAR))
    return text[: gap.start()] if gap else text


def without_leading_words(text: str) -> str:
    """Strip small words that led to an option from the end."""
    found = _LEADING.search(text, max(0, len(text) - NEAR))
    return text[: found.start()] if found else text

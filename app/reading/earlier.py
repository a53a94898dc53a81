"""Which earlier picture is to be deleted or shown again: 刪掉第二張, "send the cat again". No I/O.

Only the last picture is deleted or shown at once. If another one is named, the person gets the pictures to choose from.
"""

import re

from app.reading.normal import normal, pattern
from app.reading.ordinals import LAST, nth_of

ANY = 0  # one that is named by what it shows, or not named
CHARS_MAX = 40


_DELETE = "(?:delete|remove|erase|get rid of|trash|bin)"
_PICTURE = "(?:picture|pic|image|drawing)"
_THE_LAST = "(?:last|latest|previous|newest|current|whole|new|old|one|this|that|it|ugly|bad|wrong|background)"
_NOT_LAST = rf"(?:the|my|that) (?!{_THE_LAST}\b)\w+(?: \w+){{0,2}}"
_ENGLISH = (
    rf"\b{_DELETE} (?:another|one more|the other|the next)(?: one| {_PICTURE})?\Z",
    rf"\b{_DELETE} {_NOT_LAST} one\Z",
    rf"\b(?!remove){_DELETE} {_NOT_LAST} {_PICTURE}\Z",
    rf"\b(?!remove){_DELETE} (?:the|my|that) (?:one|{_PICTURE}) (?:of|with) .+\Z",
)
_V_ZH = "(?:刪(?:除|掉|了)?+|砍掉|移除)"
_X_ZH = "(?![這那它剛上最後前之我全所一整背文字人請幫可麻])[^的刪把將,]{1,8}(?:的?那一?張|的圖片?|那個圖)"
_CHINESE = (
    rf"(?:再|還要|還想|繼續|也){_V_ZH}(?:一張|一個)*\Z|{_V_ZH}(?:另一張|別張|下一張|其他的?)\Z",
    rf"{_V_ZH}{_X_ZH}[嗎吧]*\Z|\A(?:請|幫我|可以|麻煩)*[把將]?{_X_ZH}{_V_ZH}",
)
_V_JA = "(?:を|も|は)?(?:消して|消す|消しといて|消去|削除)"
_ONE_JA = "(?:絵|画像|イラスト)(?!の)"
_WHICH_JA = "この|その|あの|さっきの|今の|いまの|最後の|前の|上の|私の|全部|背景の|後ろの|左の|右の|壁の|一番|ぜんぶ"
_X_JA = f"(?!{_WHICH_JA})[^のをはもが]{{1,8}}(?<![こそあ今前上後きか])の"
_JAPANESE = (
    rf"(?:もう(?:一つ|ひとつ|一枚|1枚|1つ)|(?:他|ほか|次)の(?:{_ONE_JA})?){_V_JA}",
    rf"\A(?:やっぱり?|じゃあ?|あと|すみません)?{_X_JA}{_ONE_JA}{_V_JA}",
    rf"\A(?:さっき|前|最初)の(?!{_ONE_JA}|写真|やつ|[一1]?枚|いらない|[をもは消削])[^のをはもが]{{1,8}}{_V_JA}",
)
_THAI = (r"ลบอีก(?:รูป|ภาพ|อัน|ใบ)",)
_NOT_X_TH = (
    "(?:นี้|นั้น|นั่น|ล่าสุด|เมื่อ|สุดท้าย|ที่|ให้|หน่อย|ออก|ทิ้ง|ทั้ง|หมด|เลย|ได้|ด้วย|แล้ว|ไป|เก่า|ก่อน|ของ|ค่ะ|คะ|ครับ|นะ|ถ่าย|พื้น"
    "|ไหม|มั้ย|รึ|หรือ|อีก|เดิม|ซะ|เถอะ|สิ|ที|อัน|โน้น|ฉัน|ผม|หนู|เรา|ทุก|พวก|จาก|ใน|คน|ตัว)"
)
_DELETES = re.compile(rf"\b{_DELETE}\b|刪|砍掉|移除|(?:消|け)(?:して|す|しと|去)|削除|ลบ")
_ONE = pattern(*_ENGLISH, *_CHINESE, *_JAPANESE, *_THAI)
_PERHAPS_ONE = pattern(rf"\A(?:ช่วย|ขอ)?ลบ(?:รูป|ภาพ)(?!{_NOT_X_TH}|\Z)\S{{1,20}}\Z")

_KINDLY = "(?:please |can you |could you |can i |could i |i want to |let me |id like to |ok |hey )*"
_AGAIN_ZH = "(?:再|重新|重)(?:傳|發|貼|給我看|秀)(?:出來|給我)?(?:一次|一遍|一下)?(?:給我)?看{0,2}"
_SHOW_JA = "(?:見せて|みせて|送って|見たい|表示して|出して)"
_SHOWN = pattern(
    rf"\A{_KINDLY}(?:show|send|see|bring up)(?: me)?( .+?)? (?:again|once more|one more time)(?: please)?\Z",
    rf"\A{_KINDLY}resend( .+?)?(?: please)?\Z",
    rf"\A(?:可以|請|幫我|麻煩)*[把將]?([^再重]{{0,10}}?){_AGAIN_ZH}(?:嗎|好嗎|可以嗎|吧|謝謝)*\Z",
    r"\A我?[要想]?再?看(?:一次|一下)?((?:剛剛|剛才|之前|上次|前面)[^,]{1,8})\Z",
    rf"\A(.{{0,12}}?)を?(?:もう(?:一回|一度|いちど|1回|1度)|また|再度|再)(.{{0,12}}?)を?{_SHOW_JA}",
    rf"\A((?:さっき|前|最初|上)の.{{0,10}}?)を?{_SHOW_JA}",
    r"\A(?:ช่วย|ขอ)?(?:ดู|ส่ง|โชว์)(.{0,20}?)(?:อีกที|อีกครั้ง|อีกรอบ)",
)
_LOST = pattern(
    rf"\b(?:lost|cant find|cannot find|cant see) (?:the|my|that|your) {_PICTURE}s?\b",
    r"(?:圖片?|畫)(?:怎麼)?(?:不見|消失|沒了|跑掉)了?\Z|找不到(?:我的|剛剛的|那張)?圖",
    r"(?:絵|画像|イラスト)[がは]?(?:消え(?:た|ちゃ|ました)|なくな|見つから|見当たら)",
    r"(?:รูป|ภาพ)หาย|หา(?:รูป|ภาพ).{0,12}ไม่เจอ",
)
_OTHERS = re.compile(r"\A(?:an?|another|some)\b|別|違|不要|不同|ไม่|อื่น")
# What names the picture that the chat speaks of.
_THIS = pattern(
    r"\b(?:it|this|that|one|the|my|me|last|picture|image|pic|drawing|to)\b|這|那|剛剛|剛才|張|圖片?|的|給我|把|它|上一|我",
    "この|その|さっき|今|の|絵|画像|やつ|イラスト|これ|それ|を|もの|รูป|ภาพ|นี้|เมื่อกี้|เดิม|ให้|หน่อย|มา|ล่าสุด",
    r"\s",
)


def deletes_which(text: str, *, is_sure: bool = False) -> int | None:
    """Return which picture is to be deleted, as `nth_of` returns it, or `ANY`; None if it can only be the last one.

    `is_sure`: it is certain that a picture is to be deleted; then what is only perhaps the name of one does not count.
    """
    said = normal(text)
    if not said or len(said) > CHARS_MAX or not _DELETES.search(said):
        return None
    nth = nth_of(text)
    if nth:
        return None if nth == LAST else nth
    return ANY if _ONE.search(said) or (not is_sure and _PERHAPS_ONE.search(said)) else None


def shows_which(text: str) -> bool | None:
    """Whether the picture to be shown again is an earlier one than the last; None if none is to be shown."""
    said = normal(text)
    found = _SHOWN.search(said) if said and len(said) <= CHARS_MAX else None
    if found is None:
        return None
    named = "".join(filter(None, found.groups())).strip()
    if _OTHERS.search(named):
        return None  # "show me a cat again" wants another one
    return bool(_THIS.sub("", named))


def misses_one(text: str) -> bool:
    """Whether somebody cannot find a picture: 我的圖不見了."""
    said = normal(text)
    return len(said) <= CHARS_MAX and _LOST.search(said) is not None

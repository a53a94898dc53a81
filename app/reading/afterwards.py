"""Questions about what can be done with a finished picture: save it, print it, sell it, animate it. No I/O."""

import re
from collections.abc import Mapping

from app.reading.normal import normal, pattern

CHARS_MAX = 40


_ASK_EN = r"(?:(?:ok|so|and|hey|please|wait) )*"
_IT_EN = r"(?: (?:it|this|that|them|these|the (?:picture|image|drawing)s?|one))"
_YOU_EN = rf"{_ASK_EN}(?:(?:can|could|will) you )?"
_SAVE = pattern(
    rf"{_ASK_EN}(?:how|where) (?:do|can|could|should|would) (?:i|we) (?:save|download|print|share|store){_IT_EN}\b.*",
    rf"{_ASK_EN}(?:can|could|may) (?:i|we) (?:save|download|print|share|post){_IT_EN}\b.*",
    rf"{_ASK_EN}(?:how to|how do you) (?:save|download|print|share){_IT_EN}?",
    "(?:這張|這個|圖片?|請問|那)*(?:要|該)?(?:怎麼|如何)(?:把)?(?:圖片?)?(?:存|儲存|下載|保存|印出來|列印|分享|轉傳).{0,8}",
    "(?:這張|這個|圖片?|請問|那)*(?:可以|能|能不能|可不可以)(?:直接)?(?:存下來|存到|下載|印出來|列印|拿去印|分享|轉傳).{0,8}[嗎呢]",
    "(?:これ|この絵|画像|絵)?[はをの]?(?:保存|ダウンロード|印刷|プリント|シェア|共有)"
    "(?:(?:の)?(?:方法|仕方|やり方)|するには|しても?(?:いい|大丈夫|よい)|でき(?:る|ます)|は?どう)"
    "(?:です|ます|やる|する|すれば|したら|の|か|かな|は|ね|よ|教えて)*",
    "(?:รูป|ภาพ|อันนี้|นี้)*(?:จะ)?(?:บันทึก|เซฟ|ดาวน์โหลด|โหลด|ปริ้น|ปริ๊น|ปริ้นท์|แชร์).{0,10}"
    "(?:ยังไง|อย่างไร|ได้ไหม|ได้มั้ย|ได้ป่าว|ได้เปล่า|ตรงไหน).{0,4}",
)
_RIGHTS = pattern(
    rf"{_ASK_EN}(?:can|could|may|am) (?:i|we) (?:.{{0,16}})?\b(?:commercial\w*|sell{_IT_EN})\b.*",
    rf"(?:.{{0,12}} )?who (?:owns|has|holds)(?:{_IT_EN}|.{{0,12}} (?:copyright|rights))\b.{{0,10}}",
    r"(?:.{0,12} )?(?:what about|is there(?: a)?|are they under) (?:the )?copyrights?\b.{0,10}",
    "(?:這張|這個|圖片?|請問|那)*(?:可以|能|能不能|可不可以)(?:拿來|拿去)?(?:商用|商業使用|賣).{0,6}[嗎呢]",
    "(?:這張|這個|圖片?|請問|那)*(?:的)?(?:版權|著作權)(?:是|屬於|歸|算)?(?:誰|你|我|怎麼).{0,4}",
    "(?:これ|この絵|画像|絵)?[はをの]?(?:商用(?:利用|使用)?|販売)(?:は|を|して)?も?(?:でき|可能|いい|大丈夫|OK).{0,6}",
    "(?:この絵|画像|絵)?の?著作権[はって]*(?:誰|どう|どこ).{0,8}",
    "(?:เอาไป)?(?:ใช้)?(?:ใน)?(?:เชิงพาณิชย์|ทางการค้า).{0,4}(?:ได้ไหม|ได้มั้ย|ได้ป่าว).{0,4}",
    "เอา(?:รูป)?ไปขาย(?:ต่อ)?(?:ได้ไหม|ได้มั้ย|ได้ป่าว).{0,4}|ลิขสิทธิ์(?:เป็น)?ของใคร.{0,4}",
)
_MOVES = pattern(
    rf"{_YOU_EN}(?:animate{_IT_EN}|make an? (?:video|animation))(?: of{_IT_EN}| for me| please)*",
    rf"{_YOU_EN}(?:make|turn|convert){_IT_EN} (?:move|(?:in)?to an? (?:video|animation)|a video)(?: for me| please)*",
    "(?:這張|這個|圖片?|請問|那|把|它)*(?:你)?(?:可以|能|會|能不能|可不可以|幫我)*(?:做成|變成|轉成|改成|做)(?:一[段個部支])?"
    "(?:影片|短片|動圖|會動的?)(?:給我)?[嗎呢吧]*",
    "(?:これ|この絵|絵|画像)?[をは]?(?:動画|ムービー|アニメーション)に(?:して(?:ください|ほしい)?|でき(?:る|ます|ますか))",
    "(?:ช่วย)?ทำ(?:ให้)?(?:เป็น)?(?:วิดีโอ|วีดีโอ|คลิป|ภาพเคลื่อนไหว)(?:ได้ไหม|ได้มั้ย|ให้หน่อย|หน่อย|ให้ที)?(?:คะ|ค่ะ|ครับ)?",
)
_KINDS: Mapping[str, re.Pattern[str]] = {"talk_save": _SAVE, "talk_rights": _RIGHTS, "talk_still": _MOVES}


def asked_of_pictures(text: str) -> str | None:
    """Return the key of the sentence that answers such a question; None if the text is not one."""
    said = normal(text)
    if not said or len(said) > CHARS_MAX:
        return None
    return next((key for key, pattern in _KINDS.items() if pattern.fullmatch(said)), None)

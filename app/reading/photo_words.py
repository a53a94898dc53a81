"""Whether words refer to a photo or picture: "make this photo a cartoon". No I/O except its files."""

import re
import unicodedata

from app.reading.normal import typed_pattern

# "this photo", "my picture", "the selfie I sent"; not a picture that is only described ("a photo of a cat").
# A photo is somebody's own; a picture may also be the last one that was drawn.
_PHOTO = (r"(?:photo|photograph|selfie|snapshot)s?", "(?:照片|相片|自拍)", "(?:写真|自撮り)", "(?:ภาพถ่าย|รูปถ่าย)")
_PICTURE = (
    r"(?:picture|pic|image|drawing)s?",
    # 畫 is a verb, too: 幫我畫一隻貓 asks for a new picture.
    "(?:圖片|图片|插畫|插画|圖|图|(?<=[張张幅的])[畫画])(?![書书框家廊室展面布筆笔風风法騰腾案])",
    "(?:画像|イラスト|絵)(?!本|の具)",
    "(?:รูป|ภาพ)(?!ถ่าย)",
)


def _spoken_of(english: str, chinese: str, japanese: str, thai: str, *others: str) -> re.Pattern[str]:
    return typed_pattern(
        rf"\b(?:this|these|my|attached|uploaded)\s+(?:\w+\s+)?{english}\b",
        rf"\bthe\s+(?:attached|uploaded|following|next|last|previous)\s+{english}\b",
        rf"(?:[這这此那]|我[的這这那]|以下|下面)[\s的]*[張张幅]?[\s的]*{chinese}",
        rf"把[這这那]?[張张幅]{chinese}",
        rf"(?:この|その|さっきの|私の|次の|添付の|僕の|俺の|以下の){japanese}",
        rf"{thai}(?:นี้|เมื่อกี้|ของฉัน|ของผม|ของหนู|ที่ส่ง|ที่แนบ)",
        *others,
    )


# Prompts copied from elsewhere name what is to be sent with them.
_SHOWN = r"(?:photo|photograph|selfie|image|picture|pic)s?"
_SHOWN_ON_IT = rf"(?:{_SHOWN}|portrait|face|person|man|woman|subject|product)s?"
_SENT_WITH = r"(?:uploaded|attached|provided|supplied|input|source|reference)"
_AN_UPLOAD = (
    rf"\b(?:{_SENT_WITH}\s+(?:\w+\s+)?{_SHOWN_ON_IT}|original\s+{_SHOWN})\b",
    rf"\b{_SHOWN}\s+(?:(?:i|i've|i have|we|you)\s+)?(?:just\s+)?(?:uploaded|attached|provided)\b",
    rf"\b{_SHOWN}\s+(?:i|i've|i have)\s+(?:just\s+)?sent\b|\bthe\s+{_SHOWN}\s+(?:below|above)\b",
    r"\b(?:from|in|using|based on|of)\s+(?:the\s+)?(?:upload|attachment)\b|\bas (?:a|the) reference\b",
    r"\b(?:same|exact|my|original)\s+(?:face|facial features|identity)\b",
    "(?:上傳|上传|附上|附件|提供|傳給你|参考|參考|原始)的?(?:這張|那張)?(?:圖片?|图片?|照片|相片|人像|人物|臉)|附圖|原圖|依照?我的(?:照片|臉)",
    "(?:アップロード|添付|提供|送っ)(?:した|された|の|て)?(?:画像|写真|人物|イラスト)|(?:参考|元|元の|参照)(?:画像|写真)",
    "(?:รูป|ภาพ)(?:ถ่าย)?(?:ที่|)(?:อัปโหลด|อัพโหลด|แนบ|ส่งให้|ให้ไป|ต้นฉบับ|อ้างอิง)",
)
# A photo that is still to come, with what it is to become: 把照片變成漫畫, "turn a photo into a cartoon". What merely
# mentions a photo (写真を撮る少女, "make a photo of a cat") is a wish.
_ENGLISH_BECOMES = (
    rf"\b(?:turn|convert|transform|change|make)\s+(?:an?\s+|some\s+|our\s+)?{_PHOTO[0]}"
    r"(?:\s+of\s+(?:me|us|myself|ours|(?:my|our)\s+\w+))?\s+(?:(?:in)?to|look)\b"
)
_ENGLISH_CUT = (
    r"\A(?:please\s+|can you\s+|could you\s+)?(?:my\s+|a\s+)?(?:photo|selfie)s?\s+(?:(?:background|bg)\s+remov\w+"
    r"|(?:with(?:out)?|no)\s+(?:an?\s+)?(?:transparent\s+)?(?:background|bg)|transparent\s+(?:background|bg))"
    r"|\bremov\w*\s+(?:the\s+)?(?:background|bg)\s+(?:(?:from|of|in|on)\s+)?(?:an?\s+|some\s+)?(?:photo|selfie)s?\b"
)
_CHINESE_BECOMES = (
    "[把將将](?:我的?)?(?:照片|相片|自拍)照?的?[^,。、]{0,6}?"
    "(?:[變变改換换修轉转調调弄拼加]|[做畫画合]成|去背|去掉|拿掉|移除|裁|放大|美化|上色|消)"
    r"|\A(?:[幫帮]我?|[請请]|可以|麻煩你?|我[想要]|[把將将])*(?:照片|相片|自拍)照?(?:的?背景)?"
    "(?:[變变改換换轉转修調调]|去背|去掉|拿掉|移除|透明|上色|美化|做成)"
    "|(?:去除|去掉|移除|拿掉)(?:照片|相片|自拍)的?背景"
)
_JAPANESE_BECOMES = (
    "(?:写真|自撮り)(?:の[^。、たてる]{1,5})?を[^。、たてる]{0,14}"
    r"(?:に(?:して|変え|変換|加工|直して)|風に|っぽく|化して|加工|編集|補正|修正|消して|明るく|切り抜|合成|[^。、たてる]に\W*\Z)"
)
_JAPANESE_CUT = "(?:写真|自撮り)(?:を|の)?(?:背景)?(?:を)?(?:透過|透明|切り抜)"
_THAI_CUT = (
    "(?:ลบ|ตัด|เอา)พื้นหลัง(?:ออก)?(?:จาก|ของ|ใน)?(?:ภาพถ่าย|รูปถ่าย|เซลฟี่|รูป(?:ของ)?(?:ฉัน|ผม|หนู|เรา))"
    "|(?:ภาพถ่าย|รูปถ่าย)(?:ลบ|ตัด|ไม่มี|เอา)?พื้นหลัง"
)
_THAI_BECOMES = "(?:ทำ|เปลี่ยน|แปลง|แต่ง|ปรับ)(?:ภาพถ่าย|รูปถ่าย|เซลฟี่)"
_CUT = (_ENGLISH_CUT, _JAPANESE_CUT, _THAI_CUT)
_BECOMES = (_ENGLISH_BECOMES, _CHINESE_BECOMES, _JAPANESE_BECOMES, _THAI_BECOMES, *_CUT)
_OF_A_PHOTO = _spoken_of(*_PHOTO, "把[這这]?[張张]照", "我(?:照片|相片|自拍)", *_BECOMES, *_AN_UPLOAD)
_OF_A_PICTURE = _spoken_of(
    *_PICTURE,
    r"\b(?:turn|make|change|edit)\s+(?:this|it|me)\s+(?:into|to|look)\b",
    "(?:これ|それ)を.{1,40}(?:して|変えて)",
    r"\A(?:ช่วย|ขอ)?(?:ทำ|เปลี่ยน|แปลง|แต่ง)(?:รูป|ภาพ)(?:ให้)?เป็น[^\s,]{1,16}\Z",
)

# What several photos are made into one by: 把這三張拼在一起, "put them together".
_JOINED = typed_pattern(
    r"\bcollage\b|\b(?:combine|merge|stitch|blend)\b|\bput\b.{0,30}\b(?:together|side by side|in(?:to)? one)\b",
    "拼(?:在一起|成|起來|一起|接|圖|貼)|合(?:成|併|在一起|起來)|放(?:在)?一起|並排|[做變弄]成一張",
    "(?:まとめ|並べ|合わせ|つなげ|くっつけ)て|合成して|(?:一|1)枚に",
    "รวม(?:กัน|เป็น)|ต่อกัน|เรียงกัน|คอลลาจ",
)


def joins_photos(prompt: str) -> bool:
    """Whether words want one picture made of several photos."""
    return _JOINED.search(unicodedata.normalize("NFKC", prompt)) is not None


def speaks_of_a_photo(prompt: str) -> bool:
    """Whether a wish cannot be drawn without a photo that it refers to."""
    return _OF_A_PHOTO.search(unicodedata.normalize("NFKC", prompt)) is not None


def speaks_of_a_picture(prompt: str) -> bool:
    """Whether a wish cannot be drawn without a picture: the last one that was drawn, or one that is still to come."""
    return _OF_A_PICTURE.search(unicodedata.normalize("NFKC", prompt)) is not None

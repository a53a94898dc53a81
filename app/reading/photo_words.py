"""Whether words speak of a photo or picture that should be there: "make this photo a cartoon". No I/O."""

import re
import unicodedata

# "this photo", "my picture", "the selfie I sent"; a picture that is only described ("a photo of a cat") is none.
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
    return re.compile(
        "|".join(
            (
                rf"\b(?:this|these|my|attached|uploaded)\s+(?:\w+\s+)?{english}\b",
                rf"\bthe\s+(?:attached|uploaded|following|next|last|previous)\s+{english}\b",
                rf"(?:[這这此那]|我[的這这那]|以下|下面)[\s的]*[張张幅]?[\s的]*{chinese}",
                rf"把[這这那]?[張张幅]{chinese}",
                rf"(?:この|その|さっきの|私の|次の|添付の|僕の|俺の|以下の){japanese}",
                rf"{thai}(?:นี้|เมื่อกี้|ของฉัน|ของผม|ของหนู|ที่ส่ง|ที่แนบ)",
                *others,
            )
        ),
        re.IGNORECASE,
    )


# Prompts that are passed on from elsewhere name what is to be sent with them.
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
_OF_A_PHOTO = _spoken_of(*_PHOTO, "把[這这]?[張张]照", "我(?:照片|相片|自拍)", *_AN_UPLOAD)
_OF_A_PICTURE = _spoken_of(
    *_PICTURE,
    r"\b(?:turn|make|change|edit)\s+(?:this|it|me)\s+(?:into|to|look)\b",
    "(?:これ|それ)を.{1,40}(?:して|変えて)",
)


def speaks_of_a_photo(prompt: str) -> bool:
    """Whether a wish cannot be drawn without a photo that the person means."""
    return _OF_A_PHOTO.search(unicodedata.normalize("NFKC", prompt)) is not None


def speaks_of_a_picture(prompt: str) -> bool:
    """Whether a wish cannot be drawn without a picture: the last one that was drawn, or one that is to come."""
    return _OF_A_PICTURE.search(unicodedata.normalize("NFKC", prompt)) is not None

"""Whether words speak of a photo that should be there: "make this photo a cartoon". No I/O."""

import re
import unicodedata

# "this photo", "my picture", "the selfie I sent"; a picture that is only described ("a photo of a cat") is none.
_PHOTO = r"(?:photo|photograph|picture|pic|image|selfie|snapshot)s?"
_SPOKEN_OF = re.compile(
    rf"\b(?:this|these|my|attached|uploaded)\s+(?:\w+\s+)?{_PHOTO}\b"
    rf"|\bthe\s+(?:attached|uploaded|following|next)\s+{_PHOTO}\b"
    rf"|\b(?:turn|make|change|edit)\s+(?:this|it|me)\s+(?:into|to|look)\b"
    r"|(?:[這这此我那]|以下|下面)[\s的這这]*[張张幅]?[\s的]*(?:照片|相片|圖片|图片|自拍)"
    r"|把[這这]?[張张](?:圖|图|照)"
    r"|(?:この|私の|次の|添付の|僕の|俺の|以下の)(?:写真|画像|自撮り|イラスト|絵)"
    r"|(?:รูป|ภาพ|ภาพถ่าย|รูปถ่าย)(?:นี้|ของฉัน|ของผม|ของหนู|ที่ส่ง|ที่แนบ)",
    re.IGNORECASE,
)


def speaks_of_a_photo(prompt: str) -> bool:
    """Whether a wish cannot be drawn without a photo that the person means."""
    return _SPOKEN_OF.search(unicodedata.normalize("NFKC", prompt)) is not None

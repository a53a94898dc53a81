"""Words that say how to change the last picture without naming it: "make it night", 加一隻狗, 夜にして. No I/O.

Only such as would make no picture of their own: "add a dog", not "a dog"; 把貓換成狗, not 毛毛蟲變成蝴蝶.
"""

import re
import unicodedata

CHARS_MAX = 120  # who writes more describes a picture
_PARTS = (
    r"the\s+(?:background|sky|scene|colou?rs?|light(?:ing)?|hair|eyes|face|mouth|text|font|letters|clothes|dress|shirt"
    r"|man|woman|girl|boy|person|people|cat|dog)"
)
_ENGLISH = (
    r"(?:(?:please|now|can you|could you)\s+)*(?:"
    rf"(?:make|turn)\s+(?:it|this|that|him|her|them|everything|{_PARTS})\b"
    r"|(?:change|replace|remove|erase|recolou?r|swap|move|brighten|darken|blur)\s+(?:the|its|his|her|their|this|that|all)\b"
    rf"|remove\s+background|add\s+(?:an?|some|more|the|another|two|three)\b|give\s+(?:it|him|her|them|{_PARTS})\b"
    r"|put\s+.+\s(?:on|in|behind|beside|around)\s(?:it|him|her|them|the\b)|without\s+(?:the|his|her|its)\b"
    r"|(?:the\s+)?same(?:\s+(?:picture|image|one|thing))?,?\s+but\b|(?:more|less)\s+[a-z]+\Z)"
)
_CHINESE = (
    r"(?:[請请再]|[幫帮]我|麻煩[你您]?|可以)*(?:"
    r"(?:改[成為为]|[換换變变弄轉转調调]成|加[上個个些點点一]|多加|補上|[換换]個).+"
    r"|把(?!拔|手|戲).{1,20}?(?:[改換换變变弄塗加]|去掉|拿掉|移除|[刪删]掉|放大|縮小|移到)"
    r"|.{1,8}?(?:改[成為为]|[換换]成).+|(?:去掉|拿掉|移除|去除|[刪删擦]掉).+|[讓让][它他她牠].+"
    r"|[更再]?.{1,4}一[點点些]\Z|[更再].{1,4}[點点些]\Z)"
)
_JAPANESE = (
    r"(?:もっと.{1,12}|(?:.{0,6}(?:絵|画像|写真|イラスト|これ)を)?[^を、。\s]{1,12}[にく](?:して|変えて)"
    r"|(?:背景|空|色|髪|服|表情|目|顔|全体|文字).{1,12}(?:にして|くして|に変えて)"
    r"|.{1,12}を(?:追加して|足して|加えて|消して|取って|外して|増やして|つけて|付けて))"
    r"(?:ください|下さい|ほしい(?:です)?|もらえますか|くれますか|ね)?[。!]?\Z"
)
_THAI = (
    r"(?:ช่วย|ขอ)*(?:(?:เปลี่ยน|เพิ่ม|ให้เป็น|เป็นตอน|ทำเป็น|ทำให้).+"
    r"|ใส่.+ให้|(?:เอา|ลบ).+ออก|ลบพื้นหลัง|.{1,20}กว่านี้)"
)
_CHANGES = [
    re.compile(unicodedata.normalize("NFKC", words), re.IGNORECASE) for words in (_ENGLISH, _CHINESE, _JAPANESE, _THAI)
]


def says_a_change(prompt: str) -> bool:
    """Whether words say how to change the picture before them."""
    said = unicodedata.normalize("NFKC", prompt).strip()
    return len(said) <= CHARS_MAX and "\n" not in said and any(words.match(said) for words in _CHANGES)

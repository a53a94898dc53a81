"""How a wish sounds: "an ivory comb", 幫我畫…, 〜の絵, วาด…. Looked at where nobody is sure. No I/O but its files."""

import re
import unicodedata

from app.reading.vocabulary import listed

CHARS_MAX = 400
_QUESTION = re.compile(
    r"[?\uff1f]\s*\Z|[嗎吗呢]\s*\Z|什麼|什么|為什麼|怎麼|哪|誰|幾點|ですか|ますか(?<!もらえますか)|(?:なに|何|誰|どこ|なぜ)"
    r"|(?:ไหม|มั้ย|อะไร|ทำไม|ที่ไหน|เมื่อไหร่|ยังไง)|\A(?:what|which|who|how|where|why|when|is|are|do|does|did|can|could)\b"
)
_LAST_MARKS = re.compile(r"[\s.!\u3002~]{1,9}\Z")
_TALKS = re.compile(r"\b(?:i'?m|i am|you|your|we|it'?s|was|were|will|won|lost|yesterday|today|tomorrow|lol)\b")


def looks_like_a_wish(prompt: str) -> bool:
    """Whether words have the form of a wish, and of nothing else that people say to each other."""
    said = unicodedata.normalize("NFKC", prompt[:CHARS_MAX]).casefold().strip()
    if is_a_question(said) or _TALKS.search(said) or any(_begins(said, one) for one in listed("wishes", "not")):
        return False
    begins = any(_begins(said, one) for one in listed("wishes", "begins"))
    return begins or _LAST_MARKS.sub("", said).endswith(listed("wishes", "ends"))


def is_a_question(said: str) -> bool:
    """Whether words ask something."""
    return _QUESTION.search(said.casefold()) is not None


def _begins(said: str, word: str) -> bool:
    rest = said.removeprefix(word)
    return rest != said and bool(rest.strip()) and not (word.isascii() and rest[0].isalnum())

"""Whether words only name a part of a picture, as people do when asked what to change: 臉, the hands. No I/O."""

import re
import unicodedata

LETTERS_MAX = 6  # of a language without spaces
WORDS_MAX, WORDS_CHARS_MAX = 3, 24
_A_WISH = re.compile(r"(?:an?|one|two|some|draw|paint)\b|[一兩两二三四五六幾几畫画]|วาด|.*描", re.IGNORECASE)


def names_a_part(prompt: str) -> bool:
    """Whether it is short, without article, number or verb: "a cat" and 一隻貓 are wishes of their own."""
    said = unicodedata.normalize("NFKC", prompt).strip()
    if not said or _A_WISH.match(said):
        return False
    if said.isascii():
        return len(said.split()) <= WORDS_MAX and len(said) <= WORDS_CHARS_MAX
    return sum(unicodedata.category(one) != "Mn" for one in said) <= LETTERS_MAX

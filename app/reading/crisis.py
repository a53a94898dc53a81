"""Whether somebody says that they want to die, which gets an answer of its own. No I/O except its files."""

import re

from app.reading.commands import readings
from app.reading.normal import normal
from app.reading.vocabulary import longest_first

_LAUGHS = re.compile(r"(?:lol|lmao|ha(?:ha)+|xd|(?<![a-z])w+|笑|草|哈+|呵+|5{2,}|ฮ่า\S*)\Z")
_LAUGHING = frozenset("😂🤣😆😹😄😁")


def is_in_crisis(text: str) -> bool:
    """Whether that is all they say: more words (熱到想死, "i want to die laughing") or a laugh make it only talk."""
    said = normal(text)
    if not said or _LAUGHS.search(said) or _LAUGHING & set(text):
        return False
    return any(one in longest_first("crisis", "says") for one in readings(said))

"""Whether a message only asks for a file format: "can I get this as a png", 有png檔嗎. No I/O except files."""

import re

from app.reading.normal import normal
from app.reading.vocabulary import any_word

_FORMAT = re.compile(r"(?<![a-z])(?:png|jpe?g|gif|svg|pdf|webp|psd|eps|tiff?|bmp|heic)(?![a-rt-z])s?")


def asks_for_a_format(text: str) -> bool:
    """Whether only the format is asked for: drawing again would bring the same kind of file."""
    said = normal(text)
    return _FORMAT.search(said) is not None and not any_word("format", "beside").sub("", _FORMAT.sub(" ", said)).strip()

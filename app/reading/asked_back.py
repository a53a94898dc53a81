"""Whether a text asks something, rather than asks for it: 刪掉了嗎, "delete?", สวยไหม. No I/O but its files."""

import unicodedata

from app.reading.normal import normal
from app.reading.vocabulary import longest_first

TAILS_MAX = 4  # small words behind the one that makes it a question: ไหมคะ


def ends_in_a_question(text: str) -> bool:
    """Whether a text ends in a mark or a word that makes it a question, however kindly it is meant."""
    marked = unicodedata.normalize("NFKC", text)
    while marked and marked[-1] != "?" and unicodedata.category(marked[-1])[0] not in "LMN":
        marked = marked[:-1]  # emoji, quotes and other marks behind it
    said = normal(text)
    return marked.endswith("?") or said.startswith(_starts()) or _without_tails(said).endswith(_words("ends"))


def is_question(text: str) -> bool:
    """Whether a text only asks; who asks for something in such a form ("could you delete it?") wants it done."""
    return ends_in_a_question(text) and not _asks_for_it(normal(text))


def _asks_for_it(said: str) -> bool:
    spaced = f" {said} "
    return any((f" {one} " in spaced) if one.isascii() else (one in said) for one in _words("kindly"))


def _without_tails(said: str) -> str:
    for _ in range(TAILS_MAX):
        tail = next((one for one in _words("behind") if said.endswith(one) and said != one), "")
        if not tail:
            break
        said = said.removesuffix(tail).strip()
    return said


def _starts() -> tuple[str, ...]:
    return tuple(f"{one} " for one in _words("starts"))


def _words(name: str) -> tuple[str, ...]:
    return longest_first("questions", name)

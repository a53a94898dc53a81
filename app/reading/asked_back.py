"""Whether a text is a question rather than a request: 刪掉了嗎, "delete?", สวยไหม. No I/O except its files."""

import unicodedata

from app.reading.normal import normal
from app.reading.vocabulary import longest_first

TAILS_MAX = 4  # particles after the word that makes it a question: ไหมคะ


def ends_in_a_question(text: str) -> bool:
    """Whether a mark or a word makes a text a question, even if it is a polite request."""
    marked = unicodedata.normalize("NFKC", text)
    while marked and marked[-1] != "?" and unicodedata.category(marked[-1])[0] not in "LMN":
        marked = marked[:-1]  # emoji, quotes and other marks after it
    said = normal(text)
    return marked.endswith("?") or said.startswith(_starts()) or _without_tails(said).endswith(_words("ends"))


def is_question(text: str) -> bool:
    """Whether a text only asks; a request in the form of a question ("could you delete it?") does not."""
    return ends_in_a_question(text) and not _asks_for_it(normal(text))


def asks_to_change(text: str) -> bool:
    """Whether a text kindly asks to change a picture: "can you make it blue?", 青にできますか."""
    said = normal(text)
    asks = ends_in_a_question(text) or _has(said, "kindly", at_start=True)
    return asks and _asks_for_it(said) and _has(said, "changes")


def _asks_for_it(said: str) -> bool:
    return _has(said, "kindly")


def _has(said: str, name: str, *, at_start: bool = False) -> bool:
    spaced = f" {said} "
    if at_start:
        return any(spaced.startswith(f" {one} ") for one in _words(name) if one.isascii())
    return any((f" {one} " in spaced) if one.isascii() else (one in said) for one in _words(name))


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

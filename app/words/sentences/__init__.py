"""Every sentence said to users, one file per language beside this one.

Kind, short, without internals, vendor names or addresses. The files have the same keys and the same blanks to fill; a
test checks that. A key that begins with `btn_` is a button's label, at most 20 graphemes.
"""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources

from app.words.chat_settings import LANGUAGES

# By primary subtag, so that Simplified Chinese, which has no file of its own, gets Traditional.
_BY_PRIMARY_SUBTAG = {language.partition("-")[0]: language for language in LANGUAGES}


class Words:
    """The sentences of one `language`. Each `Reason` is the key of its sentence."""

    def __init__(self, language: str, sentences: Mapping[str, str]) -> None:
        self.language = language
        self.sentences = sentences

    def say(self, key: str, **parts: object) -> str:
        """Return the sentence of `key`, with its blanks filled; parts without a blank are ignored.

        Raises:
            KeyError: There is no such sentence, or a part is missing.
        """
        return self.sentences[key].format(**parts)


def sentences_for(language: str | None, default: str) -> Words:
    """Find the words for a language tag.

    Args:
        language: BCP 47, as LINE's profile has it ("zh-Hant", "ja"), or None.
        default: `DEFAULT_LANGUAGE`, for languages that we do not speak.
    """
    return _words(_spoken(language) or _spoken(default) or next(iter(LANGUAGES)))


def _spoken(language: str | None) -> str | None:
    primary_subtag = (language or "").strip().replace("_", "-").partition("-")[0]
    return _BY_PRIMARY_SUBTAG.get(primary_subtag.lower())


@functools.cache
def _words(language: str) -> Words:
    text = resources.files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))

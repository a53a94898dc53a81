"""Every sentence said to users, one file per language beside this one.

Kind, short, without internals, vendor names or addresses.
"""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

LANGUAGES = ("zh-TW", "en", "ja", "th")
# Simplified Chinese has no file of its own: the nearest is the other way to write it.
_BY_PRIMARY_SUBTAG = {"zh": "zh-TW", "en": "en", "ja": "ja", "th": "th"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sentences of one language. Each `Reason` is the key of the words for it.

    Attributes:
        blank: Nothing was said: a blank text, or only our name in a group.
        greeting_group: With `{prefix}`.
        drawing: The promise, at most 160 graphemes like its two sisters and `maybe_sent`: they stand over a button.
        drawing_many: With `{count}`.
        drawing_push: The picture will be sent by itself.
        show: The button's label, at most 20 graphemes.
        show_said: What the chat shows as the user's words after a tap.
        still_drawing_alt: The promise in notifications.
        here: Quotes the picture that is already in the chat.
        late: Before a picture that another message has brought along.
        yours: Quotes the request, in groups.
        maybe_sent: Over the button, when we cannot know whether the picture has reached the chat.
        gone: The button belongs to another chat, or its picture is no more.
    """

    moderation: str
    busy: str
    broke: str
    too_late: str
    queue_full: str
    closed: str
    blank: str
    sticker: str
    image: str
    voice: str
    video: str
    file: str
    location: str
    greeting: str
    welcome_back: str
    greeting_group: str
    drawing: str
    drawing_many: str
    drawing_push: str
    show: str
    show_said: str
    still_drawing_alt: str
    here: str
    late: str
    yours: str
    maybe_sent: str
    gone: str

    def say(self, key: str, **parts: object) -> str:
        """Return the sentence of `key`, with its placeholders filled; parts that it has no place for are left out."""
        sentence: str = getattr(self, key)
        return sentence.format(**parts)


def sentences_for(language: str | None, default: str) -> Words:
    """Find the words for a language tag.

    Args:
        language: BCP 47, as LINE's profile has it ("zh-Hant", "ja"), or None.
        default: `DEFAULT_LANGUAGE`, for languages that we do not speak.
    """
    return _words(_spoken(language) or _spoken(default) or LANGUAGES[0])


def _spoken(language: str | None) -> str | None:
    primary_subtag = (language or "").strip().replace("_", "-").partition("-")[0]
    return _BY_PRIMARY_SUBTAG.get(primary_subtag.lower())


@functools.cache
def _words(language: str) -> Words:
    text = resources.files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return Words(**tomllib.loads(text))

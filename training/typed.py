"""How people type: in full width, in capitals, with slips of the finger, with emoji and faces behind it. No I/O."""

import random

EMOJI = ("😂", "🥺", "🙏", "❤️", "😊", "🥰", "✨", "👍", "😆", "😭", "🤣", "😅", "💕", "🔥", "😍", "🎨", "🙂", "🤔")
FACES = ("(´・ω・`)", "(*´∀`*)", "^^", ":)", "QQ", "XD", "QAQ", ">_<", "(≧▽≦)", "\\(^o^)/", "T_T", "0.0", ":D", "=)")  # noqa: RUF001 - faces are drawn with what there is
ENDS = ("!", "!!", "！", "~", "～", "...", "…", ".", "。", "、", " ", "  ", "?!", "ー", "w", "555", "♡", "ㄏㄏ", "lol")  # noqa: RUF001 - full width is how people type
_CHARS_MIN = 7  # shorter words become others by one slip


def as_typed(text: str, chance: random.Random) -> str:
    """Write a text as somebody in a hurry does."""
    kinds = [_with_emoji, _with_face, _with_end, _in_width, _in_case, _slipped, _without_marks, _with_emoji]
    return chance.choice(kinds)(text, chance) or text


def _with_emoji(text: str, chance: random.Random) -> str:
    one = chance.choice(EMOJI)
    return text + chance.choice(("", " ")) + one * chance.choice((1, 1, 2, 3))


def _with_face(text: str, chance: random.Random) -> str:
    return f"{text} {chance.choice(FACES)}"


def _with_end(text: str, chance: random.Random) -> str:
    end = chance.choice(ENDS)
    if end in {"w", "ー", "ㄏㄏ", "555", "lol"}:  # of one language each
        language = {"ㄏㄏ": "\u4e00", "w": "\u3041", "ー": "\u3041", "555": "\u0e01", "lol": "a"}[end]
        if not any(language <= one <= chr(ord(language) + 80) for one in text):
            return f"{text}!"
    return text + end


def _in_width(text: str, _chance: random.Random) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else "\u3000" if one == " " else one for one in text)


def _in_case(text: str, chance: random.Random) -> str:
    return chance.choice((text.upper, text.capitalize, text.lower, text.title))()


def _slipped(text: str, chance: random.Random) -> str:
    if len(text) < _CHARS_MIN:
        return text
    at = chance.randrange(1, len(text) - 1)
    return chance.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
        )
    )


def _without_marks(text: str, _chance: random.Random) -> str:
    return text.strip("?？!！。.,，、 ").replace("'", "")  # noqa: RUF001 - full width is how people type

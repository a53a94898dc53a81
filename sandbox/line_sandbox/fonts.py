"""Finds a font of this machine that has the letters of a text: Chinese, Japanese, Thai, whatever is installed."""

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

NO_LETTERS = "(this machine has no font for the letters of this prompt)"
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
# One file for each name, in the order in which they are tried.
_NAMES = (
    "NotoSansCJK-Regular",
    "NotoSansCJK",
    "NotoSansTC",
    "NotoSansJP",
    "PingFang",
    "msjh",
    "wqy",
    "Arial Unicode",
    "NotoSansThai",
    "Garuda.",
    "Loma.",
    "Thonburi",
    "Leelawad",
    "tahoma",
    "DejaVuSans.",
    "Arial.",
)


def best_font(text: str, size_px: int) -> Font:
    """The font of this machine that has most letters of `text`; Pillow's own where there is none."""
    fonts = [font for path in _paths() if (font := _font(path, size_px)) is not None]
    letters = set(text) - {" ", "\n"}
    for font in fonts:
        if all(_has(font, letter) for letter in letters):
            return font
    return max(
        fonts, key=lambda font: sum(_has(font, letter) for letter in letters), default=ImageFont.load_default(size_px)
    )


def writable(text: str, font: Font) -> str:
    """The text without the letters that the font does not have, emoji among them."""
    if isinstance(font, ImageFont.ImageFont):
        return text.encode("latin-1", "replace").decode("latin-1")
    if text.strip() and not any(_has(font, letter) for letter in text if not letter.isspace()):
        return NO_LETTERS
    return "".join(letter for letter in text if letter.isspace() or _has(font, letter))


def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    if not letter.isprintable():
        return False
    return bytes(font.getmask(letter)) != _missing_glyph(font)


@lru_cache(maxsize=64)
def _missing_glyph(font: ImageFont.FreeTypeFont) -> bytes:
    return bytes(font.getmask("\uffff"))


@lru_cache(maxsize=64)
def _font(path: Path, size_px: int) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(path, size_px)
    except OSError:
        return None


@lru_cache(maxsize=1)
def _paths() -> tuple[Path, ...]:
    files = [p for folder in _FOLDERS for p in sorted(Path(folder).rglob("*")) if p.suffix in {".ttf", ".ttc", ".otf"}]
    found = [next((path for path in files if path.name.startswith(name)), None) for name in _NAMES]
    return tuple(dict.fromkeys(path for path in found if path is not None))

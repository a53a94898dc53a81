"""Paints a picture that depends on the prompt, in place of a model: same prompt, same bytes.

Call it in a thread: one picture of 1024x1024 keeps a core busy for some 50 ms.
"""

import hashlib
import random
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

Colour = tuple[int, int, int]

LABEL = "STAND-IN - not drawn by a model"
_GRAIN_PX = 256
_WORDS: dict[str, Colour] = {
    "red": (200, 60, 50), "紅": (200, 60, 50), "赤": (200, 60, 50), "fox": (210, 110, 50), "狐": (210, 110, 50),
    "orange": (225, 140, 50), "橘": (225, 140, 50), "yellow": (235, 205, 80), "黃": (235, 205, 80),
    "green": (80, 150, 80), "綠": (80, 150, 80), "forest": (50, 105, 65), "森": (50, 105, 65),
    "blue": (60, 110, 190), "藍": (60, 110, 190), "sea": (40, 110, 150), "海": (40, 110, 150),
    "purple": (125, 80, 165), "紫": (125, 80, 165), "pink": (235, 150, 175), "粉": (235, 150, 175),
    "night": (25, 30, 70), "夜": (25, 30, 70), "snow": (230, 238, 245), "雪": (230, 238, 245),
    "black": (30, 30, 34), "黑": (30, 30, 34), "white": (240, 240, 236), "白": (240, 240, 236),
}  # fmt: skip
_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_FONT_NAMES = (
    "NotoSansCJK",
    "NotoSansTC",
    "NotoSansJP",
    "PingFang",
    "msjh",
    "wqy",
    "Arial Unicode",
    "DejaVuSans.",
    "Arial.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """How a picture is wanted.

    Attributes:
        output_format: "png", "jpeg" or "webp".
        compression: 0 to 100, as OpenAI's `output_compression`; not for PNG.
        variation: Another number, another picture of the same prompt.
    """

    width_px: int
    height_px: int
    output_format: str = "png"
    compression: int = 100
    transparent: bool = False
    variation: int = 0


def paint(prompt: str, canvas: Canvas, sources: tuple[bytes, ...] = ()) -> bytes:
    """A picture of the prompt, over the first of the source pictures if there is one."""
    seed = hashlib.sha256(f"{canvas.variation}\0{prompt}".encode())
    for source in sources:
        seed.update(source)
    rng = random.Random(seed.digest())  # noqa: S311  # a seed makes the same picture again
    picture = _landscape(prompt, canvas, rng)
    if sources:
        with Image.open(BytesIO(sources[0])) as first:
            picture = Image.blend(picture, first.convert("RGB").resize(picture.size), 0.6)
    _write(ImageDraw.Draw(picture), prompt, canvas)
    return _encoded(_cut_out(picture) if canvas.transparent else picture, canvas)


def plain(canvas: Canvas) -> bytes:
    """One flat colour: a real picture of the wanted size in few bytes."""
    mode, colour = ("RGBA", (90, 120, 160, 128)) if canvas.transparent else ("RGB", (90, 120, 160))
    return _encoded(Image.new(mode, (canvas.width_px, canvas.height_px), colour), canvas)


def _landscape(prompt: str, canvas: Canvas, rng: random.Random) -> Image.Image:
    width, height = canvas.width_px, canvas.height_px
    palette = _palette(prompt, rng)
    sky = Image.new("RGB", (3, 4))
    sky.putdata([_mixed(palette[0], palette[1], (i // 3) / 3 + rng.uniform(-0.1, 0.1)) for i in range(12)])
    picture = sky.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    radius = rng.uniform(0.06, 0.14) * min(width, height)
    x, y = rng.uniform(0.15, 0.85) * width, rng.uniform(0.12, 0.35) * height
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_mixed(palette[2], (255, 250, 220), 0.7))
    for layer in range(4):
        ground = height * (0.45 + 0.13 * layer)
        points = [(width * i / 8, ground + rng.uniform(-0.09, 0.07) * height) for i in range(9)]
        draw.polygon([(0, height), *points, (width, height)], fill=_mixed(palette[2], palette[3], layer / 3))
    return _grained(picture, rng)


def _palette(prompt: str, rng: random.Random) -> list[Colour]:
    """Four colours: those the prompt names first, then whatever its seed gives."""
    lowered = prompt.lower()
    named = [colour for word, colour in _WORDS.items() if word in lowered]
    made = [(rng.randrange(40, 230), rng.randrange(40, 230), rng.randrange(40, 230)) for _ in range(4)]
    return [*dict.fromkeys(named), *made][:4]


def _mixed(a: Colour, b: Colour, share: float) -> Colour:
    part = min(1.0, max(0.0, share))
    return (round(a[0] + (b[0] - a[0]) * part), round(a[1] + (b[1] - a[1]) * part), round(a[2] + (b[2] - a[2]) * part))


def _grained(picture: Image.Image, rng: random.Random) -> Image.Image:
    """The same picture with grain, so that its files are as large as those of real pictures."""
    tile = Image.frombytes("L", (_GRAIN_PX, _GRAIN_PX), rng.randbytes(_GRAIN_PX**2)).point(lambda level: level // 24)
    grain = Image.new("L", picture.size)
    for left in range(0, picture.width, _GRAIN_PX):
        for top in range(0, picture.height, _GRAIN_PX):
            grain.paste(tile, (left, top))
    return ImageChops.subtract(picture, Image.merge("RGB", (grain, grain, grain)))


def _write(draw: ImageDraw.ImageDraw, prompt: str, canvas: Canvas) -> None:
    """The label and as much of the prompt as fits into the lower part."""
    size = max(14, min(canvas.width_px, canvas.height_px) // 28)
    font = best_font(prompt, size)
    columns = max(8, round(canvas.width_px / (size * (1.05 if not prompt.isascii() else 0.62))) - 2)
    lines = textwrap.wrap(_writable(prompt, font), columns, max_lines=4, placeholder="...") or [""]
    top = canvas.height_px - round((len(lines) + 2) * size * 1.4)
    draw.rectangle((0, top, canvas.width_px, canvas.height_px), fill=(20, 20, 24))
    draw.text((size, top + size * 0.5), LABEL, fill=(250, 205, 90), font=best_font(LABEL, size))
    for row, line in enumerate(lines, start=1):
        draw.text((size, top + size * (0.5 + 1.4 * row)), line, fill=(245, 245, 245), font=font)


def best_font(text: str, size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font of this machine that has most letters of `text`; Pillow's own where there is none."""
    fonts = [font for path in _font_paths() if (font := _font(path, size_px)) is not None]
    letters = set(text) - {" ", "\n"}
    for font in fonts:
        if all(_has(font, letter) for letter in letters):
            return font
    return max(
        fonts, key=lambda font: sum(_has(font, letter) for letter in letters), default=ImageFont.load_default(size_px)
    )


def _writable(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """The text with a dot for every letter that the font does not have; emoji among them."""
    if isinstance(font, ImageFont.ImageFont):
        return text.encode("latin-1", "replace").decode("latin-1")
    if text.strip() and not any(_has(font, letter) for letter in text if not letter.isspace()):
        return "(this machine has no font for the letters of this prompt)"
    return "".join(letter if letter.isspace() or _has(font, letter) else "\u00b7" for letter in text[:400])


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
def _font_paths() -> tuple[Path, ...]:
    """Fonts worth trying, those with Chinese letters first."""
    files = [
        p for folder in _FONT_FOLDERS for p in sorted(Path(folder).rglob("*")) if p.suffix in {".ttf", ".ttc", ".otf"}
    ]
    return tuple(path for name in _FONT_NAMES for path in files if path.name.startswith(name))[:6]


def _cut_out(picture: Image.Image) -> Image.Image:
    """The same picture as an oval with nothing around it."""
    alpha = Image.new("L", picture.size, 0)
    ImageDraw.Draw(alpha).ellipse((0, 0, picture.width - 1, picture.height - 1), fill=255)
    picture.putalpha(alpha)
    return picture


def _encoded(picture: Image.Image, canvas: Canvas) -> bytes:
    buffer = BytesIO()
    match canvas.output_format:
        case "jpeg":
            picture.convert("RGB").save(buffer, "JPEG", quality=max(1, min(95, canvas.compression)))
        case "webp":
            lossless = canvas.compression == 100  # noqa: PLR2004  # OpenAI's WebP at 100 is lossless
            picture.save(buffer, "WEBP", quality=0 if lossless else canvas.compression, lossless=lossless, method=0)
        case _:
            picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()

"""Paints a picture that depends on the prompt, in place of a model: same prompt, same bytes.

Call it in a thread: one picture of 1024x1024 keeps a core busy for some 100 ms.
"""

import base64
import hashlib
import math
import random
import textwrap
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops, ImageColor, ImageDraw

from line_sandbox.fonts import best_font, writable

Colour = tuple[int, int, int]

LABEL = "STAND-IN · not drawn by a model"
LAYERS = 5
_GRAIN_PX = 256
_SMOOTH_PIXELS_MAX = 1_600_000  # larger pictures are drawn without the doubling that smooths their edges
_TEXT_MAX = 400
# Sky above, sky at the horizon, light, far ground, near ground.
_PALETTES = (
    ("#2e6f95", "#f7d9b0", "#fff3d6", "#9db8bd", "#1f4e4a"),
    ("#f08a5d", "#f9d8a6", "#fff6dd", "#d99a8b", "#4a2545"),
    ("#74a9cf", "#e9f3f7", "#fffbe8", "#a7c4a0", "#2f5d3a"),
    ("#5b4b8a", "#f4a7a0", "#ffe9c9", "#a77fa8", "#2d1e4f"),
    ("#3aa6a0", "#f2efcf", "#fffdf0", "#8cc5ac", "#14534f"),
    ("#c9705a", "#f6cf9b", "#fff1cf", "#c99573", "#5a2d22"),
    ("#86b6d9", "#fbe4e4", "#ffffff", "#c3b4d1", "#57457a"),
)
_NIGHT = ("#0d1b3e", "#3b4f86", "#f4efd2", "#3c4a7a", "#0c1226")
_SNOW = ("#9db9d3", "#f1f5fa", "#ffffff", "#dfe8f1", "#8fa6bd")
_NIGHT_WORDS = ("night", "moon", "star", "space", "夜", "月", "星", "宇宙", "กลางคืน")
_SNOW_WORDS = ("snow", "winter", "ice", "雪", "冬", "หิมะ")
_TINTS: dict[str, str] = {
    "red": "#c8493d", "紅": "#c8493d", "赤": "#c8493d", "แดง": "#c8493d", "fox": "#d2692e", "狐": "#d2692e",
    "orange": "#e18c32", "橘": "#e18c32", "yellow": "#ebc94e", "黃": "#ebc94e", "gold": "#d9a93a", "金": "#d9a93a",
    "green": "#4f9660", "綠": "#4f9660", "緑": "#4f9660", "forest": "#3a6b45", "森": "#3a6b45",
    "blue": "#3c6ebe", "藍": "#3c6ebe", "青": "#3c6ebe", "sea": "#2a7f9c", "海": "#2a7f9c", "ocean": "#2a7f9c",
    "purple": "#7d50a5", "紫": "#7d50a5", "pink": "#eb96af", "粉": "#eb96af", "櫻": "#eb96af", "桜": "#eb96af",
    "black": "#26262b", "黑": "#26262b", "黒": "#26262b", "white": "#f0f0ec", "白": "#f0f0ec",
}  # fmt: skip


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
    picture = _grained(_landscape(prompt, canvas, rng), rng)
    if sources:
        with Image.open(BytesIO(sources[0])) as first:
            picture = Image.blend(picture, first.convert("RGB").resize(picture.size), 0.6)
    _write(picture, prompt)
    return _encoded(_cut_out(picture) if canvas.transparent else picture, canvas)


def plain(canvas: Canvas) -> bytes:
    """One flat colour: a real picture of the wanted size in few bytes."""
    mode, colour = ("RGBA", (90, 120, 160, 128)) if canvas.transparent else ("RGB", (90, 120, 160))
    return _encoded(Image.new(mode, (canvas.width_px, canvas.height_px), colour), canvas)


def _landscape(prompt: str, canvas: Canvas, rng: random.Random) -> Image.Image:
    """Sky, light, and hills that grow darker as they come near."""
    final = (canvas.width_px, canvas.height_px)
    scale = 2 if final[0] * final[1] <= _SMOOTH_PIXELS_MAX else 1
    width, height = final[0] * scale, final[1] * scale
    above, horizon, light, far, near = _palette(prompt, rng)
    sky = Image.new("RGB", (1, 3))
    sky.putdata([above, _mixed(above, horizon, 0.65), horizon])
    picture = sky.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    if any(word in prompt.lower() for word in _NIGHT_WORDS):
        _stars(draw, width, height, rng)
    _shine(picture, light, rng)
    for layer in range(LAYERS):
        share = layer / (LAYERS - 1)
        ridge = _ridge(width, height * (0.46 + 0.1 * layer), height * (0.035 + 0.03 * share), rng)
        draw.polygon([(0, height), *ridge, (width, height)], fill=_mixed(far, near, share))
        if layer == LAYERS - 2:
            _trees(draw, ridge, height, _mixed(far, near, 0.92), rng)
    return picture.resize(final, Image.Resampling.BOX) if scale > 1 else picture


def _palette(prompt: str, rng: random.Random) -> list[Colour]:
    """Five colours that go together, drawn towards those that the prompt names."""
    lowered = prompt.lower()
    chosen = rng.choice(_PALETTES)
    chosen = _SNOW if any(word in lowered for word in _SNOW_WORDS) else chosen
    chosen = _NIGHT if any(word in lowered for word in _NIGHT_WORDS) else chosen
    colours = [_rgb(name) for name in chosen]
    tints = [_rgb(tint) for word, tint in _TINTS.items() if word in lowered][:2]
    for tint, which in zip(tints, ((3, 4), (0, 1)), strict=False):
        for index in which:
            colours[index] = _mixed(colours[index], tint, 0.5)
    return colours


def _stars(draw: ImageDraw.ImageDraw, width: int, height: int, rng: random.Random) -> None:
    for _ in range(140):
        x, y, radius = rng.uniform(0, width), rng.uniform(0, height * 0.5), rng.uniform(0.0006, 0.0019) * width
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(236, 236, 220))


def _shine(picture: Image.Image, light: Colour, rng: random.Random) -> None:
    """A sun or a moon with a glow around it."""
    side = min(picture.size)
    x, y = rng.uniform(0.2, 0.8) * picture.width, rng.uniform(0.16, 0.36) * picture.height
    glow_px, radius = round(side * 0.9), rng.uniform(0.055, 0.1) * side
    fades = Image.radial_gradient("L")  # from 0 in the middle to 180 where it meets the edges
    glow = fades.point(lambda level: max(0, 180 - level) ** 2 // 220)
    corner = (round(x - glow_px / 2), round(y - glow_px / 2))
    picture.paste(Image.new("RGB", (glow_px, glow_px), light), corner, glow.resize((glow_px, glow_px)))
    ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), fill=light)


def _ridge(width: int, middle: float, swing: float, rng: random.Random) -> list[tuple[float, float]]:
    """The line of a hill: a few waves on top of each other."""
    waves = [(rng.uniform(0.6, 1.6) * 2**octave, rng.uniform(0, math.tau), 0.55**octave) for octave in range(4)]
    points = 160
    return [
        (
            width * i / points,
            middle + swing * sum(part * math.sin(math.tau * often * i / points + at) for often, at, part in waves),
        )
        for i in range(points + 1)
    ]


def _trees(
    draw: ImageDraw.ImageDraw, ridge: list[tuple[float, float]], height: int, colour: Colour, rng: random.Random
) -> None:
    for _ in range(rng.randrange(14, 34)):
        x, y = ridge[rng.randrange(len(ridge))]
        tall = rng.uniform(0.03, 0.075) * height
        for part in (0.0, 0.3, 0.55):
            half, top = tall * (0.24 - 0.24 * part * 0.8), y - tall * part
            draw.polygon([(x - half, top), (x + half, top), (x, top - tall * 0.5)], fill=colour)


def _grained(picture: Image.Image, rng: random.Random) -> Image.Image:
    """The same picture with grain, so that its files are as large as those of real pictures."""
    tile = Image.frombytes("L", (_GRAIN_PX, _GRAIN_PX), rng.randbytes(_GRAIN_PX**2)).point(lambda level: level // 28)
    grain = Image.new("L", picture.size)
    for left in range(0, picture.width, _GRAIN_PX):
        for top in range(0, picture.height, _GRAIN_PX):
            grain.paste(tile, (left, top))
    return ImageChops.subtract(picture, Image.merge("RGB", (grain, grain, grain)))


def _write(picture: Image.Image, prompt: str) -> None:
    """The label and as much of the prompt as fits, on a dark band at the foot."""
    width, height = picture.size
    size, small = max(14, min(width, height) // 25), max(11, min(width, height) // 40)
    shown = " ".join(prompt[:_TEXT_MAX].split())
    font = best_font(shown, size)
    columns = max(8, round(width / (size * (1.05 if not shown.isascii() else 0.58))) - 2)
    lines = textwrap.wrap(writable(shown, font), columns, max_lines=3, placeholder="…" if shown else "") or [""]
    top = height - round((len(lines) * 1.4 + 0.7) * size + 2.2 * small)
    band = picture.crop((0, top, width, height)).point(lambda level: level // 4)
    picture.paste(band, (0, top))
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        draw.text((size, top + size * (0.45 + 1.4 * row)), line, fill=(250, 250, 247), font=font)
    draw.text((size, height - 1.9 * small), LABEL, fill=(250, 212, 120), font=best_font(LABEL, small))


def _rgb(name: str) -> Colour:
    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue


def _mixed(a: Colour, b: Colour, share: float) -> Colour:
    part = min(1.0, max(0.0, share))
    return (round(a[0] + (b[0] - a[0]) * part), round(a[1] + (b[1] - a[1]) * part), round(a[2] + (b[2] - a[2]) * part))


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


def signed(b64: str, request_id: str) -> str:
    """Put an id into a JPEG as a comment (the COM segment of ITU-T T.81, B.2.4.5) right after its first marker."""
    data, comment = base64.b64decode(b64), request_id.encode()
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    return base64.b64encode(data[:2] + segment + data[2:]).decode()

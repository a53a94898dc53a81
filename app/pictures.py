"""A picture's bytes, made fit for LINE: the original as it came where LINE can show it, and a small preview.

LINE answers 200 to bytes it cannot show and the picture then never appears, so everything is checked here. The whole
picture is decoded once, which also finds files that were cut short. Synchronous and CPU-bound (about 20 ms for
1024x1024): callers run it in threads. No I/O.
"""

import struct
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile, ImageOps
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from app.errors import NotAPicture

# LINE image message: JPEG or PNG, original at most 10 MB, preview at most 1 MB, any number of pixels;
# https://developers.line.biz/en/reference/messaging-api/#image-message (read 2026-11-22)
ORIGINAL_BYTES_MAX: Final = 10_000_000
PREVIEW_BYTES_MAX: Final = 1_000_000

PREVIEW_SIDE_PX: Final = 768  # a chat bubble on a phone with three pixels to the point
PREVIEW_BYTES_AIM: Final = 100_000
PREVIEW_QUALITIES: Final = (80, 70, 60)
ORIGINAL_QUALITIES: Final = (90, 80, 70)

PIXELS_MAX: Final = 50_000_000  # 200 MB when decoded; the largest picture of the Images API has 8.3 million
SIDE_PX_MAX: Final = 65_500  # libjpeg's own limit

# The modes every client shows. CMYK is left to chance by browsers; 16 bits lose their lower half in the preview anyway.
SHOWN_AS_IT_IS: Final = {
    "JPEG": frozenset({"L", "RGB"}),
    "PNG": frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA"}),
}

# What Pillow raises on hostile or damaged files, found by fuzzing.
DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One picture as it goes to the bucket.

    Attributes:
        original: JPEG or PNG, at most 10 MB; the bytes handed in, C2PA data included, wherever LINE can show them.
        content_type: Of the original: "image/jpeg" or "image/png".
        extension: Of the original: "jpg" or "png".
        width_px: Of the original as it is shown, after EXIF orientation.
        height_px: Likewise.
        preview: JPEG without metadata, mostly 50-100 kB, never above 1 MB.
    """

    original: bytes = field(repr=False)
    content_type: str
    extension: str
    width_px: int
    height_px: int
    preview: bytes = field(repr=False)


def render(data: bytes) -> Rendition:
    """Check, decode and fit one picture. Of an animation, the first frame.

    Raises:
        NotAPicture: Not a JPEG, PNG, WebP or GIF, damaged, cut short, or more than 50 million pixels.
    """
    try:
        image = _open(data)
        _refuse_bombs(image)
        if _shown_as_it_is(image, data):
            return _kept(image, data)
        return _encoded_anew(image)
    except Image.DecompressionBombError as exc:  # a frame larger than the header's canvas
        raise NotAPicture(f"{len(data)} bytes hold more pixels than we decode", code="too_many_pixels") from exc
    except DAMAGE as exc:
        raise NotAPicture(f"{len(data)} bytes could not be decoded: {type(exc).__name__}", code="damaged") from exc


def _open(data: bytes) -> ImageFile.ImageFile:
    # Not Image.open: it would load every plugin it has, and turns oddities of a file into process-wide warnings.
    stream = BytesIO(data)
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImageFile(stream)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile(stream)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImageFile(stream)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return GifImageFile(stream)
    raise NotAPicture(f"{len(data)} bytes are no JPEG, PNG, WebP or GIF", code="unknown_format")


def _refuse_bombs(image: Image.Image) -> None:
    width, height = image.size
    if width * height > PIXELS_MAX or max(width, height) > SIDE_PX_MAX:
        raise NotAPicture(f"{width}x{height} pixels are more than we decode", code="too_many_pixels")


def _shown_as_it_is(image: ImageFile.ImageFile, data: bytes) -> bool:
    return (
        len(data) <= ORIGINAL_BYTES_MAX
        and image.mode in SHOWN_AS_IT_IS.get(image.format or "", ())
        and not getattr(image, "is_animated", False)
    )


def _kept(image: ImageFile.ImageFile, data: bytes) -> Rendition:
    width, height = _shown_size(image)
    png = image.format == "PNG"
    image.draft(None, _within(image.size, PREVIEW_SIDE_PX))  # lets libjpeg throw pixels away while decoding
    return Rendition(
        original=data,
        content_type="image/png" if png else "image/jpeg",
        extension="png" if png else "jpg",
        width_px=width,
        height_px=height,
        preview=_preview(_upright(image)),
    )


def _encoded_anew(image: ImageFile.ImageFile) -> Rendition:
    upright = _upright(image)
    original = _png(upright) if upright.mode == "RGBA" else None
    extension, content_type = ("png", "image/png") if original else ("jpg", "image/jpeg")
    if original is None:
        upright = _on_white(upright)
        original = _jpeg(upright, ORIGINAL_QUALITIES, bytes_aim=ORIGINAL_BYTES_MAX, bytes_max=ORIGINAL_BYTES_MAX)
    width, height = _size_of(original)
    return Rendition(
        original=original,
        content_type=content_type,
        extension=extension,
        width_px=width,
        height_px=height,
        preview=_preview(upright),
    )


def _preview(upright: Image.Image) -> bytes:
    size = _within(upright.size, PREVIEW_SIDE_PX)
    # Hamming: half the time of Lanczos, and as sharp when shrinking.
    small = upright if size == upright.size else upright.resize(size, Image.Resampling.HAMMING)
    return _jpeg(_on_white(small), PREVIEW_QUALITIES, bytes_aim=PREVIEW_BYTES_AIM, bytes_max=PREVIEW_BYTES_MAX)


def _jpeg(rgb: Image.Image, qualities: tuple[int, ...], *, bytes_aim: int, bytes_max: int) -> bytes:
    """Encode as well as `bytes_aim` allows; a picture that is above `bytes_max` even then gets smaller."""
    while True:
        for quality in qualities:
            out = BytesIO()
            rgb.save(out, "JPEG", quality=quality)
            if out.tell() <= bytes_aim:
                return out.getvalue()
        if out.tell() <= bytes_max:
            return out.getvalue()
        rgb = rgb.resize(_within(rgb.size, max(rgb.size) * 3 // 4), Image.Resampling.HAMMING)


def _png(rgba: Image.Image) -> bytes | None:
    """Encode if there is anything to see through and it fits, else None."""
    least_opaque, _ = rgba.getchannel("A").getextrema()
    if least_opaque == 255:  # noqa: PLR2004 - nothing shows through
        return None
    out = BytesIO()
    rgba.save(out, "PNG", compress_level=2)  # a quarter of the time of level 6
    return out.getvalue() if out.tell() <= ORIGINAL_BYTES_MAX else None


def _upright(image: ImageFile.ImageFile) -> Image.Image:
    """Decode to RGB or RGBA, turned as EXIF says, without any metadata."""
    image.load()
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I"):  # 16 bits of grey: the conversion to RGB would clip instead of scale
        turned = turned.convert("I").point(lambda level: level / 257).convert("L")
        turned.info.clear()  # a see-through level of 16 bits means nothing in 8
    upright = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    upright.info.clear()
    return upright


def _on_white(upright: Image.Image) -> Image.Image:
    if upright.mode == "RGB":
        return upright
    white = Image.new("RGB", upright.size, "white")
    white.paste(upright, mask=upright.getchannel("A"))
    return white


def _shown_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    turned = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}  # EXIF orientation: the quarter turns
    return (height, width) if turned else (width, height)


def _size_of(encoded: bytes) -> tuple[int, int]:
    return _open(encoded).size


def _within(size: tuple[int, int], side_px: int) -> tuple[int, int]:
    longest = max(size)
    if longest <= side_px:
        return size
    width, height = (max(1, round(edge * side_px / longest)) for edge in size)
    return width, height

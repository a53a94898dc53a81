"""Opens a picture's bytes and decodes them, whatever they hold: hostile, damaged, sideways or in 16 bits. No I/O."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile, ImageOps
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from app.errors import NotAPicture

SIDE_PX_MAX: Final = 65_500  # libjpeg's own limit

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


@contextmanager
def refusing(data: bytes) -> Iterator[None]:
    """Turn whatever decoding these bytes raises into `NotAPicture`."""
    try:
        yield
    except Image.DecompressionBombError as exc:  # a frame larger than the header's canvas
        raise NotAPicture(f"{len(data)} bytes hold more pixels than we decode", code="too_many_pixels") from exc
    except DAMAGE as exc:
        raise NotAPicture(f"{len(data)} bytes could not be decoded: {type(exc).__name__}", code="damaged") from exc


def open_picture(data: bytes) -> ImageFile.ImageFile:
    """Open a JPEG, PNG, WebP or GIF without decoding it.

    Raises:
        NotAPicture: It is none of them.
    """
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


def edges_px(data: bytes) -> tuple[int, int]:
    """Read width and height, without decoding.

    Raises:
        NotAPicture: It is no picture.
    """
    with refusing(data):
        return open_picture(data).size


def refuse_bombs(image: Image.Image, *, pixels_max: int) -> None:
    """Refuse by the header what would take too much memory when decoded.

    Raises:
        NotAPicture: Too many pixels, or too long a side.
    """
    width, height = image.size
    if width * height > pixels_max or max(width, height) > SIDE_PX_MAX:
        raise NotAPicture(f"{width}x{height} pixels are more than we decode", code="too_many_pixels")


def decoded(image: ImageFile.ImageFile) -> Image.Image:
    """Decode, turn as EXIF says, and scale 16 bits of grey to 8. Metadata and mode stay."""
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if not image.mode.startswith("I"):
        return image
    # A conversion to RGB would clip instead of scale.
    grey = image.convert("I").point(lambda level: level / 257).convert("L")
    grey.info.clear()  # a see-through level of 16 bits means nothing in 8
    return grey

"""Opens a picture's bytes without decoding them, whatever they hold. No I/O."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile, PngImagePlugin
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from app.errors import NotAPicture
from app.pictures.blocks import GIF, JPEG, PNG, is_webp, refuse_too_many_blocks
from app.pictures.measure import webp_bytes

# Pillow's own limit is 64 million characters of up to four bytes each, which compress into some kB.
PngImagePlugin.MAX_TEXT_MEMORY = 2_000_000

# What Pillow raises on hostile or damaged files, found by fuzzing.
DECODING_ERRORS: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    MemoryError,
    RuntimeError,  # libheif: there are more pixels than the header says
    struct.error,
    zlib.error,
)


@contextmanager
def guarded_decoding(data: bytes) -> Iterator[None]:
    """Refuse a file of too many blocks, and turn whatever decoding these bytes raises into `NotAPicture`."""
    try:
        refuse_too_many_blocks(data)
        yield
    except Image.DecompressionBombError as exc:  # a frame larger than the header's canvas
        raise NotAPicture(f"{len(data)} bytes hold more pixels than we decode", code="too_many_pixels") from exc
    except DECODING_ERRORS as exc:
        raise NotAPicture(f"{len(data)} bytes could not be decoded: {type(exc).__name__}", code="damaged") from exc


def open_picture(data: bytes) -> ImageFile.ImageFile:
    """Open a JPEG, PNG, WebP or GIF without decoding it.

    Raises:
        NotAPicture: It is none of these, or a WebP whose canvas is too large to open.
    """
    # Not Image.open, which loads every plugin it has, and turns oddities of a file into process-wide warnings.
    stream = BytesIO(data)
    if data.startswith(JPEG):
        return JpegImageFile(stream)
    if data.startswith(PNG):
        return PngImageFile(stream)
    if is_webp(data):
        webp_bytes(_webp_size(data))  # refuses it early: merely opening it allocates two canvases
        return WebPImageFile(stream)
    if data.startswith(GIF):
        return GifImageFile(stream)
    raise NotAPicture(f"{len(data)} bytes are no JPEG, PNG, WebP or GIF", code="unknown_format")


def edges_px(data: bytes) -> tuple[int, int]:
    """Read width and height, without decoding.

    Raises:
        NotAPicture: It is not a picture.
    """
    with guarded_decoding(data):
        return open_picture(data).size


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read the size of the canvas; https://developers.google.com/speed/webp/docs/riff_container (read 2026-11-27)."""
    match data[12:16]:
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    raise SyntaxError("a WebP without a picture")

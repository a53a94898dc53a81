"""Repairs files whose pixels are all there but which lack their end mark or have damaged metadata. No I/O."""

import zlib
from io import BytesIO
from typing import Final

from PIL import ImageChops
from PIL.JpegImagePlugin import JpegImageFile

from app.pictures.blocks import EXIF, EXIF_HEAD, JPEG, PNG, chunks, segments
from app.pictures.measure import draft
from app.pictures.open_picture import DECODING_ERRORS

END_OF_JPEG: Final = b"\xff\xd9"
END_OF_PNG: Final = b"\0\0\0\0IEND\xaeB`\x82"
REPAIRED_PIXELS_MAX: Final = 12_000_000  # a JPEG without its end is decoded twice; the API draws up to 8.3 million
LAST_BLOCK_PX: Final = 18  # the last 16, and the neighbours that its chroma is smoothed into
FILLERS: Final = (b"", b"\xff\0" * 64)  # libjpeg reads them only where bits are missing: as zeros, as ones

NEEDED: Final = frozenset({0xE2, 0xEE})  # the colour profile, and Adobe's marker, which says what the bands are
BESIDE_THE_PIXELS: Final = frozenset({*range(0xE0, 0xF0), 0xFE})  # APP0 to APP15, comments
PIXELS_OF_PNG: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def with_end_mark(data: bytes) -> bytes:
    """Return the picture with its end mark, if that is all it lacks; else unchanged."""
    if data.startswith(PNG):
        return _png_with_end_mark(data)
    return _jpeg_with_end_mark(data) if data.startswith(JPEG) else data


def without_metadata(data: bytes) -> bytes | None:
    """Return a JPEG or PNG without metadata that is not needed to show it upright; None for other formats."""
    if data.startswith(PNG):
        return PNG + b"".join(chunk for kind, chunk in chunks(data) if kind in PIXELS_OF_PNG or _is_exif(kind, chunk))
    return _jpeg_without_metadata(data) if data.startswith(JPEG) else None


def _png_with_end_mark(data: bytes) -> bytes:
    if END_OF_PNG in data[-len(END_OF_PNG) :]:
        return data
    size, is_open = len(PNG), True
    for kind, chunk in chunks(data):
        size += len(chunk)
        is_open = kind != b"IEND"
    is_cut_in_pixels = data[size + 4 : size + 8] == b"IDAT"
    return data[:size] + END_OF_PNG if is_open and not is_cut_in_pixels else data


def _jpeg_with_end_mark(data: bytes) -> bytes:
    """Add the end mark if every pixel is there: otherwise libjpeg would silently make the missing ones grey."""
    if data.endswith(END_OF_JPEG) or data.find(END_OF_JPEG, _scans_at(data)) >= 0:
        return data
    rest = data.removesuffix(END_OF_JPEG[:1])
    return rest + END_OF_JPEG if _is_whole(rest) else data


def _is_whole(data: bytes) -> bool:
    """Decode it with two endings: where pixels are missing, the results differ."""
    try:
        one, other = (JpegImageFile(BytesIO(data + filler + END_OF_JPEG)) for filler in FILLERS)
        width, height = one.size
        if width * height > REPAIRED_PIXELS_MAX:
            return False
        draft(one)
        differing = ImageChops.difference(one, other).getbbox()
    except DECODING_ERRORS:
        return False
    return differing is None or (differing[0] >= width - LAST_BLOCK_PX and differing[1] >= height - LAST_BLOCK_PX)


def _jpeg_without_metadata(data: bytes) -> bytes:
    kept, at = [data[:2]], 2
    for marker, segment in segments(data):
        at += len(segment)
        is_needed = marker in NEEDED or (marker == EXIF and segment[4:10] == EXIF_HEAD)
        if is_needed or marker not in BESIDE_THE_PIXELS:
            kept.append(segment)
    return b"".join(kept) + data[at:]


def _scans_at(data: bytes) -> int:
    """Return where the first scan begins."""
    return 2 + sum(len(segment) for _, segment in segments(data))


def _is_exif(kind: bytes, chunk: bytes) -> bool:
    return kind == b"eXIf" and zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:])

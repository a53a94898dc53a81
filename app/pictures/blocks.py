"""Counts the blocks that a file is made of: Pillow reads them one by one in Python, and keeps most of them. No I/O.

Millions of empty ones fit into 30 MB, and would take a gigabyte and a minute before any pixel is decoded.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from PIL.JpegImagePlugin import MARKER

from app.errors import NotAPicture

JPEG: Final = b"\xff\xd8\xff"
PNG: Final = b"\x89PNG\r\n\x1a\n"
GIF: Final = (b"GIF87a", b"GIF89a")

BLOCKS_MAX: Final = 2_000  # a colour profile of half a megabyte in a GIF has that many; photos have a few dozen
PIXEL_BLOCKS_MAX: Final = 100_000  # IDATs of a PNG, mostly of 8 kB, from some programs shorter; frames of a WebP
SLOW_BLOCKS_MAX: Final = 100  # `READ_IN_PYTHON` and EXIF blocks of a JPEG; photos have three
STRAY_BYTES_MAX: Final = 100_000  # between the blocks of a JPEG; more than one block with a wrong length leaves
SCANS_MAX: Final = 100  # each visits all coefficients, however short it is; progressive photos have about ten

START_OF_SCAN, END_OF_JPEG, EXIF = 0xDA, 0xD9, 0xE1
EXIF_HEAD: Final = b"Exif\0\0"
READ_IN_PYTHON: Final = frozenset({0xDB, 0xED})  # quantization tables, Photoshop's data
MARK: Final = re.compile(rb"\xff([^\x00\xff])")
MARK_IN_SCANS: Final = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
PIXELS: Final = frozenset({b"IDAT", b"fdAT", b"fcTL", b"ANMF"})
GIF_HEAD_BYTES: Final = 13
GIF_PALETTE, GIF_PALETTE_BITS = 0x80, 0x07


def refuse_too_many_blocks(data: bytes) -> None:
    """Refuse a file that is made of more blocks than any real picture.

    Raises:
        NotAPicture: It has too many, with the code "too_many_blocks".
    """
    if data.startswith(JPEG):
        _refuse_jpeg(data)
    elif data.startswith(PNG):
        _refuse_chunks(kind for kind, _ in chunks(data))
    elif is_webp(data):
        _refuse_chunks(_webp_chunks(data))
    elif data.startswith(GIF):
        _refuse(sum(1 for _ in islice(_gif_blocks(data), BLOCKS_MAX + 1)) > BLOCKS_MAX)


def refuse_too_many_scans(rest: bytes) -> None:
    """Refuse the rest of a JPEG, from its first scan on, if it has more scans than any real picture.

    They are counted up to the end of the picture: a video or other pictures may follow it.

    Raises:
        NotAPicture: As `refuse_too_many_blocks` does.
    """
    at = blocks = scans = 0
    is_much = rest.count(b"\xff\xda") > SCANS_MAX  # rarely, and this check is fast
    while is_much and (found := MARK_IN_SCANS.search(rest, at)) and found[1][0] != END_OF_JPEG:
        blocks, scans = blocks + 1, scans + (found[1][0] == START_OF_SCAN)
        _refuse(blocks > BLOCKS_MAX or scans > SCANS_MAX)
        at = found.end() + _size(rest, found.end(), found[1][0])


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and bytes of each JPEG block before the first scan, up to the first that is out of place."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 <= len(data) and data[at + 1] != START_OF_SCAN:
        size = 2 + int.from_bytes(data[at + 2 : at + 4])
        yield data[at + 1], data[at : at + size]
        at += size


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and bytes of each complete chunk of a PNG."""
    at = len(PNG)
    while at + 12 <= len(data):
        size = 12 + int.from_bytes(data[at : at + 4])
        if at + size > len(data):
            return
        yield data[at + 4 : at + 8], data[at : at + size]
        at += size


def is_webp(data: bytes) -> bool:
    """Whether the first bytes are those of a WebP."""
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def _refuse_chunks(kinds: Iterable[bytes]) -> None:
    pixels = others = 0
    for kind in kinds:
        pixels, others = pixels + (kind in PIXELS), others + (kind not in PIXELS)
        _refuse(others > BLOCKS_MAX or pixels > PIXEL_BLOCKS_MAX)


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    at = 12
    while at + 8 <= len(data):
        yield data[at : at + 4]
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2


def _refuse_jpeg(data: bytes) -> None:
    """Walk as Pillow does, which skips stray bytes one by one."""
    blocks = slow = strays = 0
    at = 2
    while (found := MARK.search(data, at)) and found[1][0] != START_OF_SCAN:
        marker = found[1][0]
        blocks, strays = blocks + 1, strays + found.start() - at
        slow += marker in READ_IN_PYTHON or _is_exif(data, found.end(), marker)
        _refuse(blocks > BLOCKS_MAX or slow > SLOW_BLOCKS_MAX or strays > STRAY_BYTES_MAX)
        at = found.end() + _size(data, found.end(), marker)
    _refuse((found.start() if found else len(data)) - at > STRAY_BYTES_MAX)


def _is_exif(data: bytes, at: int, marker: int) -> bool:
    """Whether this is a part of the EXIF data; at each part Pillow joins all parts so far again."""
    return marker == EXIF and data.startswith(EXIF_HEAD, at + 2)


def _size(data: bytes, at: int, marker: int) -> int:
    """Return how many bytes belong to this marker; 0 if it stands alone."""
    *_, reader = MARKER.get(0xFF00 | marker, (None,))
    return 0 if reader is None else max(2, int.from_bytes(data[at : at + 2]))


def _gif_blocks(data: bytes) -> Iterator[int]:
    """Walk as Pillow does up to the first frame, and yield where each part of a block, or a stray byte, begins."""
    at = GIF_HEAD_BYTES
    at += 3 << (data[10] & GIF_PALETTE_BITS) + 1 if data[10] & GIF_PALETTE else 0
    while at < len(data) and data[at] not in b",;":
        yield at
        at += 1
        if data[at - 1] != ord("!"):
            continue
        at += 1
        while size := int.from_bytes(data[at : at + 1]):
            yield at
            at += 1 + size
        at += 1


def _refuse(is_too_much: bool) -> None:  # noqa: FBT001 - the condition that the name speaks of
    if is_too_much:
        raise NotAPicture("The file is made of more blocks than pictures are", code="too_many_blocks")

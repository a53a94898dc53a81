"""Counts the blocks that a file is made of: Pillow reads them one by one in Python, and keeps most of them. No I/O.

Millions of empty ones fit into 30 MB. They would take a gigabyte and a minute before any pixel is looked at.
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

BLOCKS_MAX: Final = 2_000  # a profile of half a megabyte in a GIF has that many; photos have some dozens
PIXEL_BLOCKS_MAX: Final = 100_000  # of a PNG: mostly of 8 kB, some programs write them shorter; frames of a WebP
SLOW_BLOCKS_MAX: Final = 100  # of a JPEG; photos have three
STRAY_BYTES_MAX: Final = 100_000  # between the blocks of a JPEG; more than one block that says a wrong length leaves
SCANS_MAX: Final = 100  # each goes through all coefficients, however short it is; progressive photos have about ten

START_OF_SCAN, END_OF_JPEG, EXIF = 0xDA, 0xD9, 0xE1
EXIF_HEAD: Final = b"Exif\0\0"
READ_IN_PYTHON: Final = frozenset({0xDB, 0xED})  # tables of quantization, Photoshop's
MARK: Final = re.compile(rb"\xff([^\x00\xff])")
MARK_IN_SCANS: Final = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
PIXELS: Final = frozenset({b"IDAT", b"fdAT", b"fcTL", b"ANMF"})
GIF_HEAD_BYTES: Final = 13
GIF_PALETTE, GIF_PALETTE_BITS = 0x80, 0x07


def refuse_crumbs(data: bytes) -> None:
    """Let a file through that is made of no more blocks than pictures are.

    Raises:
        NotAPicture: It has more, with the code "too_many_blocks".
    """
    if data.startswith(JPEG):
        _refuse_jpeg(data)
    elif data.startswith(PNG):
        _refuse_chunks(kind for kind, _ in chunks(data))
    elif is_webp(data):
        _refuse_chunks(_webp_chunks(data))
    elif data.startswith(GIF):
        _refuse(sum(1 for _ in islice(_gif_blocks(data), BLOCKS_MAX + 1)) > BLOCKS_MAX)


def refuse_scans(rest: bytes) -> None:
    """Let the rest of a JPEG through, from its first scan on, if it has no more scans than pictures have.

    They count up to the end of the picture: what follows it may be a film, or other pictures.

    Raises:
        NotAPicture: As `refuse_crumbs` does.
    """
    at = blocks = scans = 0
    is_much = rest.count(b"\xff\xda") > SCANS_MAX  # mostly not, and that is quickly seen
    while is_much and (found := MARK_IN_SCANS.search(rest, at)) and found[1][0] != END_OF_JPEG:
        blocks, scans = blocks + 1, scans + (found[1][0] == START_OF_SCAN)
        _refuse(blocks > BLOCKS_MAX or scans > SCANS_MAX)
        at = found.end() + _size(rest, found.end(), found[1][0])


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk through the blocks of a JPEG before the first scan, as far as they hold together."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 <= len(data) and data[at + 1] != START_OF_SCAN:
        size = 2 + int.from_bytes(data[at + 2 : at + 4])
        yield data[at + 1], data[at : at + size]
        at += size


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walk through the whole chunks of a PNG."""
    at = len(PNG)
    while at + 12 <= len(data):
        size = 12 + int.from_bytes(data[at : at + 4])
        if at + size > len(data):
            return
        yield data[at + 4 : at + 8], data[at : at + size]
        at += size


def is_webp(data: bytes) -> bool:
    """Tell by the first bytes."""
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
    """Walk as Pillow does, which steps over stray bytes one by one."""
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
    """Tell whether this is a part of the EXIF data, all of which Pillow puts together anew for each part."""
    return marker == EXIF and data.startswith(EXIF_HEAD, at + 2)


def _size(data: bytes, at: int, marker: int) -> int:
    """Return how many bytes belong to this marker; some stand alone."""
    *_, reader = MARKER.get(0xFF00 | marker, (None,))
    return 0 if reader is None else max(2, int.from_bytes(data[at : at + 2]))


def _gif_blocks(data: bytes) -> Iterator[int]:
    """Walk as Pillow does up to the first frame, and tell where each part of a block, or a stray byte, begins."""
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


def _refuse(is_too_much: bool) -> None:  # noqa: FBT001 - it is what the name asks
    if is_too_much:
        raise NotAPicture("The file is made of more blocks than pictures are", code="too_many_blocks")

"""The pictures that an edit starts from, as parts of a form. No I/O.

The API relies on each part's file name and content type, so both are derived from the bytes.
https://platform.openai.com/docs/api-reference/images/createEdit (read 2026-11-22)
"""

from collections.abc import Sequence
from typing import Final

from app.errors import BadRequest
from app.openai.answer import true_format

SOURCES_MAX: Final = 16
SOURCE_BYTES_MAX: Final = 50_000_000
EXTENSIONS: Final = {"jpeg": "jpg", "png": "png", "webp": "webp"}

Part = tuple[str, tuple[str, bytes, str]]


def form_files(sources: Sequence[bytes]) -> list[Part]:
    """Make one part for each source, in order: field, file name, bytes, content type.

    Raises:
        BadRequest: There are none or too many, or one is not a JPEG, PNG or WebP, or has 50 MB or more.
    """
    if not 1 <= len(sources) <= SOURCES_MAX:
        raise BadRequest(
            f"An edit takes 1 to {SOURCES_MAX} sources, not {len(sources)}", code="source_count", param="image"
        )
    return [_part(number, data) for number, data in enumerate(sources, start=1)]


def _part(number: int, data: bytes) -> Part:
    kind = true_format(data) or "unknown"
    if kind not in EXTENSIONS:
        raise BadRequest(f"Source {number} ({kind}) is no JPEG, PNG or WebP", code="source_format", param="image")
    if len(data) >= SOURCE_BYTES_MAX:
        raise BadRequest(
            f"Source {number} has {len(data)} bytes, {SOURCE_BYTES_MAX} or more", code="source_size", param="image"
        )
    return "image[]", (f"source-{number}.{EXTENSIONS[kind]}", data, f"image/{kind}")

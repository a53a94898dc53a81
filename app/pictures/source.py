"""Prepares a person's photo for a model: upright, small enough, and without metadata.

A photo carries where and when it was taken, by whom and with what; none of that is sent. Synchronous and CPU-bound
(12 megapixels: 0.1 to 0.4 s, as HEIC 1 s): callers run it in threads. No I/O.
"""

from dataclasses import dataclass, field
from typing import Final

from PIL import Image

from app.pictures.decoding import decoded, with_repairs
from app.pictures.encoding import has_transparency, jpeg, on_white, png, shrunk
from app.pictures.heic import decoded_heic, heic_bytes, is_heic, open_heic
from app.pictures.measure import draft
from app.pictures.open_picture import guarded_decoding, open_picture

SIDE_PX_MAX: Final = 2048  # models look at less, and every further pixel is paid for
JPEG_BYTES_MAX: Final = 1_500_000  # far below the API's 50 MB: gateways refuse larger ones, and it uploads fast
JPEG_QUALITIES: Final = (90, 80, 70)
PNG_BYTES_MAX: Final = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSource:
    """A picture that an edit starts from.

    Attributes:
        data: JPEG of at most 1.5 MB, or PNG of at most 4 MB if it has transparency. No metadata.
        content_type: "image/jpeg" or "image/png".
        width_px: At most 2048, upright.
        height_px: Likewise.
    """

    data: bytes = field(repr=False)
    content_type: str
    width_px: int
    height_px: int


def prepare_source(data: bytes) -> PreparedSource:
    """Check, decode and fit one photo: JPEG, PNG, WebP, GIF or HEIC. Of an animation, the first frame.

    Raises:
        NotAPicture: None of these, damaged or cut short; or larger than we decode, with the code "too_many_pixels".
    """
    with guarded_decoding(data):
        picture = _plain_heic(data) if is_heic(data) else with_repairs(data, _plain)
        clear = picture.mode == "RGBA" and has_transparency(picture)
        encoded = _png(picture) if clear else _jpeg(picture)
        width, height = open_picture(encoded).size
    return PreparedSource(
        data=encoded, content_type="image/png" if clear else "image/jpeg", width_px=width, height_px=height
    )


def source_bytes(data: bytes) -> int:
    """Tell from the header how many bytes decoding this photo takes at its peak.

    Raises:
        NotAPicture: As `prepare_source` does.
    """
    with guarded_decoding(data):
        if is_heic(data):
            return heic_bytes(open_heic(data))
        return with_repairs(data, lambda whole: draft(open_picture(whole), SIDE_PX_MAX))


def _plain(data: bytes) -> Image.Image:
    image = open_picture(data)
    draft(image, SIDE_PX_MAX)
    return decoded(image, SIDE_PX_MAX)


def _plain_heic(data: bytes) -> Image.Image:
    image = open_heic(data)
    heic_bytes(image)
    return decoded_heic(image, SIDE_PX_MAX)


def _jpeg(picture: Image.Image) -> bytes:
    return jpeg(on_white(picture), JPEG_QUALITIES, bytes_aim=JPEG_BYTES_MAX, bytes_max=JPEG_BYTES_MAX)


def _png(picture: Image.Image) -> bytes:
    while len(encoded := png(picture)) > PNG_BYTES_MAX:
        picture = shrunk(picture, max(picture.size) * 3 // 4)
    return encoded

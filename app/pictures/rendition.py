"""Prepares a picture for LINE: the original bytes, unchanged where LINE can show them, and a small preview.

LINE answers 200 to bytes it cannot show, and the picture then never appears, so everything is checked here. The whole
picture is decoded once, which also finds files that were cut short. A small original is its own preview: LINE takes one
address for both. Synchronous and CPU-bound (3 ms for 1024x1024, 25 with a preview): callers run it in threads. No I/O.
"""

from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageFile

from app.pictures.decoding import QUARTER_TURNS, decoded, orientation, with_repairs
from app.pictures.encoding import has_transparency, jpeg, on_white, png, shrunk
from app.pictures.measure import draft
from app.pictures.open_picture import guarded_decoding, open_picture

# LINE image message: JPEG or PNG, original at most 10 MB, preview at most 1 MB, any number of pixels;
# https://developers.line.biz/en/reference/messaging-api/#image-message (read 2026-11-22)
ORIGINAL_BYTES_MAX: Final = 10_000_000
PREVIEW_BYTES_MAX: Final = 1_000_000

PREVIEW_SIDE_PX: Final = 768  # a chat bubble on a phone with three pixels per point
PREVIEW_BYTES_AIM: Final = 100_000
CHECKED_SIDE_PX: Final = 128  # libjpeg still reads every byte, in a quarter of the time of full size
OWN_PREVIEW_BYTES_MAX: Final = 200_000  # up to this an original is its own preview
PREVIEW_QUALITIES: Final = (80, 70, 60)
ORIGINAL_QUALITIES: Final = (90, 80, 70)

# The modes every client shows. Browsers disagree on CMYK; 16 bits lose their lower half in the preview anyway.
UNCHANGED_MODES: Final = {
    "JPEG": frozenset({"L", "RGB"}),
    "PNG": frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One picture as it is stored in the bucket.

    Attributes:
        original: JPEG or PNG, at most 10 MB; the bytes passed in, C2PA data included, if LINE can show them.
        content_type: Of the original: "image/jpeg" or "image/png".
        extension: Of the original: "jpg" or "png".
        width_px: Of the original as it is shown, after EXIF orientation.
        height_px: Likewise.
        preview: JPEG without metadata, mostly 50-100 kB, never above 1 MB. None: the original, at most 200 kB, serves.
    """

    original: bytes = field(repr=False)
    content_type: str
    extension: str
    width_px: int
    height_px: int
    preview: bytes | None = field(repr=False)


def render(data: bytes) -> Rendition:
    """Check, decode and fit one picture. Of an animation, the first frame.

    Raises:
        NotAPicture: Not a JPEG, PNG, WebP or GIF, damaged, cut short, or larger than we decode.
    """
    with guarded_decoding(data):
        return with_repairs(data, _rendered)


def rendition_bytes(data: bytes) -> int:
    """Tell from the header how many bytes decoding this picture takes at its peak.

    Raises:
        NotAPicture: As `render` does.
    """
    with guarded_decoding(data):
        return with_repairs(data, lambda whole: draft(open_picture(whole), PREVIEW_SIDE_PX))


def _rendered(data: bytes) -> Rendition:
    image = open_picture(data)
    return _unchanged(image, data) if _can_stay_unchanged(image, data) else _reencoded(image)


def _can_stay_unchanged(image: ImageFile.ImageFile, data: bytes) -> bool:
    return (
        len(data) <= ORIGINAL_BYTES_MAX
        and image.mode in UNCHANGED_MODES.get(image.format or "", ())
        and not getattr(image, "is_animated", False)
    )


def _unchanged(image: ImageFile.ImageFile, data: bytes) -> Rendition:
    (width, height), is_png, preview = image.size, image.format == "PNG", None
    if not _is_own_preview(image, data):
        image = open_picture(data)
        draft(image, PREVIEW_SIDE_PX)
        preview = _preview(decoded(image, PREVIEW_SIDE_PX))
        if orientation(image) in QUARTER_TURNS:
            width, height = height, width
    return Rendition(
        original=data,
        content_type="image/png" if is_png else "image/jpeg",
        extension="png" if is_png else "jpg",
        width_px=width,
        height_px=height,
        preview=preview,
    )


def _is_own_preview(image: ImageFile.ImageFile, data: bytes) -> bool:
    """Whether it is small, opaque and upright. To see that it is whole, decode it, as small as possible."""
    if len(data) > OWN_PREVIEW_BYTES_MAX or image.has_transparency_data:
        return False
    draft(image, CHECKED_SIDE_PX)
    image.load()
    return orientation(image) == 1


def _reencoded(image: ImageFile.ImageFile) -> Rendition:
    draft(image)
    upright = decoded(image)
    original = _small_enough_png(upright) if upright.mode == "RGBA" else None
    extension, content_type = ("png", "image/png") if original else ("jpg", "image/jpeg")
    if original is None:
        upright = on_white(upright)
        original = jpeg(upright, ORIGINAL_QUALITIES, bytes_aim=ORIGINAL_BYTES_MAX, bytes_max=ORIGINAL_BYTES_MAX)
    width, height = open_picture(original).size
    serves = extension == "jpg" and len(original) <= OWN_PREVIEW_BYTES_MAX
    return Rendition(
        original=original,
        content_type=content_type,
        extension=extension,
        width_px=width,
        height_px=height,
        preview=None if serves else _preview(upright),
    )


def _preview(upright: Image.Image) -> bytes:
    small = on_white(shrunk(upright, PREVIEW_SIDE_PX))
    return jpeg(small, PREVIEW_QUALITIES, bytes_aim=PREVIEW_BYTES_AIM, bytes_max=PREVIEW_BYTES_MAX)


def _small_enough_png(rgba: Image.Image) -> bytes | None:
    """Encode as PNG if anything is transparent and the result fits, else None."""
    encoded = png(rgba) if has_transparency(rgba) else None
    return encoded if encoded is not None and len(encoded) <= ORIGINAL_BYTES_MAX else None

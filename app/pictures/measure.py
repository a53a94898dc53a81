"""How much memory decoding a picture takes, told from its header, and how much we allow. No I/O.

Pixels alone say little: 64 million of them take 110 MB in a drafted JPEG, 1,000 MB in a WebP. The bytes per pixel were
measured with Pillow 13 and libheif 1.23, including the copies that conversion to 8-bit RGB needs; a test checks them.
"""

from typing import Final

from PIL import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from app.errors import NotAPicture
from app.pictures.blocks import refuse_too_many_scans

BYTES_MAX: Final = 300_000_000  # on top of the 150 MB of an idle service, which is to stay below 512 MB
PIXELS_MAX: Final = 64_000_000  # phones take up to 50
UNDRAFTED_PIXELS_MAX: Final = 24_000_000  # PNG and GIF, whose decoders cannot shrink
SIDE_PX_MAX: Final = 65_500  # libjpeg's own limit

PIXEL_BYTES: Final = 4  # in Pillow, for every mode with several bands
WEBP_PIXEL_BYTES: Final = 18  # two canvases, the frame twice, and what a lossless one is decoded from
COEFFICIENT_BYTES: Final = 2
# Decoded, and converted to RGB or RGBA where that must come before shrinking.
UNDRAFTED_PIXEL_BYTES: Final = {"1": 2, "L": 1, "I;16": 2, "I;16B": 2, "I": 4, "LA": 8, "RGB": 4, "RGBA": 8}
CLEAR_COLOUR_PIXEL_BYTES: Final = 12  # a palette, or one colour that is transparent


def draft(image: ImageFile.ImageFile, side_px: int | None = None) -> int:
    """Have libjpeg shrink a JPEG towards `side_px` while decoding. Return how many bytes decoding a picture takes.

    Raises:
        NotAPicture: It takes more than we allow, with the code "too_many_pixels".
    """
    if isinstance(image, JpegImageFile):
        return _jpeg_bytes(image, side_px)
    if image.format == "WEBP":
        return webp_bytes(image.size)
    pixels = _checked_pixels(image.size, pixels_max=UNDRAFTED_PIXELS_MAX)
    is_clear = "transparency" in image.info
    each = CLEAR_COLOUR_PIXEL_BYTES if is_clear else UNDRAFTED_PIXEL_BYTES.get(image.mode, CLEAR_COLOUR_PIXEL_BYTES)
    return _checked_bytes(each * pixels, image.size)


def webp_bytes(size: tuple[int, int]) -> int:
    """Return how many bytes decoding a WebP of this size takes.

    Raises:
        NotAPicture: It takes more than we allow.
    """
    return _checked_bytes(WEBP_PIXEL_BYTES * _checked_pixels(size, pixels_max=PIXELS_MAX), size)


def heif_bytes(size: tuple[int, int], *, samples: float, is_deep: bool, bands: int) -> int:
    """Return how many bytes decoding a HEIC takes: its planes, and one 8-bit copy, which we shrink in strips.

    Raises:
        NotAPicture: It takes more than we allow.
    """
    planes = (samples + (bands == PIXEL_BYTES)) * (2 if is_deep else 1)
    return _checked_bytes(round((planes + bands) * _checked_pixels(size, pixels_max=PIXELS_MAX)), size)


def _jpeg_bytes(image: JpegImageFile, side_px: int | None) -> int:
    """Count the drafted picture and, unless its first scan has all components, every coefficient of the whole one."""
    size, coefficients = image.size, 0
    pixels = _checked_pixels(size, pixels_max=PIXELS_MAX)
    if not _has_one_scan(image):
        refuse_too_many_scans(_rest(image))
        samples = [one[1] * one[2] for one in image.layer]
        coefficients = COEFFICIENT_BYTES * pixels * sum(samples) // max(1, *samples)
    if side_px:
        image.draft(None, fit_within(size, side_px))
    drafted = image.size[0] * image.size[1] * (1 if image.mode == "L" else PIXEL_BYTES)
    return _checked_bytes(coefficients + drafted, size)


def fit_within(size: tuple[int, int], side_px: int) -> tuple[int, int]:
    """Return this size, scaled down to `side_px` as its longest side if it is larger."""
    longest = max(size)
    if longest <= side_px:
        return size
    width, height = (max(1, round(edge * side_px / longest)) for edge in size)
    return width, height


def _has_one_scan(image: JpegImageFile) -> bool:
    """Whether the first scan has every component, so that libjpeg keeps no coefficients.

    Pillow stops after the header of the first scan, which ends in the count of its components, two bytes for each, and
    three more.
    """
    if "progressive" in image.info or image.fp is None:
        return False
    end = image.fp.tell()
    image.fp.seek(max(0, end - 4 - 2 * image.layers))
    counted = image.fp.read(1)
    image.fp.seek(end)
    return counted == bytes([image.layers])


def _rest(image: JpegImageFile) -> bytes:
    if image.fp is None:
        return b""
    at = image.fp.tell()
    rest = image.fp.read()
    image.fp.seek(at)
    return rest


def _checked_pixels(size: tuple[int, int], *, pixels_max: int) -> int:
    width, height = size
    if width * height > pixels_max or max(width, height) > SIDE_PX_MAX:
        raise NotAPicture(f"{width}x{height} pixels are more than we decode", code="too_many_pixels")
    return width * height


def _checked_bytes(taken_bytes: int, size: tuple[int, int]) -> int:
    if taken_bytes > BYTES_MAX:
        message = f"{size[0]}x{size[1]} pixels take {taken_bytes} bytes when decoded"
        raise NotAPicture(message, code="too_many_pixels")
    return taken_bytes

"""Decodes an opened picture to eight bits, upright and in sRGB, even if its metadata is damaged. No I/O."""

from collections.abc import Callable
from io import BytesIO
from typing import Final, TypeVar

from PIL import Image, ImageFile

from app.pictures.encoding import shrunk
from app.pictures.open_picture import DECODING_ERRORS
from app.pictures.repairs import with_end_mark, without_metadata

T = TypeVar("T")

ORIENTATION: Final = 0x0112
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
QUARTER_TURNS: Final = frozenset({5, 6, 7, 8})


def with_repairs(data: bytes, work: Callable[[bytes], T]) -> T:
    """Run `work` on a picture with its end mark restored; if it fails on damage, again without the metadata."""
    whole = with_end_mark(data)
    try:
        return work(whole)
    except DECODING_ERRORS:
        pixels = without_metadata(whole)
        if pixels is None:
            raise
        return work(pixels)


def decoded(image: ImageFile.ImageFile, side_px: int | None = None) -> Image.Image:
    """Decode to RGB or RGBA in sRGB, upright, no larger than `side_px`, without any metadata.

    It is shrunk before it is converted, where its mode allows: copies at full size are what takes memory.
    """
    image.load()
    turn, profile = orientation(image), image.info.get("icc_profile")
    picture = _shrinkable(image)
    picture = shrunk(picture, side_px) if side_px else picture
    picture = in_srgb(in_eight_bits(picture), profile)
    if turn in TURNS:
        picture = picture.transpose(TURNS[turn])
    picture.info.clear()
    return picture


def orientation(image: Image.Image) -> int:
    """Read the EXIF orientation of a decoded picture; 1, upright, if it cannot be read.

    A picture that is not decoded yet would be decoded here, and damage to its pixels would go unnoticed.
    """
    try:
        turn = image.getexif().get(ORIENTATION, 1)
    except DECODING_ERRORS:
        return 1
    return turn if isinstance(turn, int) else 1


def in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Convert to sRGB: without its profile a phone's photo would look pale. An unusable profile is ignored."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if isinstance(profile, bytes) and profile:
        from PIL import ImageCms  # noqa: PLC0415 - 1 MB, only for photos with a profile

        try:
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return picture if picture.mode == mode else picture.convert(mode)


def in_eight_bits(picture: Image.Image) -> Image.Image:
    """Convert to RGB, RGBA or CMYK with eight bits."""
    if picture.mode.startswith("I"):  # a conversion to RGB would clip instead of scale
        return picture.convert("I").point(lambda level: level / 257).convert("L").convert("RGB")
    if picture.mode in {"RGB", "RGBA", "CMYK"}:
        return picture
    return picture.convert("RGBA" if picture.mode in {"LA", "RGBa"} else "RGB")


def _shrinkable(image: Image.Image) -> Image.Image:
    """Return it in a mode whose pixels can be averaged."""
    sixteen_bits = image.mode.startswith("I")  # a transparent level of 16 bits means nothing in 8
    if image.mode in {"P", "PA"} or ("transparency" in image.info and not sixteen_bits):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image.convert("L") if image.mode == "1" else image

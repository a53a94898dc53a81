"""Shrinks pictures and encodes them as JPEG or PNG, as well as a limit of bytes allows. No I/O."""

from io import BytesIO
from typing import Final

from PIL import Image

from app.pictures.measure import fit_within

OPAQUE: Final = 255


def shrunk(picture: Image.Image, side_px: int) -> Image.Image:
    """Return the picture with `side_px` as its longest side, or unchanged if it is not larger."""
    size = fit_within(picture.size, side_px)
    # Hamming: half the time of Lanczos, and as sharp when shrinking.
    return picture if size == picture.size else picture.resize(size, Image.Resampling.HAMMING)


def jpeg(rgb: Image.Image, qualities: tuple[int, ...], *, bytes_aim: int, bytes_max: int) -> bytes:
    """Encode at the first quality that meets `bytes_aim`; shrink while even the last is above `bytes_max`."""
    while True:
        for quality in qualities:
            out = BytesIO()
            rgb.save(out, "JPEG", quality=quality)
            if out.tell() <= bytes_aim:
                return out.getvalue()
        if out.tell() <= bytes_max:
            return out.getvalue()
        rgb = shrunk(rgb, max(rgb.size) * 3 // 4)


def png(rgba: Image.Image) -> bytes:
    """Encode losslessly."""
    out = BytesIO()
    rgba.save(out, "PNG", compress_level=2)  # a quarter of the time of level 6
    return out.getvalue()


def has_transparency(rgba: Image.Image) -> bool:
    """Whether any pixel is at least partly transparent."""
    least_opaque, _ = rgba.getchannel("A").getextrema()
    return least_opaque != OPAQUE


def on_white(picture: Image.Image) -> Image.Image:
    """Put a picture with transparency on white; RGB stays as it is."""
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white

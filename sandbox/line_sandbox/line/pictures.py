"""How large a picture is, by its first bytes."""

from io import BytesIO

from PIL import Image

_ORIENTATION, _ON_ITS_SIDE = 0x0112, frozenset({5, 6, 7, 8})  # Exif 2.32, 4.6.4 A


def size_px(picture: bytes) -> tuple[int, int] | None:
    """Return width and height as they are shown, None for what is no picture."""
    try:
        with Image.open(BytesIO(picture)) as opened:
            width, height = opened.size
            is_turned = opened.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (height, width) if is_turned else (width, height)

"""iPhone photos: decoded by libheif and shrunk in strips, so that memory never holds two full copies. No I/O."""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image

from app.pictures.decoding import in_eight_bits, in_srgb
from app.pictures.encoding import shrunk
from app.pictures.measure import heif_bytes

if TYPE_CHECKING:
    from pillow_heif import HeifImage

# ISO base media files whose main item is an HEVC picture, or a picture of any kind.
BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
STRIP_PX: Final = 256
OCTET: Final = 8
CHROMA_SAMPLES: Final = {400: 1.0, 420: 1.5, 422: 2.0}  # per pixel, luma included; 4:4:4 has three
BANDS: Final = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "RGBa": 4}


def is_heic(data: bytes) -> bool:
    """Whether the first bytes are those of a HEIC file."""
    return data[4:8] == b"ftyp" and data[8:12] in BRANDS


def open_heic(data: bytes) -> "HeifImage":
    """Open the main picture without decoding it."""
    from pillow_heif import open_heif  # noqa: PLC0415 - 10 MB that most people's photos do not need

    opened = open_heif(BytesIO(data), remove_stride=False)
    return opened[opened.primary_index]


def heic_bytes(image: "HeifImage") -> int:
    """Return how many bytes decoding takes at its peak.

    Raises:
        NotAPicture: It takes more than we allow.
    """
    chroma, bit_depth = image.info.get("chroma"), image.info.get("bit_depth")
    samples = CHROMA_SAMPLES.get(chroma, 3.0) if isinstance(chroma, int) else 3.0
    return heif_bytes(image.size, samples=samples, is_deep=bit_depth != OCTET, bands=BANDS.get(image.mode, 4))


def decoded_heic(image: "HeifImage", side_px: int) -> Image.Image:
    """Decode to RGB or RGBA in sRGB, no larger than `side_px`, without any metadata. libheif turns it upright."""
    image.load()  # may change its size
    small = _shrunk_in_strips(image, side_px) if image.mode in BANDS else image.to_pillow()
    plain = in_srgb(in_eight_bits(shrunk(small, side_px)), image.info.get("icc_profile"))
    plain.info.clear()
    return plain


def _shrunk_in_strips(image: "HeifImage", side_px: int) -> Image.Image:
    (width, height), stride = image.size, image.stride
    factor = max(1, max(width, height) // side_px)
    small = Image.new(image.mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, STRIP_PX * factor):
        rows = min(STRIP_PX * factor, height - top)
        strip = image.data[top * stride : (top + rows) * stride]
        part = Image.frombuffer(image.mode, (width, rows), strip, "raw", image.mode, stride, 1)
        small.paste(part.reduce(factor), (0, top // factor))
    return small

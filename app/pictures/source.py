"""A person's photo, made fit to be sent to a model: upright, small enough, and telling nothing but what it shows.

A photo carries where and when it was taken, by whom and with what; none of that leaves. Synchronous and CPU-bound
(12 megapixels: 0.1 to 0.4 s, as HEIC 1 s): callers run it in threads. No I/O.
"""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile

from app.pictures.encoding import jpeg, on_white, png, see_through, shrunk, within
from app.pictures.opening import decoded, open_picture, refuse_bombs, refusing

SIDE_PX_MAX: Final = 2048  # models look at less, and each pixel more is paid for
JPEG_BYTES_MAX: Final = 1_500_000  # far below the API's 50 MB: gateways refuse more, and it uploads quickly
JPEG_QUALITIES: Final = (90, 80, 70)
PNG_BYTES_MAX: Final = 4_000_000

PIXELS_MAX: Final = 64_000_000  # phones take up to 50; 192 MB when decoded

# ISO base media files whose main item is a HEVC picture, or a picture of any kind.
HEIF_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSource:
    """A picture that an edit begins with.

    Attributes:
        data: JPEG of at most 1.5 MB; PNG of at most 4 MB where one can see through. No metadata.
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
        NotAPicture: None of these, damaged, cut short, or more than 64 million pixels.
    """
    with refusing(data):
        image = _open(data)
        refuse_bombs(image, pixels_max=PIXELS_MAX)
        picture = _plain(image)
        clear = picture.mode == "RGBA" and see_through(picture)
        encoded = _png(picture) if clear else _jpeg(picture)
        width, height = open_picture(encoded).size
    return PreparedSource(
        data=encoded, content_type="image/png" if clear else "image/jpeg", width_px=width, height_px=height
    )


def _open(data: bytes) -> ImageFile.ImageFile:
    if data[4:8] != b"ftyp" or data[8:12] not in HEIF_BRANDS:
        return open_picture(data)
    from pillow_heif import HeifImageFile  # noqa: PLC0415 - 10 MB that most people's photos do not need

    return HeifImageFile(BytesIO(data))  # type: ignore[no-untyped-call]  # its types are missing


def _plain(image: ImageFile.ImageFile) -> Image.Image:
    """Decode to RGB or RGBA in sRGB, upright, at most as large as a model looks at, without any metadata."""
    if image.format in {"JPEG", "MPO"}:
        image.draft(None, within(image.size, SIDE_PX_MAX))  # lets libjpeg throw pixels away while decoding
    picture = decoded(image)
    profile = picture.info.get("icc_profile")
    if picture.mode not in {"RGB", "RGBA", "CMYK"}:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    elif picture.mode == "RGB" and picture.has_transparency_data:
        picture = picture.convert("RGBA")  # one colour of it is see-through
    plain = _in_srgb(shrunk(picture, SIDE_PX_MAX), profile)
    plain.info.clear()
    return plain


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Keep the colours: without its profile a phone's photo would look pale. A profile that does not fit is ignored."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if isinstance(profile, bytes) and profile:
        from PIL import ImageCms  # noqa: PLC0415 - 1 MB for photos with a profile only

        try:
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return picture if picture.mode == mode else picture.convert(mode)


def _jpeg(picture: Image.Image) -> bytes:
    return jpeg(on_white(picture), JPEG_QUALITIES, bytes_aim=JPEG_BYTES_MAX, bytes_max=JPEG_BYTES_MAX)


def _png(picture: Image.Image) -> bytes:
    while len(encoded := png(picture)) > PNG_BYTES_MAX:
        picture = shrunk(picture, max(picture.size) * 3 // 4)
    return encoded

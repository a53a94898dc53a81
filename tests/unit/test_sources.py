"""What becomes of a person's photo before a model sees it."""

import io
import random
import struct
import subprocess
import sys
import zlib

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageOps
from PIL.TiffImagePlugin import IFDRational

from app.errors import NotAPicture
from app.pictures import prepare_source

ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825
SECRET = "where I live"
# Of JPEG and PNG themselves: nothing about the photo.
FILE_FORMAT = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def photo(width=300, height=200):
    """Blue, with a red stripe along the top."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width, height * 3 // 10))
    return picture


def clear(width=300, height=200):
    """A red disc on nothing."""
    picture = Image.new("RGBA", (width, height))
    ImageDraw.Draw(picture).ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill="red")
    return picture


def noise(mode, side):
    """What no encoder makes small."""
    return Image.frombytes(mode, (side, side), random.Random(1).randbytes(side * side * len(mode)))


def told(*, orientation=1):
    """EXIF data that says where somebody lives."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[DESCRIPTION] = orientation, SECRET
    exif.get_ifd(GPS).update(
        {
            1: "N",
            2: (IFDRational(25), IFDRational(2), IFDRational(1)),
            3: "E",
            4: (IFDRational(121), IFDRational(33), IFDRational(1)),
        }
    )
    return exif


def encoded(picture, image_format, **options):
    """A picture as a file."""
    out = io.BytesIO()
    if image_format == "HEIF":
        options["exif"] = options.pop("exif", Image.Exif()).tobytes()
        pillow_heif.from_pillow(picture).save(out, quality=90, **options)
    else:
        picture.save(out, image_format, **options)
    return out.getvalue()


def decoded(source):
    """A prepared source as a picture."""
    picture = Image.open(io.BytesIO(source.data))
    picture.load()
    assert picture.size == (source.width_px, source.height_px)
    assert picture.get_format_mimetype() == source.content_type
    return picture


def is_red(colour):
    return colour[0] > 200 and colour[1] < 60 and colour[2] < 60


def is_blue(colour):
    return colour[0] < 60 and colour[1] < 60 and colour[2] > 200


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_where_a_photo_was_taken_does_not_leave(image_format):
    """Neither GPS nor a description, a colour profile, or anything else beside the picture."""
    data = encoded(photo(), image_format, exif=told())
    assert SECRET.encode() in data
    source = prepare_source(data)
    picture = decoded(source)
    assert source.content_type == "image/jpeg"
    assert set(picture.info) <= FILE_FORMAT
    assert not picture.getexif()
    assert SECRET.encode() not in source.data
    assert b"Exif" not in source.data


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_a_photo_taken_sideways_stands_upright(image_format):
    """A model does not read EXIF data, and it is gone anyway."""
    picture = decoded(prepare_source(encoded(photo(), image_format, exif=told(orientation=6))))
    assert picture.size == (200, 300)
    assert is_red(picture.getpixel((190, 150)))
    assert is_blue(picture.getpixel((10, 150)))


def test_an_iphones_photo_taken_sideways_stands_upright():
    """HEIC keeps the turn twice; it is made once."""
    data = encoded(photo(304, 208), "HEIF", exif=told(orientation=6))
    picture = decoded(prepare_source(data))
    corner = picture.getpixel((picture.width - 10, picture.height // 2))
    assert picture.size == (208, 304)
    assert is_red(corner)


@pytest.mark.parametrize(
    ("picture", "image_format"),
    [
        (photo(), "JPEG"),
        (photo(), "PNG"),
        (photo(), "WEBP"),
        (photo(), "GIF"),
        (photo(304, 208), "HEIF"),
        (photo().convert("CMYK"), "JPEG"),
        (photo().convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
        (photo().convert("RGBA"), "PNG"),
        (photo().convert("RGBA"), "WEBP"),
    ],
    ids=["jpeg", "png", "webp", "gif", "heic", "cmyk", "palette", "opaque png", "opaque webp"],
)
def test_every_kind_of_photo_becomes_a_jpeg_that_looks_the_same(picture, image_format):
    """The API takes JPEG, PNG and WebP in eight bits of RGB."""
    source = prepare_source(encoded(picture, image_format))
    shown = decoded(source)
    assert (source.content_type, shown.mode, shown.size) == ("image/jpeg", "RGB", picture.size)
    assert is_red(shown.getpixel((150, 20)))
    assert is_blue(shown.getpixel((150, 150)))


def test_a_grey_photo_of_sixteen_bits_keeps_its_brightness():
    """It is scaled, not clipped to white."""
    grey = Image.linear_gradient("L").convert("I").point(lambda level: level * 257).convert("I;16")
    shown = decoded(prepare_source(encoded(grey, "PNG")))
    assert abs(shown.getpixel((128, 128))[0] - 128) < 5


@pytest.mark.parametrize(
    ("picture", "image_format", "options"),
    [
        (clear(), "PNG", {}),
        (clear(), "WEBP", {"lossless": True}),
        (clear(), "GIF", {}),
        (photo(), "PNG", {"transparency": (0, 0, 255)}),
    ],
    ids=["png", "webp", "gif", "one colour"],
)
def test_what_shows_through_still_does(picture, image_format, options):
    """A sticker stays one, as PNG."""
    source = prepare_source(encoded(picture, image_format, **options))
    shown = decoded(source)
    assert (source.content_type, shown.mode) == ("image/png", "RGBA")
    assert shown.getchannel("A").getextrema() == (0, 255)
    assert set(shown.info) == set()


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP"])
def test_an_animation_or_a_double_shot_is_its_first_frame(image_format):
    """A model takes one picture."""
    kind = "MPO" if image_format == "JPEG" else image_format
    data = encoded(photo(), kind, save_all=True, append_images=[ImageChops.invert(photo())])
    shown = decoded(prepare_source(data))
    assert getattr(shown, "n_frames", 1) == 1
    assert is_red(shown.getpixel((150, 20)))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4096, 3072), (2048, 1536)), ((3000, 6000), (1024, 2048)), ((2048, 10), (2048, 10)), ((1, 1), (1, 1))],
)
@pytest.mark.parametrize("image_format", ["JPEG", "PNG"])
def test_a_photo_is_no_larger_than_a_model_looks_at(size, expected, image_format):
    """Its shape stays, and a small one does not grow."""
    source = prepare_source(encoded(photo(*size), image_format))
    assert (source.width_px, source.height_px) == expected


def test_a_photo_that_no_quality_makes_small_gets_smaller():
    """At most 1.5 MB go up."""
    source = prepare_source(encoded(noise("RGB", 2000), "PNG", compress_level=1))
    assert len(source.data) <= 1_500_000
    assert decoded(source).width < 2000


def test_a_sticker_that_is_too_large_gets_smaller():
    """At most 4 MB go up where one can see through."""
    source = prepare_source(encoded(noise("RGBA", 1400), "PNG", compress_level=1))
    assert source.content_type == "image/png"
    assert len(source.data) <= 4_000_000
    assert decoded(source).width < 1400


@pytest.mark.parametrize(
    ("picture", "profile"),
    [(photo(), ImageCms.createProfile("XYZ")), (photo(), None), (photo().convert("L"), ImageCms.createProfile("sRGB"))],
    ids=["of another kind", "nonsense", "of colours, on grey"],
)
def test_a_colour_profile_that_does_not_fit_is_ignored(picture, profile):
    """The photo is still one."""
    data = ImageCms.ImageCmsProfile(profile).tobytes() if profile else b"no profile at all"
    shown = decoded(prepare_source(encoded(picture, "JPEG", icc_profile=data)))
    expected = picture.convert("RGB").getpixel((150, 150))
    assert max(abs(one - other) for one, other in zip(shown.getpixel((150, 150)), expected, strict=True)) < 12
    assert set(shown.info) <= FILE_FORMAT


def test_a_colour_profile_is_obeyed_before_it_goes():
    """Without it, what was red where the photo was taken would be another colour for the model."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    shown = decoded(prepare_source(encoded(photo(), "PNG", icc_profile=swapped)))
    assert is_blue(shown.getpixel((150, 20)))
    assert is_red(shown.getpixel((150, 150)))
    assert set(shown.info) <= FILE_FORMAT


KINDS = {
    "jpeg": encoded(photo(), "JPEG"),
    "png": encoded(photo(), "PNG"),
    "webp": encoded(photo(), "WEBP"),
    "heic": encoded(photo(304, 208), "HEIF"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.9])
def test_a_file_cut_short_is_no_picture(kind, part):
    """One error of ours tells, whatever the decoder says."""
    with pytest.raises(NotAPicture):
        prepare_source(KINDS[kind][: int(len(KINDS[kind]) * part)])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        encoded(photo(), "TIFF"),
        b"\0\0\0\x18ftypheic",
        b"\0\0\0\x20ftypmif1" + bytes(100),
        b"\0\0\0\x20ftypisom" + bytes(100),
    ],
)
def test_other_files_are_no_pictures(data):
    """Neither documents nor films, whatever they are called."""
    with pytest.raises(NotAPicture):
        prepare_source(data)


@pytest.mark.parametrize(("kind", "size"), [("jpeg", (300, 200)), ("heic", (304, 208))])
def test_a_bomb_is_refused_by_its_header(kind, size):
    """Nothing is decoded, so no memory is taken."""
    data = KINDS[kind]
    if kind == "jpeg":
        bomb = data.replace(size[1].to_bytes(2) + size[0].to_bytes(2), b"\xff\xdc\xff\xdc")
    else:
        bomb = data.replace(size[0].to_bytes(4) + size[1].to_bytes(4), (60_000).to_bytes(4) * 2)
    assert bomb != data
    with pytest.raises(NotAPicture):
        prepare_source(bomb)


def test_a_start_does_not_load_what_few_photos_need():
    """The HEIC library and the colour management wait for the first photo that asks for them."""
    heavy = "{'pillow_heif', '_pillow_heif', 'PIL.ImageCms', 'PIL._imagingcms'}"
    code = f"import sys, app.pictures; sys.exit(not {heavy}.isdisjoint(sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


def chunk(kind, data, crc=None):
    """One chunk of a PNG."""
    crc = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def tiff(*entries):
    """EXIF data of tags, types, counts and four bytes each."""
    rows = b"".join(struct.pack("<HHL", tag, kind, count) + value for tag, kind, count, value in entries)
    return b"II*\0" + struct.pack("<LH", 8, len(entries)) + rows + bytes(4)


def with_exif(inner):
    """A JPEG with this EXIF data behind its first block, as cameras and privacy tools leave it."""
    jpeg, body = encoded(photo(), "JPEG", dpi=(72, 72)), b"Exif\0\0" + inner
    at = 4 + int.from_bytes(jpeg[4:6])
    return jpeg[:at] + b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body + jpeg[at:]


def with_chunk(one):
    """A PNG with this chunk behind its header."""
    png = encoded(photo(), "PNG")
    return png[:33] + one + png[33:]


TURNED = (0x112, 3, 1, struct.pack("<HH", 6, 0))
JFIF = encoded(photo(), "JPEG")[2:20]
DAMAGED = {
    "EXIF of zeros": with_exif(bytes(200)),
    "EXIF of two bytes": with_exif(b"II"),
    "JFIF without numbers": encoded(photo(), "JPEG").replace(JFIF, b"\xff\xe0\0\x07JFIF\0", 1),
    "EXIF without header": with_chunk(chunk(b"eXIf", tiff(TURNED)[8:])),
    "EXIF with a wrong sum": with_chunk(chunk(b"eXIf", tiff(TURNED), crc=0)),
    "text with a wrong sum": with_chunk(chunk(b"tEXt", b"a\0b", crc=0)),
    "text of 1.4 MB": with_chunk(chunk(b"zTXt", b"workflow\0\0" + zlib.compress(b'{"a":1}' * 200_000))),
    "profile of 1.2 MB": with_chunk(chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(1_200_000)))),
    "EXIF of garbage": encoded(photo(), "WEBP", exif=b"Exif\0\0garbage!"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_beside_the_pixels_never_costs_them(name):
    """What every viewer shows is a photo."""
    picture = decoded(prepare_source(DAMAGED[name]))
    assert picture.size == (300, 200)
    assert is_red(picture.getpixel((150, 20)))
    assert is_blue(picture.getpixel((150, 150)))


@pytest.mark.parametrize(
    "data",
    [
        with_exif(tiff(TURNED, (0x11A, 2, 4, b"72\0\0"))),
        with_chunk(chunk(b"eXIf", tiff(TURNED)) + chunk(b"tEXt", b"a\0b", crc=0)),
        with_exif(tiff(TURNED)).replace(JFIF, b"\xff\xe0\0\x07JFIF\0", 1),
    ],
    ids=["density as text", "text with a wrong sum", "JFIF without numbers"],
)
def test_a_photo_is_turned_whatever_else_is_damaged(data):
    """Its orientation is read by itself."""
    picture = decoded(prepare_source(data))
    assert picture.size == (200, 300)
    assert is_red(picture.getpixel((190, 150)))


@pytest.mark.parametrize("name", ["jpeg", "png"])
def test_a_photo_that_lacks_its_end_mark_is_one(name):
    """Every pixel of it is there."""
    assert is_red(decoded(prepare_source(KINDS[name][:-2])).getpixel((150, 20)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_turn_is_made(orientation):
    """Mirrored ones, too."""
    data = encoded(photo(), "PNG", exif=told(orientation=orientation))
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    shown = decoded(prepare_source(data))
    assert shown.size == expected.size
    for corner in ((10, 10), (shown.width - 10, 10), (10, shown.height - 10)):
        assert is_red(shown.getpixel(corner)) == is_red(expected.getpixel(corner))

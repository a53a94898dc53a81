import io
import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageFilter

from app.errors import NotAPicture
from app.pictures import render
from app.pictures.encoding import jpeg

ORIENTATION = 0x0112


def photo(width=256, height=256, *, grain=8):
    """Something like a photo: large soft areas, edges, and grain."""
    rng = random.Random(1)
    red = Image.radial_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (red, ImageChops.invert(red), Image.linear_gradient("L").resize((width, height))))
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y, r = rng.randrange(width), rng.randrange(height), rng.randrange(4, width // 8)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(rng.randbytes(3)))
    picture = picture.filter(ImageFilter.GaussianBlur(1.2))
    noise = Image.effect_noise((width, height), grain).convert("RGB")
    return ImageChops.add(picture, noise, offset=-128)


def clear(width=256, height=256):
    """A red disc on nothing."""
    picture = Image.new("RGBA", (width, height))
    ImageDraw.Draw(picture).ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill="red")
    return picture


def encoded(picture, image_format, **options):
    """A picture as a file."""
    out = io.BytesIO()
    picture.save(out, image_format, **options)
    return out.getvalue()


def decoded(data):
    """A file as a picture."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def chunk(kind, content):
    """One chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width, height):
    """A PNG that says it is this large, and holds almost nothing."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


ANIMATION = {"save_all": True, "append_images": [photo(64, 64, grain=3)]}
KINDS = {
    "jpeg": encoded(photo(64, 64), "JPEG"),
    "png": encoded(photo(64, 64), "PNG"),
    "webp": encoded(photo(64, 64), "WEBP"),
    "gif": encoded(photo(64, 64), "GIF"),
    "apng": encoded(photo(64, 64), "PNG", **ANIMATION),
    "animated webp": encoded(photo(64, 64), "WEBP", **ANIMATION),
    "animated gif": encoded(photo(64, 64), "GIF", **ANIMATION),
}


@pytest.mark.parametrize(
    ("data", "content_type", "extension"),
    [
        (encoded(photo(), "JPEG"), "image/jpeg", "jpg"),
        (encoded(photo(), "JPEG", progressive=True), "image/jpeg", "jpg"),
        (encoded(photo().convert("L"), "JPEG"), "image/jpeg", "jpg"),
        (encoded(photo(), "MPO", save_all=True, append_images=[photo()]), "image/jpeg", "jpg"),
        (encoded(photo(), "PNG"), "image/png", "png"),
        (encoded(photo().convert("P"), "PNG"), "image/png", "png"),
        (encoded(photo().convert("1"), "PNG"), "image/png", "png"),
        (encoded(clear(), "PNG"), "image/png", "png"),
    ],
    ids=["jpeg", "progressive", "grey", "two in one", "png", "palette", "bits", "clear"],
)
def test_what_line_can_show_goes_up_byte_for_byte(data, content_type, extension):
    """So its C2PA data stays, and nothing is lost."""
    got = render(data)
    assert got.original is data
    assert (got.content_type, got.extension, got.width_px, got.height_px) == (content_type, extension, 256, 256)


@pytest.mark.parametrize(
    ("data", "content_type", "extension"),
    [
        (encoded(photo(), "WEBP"), "image/jpeg", "jpg"),
        (encoded(photo(), "WEBP", save_all=True, append_images=[photo(grain=3)]), "image/jpeg", "jpg"),
        (encoded(photo(), "GIF"), "image/jpeg", "jpg"),
        (encoded(photo().convert("CMYK"), "JPEG"), "image/jpeg", "jpg"),
        (encoded(photo(), "PNG", save_all=True, append_images=[photo(grain=3)]), "image/jpeg", "jpg"),
        (encoded(clear(), "WEBP", lossless=True), "image/png", "png"),
        (encoded(clear(), "GIF"), "image/png", "png"),
        (encoded(photo().convert("RGBA"), "WEBP"), "image/jpeg", "jpg"),
    ],
    ids=["webp", "animated webp", "gif", "cmyk", "apng", "clear webp", "clear gif", "opaque alpha"],
)
def test_what_line_cannot_show_is_encoded_anew(data, content_type, extension):
    """As PNG where one can see through it, else as JPEG; one frame, and about the same picture."""
    got = render(data)
    original = decoded(got.original)
    assert (got.content_type, got.extension) == (content_type, extension)
    assert original.get_format_mimetype() == content_type
    assert (got.width_px, got.height_px) == original.size == (256, 256)
    assert getattr(original, "n_frames", 1) == 1
    before, after = (picture.convert("RGBA").resize((1, 1)).getpixel((0, 0)) for picture in (decoded(data), original))
    assert max(abs(b - a) for b, a in zip(before, after, strict=True)) < 12


def test_the_preview_of_a_photo_is_small_and_sharp_enough():
    """1024x1024 becomes 768x768 in 50 to 100 kB."""
    preview = render(encoded(photo(1024, 1024), "JPEG", quality=85)).preview
    assert 50_000 <= len(preview) <= 100_000
    assert (decoded(preview).format, decoded(preview).size) == ("JPEG", (768, 768))


@pytest.mark.parametrize(
    ("data", "serves"),
    [
        (encoded(photo(1024, 1024), "JPEG", quality=50), True),
        (encoded(photo(1024, 1024), "JPEG", quality=95), False),
        (encoded(photo(128, 128), "PNG"), True),
        (encoded(photo(1024, 1024), "PNG"), False),
        (encoded(photo(512, 512), "WEBP"), True),
        (encoded(clear(), "PNG"), False),
    ],
    ids=["jpeg", "large jpeg", "png", "large png", "webp", "clear"],
)
def test_a_small_original_is_its_own_preview(data, serves):
    """Below 200 kB nothing is encoded or uploaded twice; what one can see through gets a white ground."""
    assert (render(data).preview is None) == serves


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1536, 1024), (768, 512)),
        ((300, 200), (300, 200)),
        ((4000, 3), (768, 1)),
        ((1, 1), (1, 1)),
        ((9, 900), (8, 768)),
    ],
)
def test_the_preview_keeps_the_shape(size, expected):
    """Only its longest side is limited."""
    assert decoded(render(encoded(Image.new("RGBA", size, (0, 0, 255, 99)), "PNG")).preview).size == expected


@pytest.mark.parametrize("image_format", ["PNG", "WEBP", "GIF"])
def test_the_preview_of_a_clear_picture_stands_on_white(image_format):
    """Not on black, as JPEG would have it."""
    preview = decoded(render(encoded(clear(), image_format)).preview)
    assert min(preview.getpixel((5, 5))) > 245
    red, green, _ = preview.getpixel((128, 128))
    assert (red > 240, green < 40) == (True, True)


def test_sixteen_bits_of_grey_keep_their_brightness():
    """They are scaled, not clipped to white."""
    grey = Image.linear_gradient("L").convert("I").point(lambda level: level * 257).convert("I;16")
    got = render(encoded(grey, "PNG"))
    assert got.content_type == "image/jpeg"
    assert abs(decoded(got.original).getpixel((128, 128))[0] - 128) < 5


def test_a_picture_taken_sideways_has_an_upright_preview():
    """The original keeps its EXIF data, which turns it in LINE; the preview has none and is turned."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    picture = Image.new("RGB", (300, 200), "blue")
    picture.paste("red", (0, 0, 300, 60))
    data = encoded(picture, "JPEG", exif=exif, quality=95)
    got = render(data)
    preview = decoded(got.preview)
    assert got.original is data
    assert (got.width_px, got.height_px) == preview.size == (200, 300)
    assert preview.getpixel((190, 150))[0] > 200
    assert preview.getpixel((10, 150))[2] > 200


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_preview_tells_nothing_beside_the_picture(image_format):
    """No EXIF, no comment, no colour profile, no text; nor does an original of our own making."""
    exif = Image.Exif()
    exif[0x010E], exif[ORIENTATION] = "where I live", 3
    extra = {"exif": exif, "icc_profile": b"a profile"} if image_format != "GIF" else {"comment": b"where I live"}
    got = render(encoded(photo(64, 64), image_format, **extra))
    for data in [got.original] if image_format in {"WEBP", "GIF"} else [got.preview]:
        assert set(decoded(data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"where I live" not in (data or b"")


@pytest.mark.parametrize(("side", "bands"), [(3800, "L"), (1900, "RGBA")], ids=["opaque", "clear"])
def test_a_picture_above_ten_megabytes_is_made_to_fit(side, bands):
    """LINE would take its address, and never show it."""
    noise = Image.merge(bands, [Image.effect_noise((side, side), 200) for _ in bands])
    data = encoded(noise, "PNG", compress_level=1)
    assert len(data) > 10_000_000
    got = render(data)
    assert (got.content_type, got.width_px) == ("image/jpeg", side)
    assert len(got.original) <= 10_000_000
    assert len(got.preview) <= 1_000_000


def test_a_picture_that_no_quality_makes_fit_gets_smaller():
    """The limit in bytes is LINE's; the pixels are ours to give."""
    noise = Image.merge("RGB", [Image.effect_noise((400, 400), 200) for _ in range(3)])
    data = jpeg(noise, (80, 60), bytes_aim=10_000, bytes_max=20_000)
    assert len(data) <= 20_000
    assert decoded(data).size < (400, 400)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.9])
def test_a_file_cut_short_is_no_picture(kind, part):
    """LINE would show a grey half, or nothing."""
    data = KINDS[kind]
    if "animated" in kind or kind == "apng":  # the first frame counts, and it is in the first half
        part /= 3
    with pytest.raises(NotAPicture):
        render(data[: int(len(data) * part)])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        encoded(photo(), "BMP"),
        encoded(photo(), "TIFF"),
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        b"GIF89a",
    ],
)
def test_other_files_are_no_pictures(data):
    """Neither other formats nor beginnings alone."""
    with pytest.raises(NotAPicture):
        render(data)


@pytest.mark.parametrize(
    "data",
    [
        png_of(100_000, 100_000),
        png_of(7072, 7072),
        png_of(5000, 4801),
        png_of(65_501, 1),
        KINDS["gif"][:6] + struct.pack("<HH", 65_535, 65_535) + KINDS["gif"][10:],
        KINDS["jpeg"].replace(b"\x08\x00\x40\x00\x40", b"\x08\xff\xff\xff\xff"),
    ],
    ids=["10 gigapixels", "50 megapixels", "24 megapixels", "one long line", "gif", "jpeg"],
)
def test_a_bomb_is_refused_by_its_header(data):
    """Nothing is decoded, so no memory is taken."""
    with pytest.raises(NotAPicture) as caught:
        render(data)
    assert caught.value.code == "too_many_pixels"


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow tells of odd EXIF data in this way
@given(
    kind=st.sampled_from(sorted(KINDS)),
    changes=st.lists(st.tuples(st.integers(0, 5000) | st.integers(0, 100), st.integers(0, 255)), max_size=8),
    end=st.integers(0, 6000),
)
def test_damage_is_a_picture_or_none_but_no_surprise(kind, changes, end):
    """Whatever a vendor or the network does to a file, one error of ours tells."""
    data = bytearray(KINDS[kind][:end])
    for position, value in changes:
        if data:
            data[position % len(data)] = value
    try:
        got = render(bytes(data))
    except NotAPicture:
        return
    assert got.content_type in {"image/jpeg", "image/png"}
    assert decoded(got.preview or got.original).format in {"JPEG", "PNG"}


@pytest.mark.parametrize("lost_bytes", [1, 2, 3])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end_mark_is_repaired(lost_bytes, progressive):
    """Every pixel of it is there, and it was paid for."""
    data = encoded(photo(), "JPEG", progressive=progressive)
    got = render(data[:-lost_bytes])
    assert got.original.endswith(b"\xff\xd9")
    assert got.original[:-2] == data[: -max(2, lost_bytes)]
    difference = ImageChops.difference(decoded(got.original), decoded(data)).getbbox()
    assert difference is None or min(difference[:2]) >= 256 - 18


@pytest.mark.parametrize("lost_bytes", [100, 1000, 10_000])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_last_lines_is_none(lost_bytes, progressive):
    """An end mark alone would have them shown in grey."""
    with pytest.raises(NotAPicture):
        render(encoded(photo(), "JPEG", progressive=progressive)[:-lost_bytes])


@pytest.mark.parametrize("lost_bytes", [1, 4, 8, 12])
def test_a_png_without_its_end_is_repaired(lost_bytes):
    """Clients that are strict would show nothing."""
    data = encoded(photo(), "PNG")
    assert render(data[:-lost_bytes]).original == data


@pytest.mark.parametrize("mode", ["CMYK", "RGB"])
def test_colours_are_those_of_the_profile(mode):
    """The preview, and what is encoded anew, look like the original in a client that reads its profile."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    data = encoded(Image.new(mode, (64, 64), "blue"), "JPEG", icc_profile=swapped, exif=exif)
    red, _, blue = decoded(render(data).preview or render(data).original).getpixel((32, 32))
    assert (red > blue) == (mode == "RGB")  # a profile of RGB does not fit CMYK

"""What decoding takes, whatever comes: the largest that is taken, and the bombs that are not."""

import io
import struct
import subprocess
import sys
import zlib

import pillow_heif
import pytest
from PIL import Image

from app.errors import NotAPicture
from app.pictures import prepare_source, render

# Beside what the service is: the decoder's share of 300 MB, the file itself, and what is encoded of it.
PEAK_BYTES_MAX = 360_000_000
BOMB_PEAK_BYTES_MAX = 20_000_000

CHILD = r"""
import pathlib, re, sys
from PIL import ImageCms
import pillow_heif
from app.errors import NotAPicture
from app.pictures import prepare_source, render
data, work = sys.stdin.buffer.read(), {"photo": prepare_source, "picture": render}[sys.argv[1]]
def peak():  # not that of `resource`, which begins with what the parent has taken
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
before = peak()
try:
    work(data)
except NotAPicture as error:
    print(error.code, peak() - before)
else:
    print("taken", peak() - before)
"""


FAST = {"preset": "ultrafast"}  # of x265


def chunk(kind, data):
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def blank_png(width, height, *, depth, colour, before=b""):
    """A PNG of zeros, packed line by line."""
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    line, packer = bytes(1 + (width * bits + 7) // 8), zlib.compressobj(1)
    packed = b"".join([packer.compress(line) for _ in range(height)]) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def flat(mode, width, height, kind, **options):
    """One colour, as a file."""
    out = io.BytesIO()
    Image.new(mode, (width, height), tuple(range(60, 60 + 30 * len(mode), 30))).save(out, kind, **options)
    return out.getvalue()


def heic(width, height):
    """An iPhone's."""
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (width, height), (90, 140, 60))).save(out, quality=50, enc_params=FAST)
    return out.getvalue()


def large_heic(width, height):
    """The header of a large one, over the pixels of a small one."""
    sizes = [struct.pack(">II", *size) for size in ((320, 240), (width, height))]
    return heic(320, 240).replace(*sizes)


TURN = chunk(b"eXIf", b"II*\0" + struct.pack("<LHHHLHHL", 8, 1, 0x112, 3, 1, 6, 0, 0))
ONE_COLOUR = chunk(b"tRNS", struct.pack(">HHH", 1, 1, 1))
PALETTE = chunk(b"PLTE", bytes(range(256)) * 3) + chunk(b"tRNS", b"\0")
TAKEN = {
    "RGBA of 24 megapixels": lambda: blank_png(5000, 4800, depth=8, colour=6),
    "turned RGB with a see-through colour": lambda: blank_png(5000, 4800, depth=8, colour=2, before=ONE_COLOUR + TURN),
    "palette": lambda: blank_png(5000, 4800, depth=8, colour=3, before=PALETTE),
    "grey and clear": lambda: blank_png(5000, 4800, depth=8, colour=4),
    "grey of 16 bits": lambda: blank_png(5000, 4800, depth=16, colour=0),
    "colours of 16 bits": lambda: blank_png(5000, 4800, depth=16, colour=2),
    "lossless WebP of 16 megapixels": lambda: flat("RGB", 4080, 4080, "WEBP", lossless=True, method=0),
    "progressive CMYK of 33 megapixels": lambda: flat("CMYK", 5760, 5760, "JPEG", progressive=True),
    "JPEG of 64 megapixels": lambda: flat("RGB", 8000, 8000, "JPEG"),
    "progressive JPEG of 64 megapixels": lambda: flat("RGB", 8000, 8000, "JPEG", progressive=True),
    "HEIC of 48 megapixels": lambda: heic(8064, 6048),
}
BOMBS = {
    "WebP of 38 bytes": lambda: flat("RGB", 16383, 3900, "WEBP", lossless=True, method=0),
    "turned RGB with a see-through colour": lambda: blank_png(7990, 7990, depth=8, colour=2, before=ONE_COLOUR + TURN),
    "palette": lambda: blank_png(7990, 7990, depth=8, colour=3, before=PALETTE),
    "grey of 16 bits": lambda: blank_png(7990, 7990, depth=16, colour=0),
    "RGBA": lambda: blank_png(7990, 7990, depth=8, colour=6),
    "progressive CMYK": lambda: flat("CMYK", 8000, 7999, "JPEG", progressive=True),
    "every colour in a scan of its own": lambda: one_scan_each(8000, 7999),
    "HEIC of 81 megapixels": lambda: large_heic(9000, 9000),
}


def small(kind, mode="RGB", **options):
    """64x64 pixels, which take nothing."""
    return flat(mode, 64, 64, kind, **options)


def behind(whole, size, blocks):
    """A file with this between its first bytes and the rest."""
    return whole[:size] + blocks + whole[size:]


def gif(blocks):
    """A GIF with this before its frame."""
    whole = small("GIF", "P")
    return behind(whole, whole.index(b",", 13 + (3 << (whole[10] & 7) + 1 if whole[10] & 0x80 else 0)), blocks)


def webp(chunks):
    """An extended WebP, the picture before these chunks."""
    body = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0\x3f\0\0\x3f\0\0" + small("WEBP")[12:] + chunks
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def scans(side, count):
    """A progressive JPEG whose last scan, of no news, is there again and again."""
    whole = flat("L", side, side, "JPEG", progressive=True)
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + scan * count + whole[-2:]


BLOCKS_BYTES = 8_000_000
EMOJI = zlib.compress(("\N{GRINNING FACE}" + "a" * 1_000_000).encode(), 9)
TOO_MANY_BLOCKS = {
    "JPEG of empty application blocks": lambda: behind(small("JPEG"), 2, b"\xff\xe5\0\2" * (BLOCKS_BYTES // 4)),
    "JPEG of empty comments": lambda: behind(small("JPEG"), 2, b"\xff\xfe\0\2" * (BLOCKS_BYTES // 4)),
    "JPEG whose comments stand between stray bytes": lambda: behind(
        small("JPEG"), 2, b"\xff\xfe\0\2\0" * (BLOCKS_BYTES // 5)
    ),
    "JPEG of stray bytes": lambda: behind(small("JPEG"), 2, b"\xff" * BLOCKS_BYTES),
    "JPEG of EXIF data in tiny blocks": lambda: behind(small("JPEG"), 2, b"\xff\xe1\0\x12Exif\0\0 a camera " * 101),
    "JPEG of many tables": lambda: behind(small("JPEG"), 2, (b"\xff\xdb\0\x43\0" + b"\1" * 64) * 101),
    "PNG of private chunks": lambda: behind(small("PNG"), 33, chunk(b"abCd", b"") * (BLOCKS_BYTES // 12)),
    "PNG of private chunks behind its pixels": lambda: small("PNG")[:-12] + chunk(b"abCd", b"") * 2_001,
    "PNG of empty pixels": lambda: behind(small("PNG"), 33, chunk(b"IDAT", b"") * 100_001),
    "GIF whose comment comes in tiny blocks": lambda: gif(b"!\xfe" + b"\2ab" * (BLOCKS_BYTES // 3) + b"\0"),
    "GIF of empty comments": lambda: gif(b"!\xfe\0" * (BLOCKS_BYTES // 3)),
    "WebP of empty chunks": lambda: webp(b"abcd\0\0\0\0" * (BLOCKS_BYTES // 8)),
    "WebP of empty frames": lambda: webp(b"ANMF\0\0\0\0" * 100_001),
    "JPEG of 64 megapixels and a thousand scans": lambda: scans(8000, 1_000),
}


def one_scan_each(width, height):
    """The header of a JPEG of 4:4:4 whose colours come one after the other, as few do."""
    sizes = struct.pack(">BHHB", 8, height, width, 3) + bytes([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
    scan = bytes([1, 1, 0, 0, 63, 0])
    return b"\xff\xd8\xff\xc0\0\x11" + sizes + b"\xff\xda\0\x08" + scan + bytes(100) + b"\xff\xd9"


def measured(work, data):
    """Decode in a process of its own. Return what became of it, and the bytes that it took."""
    child = subprocess.run([sys.executable, "-c", CHILD, work], input=data, capture_output=True, check=True, timeout=60)
    outcome, taken_bytes = child.stdout.split()
    return outcome.decode(), int(taken_bytes)


@pytest.mark.slow
@pytest.mark.parametrize("name", TAKEN)
def test_the_largest_that_are_taken_stay_in_their_bounds(name):
    """A service of 150 MB stays below 512, and a phone's 48 megapixels are still a photo."""
    outcome, taken_bytes = measured("photo", TAKEN[name]())
    assert outcome == "taken"
    assert taken_bytes < PEAK_BYTES_MAX


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_nothing(name):
    """It is measured by its header, in the bytes that its format and its colours take."""
    outcome, taken_bytes = measured("photo", BOMBS[name]())
    assert outcome == "too_many_pixels"
    assert taken_bytes < BOMB_PEAK_BYTES_MAX


@pytest.mark.slow
@pytest.mark.parametrize("name", TOO_MANY_BLOCKS)
def test_a_file_of_too_many_blocks_takes_nothing(name):
    """Pillow would keep an object for each, or go through all pixels for each."""
    outcome, taken_bytes = measured("photo", TOO_MANY_BLOCKS[name]())
    assert outcome == "too_many_blocks"
    assert taken_bytes < BOMB_PEAK_BYTES_MAX


@pytest.mark.slow
def test_text_beside_the_pixels_takes_nothing():
    """Some kB of it are hundreds of megabytes; the picture is shown without."""
    texts = b"".join(chunk(b"iTXt", b"%d\0\1\0\0\0" % number + EMOJI) for number in range(64))
    outcome, taken_bytes = measured("photo", behind(small("PNG"), 33, texts))
    assert outcome == "taken"
    assert taken_bytes < BOMB_PEAK_BYTES_MAX


MANY = {
    "JPEG with a map of depth": lambda: behind(small("JPEG"), 2, (b"\xff\xe1\xff\xff" + b"x" * 65_533) * 150),
    "PNG in short pieces": lambda: behind(small("PNG"), 33, chunk(b"IDAT", b"") * 20_000),
    "GIF with a profile": lambda: gif(b"!\xff" + (b"\xff" + b"p" * 255) * 1_900 + b"\0"),
    "progressive JPEG with a film behind it": lambda: small("JPEG", progressive=True) + b"\xff\xda\0\2film" * 5_000,
    "JPEG of a block that is longer than it says": lambda: behind(small("JPEG"), 2, b"\xff\xe5\0\2" + b"x" * 65_533),
}


@pytest.mark.parametrize("name", MANY)
def test_a_picture_of_many_blocks_is_one(name):
    """Cameras and programs write some hundreds of them, and other things behind the end."""
    assert prepare_source(MANY[name]()).width_px == 64


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BOMBS.keys() - {"HEIC of 81 megapixels"}))
def test_a_bomb_of_the_model_takes_nothing_either(name):
    """A gateway may answer with whatever it likes."""
    with pytest.raises(NotAPicture) as caught:
        render(BOMBS[name]())
    assert caught.value.code == "too_many_pixels"


def test_a_heic_whose_pixels_are_more_than_its_header_says():
    """The decoder notices by itself."""
    size, small = (struct.pack(">II", *edges) for edges in ((1920, 1080), (320, 240)))
    with pytest.raises(NotAPicture):
        prepare_source(heic(1920, 1080).replace(size, small))


def test_the_last_pixel_that_is_taken():
    """Of what no decoder shrinks, 24 megapixels."""
    assert prepare_source(blank_png(6000, 4000, depth=8, colour=0)).width_px == 2048
    with pytest.raises(NotAPicture):
        prepare_source(blank_png(6000, 4001, depth=8, colour=0))

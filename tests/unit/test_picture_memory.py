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

CHILD = """
import resource, sys
from PIL import ImageCms
import pillow_heif
from app.errors import NotAPicture
from app.pictures import prepare_source, render
data, work = sys.stdin.buffer.read(), {"photo": prepare_source, "picture": render}[sys.argv[1]]
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
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

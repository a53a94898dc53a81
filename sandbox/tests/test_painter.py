import asyncio
from io import BytesIO

import pytest
from line_sandbox.painter import Canvas, paint, plain
from PIL import Image

SQUARE = Canvas(width_px=1024, height_px=1024)


@pytest.mark.parametrize("prompt", ["a red fox", "一隻狐狸在雪地裡", "🦊" * 50, "", "\x00\n\ud7ff", "word " * 5000])
def test_any_prompt(prompt):
    """Every prompt gives a picture of the wanted size, the same one each time."""
    first = paint(prompt, SQUARE)
    assert first == paint(prompt, SQUARE)
    with Image.open(BytesIO(first)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1024, 1024))


def test_pictures_differ():
    """Prompt, variation and source picture change the picture."""
    small = Canvas(width_px=256, height_px=256)
    again = Canvas(width_px=256, height_px=256, variation=1)
    pictures = [paint("a fox", small), paint("a cat", small), paint("a fox", again)]
    pictures.append(paint("a fox", small, (pictures[1],)))
    assert len(set(pictures)) == 4


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("size", [(3840, 1280), (1024, 1536)])
def test_formats(output_format, size):
    """Painted and plain pictures have the wanted format and size; plain ones are small."""
    canvas = Canvas(width_px=size[0], height_px=size[1], output_format=output_format, compression=50)
    bodies = (paint("a fox", canvas), plain(canvas))
    for body in bodies:
        with Image.open(BytesIO(body)) as picture:
            assert (picture.format.lower(), picture.size) == (output_format, size)
    assert len(bodies[1]) < len(bodies[0])


def test_transparent():
    """A transparent picture has nothing in its corners."""
    canvas = Canvas(width_px=256, height_px=256, transparent=True)
    with Image.open(BytesIO(paint("a fox", canvas))) as picture:
        assert picture.getpixel((0, 0))[3] == 0
        assert picture.getpixel((128, 128))[3] == 255


async def test_several_in_threads():
    """Pictures are painted in threads, several at once, and each is its own."""
    bodies = await asyncio.gather(*(asyncio.to_thread(paint, f"fox {number}", SQUARE) for number in range(4)))
    assert len(set(bodies)) == 4

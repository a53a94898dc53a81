"""Sizes of pictures: which ones the models take, and the nearest of those to what was asked. No I/O.

Rules: https://platform.openai.com/docs/guides/image-generation (read 2026-11-22).
"""

import math
import re
from typing import Final

AUTO: Final = "auto"
CLASSIC_SIZES: Final = ((1024, 1024), (1536, 1024), (1024, 1536))
STEP_PX: Final = 16
SIDE_PX_MAX: Final = 3840
PIXELS_MIN, PIXELS_MAX = 655_360, 8_294_400
RATIO_MAX: Final = 3
SAME_SHAPE: Final = 0.05  # a difference that the eye overlooks; steps of 16 pixels cost up to 3 %

SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")


def size_for(ratio: tuple[int, int], *, near: str) -> str:
    """Return the size of this shape with about as many pixels as `near` has; what exceeds 3:1 or 1:3 becomes that.

    Args:
        ratio: Width and height, as in (16, 9).
        near: A size such as "1024x1024"; "auto" counts as that.
    """
    edges = edges_of(near) or CLASSIC_SIZES[0]
    across, down = (max(1, part) for part in ratio)
    pixels = edges[0] * edges[1]
    width, height = round(math.sqrt(pixels * across / down)), round(math.sqrt(pixels * down / across))
    return named(nearest_free(width, height))


def edges_of(size: str) -> tuple[int, int] | None:
    """Read width and height in pixels, at least 1; None for "auto" and for anything else."""
    edges = SIZE.fullmatch(size)
    return None if edges is None else (max(1, int(edges[1])), max(1, int(edges[2])))


def named(edges: tuple[int, int]) -> str:
    """Write edges as WIDTHxHEIGHT."""
    return f"{edges[0]}x{edges[1]}"


def same_shape(one: str, other: str) -> bool:
    """Whether two sizes look alike in shape; one that is not in pixels, such as "auto", is like any other."""
    first, second = edges_of(one), edges_of(other)
    if first is None or second is None:
        return True
    return abs(first[0] / first[1] * second[1] / second[0] - 1) <= SAME_SHAPE


def nearest_classic(width: int, height: int) -> tuple[int, int]:
    """Return the size nearest in shape among the three that the first models take."""
    return min(CLASSIC_SIZES, key=lambda classic: abs(math.log(classic[0] / classic[1] * height / width)))


def nearest_free(width: int, height: int) -> tuple[int, int]:
    """Return the nearest size that the later models take: this very one, if they take it."""
    if _legal(width, height):
        return width, height
    ratio = min(max(width / height, 1 / RATIO_MAX), RATIO_MAX)
    pixels = min(max(width * height, PIXELS_MIN), PIXELS_MAX, SIDE_PX_MAX**2 * min(ratio, 1 / ratio))
    wide, high = math.sqrt(pixels * ratio), math.sqrt(pixels / ratio)
    legal = [(w, h) for w in _steps_near(wide) for h in _steps_near(high) if _legal(w, h)]
    return min(legal, key=lambda size: abs(math.log(size[0] / wide)) + abs(math.log(size[1] / high)))


def _steps_near(edge: float) -> range:
    step = int(edge) // STEP_PX * STEP_PX
    return range(max(STEP_PX, step - STEP_PX), step + 3 * STEP_PX, STEP_PX)


def _legal(width: int, height: int) -> bool:
    return (
        width % STEP_PX == height % STEP_PX == 0
        and max(width, height) <= min(SIDE_PX_MAX, RATIO_MAX * min(width, height))
        and PIXELS_MIN <= width * height <= PIXELS_MAX
    )

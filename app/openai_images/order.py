"""What is asked of a model for one picture, cut to what that model takes.

The API refuses unknown or unfit fields with 400 instead of ignoring them, and the models of one list differ, so every
body is made for its model. Facts: OpenAI's SDK 3.54 (types/image_generate_params.py) and
https://platform.openai.com/docs/guides/image-generation (read 2026-11-22). No I/O.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

AUTO: Final = "auto"
FORMATS: Final = ("jpeg", "png", "webp")  # gif and svg are previews of 2.6, and LINE shows neither
MODERATIONS: Final = (AUTO, "low")
COMPRESSION_MAX: Final = 100
BACKGROUNDS: Final = (AUTO, "opaque", "transparent")

QUALITIES: Final = ("low", "medium", "high")
QUALITIES_2_5: Final = (*QUALITIES, "xhigh", "max")

CLASSIC_SIZES: Final = ((1024, 1024), (1536, 1024), (1024, 1536))
STEP_PX: Final = 16
SIDE_PX_MAX: Final = 3840
PIXELS_MIN, PIXELS_MAX = 655_360, 8_294_400
RATIO_MAX: Final = 3

MODEL_NAME = re.compile(r"(?:.*/)?(?:gpt-image-(?P<version>\d+(?:\.\d+)?)|chatgpt-image)(?=-|$)")
SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOrder:
    """One picture, in the vendor's words.

    Attributes:
        prompt: 1 to 32,000 characters.
        size: "auto" or width and height in pixels, "1024x1024".
        quality: "auto", or from "low" to "max".
        output_format: "jpeg", "png" or "webp".
        output_compression: 0 to 100, of JPEG and WebP only; WebP at 100 is lossless and large.
        moderation: "auto" or "low".
        background: "auto", "opaque" or "transparent".
        safety_identifier: A hash that stands for the end user, the same each time.
    """

    prompt: str = field(repr=False)
    size: str
    quality: str
    output_format: str
    output_compression: int
    moderation: str
    background: str
    safety_identifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What the models of one generation take."""

    qualities: tuple[str, ...] = QUALITIES
    free_sizes: bool = False
    transparent: bool = False


FAMILIES: Final = {
    "1": Family(transparent=True),
    "1.5": Family(transparent=True),
    "2": Family(free_sizes=True),  # transparent only as a preview, refused in places
    "2.5": Family(free_sizes=True, transparent=True, qualities=QUALITIES_2_5),
    "2.6": Family(free_sizes=True, transparent=True, qualities=QUALITIES_2_5),
}
LATER_FAMILY: Final = Family()  # a GPT Image model newer than this list: what all before it took


def parameters(order: PictureOrder, *, model: str) -> dict[str, str | int]:
    """Build the JSON body. Fields and values that the model does not take are left out or mapped to the nearest."""
    family = _family(model)
    body: dict[str, str | int] = {"model": model, "prompt": order.prompt}
    if family is None:  # another maker's model or a deployment's own name: sizes are all they share
        return body if order.size == AUTO else body | {"size": _size(order.size, LATER_FAMILY)}
    body |= {
        "size": _size(order.size, family),
        "quality": _quality(order.quality, family),
        "moderation": order.moderation,
        "output_format": order.output_format,
    }
    if order.output_format in {"jpeg", "webp"}:
        body["output_compression"] = order.output_compression
    if order.background == "opaque" or _takes_transparent(order.background, order.output_format, family):
        body["background"] = order.background
    if order.safety_identifier is not None:
        body["safety_identifier"] = order.safety_identifier
    return body


def check_options(defaults: PictureOrder, *, models: Sequence[str]) -> list[str]:
    """Say what is wrong with the defaults of a picture, one sentence each; nothing wrong is an empty list.

    What some models of the list take and others do not is fine: `parameters` maps it for the others. The prompt is
    not looked at.
    """
    known = [family for family in map(_family, models) if family is not None]
    problems = [f"model '{model}' was shut down on 2026-05-12" for model in models if model.startswith("dall-e")]
    problems += _size_problems(defaults.size, known)
    problems += _quality_problems(defaults.quality, known)
    problems += _word_problems("format", defaults.output_format, FORMATS)
    if not 0 <= defaults.output_compression <= COMPRESSION_MAX:
        problems.append(f"compression {defaults.output_compression} is not between 0 and {COMPRESSION_MAX}")
    problems += _word_problems("moderation", defaults.moderation, MODERATIONS)
    problems += _background_problems(defaults, known)
    return problems


def _family(model: str) -> Family | None:
    """Find the generation of a model id, snapshot dates and gateway prefixes aside; None if it is no GPT Image."""
    name = MODEL_NAME.match(model)
    if name is None:
        return None
    return FAMILIES.get(name["version"] or "1.5", LATER_FAMILY)


def _quality(quality: str, family: Family) -> str:
    if quality == AUTO or quality in family.qualities:
        return quality
    return "high" if quality in QUALITIES_2_5 else AUTO


def _takes_transparent(background: str, output_format: str, family: Family) -> bool:
    return background == "transparent" and output_format in {"png", "webp"} and family.transparent


def _size(size: str, family: Family) -> str:
    edges = SIZE.fullmatch(size)
    if edges is None:
        return AUTO
    width, height = max(1, int(edges[1])), max(1, int(edges[2]))
    width, height = _nearest_free(width, height) if family.free_sizes else _nearest_classic(width, height)
    return f"{width}x{height}"


def _nearest_classic(width: int, height: int) -> tuple[int, int]:
    return min(CLASSIC_SIZES, key=lambda classic: abs(math.log(classic[0] / classic[1] * height / width)))


def _nearest_free(width: int, height: int) -> tuple[int, int]:
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


def _size_problems(size: str, known: list[Family]) -> list[str]:
    if size == AUTO:
        return []
    if SIZE.fullmatch(size) is None:
        return [f"size '{size}' is neither 'auto' nor width and height in pixels, such as '1024x1024'"]
    nearest = [_size(size, family) for family in known]
    if not nearest or size in nearest:
        return []
    return [f"size '{size}' is taken by none of the models; the nearest they take: {', '.join(sorted(set(nearest)))}"]


def _quality_problems(quality: str, known: list[Family]) -> list[str]:
    problems = _word_problems("quality", quality, (AUTO, *QUALITIES_2_5))
    if not problems and quality != AUTO and known and not any(quality in family.qualities for family in known):
        problems.append(f"quality '{quality}' is taken by none of the models; the best they take is 'high'")
    return problems


def _background_problems(defaults: PictureOrder, known: list[Family]) -> list[str]:
    problems = _word_problems("background", defaults.background, BACKGROUNDS)
    if defaults.background != "transparent":
        return problems
    if defaults.output_format == "jpeg":
        problems.append("background 'transparent' needs format 'png' or 'webp'")
    if known and not any(family.transparent for family in known):
        problems.append("background 'transparent' is taken by none of the models")
    return problems


def _word_problems(option: str, word: str, words: Sequence[str]) -> list[str]:
    return [] if word in words else [f"{option} '{word}' is none of {', '.join(words)}"]

"""What one call asks of a model, fitted to what that model takes.

The API refuses unknown or unsuitable fields with a 400 instead of ignoring them, and the models of one list differ, so
every body is made for its model. Facts: OpenAI's SDK 3.54 (types/image_generate_params.py) and
https://platform.openai.com/docs/guides/image-generation (read 2026-11-22). No I/O.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.openai.sizes import AUTO, edges_of, named, nearest_classic, nearest_free, same_shape

FORMATS: Final = ("jpeg", "png", "webp")  # gif and svg are in preview for 2.6, and LINE shows neither
MODERATIONS: Final = (AUTO, "low")
COMPRESSION_MAX: Final = 100
COUNT_MAX: Final = 10
ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024  # of all pictures of a call, in base64; memory holds it three times over
BASE64: Final = 1.34  # with the JSON around it
# Of a picture of pure noise, without its alpha channel; 3840x2160 make 34 MB in base64.
LOSSLESS_PIXEL_BYTES: Final = 3
BACKGROUNDS: Final = (AUTO, "opaque", "transparent")

QUALITIES: Final = ("low", "medium", "high")
QUALITIES_2_5: Final = (*QUALITIES, "xhigh", "max")

FORMAT_PARAM: Final = "response_format"  # GPT Image models refuse it
MODEL_NAME = re.compile(r"(?:.*/)?(?:gpt-image-(?P<version>\d+(?:\.\d+)?)|chatgpt-image)(?=-|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOrder:
    """One picture, or several of one wish, in the vendor's terms.

    Attributes:
        prompt: 1 to 32,000 characters.
        size: "auto" or width and height in pixels, "1024x1024".
        quality: "auto", or from "low" to "max".
        output_format: "jpeg", "png" or "webp".
        output_compression: 0 to 100, for JPEG and WebP only; WebP at 100 is lossless and large.
        moderation: "auto" or "low".
        background: "auto", "opaque" or "transparent".
        count: How many pictures, 1 to 10; each is paid for. Of large lossless ones no more are asked for than fit into
            one answer.
        safety_identifier: A hash that stands for the end user, always the same.
    """

    prompt: str = field(repr=False)
    size: str
    quality: str
    output_format: str
    output_compression: int
    moderation: str
    background: str
    count: int = 1
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
    "2": Family(free_sizes=True),  # transparent only in preview, and refused in some places
    "2.5": Family(free_sizes=True, transparent=True, qualities=QUALITIES_2_5),
    "2.6": Family(free_sizes=True, transparent=True, qualities=QUALITIES_2_5),
}
LATER_FAMILY: Final = Family()  # a GPT Image model newer than this list: only what all before it took


def parameters(order: PictureOrder, *, model: str) -> dict[str, str | int]:
    """Build the JSON body. Fields and values that the model does not take are left out or mapped to the nearest."""
    family = _family(model)
    body: dict[str, str | int] = {"model": model, "prompt": order.prompt}
    if (count := min(order.count, COUNT_MAX, _count_that_fits(order, family or LATER_FAMILY))) > 1:
        body["n"] = count
    if family is None:  # another maker's model or a deployment's own name: sizes and `n` are all they share
        # Models other than GPT Image answer with a URL unless they are asked for the bytes:
        # https://platform.openai.com/docs/api-reference/images/create (read 2026-11-22)
        body[FORMAT_PARAM] = "b64_json"
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


def form_fields(order: PictureOrder, *, model: str) -> dict[str, str]:
    """Build the text fields of an edit's form: those of `parameters` except `moderation`, which the form does not have.

    `input_fidelity` is left out, too: only models that are gone took it; later ones always use high fidelity.
    """
    return {name: str(value) for name, value in parameters(order, model=model).items() if name != "moderation"}


def unmet(order: PictureOrder, *, model: str) -> list[str]:
    """List the options that this model does not take as asked, so that the user can be told.

    They are "size" (only if the shape differs by more than 5 %), "quality", "background" and "output_format". A model
    that we do not know takes none of the last three; "auto" is always met.
    """
    body = parameters(order, model=model)
    options = {"quality": order.quality, "background": order.background, "output_format": order.output_format}
    lost = [name for name, asked in options.items() if asked != AUTO and body.get(name) != asked]
    return lost if same_shape(order.size, str(body.get("size"))) else ["size", *lost]


def at_most(quality: str, best: str) -> str:
    """Lower a quality to the best that is allowed; "auto" stays."""
    if quality not in QUALITIES_2_5 or best not in QUALITIES_2_5:
        return quality
    return min(quality, best, key=QUALITIES_2_5.index)


def best_allowed(default: str, best: str) -> str:
    """Return the highest quality that anybody may get: never less than the operator's own default."""
    return best if at_most(default, best) != best else default


def check_options(defaults: PictureOrder, *, models: Sequence[str]) -> list[str]:
    """Say what is wrong with the defaults of a picture, one sentence each; empty if nothing is.

    A value that only some models of the list take is fine: `parameters` maps it for the others. The prompt is not
    checked.
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
    if not 1 <= defaults.count <= COUNT_MAX:
        problems.append(f"count {defaults.count} is not between 1 and {COUNT_MAX}")
    return problems


def _family(model: str) -> Family | None:
    """Find the generation of a model id, ignoring snapshot dates and gateway prefixes; None if not a GPT Image."""
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


def _count_that_fits(order: PictureOrder, family: Family) -> int:
    """Return how many pictures fit into an answer: a larger answer would be paid for, and thrown away."""
    edges = edges_of(_size(order.size, family))
    is_whole = order.output_compression == COMPRESSION_MAX
    if edges is None or not (order.output_format == "png" or (order.output_format == "webp" and is_whole)):
        return COUNT_MAX
    return max(1, int(ANSWER_BYTES_MAX / (edges[0] * edges[1] * LOSSLESS_PIXEL_BYTES * BASE64)))


def _size(size: str, family: Family) -> str:
    edges = edges_of(size)
    if edges is None:
        return AUTO
    return named(nearest_free(*edges) if family.free_sizes else nearest_classic(*edges))


def _size_problems(size: str, known: list[Family]) -> list[str]:
    if size == AUTO:
        return []
    if edges_of(size) is None:
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

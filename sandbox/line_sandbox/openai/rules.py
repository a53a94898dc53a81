"""Which parameters the Images API takes, and what it says to the others. No I/O.

https://platform.openai.com/docs/api-reference/images and the types of the openai SDK 3.54 (read 2026-11-22).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from line_sandbox.openai import models as openai_models
from line_sandbox.openai.errors import USER_ERROR, invalid_value, model_gone, not_one_of, refusal
from line_sandbox.openai.models import Model

PROMPT_CHARS_MAX = 32_000
FORMATS = ("png", "jpeg", "webp")  # gif and svg need access that few projects have
_SHARED = frozenset({
    "prompt", "model", "n", "size", "quality", "output_format", "output_compression", "background", "stream",
    "partial_images", "safety_identifier", "user", "complexity",
})  # fmt: skip
GENERATION_PARAMETERS = _SHARED | {"moderation", "frame_count", "frame_duration_ms", "svg"}
EDIT_PARAMETERS = _SHARED | {"moderation", "images", "mask", "markup", "input_fidelity"}
# The multipart form of an edit has no `moderation` in the SDK's types.
EDIT_FORM_PARAMETERS = _SHARED | {"image", "mask", "markup", "input_fidelity"}
# The specification has these nullable, and the SDK `Optional`: null is as good as left out.
NULLABLE = frozenset({
    "model", "n", "quality", "size", "output_format", "output_compression", "background", "moderation", "stream",
    "partial_images", "input_fidelity", "complexity", "frame_count", "frame_duration_ms", "svg", "safety_identifier",
})  # fmt: skip
_DEFAULT_MODEL = "dall-e-2"  # the specification's default, which is dead
_SIZE = re.compile(r"([1-9]\d{1,4})x([1-9]\d{1,4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request that obeys the rules, with everything "auto" resolved."""

    model: Model
    prompt: str
    n: int
    width_px: int
    height_px: int
    quality: str
    output_format: str
    compression: int
    background: str
    stream: bool
    partial_images: int
    safety_identifier: str | None

    @property
    def size(self) -> str:
        """WIDTHxHEIGHT."""
        return f"{self.width_px}x{self.height_px}"


def read_order(fields: Mapping[str, object], models: Mapping[str, Model], allowed: frozenset[str]) -> Order:
    """Check every parameter in the order in which OpenAI does: the prompt before the rest.

    Raises:
        Refusal: 400 or 404 with OpenAI's code.
    """
    prompt = _prompt(fields)
    for name in fields:
        if name not in allowed:
            raise refusal(400, "unknown_parameter", f"Unknown parameter: '{name}'.", param=name)
    fields = {name: value for name, value in fields.items() if value is not None or name not in NULLABLE}
    model = _model(fields, models)
    _check_special(fields, model)
    output_format = _word(fields, "output_format", FORMATS, "png")
    width_px, height_px = _size(fields, model)
    stream = _flag(fields, "stream")
    return Order(
        model=model,
        prompt=prompt,
        n=_integer(fields, "n", 1, 10, 1),
        width_px=width_px,
        height_px=height_px,
        quality=_quality(fields, model),
        output_format=output_format,
        compression=_compression(fields, output_format),
        background=_background(fields, model, output_format),
        stream=stream,
        partial_images=_partial_images(fields, stream=stream),
        safety_identifier=_safety_identifier(fields),
    )


def _prompt(fields: Mapping[str, object]) -> str:
    prompt = fields.get("prompt")
    if prompt is None:
        raise refusal(400, "missing_required_parameter", "Missing required parameter: 'prompt'.", param="prompt")
    if not isinstance(prompt, str):
        raise _wrong_type("prompt", "a string", prompt)
    if not prompt:
        message = (
            "Invalid 'prompt': empty string. Expected a string with minimum length 1, but got an empty string instead."
        )
        raise refusal(400, "empty_string", message, param="prompt")
    if len(prompt) > PROMPT_CHARS_MAX:
        message = (
            "Invalid 'prompt': string too long. Expected a string with maximum length "
            f"{PROMPT_CHARS_MAX}, but got a string with length {len(prompt)} instead."
        )
        raise refusal(400, "string_above_max_length", message, param="prompt")
    return prompt


def _model(fields: Mapping[str, object], models: Mapping[str, Model]) -> Model:
    name = fields.get("model", _DEFAULT_MODEL)
    if not isinstance(name, str):
        raise _wrong_type("model", "a string", name)
    model = models.get(name)
    if model is None or not model.live:
        raise model_gone(name, model)
    return model


def _check_special(fields: Mapping[str, object], model: Model) -> None:
    """Parameters that only some models or formats take."""
    _word(fields, "moderation", ("auto", "low"), "auto")
    for name in ("frame_count", "frame_duration_ms", "svg"):
        if name in fields:
            kind = "svg" if name == "svg" else "gif"
            raise invalid_value(name, f"'{name}' is only supported when output_format is '{kind}'.")
    if "complexity" in fields:
        _word(fields, "complexity", ("low", "medium", "high"), "high")
        if model.line != "2.6":
            raise invalid_value("complexity", f"The model '{model.id}' does not support complexity.")
    if "input_fidelity" in fields:
        _word(fields, "input_fidelity", ("high", "low"), "low")
        if model.line not in {"1", "1.5"}:  # later models always use high fidelity; OpenAI says to leave it out
            raise invalid_value("input_fidelity", f"The model '{model.id}' does not support input_fidelity.")


def _size(fields: Mapping[str, object], model: Model) -> tuple[int, int]:
    size = fields.get("size", "auto")
    if size == "auto":
        size = openai_models.AUTO_FREE if model.has_free_sizes else openai_models.AUTO_FIXED
    elif not model.has_free_sizes and size not in openai_models.FIXED_SIZES:
        raise not_one_of("size", size, (*openai_models.FIXED_SIZES, "auto"))
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    if found is None:
        raise invalid_value("size", f"Invalid size '{size}'. Expected 'auto' or WIDTHxHEIGHT.")
    width_px, height_px = int(found[1]), int(found[2])
    if fields.get("size", "auto") != "auto" and (problem := _size_problem(width_px, height_px)):
        raise invalid_value("size", problem, type_=USER_ERROR)
    return width_px, height_px


def _size_problem(width_px: int, height_px: int) -> str | None:
    long, short = max(width_px, height_px), min(width_px, height_px)
    if width_px % 16 or height_px % 16:
        return "Width and height must both be divisible by 16."
    if long > openai_models.EDGE_PX_MAX:
        return "The longest edge must be less than or equal to 3840."
    if long > short * openai_models.RATIO_MAX:
        return "The aspect ratio must not exceed 3:1."
    if width_px * height_px < openai_models.PIXELS_MIN:
        return "Requested resolution is below the current minimum pixel budget."
    if width_px * height_px > openai_models.PIXELS_MAX:
        return "Requested resolution exceeds the current pixel budget."
    return None


def _quality(fields: Mapping[str, object], model: Model) -> str:
    quality = _word(fields, "quality", ("low", "medium", "high", "xhigh", "max", "auto"), "auto", shown=model.qualities)
    if quality == "auto":
        return "low"  # as a live answer of gpt-image-2 had it
    if quality not in model.qualities:
        raise invalid_value("quality", f"The model '{model.id}' does not support quality '{quality}'.")
    return quality


def _compression(fields: Mapping[str, object], output_format: str) -> int:
    compression = _integer(fields, "output_compression", 0, 100, 100)
    if output_format == "png" and compression != 100:  # noqa: PLR2004  # the default
        message = "Compression less than 100 is not supported for PNG output format."
        raise invalid_value("output_compression", message)
    return compression


def _background(fields: Mapping[str, object], model: Model, output_format: str) -> str:
    background = _word(fields, "background", ("transparent", "opaque", "auto"), "auto")
    if background == "transparent" and not model.transparent:
        raise invalid_value("background", "Transparent background is not supported for this model.")
    if background == "transparent" and output_format == "jpeg":
        raise invalid_value("background", "Transparent background is not supported with output_format 'jpeg'.")
    return "transparent" if background == "transparent" else "opaque"


def _partial_images(fields: Mapping[str, object], *, stream: bool) -> int:
    partial_images = _integer(fields, "partial_images", 0, 3, 0)
    if partial_images and not stream:
        raise invalid_value("partial_images", "'partial_images' is only supported when 'stream' is true.")
    return partial_images


def _safety_identifier(fields: Mapping[str, object]) -> str | None:
    for name in ("safety_identifier", "user"):
        if not isinstance(value := fields.get(name), str | None):
            raise _wrong_type(name, "a string", value)
        if value:
            return value if name == "safety_identifier" else None
    return None


def _word(
    fields: Mapping[str, object], name: str, known: tuple[str, ...], default: str, *, shown: tuple[str, ...] = ()
) -> str:
    value = fields.get(name, default)
    if not isinstance(value, str):
        raise _wrong_type(name, "a string", value)
    if value not in known:
        raise not_one_of(name, value, (*shown, "auto") if shown else known)
    return value


def _integer(fields: Mapping[str, object], name: str, low: int, high: int, default: int) -> int:
    value = fields.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(name, "an integer", value)
    if value < low:
        message = f"Invalid '{name}': integer below minimum value. Expected a value >= {low}, but got {value} instead."
        raise refusal(400, "integer_below_min_value", message, param=name)
    if value > high:
        message = f"Invalid '{name}': integer above maximum value. Expected a value <= {high}, but got {value} instead."
        raise refusal(400, "integer_above_max_value", message, param=name)
    return value


def _flag(fields: Mapping[str, object], name: str) -> bool:
    if not isinstance(value := fields.get(name, False), bool):
        raise _wrong_type(name, "a boolean", value)
    return value


def _wrong_type(name: str, wanted: str, value: object) -> Exception:
    got = {str: "a string", int: "an integer", float: "a decimal number", bool: "a boolean", list: "an array"}.get(
        type(value), "null" if value is None else "an object"
    )
    return refusal(
        400, "invalid_type", f"Invalid type for '{name}': expected {wanted}, but got {got} instead.", param=name
    )

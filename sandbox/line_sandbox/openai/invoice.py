"""What a request costs: tokens, prices, the line on the invoice. No I/O.

Rates: https://developers.openai.com/api/docs/pricing (read 2026-11-22).
"""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP
from typing import Any

from line_sandbox.openai import inputs as openai_inputs
from line_sandbox.openai import models as openai_models
from line_sandbox.openai.models import Model
from line_sandbox.openai.rules import Order
from line_sandbox.openai.texts import TextModel


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One paid request.

    Attributes:
        micro_dollars: What it cost, in millionths of a US dollar.
    """

    at: float
    request_id: str
    endpoint: str
    model: str
    size: str
    quality: str
    pictures: int
    usage: dict[str, object]
    micro_dollars: int


def usage_of(order: Order, sources: tuple[bytes, ...]) -> dict[str, object]:
    """Tokens as OpenAI counts them; text and input pictures by rule of thumb, the output by its formula."""
    text = max(1, math.ceil(len(order.prompt.encode()) / 4))
    sizes = [openai_inputs.size_of(source, "image") for source in sources]
    images = sum(math.ceil(min(width * height, 1_572_864) / 1024) for width, height in sizes)
    one = order.model.output_tokens(order.width_px, order.height_px, order.quality)
    out = one * order.n + openai_models.PARTIAL_TOKENS * order.partial_images
    return {
        "input_tokens": text + images,
        "input_tokens_details": {"image_tokens": images, "text_tokens": text},
        "output_tokens": out,
        "output_tokens_details": {"image_tokens": out, "text_tokens": 0},
        "total_tokens": text + images + out,
    }


def price(model: Model, usage: dict[str, object]) -> int:
    """Micro-dollars of a request with this usage, halves rounded up."""
    match usage:
        case {
            "input_tokens_details": {"text_tokens": int() as text, "image_tokens": int() as image},
            "output_tokens": int() as out,
        }:
            rates = model.rates
            exact = text * rates.text_in + image * rates.image_in + out * rates.image_out
            return int(exact.to_integral_value(ROUND_HALF_UP))
        case _:
            raise ValueError("usage has no tokens")


def line_of(model: TextModel, usage: dict[str, Any], *, request_id: str, at: float) -> InvoiceLine:
    """The line of an answer of a text model."""
    counts = {"text_in": usage["prompt_tokens"], "text_out": usage["completion_tokens"]}
    return InvoiceLine(
        at=at,
        request_id=request_id,
        endpoint="completions",
        model=model.id,
        size="",
        quality="",
        pictures=0,
        usage=usage,
        micro_dollars=model.price(**counts, cached=usage["prompt_tokens_details"]["cached_tokens"]),
    )

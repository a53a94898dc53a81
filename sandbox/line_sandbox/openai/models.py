"""The image models of OpenAI as of 2026-11-22: alive or not, what they take, what a picture costs. No I/O.

Status and ids: the docstring of `image_model.py` in the openai SDK 3.54 and
https://developers.openai.com/api/docs/deprecations. Prices: the same pages. Tokens of gpt-image-2 and 2.5: a formula
that fits 30 of 30 published points. 2.6: sellers report 3 to 4 times the tokens of 2.5 at low and medium; not official.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Gone = Literal["does_not_exist", "model_not_found", "deprecated"]

PARTIAL_TOKENS = 100  # each partial picture of a stream
FIXED_SIZES = ("1024x1024", "1536x1024", "1024x1536")
EDGE_PX_MAX = 3840
PIXELS_MIN, PIXELS_MAX = 655_360, 8_294_400
RATIO_MAX = 3
# A real answer to size "auto" had a size that the rules would refuse.
AUTO_FREE, AUTO_FIXED = "1254x1254", "1024x1024"
_FACTORS = {
    "2": {"low": 16, "medium": 48, "high": 96},
    "2.5": {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
    "2.6": {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96},
}
_FIXED_TOKENS = {
    "1024x1024": {"low": 272, "medium": 1056, "high": 4160},
    "1024x1536": {"low": 408, "medium": 1584, "high": 6240},
    "1536x1024": {"low": 400, "medium": 1568, "high": 6208},
}
_CHEAP_TIERS_OF_2_6 = Decimal("3.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """US dollars per million tokens, which is micro-dollars per token."""

    text_in: Decimal
    image_in: Decimal
    image_out: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One image model.

    Attributes:
        line: "1", "1.5", "2", "2.5" or "2.6": which rules it obeys.
        live: Whether it still draws.
        gone: How the endpoint says that it does not.
        shutdown_date: YYYY-MM-DD where OpenAI named one.
        transparent: Whether it takes a transparent background.
    """

    id: str
    line: str
    rates: Rates
    live: bool = True
    gone: Gone = "does_not_exist"
    shutdown_date: str | None = None
    transparent: bool = True

    @property
    def has_free_sizes(self) -> bool:
        """Whether any size within the rules is taken, not only three."""
        return self.line in _FACTORS

    @property
    def qualities(self) -> tuple[str, ...]:
        """The qualities, rising, without "auto"."""
        return tuple(_FACTORS.get(self.line, _FIXED_TOKENS["1024x1024"]))

    def output_tokens(self, width_px: int, height_px: int, quality: str) -> int:
        """Image output tokens of one picture."""
        if not self.has_free_sizes:
            return _FIXED_TOKENS[f"{width_px}x{height_px}"][quality]
        long, short = max(width_px, height_px), min(width_px, height_px)
        factor = _FACTORS[self.line][quality]
        other = (2 * factor * short + long) // (2 * long)
        tokens = math.ceil(factor * other * (2_000_000 + width_px * height_px) / 4_000_000)
        return (
            math.ceil(tokens * _CHEAP_TIERS_OF_2_6) if self.line == "2.6" and quality in {"low", "medium"} else tokens
        )


_NEW = Rates(text_in=Decimal(5), image_in=Decimal(8), image_out=Decimal(30))
_ONE = Rates(text_in=Decimal(5), image_in=Decimal(10), image_out=Decimal(40))
_MINI = Rates(text_in=Decimal(2), image_in=Decimal("2.5"), image_out=Decimal(8))
_ONE_AND_HALF = Rates(text_in=Decimal(5), image_in=Decimal(8), image_out=Decimal(32))
_DECEMBER = "2026-12-01"


def known_models() -> dict[str, Model]:
    """Every model id this stand-in knows, in a new dictionary."""
    models = [
        Model(id="dall-e-2", line="1", rates=_ONE, live=False, shutdown_date="2026-05-12"),
        Model(id="dall-e-3", line="1", rates=_ONE, live=False, shutdown_date="2026-05-12"),
        Model(id="gpt-image-1", line="1", rates=_ONE, live=False, shutdown_date="2026-10-23"),
        Model(id="gpt-image-1-mini", line="1", rates=_MINI, shutdown_date=_DECEMBER),
        Model(id="gpt-image-1.5", line="1.5", rates=_ONE_AND_HALF, shutdown_date=_DECEMBER),
        Model(id="gpt-image-1.5-2025-12-16", line="1.5", rates=_ONE_AND_HALF, shutdown_date=_DECEMBER),
        Model(id="chatgpt-image-latest", line="1.5", rates=_ONE_AND_HALF, shutdown_date=_DECEMBER),
        Model(id="gpt-image-2", line="2", rates=_NEW, transparent=False),
        Model(id="gpt-image-2-2026-04-21", line="2", rates=_NEW, transparent=False),
        Model(id="gpt-image-2.5-flare", line="2.5", rates=_NEW),
        Model(id="gpt-image-2.5-flare-2026-09-08", line="2.5", rates=_NEW),
        Model(id="gpt-image-2.5-sunburst", line="2.5", rates=_NEW),
        Model(id="gpt-image-2.5-sunburst-2026-09-08", line="2.5", rates=_NEW),
        Model(id="gpt-image-2.6-flare", line="2.6", rates=_NEW),
        Model(id="gpt-image-2.6-sunburst", line="2.6", rates=_NEW),
    ]
    return {model.id: model for model in models}

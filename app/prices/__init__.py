"""What a call costs: estimated on the high side before it is made, exact once its tokens are known. No network.

Money is whole micro-dollars, millionths of a US dollar. The rates are data with source and date: `prices.toml`.
"""

from dataclasses import dataclass

from app.prices.rates import Rates, dearest, ladder_of, ladders, rates_of
from app.prices.texts import is_text_known, text_cost, text_estimate
from app.prices.tokens import most_tokens

__all__ = ["Estimate", "cost", "estimate", "is_known", "is_text_known", "qualities", "text_cost", "text_estimate"]

# OpenAI's tokenizers take about one token for four letters, and up to one for a character of Chinese or Thai.
TOKENS_PER_CHARACTER = 1
TOKENS_AROUND_PROMPT = 16
# People report about 1,024 tokens for a source of 1024x1024 and fewer for small ones; OpenAI names no number.
TOKENS_PER_SOURCE = 1536


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a call will cost at most. `is_known`: False where the model's price is not, and the dearest was taken."""

    microusd: int
    is_known: bool


def is_known(model: str) -> bool:
    """Whether the price of this model is known, snapshot dates and gateway prefixes aside."""
    return rates_of(model) is not None


def qualities(model: str) -> tuple[str, ...]:
    """Return the qualities that have a price of their own, the cheapest first; of an unknown model what all have."""
    rates = rates_of(model)
    return ladder_of(rates).qualities if rates else ("low", "medium", "high")


def estimate(model: str, *, size: str, quality: str, count: int, sources: int, prompt_chars: int) -> Estimate:
    """Estimate a call before it is made, on the high side.

    Args:
        model: As it is asked.
        size: WIDTHxHEIGHT px, or "auto".
        quality: From "low" to "max", or "auto".
        count: How many pictures.
        sources: How many pictures come along to be edited.
        prompt_chars: Length of the prompt.
    """
    rates = rates_of(model)
    out = most_tokens(ladder_of(rates), size, quality) if rates else _most_of_all(size)
    nanousd = _nanousd(
        rates or dearest(),
        text_in=prompt_chars * TOKENS_PER_CHARACTER + TOKENS_AROUND_PROMPT,
        image_in=sources * TOKENS_PER_SOURCE,
        image_out=count * out,
    )
    return Estimate(microusd=-(-nanousd // 1000), is_known=rates is not None)


def cost(model: str, *, text_in: int, image_in: int, image_out: int, text_out: int = 0) -> int:
    """Return what these tokens cost in micro-dollars, halves rounded up; with the dearest rates if none are known."""
    rates = rates_of(model) or dearest()
    nanousd = _nanousd(rates, text_in=text_in, image_in=image_in, image_out=image_out, text_out=text_out)
    return (nanousd + 500) // 1000


def _nanousd(rates: Rates, *, text_in: int, image_in: int, image_out: int, text_out: int = 0) -> int:
    into = text_in * rates.text_in + image_in * rates.image_in
    return into + image_out * rates.image_out + text_out * rates.text_out


def _most_of_all(size: str) -> int:
    return max(most_tokens(ladder, size, ladder.best) for ladder in ladders())

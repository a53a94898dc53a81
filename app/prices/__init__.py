"""What a call costs: estimated on the high side before the call, exact once its tokens are known. No network.

Amounts are whole micro-dollars, millionths of a US dollar. The rates, with source and date, are in `prices.toml`.
"""

from dataclasses import dataclass

from app.prices.rates import Rates, dearest, rates_of, token_table_of, token_tables
from app.prices.texts import is_text_known, text_cost, text_estimate
from app.prices.tokens import most_tokens

__all__ = ["Estimate", "cost", "estimate", "is_known", "is_text_known", "qualities", "text_cost", "text_estimate"]

# OpenAI's tokenizers need about one token for four Latin letters, and up to one per character of Chinese or Thai.
TOKENS_PER_CHARACTER = 1
TOKENS_AROUND_PROMPT = 16
# Users report about 1,024 tokens for a source of 1024x1024 and fewer for smaller ones; OpenAI gives no figure.
TOKENS_PER_SOURCE = 1536


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The most that a call can cost. `is_known`: False if its price is not known and the dearest rates were used."""

    microusd: int
    is_known: bool


def is_known(model: str) -> bool:
    """Whether the price of this model is known, ignoring snapshot dates and gateway prefixes."""
    return rates_of(model) is not None


def qualities(model: str) -> tuple[str, ...]:
    """Return the qualities with a price of their own, cheapest first; of an unknown model, those that all have."""
    rates = rates_of(model)
    return token_table_of(rates).qualities if rates else ("low", "medium", "high")


def estimate(model: str, *, size: str, quality: str, count: int, sources: int, prompt_chars: int) -> Estimate:
    """Estimate a call before it is made, on the high side.

    Args:
        model: The model id, as it is sent.
        size: WIDTHxHEIGHT px, or "auto".
        quality: From "low" to "max", or "auto".
        count: How many pictures.
        sources: How many pictures are sent along to be edited.
        prompt_chars: Length of the prompt in characters.
    """
    rates = rates_of(model)
    out = most_tokens(token_table_of(rates), size, quality) if rates else _most_tokens_of_all(size)
    nanousd = _nanousd(
        rates or dearest(),
        text_in=prompt_chars * TOKENS_PER_CHARACTER + TOKENS_AROUND_PROMPT,
        image_in=sources * TOKENS_PER_SOURCE,
        image_out=count * out,
    )
    return Estimate(microusd=-(-nanousd // 1000), is_known=rates is not None)


def cost(model: str, *, text_in: int, image_in: int, image_out: int, text_out: int = 0) -> int:
    """Return what these tokens cost in micro-dollars, rounded half up; an unknown model gets the dearest rates."""
    rates = rates_of(model) or dearest()
    nanousd = _nanousd(rates, text_in=text_in, image_in=image_in, image_out=image_out, text_out=text_out)
    return (nanousd + 500) // 1000


def _nanousd(rates: Rates, *, text_in: int, image_in: int, image_out: int, text_out: int = 0) -> int:
    into = text_in * rates.text_in + image_in * rates.image_in
    return into + image_out * rates.image_out + text_out * rates.text_out


def _most_tokens_of_all(size: str) -> int:
    return max(most_tokens(table, size, table.best) for table in token_tables())

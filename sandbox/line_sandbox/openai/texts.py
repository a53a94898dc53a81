"""The text models of Chat Completions: which live, what they take and cost. No I/O.

https://platform.openai.com/docs/api-reference/chat/create and the model pages of OpenAI (read 2026-11-27).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from line_sandbox.openai.errors import refusal
from line_sandbox.stand_in import Refusal

_EFFORTS = ("none", "low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextModel:
    """One text model. Rates are US dollars per million tokens, which is micro-dollars per token.

    Attributes:
        efforts: What `reasoning_effort` it takes; none: it refuses the parameter.
        live: Whether it still answers.
    """

    id: str
    text_in: Decimal
    cached: Decimal
    text_out: Decimal
    efforts: tuple[str, ...] = _EFFORTS
    live: bool = True

    def price(self, *, text_in: int, cached: int, text_out: int) -> int:
        """Micro-dollars of an answer, halves rounded up."""
        exact = (text_in - cached) * self.text_in + cached * self.cached + text_out * self.text_out
        return int(exact.to_integral_value(ROUND_HALF_UP))


def known_texts() -> dict[str, TextModel]:
    """Every text model this stand-in knows, in a new dictionary."""
    models = [
        TextModel(id="gpt-6-luna", text_in=Decimal("0.1"), cached=Decimal("0.01"), text_out=Decimal("0.5")),
        TextModel(id="gpt-5.6-luna", text_in=Decimal("0.2"), cached=Decimal("0.02"), text_out=Decimal("1.2")),
        TextModel(
            id="gpt-5.4-mini",
            text_in=Decimal("0.75"),
            cached=Decimal("0.075"),
            text_out=Decimal("4.5"),
            efforts=_EFFORTS[:-1],
        ),
        TextModel(
            id="gpt-5.4-nano",
            text_in=Decimal("0.2"),
            cached=Decimal("0.02"),
            text_out=Decimal("1.25"),
            efforts=_EFFORTS[:-1],
        ),
        TextModel(
            id="gpt-4o-mini",
            text_in=Decimal("0.15"),
            cached=Decimal("0.075"),
            text_out=Decimal("0.6"),
            efforts=(),
        ),
        TextModel(
            id="gpt-4.1-nano",
            text_in=Decimal("0.1"),
            cached=Decimal("0.025"),
            text_out=Decimal("0.4"),
            efforts=(),
            live=False,
        ),
    ]
    return {model.id: model for model in models}


def text_model_gone(name: str) -> Refusal:
    """404: what Chat Completions says of a model that it does not have."""
    message = f"The model `{name}` does not exist or you do not have access to it."
    return refusal(404, "model_not_found", message)


def missing_scopes(scope: str) -> Refusal:
    """401 without a code: a restricted key that may draw, but not this."""
    message = (
        f"You have insufficient permissions for this operation. Missing scopes: {scope}. Check that you have the "
        "correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if you're using a "
        "restricted API key, that it has the necessary scopes."
    )
    return refusal(401, None, message)

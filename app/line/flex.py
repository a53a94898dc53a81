"""A card of choices as a Flex message: under each heading, rows of values to tap, the chosen one filled. No I/O.

https://developers.line.biz/en/reference/messaging-api/#flex-message (read 2026-11-27)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.line.messages import ALT_TEXT_UNITS_MAX
from app.line.sdk_models import Action, Message, sdk
from app.line.text_length import cut_to_utf16_units

# LINE shows cards on white in dark mode, too, so every colour is set explicitly.
_INK, _SOFT, _PAPER, _LINE, _GREEN = "#16211C", "#5D6B64", "#FFFFFF", "#D5DDD8", "#06793C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value. The label of `action` is what a screen reader says; `label` is what is shown."""

    label: str
    action: Action
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlexQuestion:
    """A heading with its values, `columns` to a row; the values of a shorter last row share the full width."""

    heading: str
    choices: Sequence[Choice]
    columns: int


def choice_card(title: str, *, alt_text: str, questions: Sequence[FlexQuestion]) -> Message:
    """Build one card with the questions below each other."""
    head = sdk.FlexText(text=title, weight="bold", size="lg", color=_INK)
    parts = [part for question in questions for part in _question(question)]
    body = sdk.FlexBox(layout="vertical", spacing="sm", contents=[head, *parts])
    bubble = sdk.FlexBubble(size="mega", body=body)
    return sdk.FlexMessage(altText=cut_to_utf16_units(alt_text, ALT_TEXT_UNITS_MAX), contents=bubble)


def _question(question: FlexQuestion) -> list[Any]:
    rows = [
        _row(question.choices[start : start + question.columns])
        for start in range(0, len(question.choices), question.columns)
    ]
    return [sdk.FlexText(text=question.heading, size="sm", color=_SOFT, margin="lg"), *rows]


def _row(choices: Sequence[Choice]) -> Any:  # noqa: ANN401 - the SDK has no types
    return sdk.FlexBox(layout="horizontal", spacing="sm", contents=[_chip(choice) for choice in choices])


def _chip(choice: Choice) -> Any:  # noqa: ANN401 - the SDK has no types
    shown = sdk.FlexText(
        text=choice.label,
        size="sm",
        align="center",
        wrap=True,
        color=_PAPER if choice.is_chosen else _INK,
        weight="bold" if choice.is_chosen else "regular",
    )
    return sdk.FlexBox(
        layout="vertical",
        flex=1,
        paddingAll="8px",
        cornerRadius="10px",
        borderWidth="1px",
        borderColor=_GREEN if choice.is_chosen else _LINE,
        backgroundColor=_GREEN if choice.is_chosen else _PAPER,
        justifyContent="center",
        contents=[shown],
        action=choice.action,
    )

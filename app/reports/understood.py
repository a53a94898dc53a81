"""How a message was understood, and by which step, in words for operators. No I/O."""

from collections.abc import Mapping
from typing import Any

_STEPS = {
    "rules": "by its words",
    "moment": "by the moment it was said in",
    "gate": "by the classifier",
    "reader": "by the text model",
    "asked": "nobody was sure, so the person was asked",
}


def describe_understood(understood: Mapping[str, Any] | None) -> str:
    """Format it, such as "change, by the classifier, 97 % sure"; "-" if nothing was recorded."""
    if not isinstance(understood, Mapping):
        return "-"
    step, meaning = str(understood.get("step", "")), str(understood.get("meaning") or "unclear")
    said = f"{meaning}, {_STEPS.get(step, step)}"
    confidence = understood.get("confidence")
    if step in {"gate", "reader", "asked"} and isinstance(confidence, int | float):
        return f"{said}, {100 * confidence:.0f} % sure"
    return said

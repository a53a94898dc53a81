"""Whether a model lives, and until when. No I/O.

`shutdown_date` came with OpenAI's SDK 3.54 (types/model.py); image models are announced three months before:
https://developers.openai.com/api/docs/deprecations (read 2026-11-22).
"""

from dataclasses import dataclass
from datetime import date

import orjson

from app.errors import BadAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """A model that lives.

    Attributes:
        id: As it was asked for.
        shutdown_date: The day it is to be shut down; None where none is named.
    """

    id: str
    shutdown_date: date | None


def read_model(body: bytes, *, model: str, request_id: str | None) -> ModelStatus:
    """Read the body of a 200.

    Raises:
        BadAnswer: Not a JSON object, as from a page in between, so nothing is known.
    """
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        message = f"The answer about {model} is not a JSON object ({len(body)} bytes)"
        raise BadAnswer(message, code="not_json", vendor_request_id=request_id)
    return ModelStatus(id=model, shutdown_date=_day(answer.get("shutdown_date")))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None

"""Whether a model still exists, and until when. No I/O.

`shutdown_date` came with OpenAI's SDK 3.54 (types/model.py); shutdowns of image models are announced 3 months ahead:
https://developers.openai.com/api/docs/deprecations (read 2026-11-22).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.errors import BadAnswer
from app.openai.faults import HttpAnswer
from app.openai.json_body import read_json

SHUT_DOWN: Final[Mapping[str, date]] = {  # from the SDK's types/image_model.py; Azure has other dates
    "dall-e-2": date(2026, 5, 12),
    "dall-e-3": date(2026, 5, 12),
    "gpt-image-1": date(2026, 10, 23),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """A model that exists.

    Attributes:
        id: The id that was asked about.
        shutdown_date: The day it is to be shut down; None if none is given.
        limit_per_minute: How many pictures per minute this key may have; None if the answer does not say.
    """

    id: str
    shutdown_date: date | None
    limit_per_minute: int | None = None


def read_model(answer: HttpAnswer, *, model: str) -> ModelStatus:
    """Read the answer to a successful call.

    Raises:
        BadAnswer: Not a JSON object but, for example, a proxy's page, so nothing is known.
    """
    try:
        told = read_json(answer.body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        message = f"The answer about {model} is not a JSON object ({len(answer.body)} bytes)"
        raise BadAnswer(message, code="not_json", vendor_request_id=answer.request_id)
    return ModelStatus(
        id=model, shutdown_date=_day(told.get("shutdown_date")), limit_per_minute=answer.limit_per_minute
    )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None

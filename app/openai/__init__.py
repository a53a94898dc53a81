"""The Images API of OpenAI, and servers that speak like it.

`order`, `sizes` and `sources`: what is asked, cut to what each model takes. `answer`: what came back. `models`: who
lives. `faults`: what went wrong, as our errors. `client`: the calls.
"""

from app.openai.answer import Drawn, Usage
from app.openai.client import OpenAIImages
from app.openai.models import SHUT_DOWN, ModelStatus
from app.openai.order import PictureOrder, at_most, check_options, parameters, unmet
from app.openai.sizes import size_for

__all__ = [
    "SHUT_DOWN",
    "Drawn",
    "ModelStatus",
    "OpenAIImages",
    "PictureOrder",
    "Usage",
    "at_most",
    "check_options",
    "parameters",
    "size_for",
    "unmet",
]

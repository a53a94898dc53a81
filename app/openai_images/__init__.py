"""The Images API of OpenAI, and servers that speak like it.

`order`, `sizes` and `sources`: what is asked, cut to what each model takes. `answer`: what came back. `models`: who
lives. `faults`: what went wrong, as our errors. `client`: the calls.
"""

from app.openai_images.answer import Drawn, Usage
from app.openai_images.client import OpenAIImages
from app.openai_images.models import ModelStatus
from app.openai_images.order import PictureOrder, check_options, parameters, unmet
from app.openai_images.sizes import size_for

__all__ = [
    "Drawn",
    "ModelStatus",
    "OpenAIImages",
    "PictureOrder",
    "Usage",
    "check_options",
    "parameters",
    "size_for",
    "unmet",
]

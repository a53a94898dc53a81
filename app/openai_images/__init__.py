"""The Images API of OpenAI, and servers that speak like it.

`order`: what is asked, cut to what each model takes. `answer`: what came back. `faults`: what went wrong, as our
errors. `client`: the one call.
"""

from app.openai_images.answer import Drawn, Usage
from app.openai_images.client import OpenAIImages
from app.openai_images.order import PictureOrder, check_options, parameters

__all__ = ["Drawn", "OpenAIImages", "PictureOrder", "Usage", "check_options", "parameters"]

"""The Images API and Chat Completions of OpenAI, and of compatible servers.

`images`: the calls. `order`, `sizes` and `edit_sources`: what is asked, fitted to what each model takes. `answer`: what
came back; `url_pictures` fetches the pictures that it only links to. `model_status`: which models still exist.
`faults`: what went wrong, as our errors. `reader`: a small text model that reads messages; `completion`: what it
answered. `json_body`, `http_client` and `keep_alive` are shared by all calls.
"""

from app.openai.answer import Drawn, TokenUsage
from app.openai.completion import Completion, TextUsage
from app.openai.images import OpenAIImages
from app.openai.model_status import SHUT_DOWN, ModelStatus
from app.openai.order import PictureOrder, at_most, best_allowed, check_options, parameters, unmet
from app.openai.reader import NOT_OFFERED, READ_TIMEOUT_S, OpenAIReader, TextQuestion
from app.openai.sizes import size_for

__all__ = [
    "NOT_OFFERED",
    "READ_TIMEOUT_S",
    "SHUT_DOWN",
    "Completion",
    "Drawn",
    "ModelStatus",
    "OpenAIImages",
    "OpenAIReader",
    "PictureOrder",
    "TextQuestion",
    "TextUsage",
    "TokenUsage",
    "at_most",
    "best_allowed",
    "check_options",
    "parameters",
    "size_for",
    "unmet",
]

"""line-bot-sdk's models of what we send, loaded when the first of them is used: their import costs a second.

Models and never dicts: of a dict the SDK would send the `type` and drop every other field without a word.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.errors import BadRequest
from app.line.lean import loaded
from app.line.line_answers import LineCall

if TYPE_CHECKING:
    from linebot.v3 import messaging as sdk
    from linebot.v3.messaging import Action, Message
else:
    Action = Message = Any

    class _Late:
        def __getattr__(self, name: str) -> object:
            return getattr(loaded("linebot.v3.messaging"), name)

    sdk = _Late()

__all__ = ["Action", "Message", "built", "models", "sdk"]


def models(messages: Sequence[Message]) -> list[Message]:
    """Let models through.

    Raises:
        TypeError: One is a dict, whose fields would be lost.
    """
    if any(isinstance(one, dict) for one in messages):
        raise TypeError("a dict is no message")
    return list(messages)


@contextmanager
def built(call: LineCall) -> Iterator[None]:
    """Let nothing go out that the SDK does not take.

    Raises:
        BadRequest: As LINE itself would, with the places that are wrong; nothing was sent.
    """
    try:
        yield
    except ValueError as error:
        places: Sequence[Any] = getattr(error, "errors", list)()  # pydantic's, of places and reasons
        said = "; ".join(".".join(map(str, place["loc"])) for place in places)
        # Not `from error`, which holds what was to be said, and to whom.
        raise BadRequest(f"{call}: not as LINE takes it ({said or 'its kind'})", code="not_built") from None

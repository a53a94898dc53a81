"""line-bot-sdk's models of what we send, loaded on first use, since importing them takes a second.

Always models, never dicts: of a dict, the SDK would send only the `type` and silently drop every other field.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.errors import BadRequest
from app.line.line_answers import LineCall
from app.line.sdk_loader import load_sdk

if TYPE_CHECKING:
    from linebot.v3 import messaging as sdk
    from linebot.v3.messaging import Action, Message
else:
    Action = Message = Any

    class _LazySdk:
        def __getattr__(self, name: str) -> object:
            return getattr(load_sdk("linebot.v3.messaging"), name)

    sdk = _LazySdk()

__all__ = ["Action", "Message", "checked_models", "rejecting_invalid", "sdk"]


def checked_models(messages: Sequence[Message]) -> list[Message]:
    """Return these messages as a list, if all of them are models.

    Raises:
        TypeError: One is a dict, whose fields would be lost.
    """
    if any(isinstance(one, dict) for one in messages):
        raise TypeError("a dict is no message")
    return list(messages)


@contextmanager
def rejecting_invalid(call: LineCall) -> Iterator[None]:
    """Raise `BadRequest` for a request, built in this block, that the SDK rejects.

    Raises:
        BadRequest: As for a refusal by LINE itself, with the fields that are wrong; nothing was sent.
    """
    try:
        yield
    except ValueError as error:
        places: Sequence[Any] = getattr(error, "errors", list)()  # pydantic's: the fields and what is wrong with them
        said = "; ".join(".".join(map(str, place["loc"])) for place in places)
        # Not `from error`, which holds the text and its recipient.
        raise BadRequest(f"{call}: not as LINE takes it ({said or 'its kind'})", code="not_built") from None

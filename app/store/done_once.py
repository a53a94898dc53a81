"""What is done for an event and must not be repeated, since a second time would do, or say, something else. No I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneOnce:
    """What is done in the transaction that writes the event's request: once, whatever is lost or dies.

    Attributes:
        do: Does it, and returns `words` and `details` of the request.
        then: Called after that transaction is committed.
    """

    do: Callable[[sa.Connection], tuple[str, Mapping[str, Any] | None]]
    then: Callable[[], None]

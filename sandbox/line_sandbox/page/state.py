"""What the page shows, as records by kind and id. A browser that comes back gets what it missed, exactly. No I/O."""

import asyncio
import secrets
from dataclasses import dataclass

Value = dict[str, object]


class NotAllowed(Exception):
    """Somebody on the page wants what is not possible now; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The newest state of one thing; `value` is None when it is gone. `first`: the number of its first state."""

    number: int
    first: int
    kind: str
    id: str
    value: Value | None


class PageState:
    """Numbers every change. Only the newest state of each record is kept, so that memory stays flat.

    Attributes:
        epoch: Another start, another epoch: numbers of an earlier one mean nothing here.
        number: Of the latest change.
    """

    def __init__(self) -> None:
        self.epoch = secrets.token_hex(4)
        self.number = 0
        self._records: dict[tuple[str, str], Record] = {}
        self._changed = asyncio.Event()

    def put(self, kind: str, record_id: str, value: Value | None) -> None:
        """Set a record, or take it off with None. Nothing happens when it is as before."""
        key = (kind, record_id)
        if (before := self._records.get(key)) is not None and before.value == value:
            return
        self.number += 1
        self._records.pop(key, None)  # added again below, so that records stay in the order of their numbers
        first = before.first if before else self.number
        self._records[key] = Record(number=self.number, first=first, kind=kind, id=record_id, value=value)
        self._changed.set()
        self._changed = asyncio.Event()

    def get(self, kind: str, record_id: str) -> Value | None:
        """The newest value of a record."""
        record = self._records.get((kind, record_id))
        return record.value if record else None

    def clear(self, *kinds: str) -> None:
        """Take every record of these kinds off."""
        for kind, record_id in [key for key in self._records if key[0] in kinds]:
            self.put(kind, record_id, None)

    def since(self, number: int) -> list[Record]:
        """Every record that changed after this number, oldest change first."""
        fresh: list[Record] = []
        for record in reversed(self._records.values()):
            if record.number <= number:
                break
            fresh.append(record)
        return fresh[::-1]

    async def changed_after(self, number: int) -> None:
        """Wait until something has changed after this number."""
        while self.number <= number:
            await self._changed.wait()

"""What is asked before anything may cost money: is drawing paused, is somebody flooding us, is there room?"""

import time
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from app.days import day_of, next_day_at
from app.line.events import Chat
from app.store.allowances import Allowances
from app.store.receiving import NewRequest, Quota
from app.store.requests import Requests

FLOOD_TOLD_FOR_S = 60.0  # once told, more of the same flood gets no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much may wait, and how much one person may have. `user_daily_pictures` 0: no limit."""

    waiting_max: int
    waiting_per_user_max: int
    user_daily_pictures: int
    zone: ZoneInfo


class Gate:
    """Lets wishes in, or says in which words they are declined."""

    def __init__(self, *, requests: Requests, allowances: Allowances, room: Room) -> None:
        self._requests = requests
        self._allowances = allowances
        self._room = room

    async def is_blocked(self, chat: Chat, user_id: str | None) -> bool:
        """Whether an admin has blocked this chat or person."""
        return await self._allowances.is_blocked({chat.id} | ({user_id} if user_id else set()))

    async def let_in(self, request: NewRequest, *, user_id: str | None) -> NewRequest | None:
        """Return the request, or the words it is declined with; None: part of a flood that was told already."""
        if await self._allowances.is_paused():
            return _declined(request, "paused")
        if user_id:
            waiting = await self._requests.undrawn(user_id=user_id)
            if waiting >= self._room.waiting_per_user_max:
                told = await self._requests.told_lately("flood", user_id=user_id, since=time.time() - FLOOD_TOLD_FOR_S)
                return None if told else replace(_declined(request, "flood"), details={"count": waiting})
        if await self._requests.undrawn() >= self._room.waiting_max:
            return _declined(request, "queue_full")
        return request

    def quota(self) -> Quota | None:
        """Return how many pictures a person may have today."""
        now = time.time()
        day = day_of(now, self._room.zone)
        return Quota(day=day, cap=self._room.user_daily_pictures, until_at=next_day_at(now, self._room.zone))


def _declined(request: NewRequest, words: str) -> NewRequest:
    return NewRequest(words=words, quote_token=request.quote_token)

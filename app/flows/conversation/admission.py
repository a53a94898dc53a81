"""What is checked before a wish may cost money: is drawing paused, is there room, what may one person have?"""

import time
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from app.days import day_of, next_day_at
from app.flows.conversation.saying import saying
from app.store.receiving import NewRequest, PersonalLimit
from app.store.standing import Standing
from app.words.answers import Sentence

FLOOD_TOLD_FOR_S = 60.0  # how long more of the same flood gets no answer, once a person was told


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionLimits:
    """How much may wait, and how much one person may have. `user_daily_pictures` 0: no limit."""

    waiting_max: int
    waiting_per_user_max: int
    user_daily_pictures: int
    zone: ZoneInfo


class Admission:
    """Lets wishes in, or finds the words that decline them."""

    def __init__(self, *, room: AdmissionLimits) -> None:
        self._room = room

    def let_in(self, request: NewRequest, standing: Standing) -> NewRequest:
        """Return the request, or the words it is declined with."""
        if standing.paused:
            return _declined(request, "paused")
        if standing.undrawn >= self._room.waiting_max:
            return _declined(request, "queue_full")
        return request

    def quota(self) -> PersonalLimit:
        """Return what one person may have now."""
        now, room = time.time(), self._room
        return PersonalLimit(
            day=day_of(now, room.zone),
            cap=room.user_daily_pictures,
            until_at=next_day_at(now, room.zone),
            waiting_max=room.waiting_per_user_max,
            told_since=now - FLOOD_TOLD_FOR_S,
        )


def _declined(request: NewRequest, words: str) -> NewRequest:
    """Say why; the wish is kept, so that it need not be typed again."""
    return replace(
        saying(Sentence(words)),
        quote_token=request.quote_token,
        prompt=request.prompt,
        options=request.options,
        sources=request.sources,
    )

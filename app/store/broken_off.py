"""Wishes that a fault of ours has ended: their person is told, and paid bytes stay until the fault is fixed."""

import time
from typing import Any

import sqlalchemy as sa

from app.store.database import Database
from app.store.requests import UNFINISHED, AnswerState, State, give_back, moved
from app.store.tables import pending_uploads, requests

_UNSAID = dict.fromkeys(("words", "promised_at", "sent_at", "sent_quote_token"))


class BrokenOff:
    """Ends such wishes, or takes them up again. Each method is safe to call again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def end(self, request_id: str) -> bool:
        """End a wish, and answer that something broke. False: it has ended meanwhile."""
        values = {"answer": AnswerState.DUE, "words": "broke", "details": None, "ready_at": time.time()}

        def write(connection: sa.Connection) -> bool:
            if connection.execute(moved(request_id, State.FAILED, since=UNFINISHED).values(**values)).rowcount != 1:
                return False
            give_back(connection, request_id)
            return True

        return await self._database.run(write)

    async def take_up(self, request_id: str) -> bool:
        """Have the paid bytes stored after all. False: there are none, or its answer is just being sent."""
        has_bytes = sa.exists().where(pending_uploads.c.request_id == request_id)
        told = requests.c.answer.in_([AnswerState.DUE, AnswerState.SENT, AnswerState.UNKNOWN])
        values: dict[str, Any] = {"answer": AnswerState.WAITING, **_UNSAID}
        change = moved(request_id, State.KEPT, since=[State.FAILED]).where(has_bytes, told).values(**values)
        return await self._database.run(lambda connection: connection.execute(change).rowcount == 1)

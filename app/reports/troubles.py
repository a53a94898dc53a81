"""What went wrong last: whether pictures come out, reach the bucket and reach their chat just now."""

import time
from enum import StrEnum

import sqlalchemy as sa

from app.store.database import Database
from app.store.requests import Answer, State
from app.store.tables import requests

LOOKED_AT = 50
WITHIN_S = 3600.0
UPLOAD_S = 20.0  # a picture that was paid and is not in the bucket by then


class Trouble(StrEnum):
    """Where it stopped."""

    MODEL = "model"
    BUCKET = "bucket"
    LINE = "line"


class Troubles:
    """Looks at what came last."""

    def __init__(self, database: Database) -> None:
        """Keep the database."""
        self._database = database

    async def last(self) -> dict[Trouble, str]:
        """Return where the newest pictures of the last hour failed, with the words (a key of the sentences) they got.

        Empty when what came last went well.
        """
        return await self._database.read(_last)


def _last(connection: sa.Connection) -> dict[Trouble, str]:
    now_at = time.time()
    newest = (
        sa.select(requests.c.state, requests.c.answer, requests.c.words, requests.c.kept_at)
        .where(requests.c.draws, requests.c.created_at >= now_at - WITHIN_S)
        .order_by(requests.c.created_at.desc())
        .limit(LOOKED_AT)
    )
    found: dict[Trouble, str] = {}
    rows = connection.execute(newest).all()
    drawn = next((row for row in rows if row.state in {State.KEPT, State.READY, State.REFUSED, State.FAILED}), None)
    if drawn and drawn.state == State.FAILED:
        found[Trouble.MODEL] = drawn.words or ""
    stored = next((row for row in rows if row.state in {State.KEPT, State.READY}), None)
    if stored and stored.state == State.KEPT and (stored.kept_at or now_at) < now_at - UPLOAD_S:
        found[Trouble.BUCKET] = ""
    answered = next((row for row in rows if row.answer in {Answer.SENT, Answer.UNKNOWN}), None)
    if answered and answered.answer == Answer.UNKNOWN:
        found[Trouble.LINE] = ""
    return found

"""What is going wrong now: whether pictures are drawn, reach the bucket and reach their chats."""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from app.reports.gauges import StoreState
from app.store.database import Database
from app.store.deliveries import Outcome as Delivered
from app.store.money.call_outcome import CallOutcome as Called
from app.store.requests import AnswerState, State
from app.store.tables import calls, deliveries, requests

SCANNED_MAX = 50
WITHIN_S = 3600.0
UPLOAD_S = 20.0  # a paid picture should be in the bucket by then
ANSWER_S = 10.0  # LINE should have confirmed an answer by then
CALLS_FAILED = 3  # of one wish that is still being drawn
# Reasons for which a wish fails although nothing is broken, besides unusable photos.
PERSON_REASONS = {"picture_gone", "limit_user_day", "limit_chat_month", "limit_share", "flood", "queue_full", "paused"}


class Trouble(StrEnum):
    """Where requests are stuck."""

    MODEL = "model"
    BUCKET = "bucket"
    LINE = "line"


HEADLINES = {
    Trouble.MODEL: "Pictures fail",
    Trouble.BUCKET: "The bucket takes no pictures",
    Trouble.LINE: "LINE takes no answers",
}


def headline(store: StoreState, *, is_ready: bool, has_model: bool, troubles: Mapping[Trouble, str]) -> str | None:
    """Return in a few words the worst of what keeps people from their pictures; None: nothing does."""
    standing = {
        "Drawing is paused": store.paused,
        "LINE refuses the token": store.line_refuses,
        "No model is left": not has_model,
        "Not ready": not is_ready,
        "Nobody can see the pictures": store.unserved,
    }
    said = [words for words, holds in standing.items() if holds]
    said += [words for trouble, words in HEADLINES.items() if trouble in troubles]
    return next(iter(said), None)


class Troubles:
    """Tells for the model, the bucket and LINE whether the latest attempt went well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self) -> dict[Trouble, str]:
        """Return where the newest wishes of the last hour are stuck: a key of the sentences for the model, else "".

        Empty if the latest attempts went well.
        """
        return await self._database.read(_last)


def _last(connection: sa.Connection) -> dict[Trouble, str]:
    now_at = time.time()
    rows = connection.execute(_NEWEST, {"since": now_at - WITHIN_S}).all()
    found: dict[Trouble, str] = {}
    for trouble, works in WORKS.items():
        told = next((row for row in rows if works(row, now_at) is not None), None)
        if told and not works(told, now_at):
            found[trouble] = told.words or "" if trouble is Trouble.MODEL else ""
    return found


def _model_works(row: sa.Row[Any], _now_at: float) -> bool | None:
    """Whether a wish shows that pictures are drawn; None: it shows nothing."""
    if row.state == State.FAILED:
        return None if row.words in PERSON_REASONS or (row.words or "").startswith("photo") else False
    if row.state == State.DRAWING:
        return False if row.calls_failed >= CALLS_FAILED else None
    return True if row.state in {State.KEPT, State.READY, State.REFUSED} else None


def _bucket_works(row: sa.Row[Any], now_at: float) -> bool | None:
    """Whether a wish shows that pictures are stored; None: it shows nothing, or was paid only just now."""
    if row.state == State.KEPT:
        return False if (row.kept_at or now_at) < now_at - UPLOAD_S else None
    return True if row.state == State.READY else None


def _line_works(row: sa.Row[Any], now_at: float) -> bool | None:
    """Whether a wish shows that answers arrive; None: it shows nothing, or is waiting for its turn."""
    match row.answer:
        case AnswerState.SENT:
            return True
        case AnswerState.UNKNOWN:
            return False
        case AnswerState.SENDING:
            return False if (row.sending_since or now_at) < now_at - ANSWER_S else None
        case AnswerState.DUE:
            return False if row.refused else None
    return None


WORKS: Mapping[Trouble, Callable[[sa.Row[Any], float], bool | None]] = {
    Trouble.MODEL: _model_works,
    Trouble.BUCKET: _bucket_works,
    Trouble.LINE: _line_works,
}
_SENDING_SINCE = sa.select(deliveries.c.created_at).where(deliveries.c.id == requests.c.delivery_id)
_REFUSED = sa.exists().where(
    deliveries.c.chat_id == requests.c.chat_id,
    deliveries.c.outcome == Delivered.FAILED,
    deliveries.c.ended_at > requests.c.created_at,
)
_CALLS_FAILED = sa.select(sa.func.count()).where(
    calls.c.request_id == requests.c.id, calls.c.outcome.in_([Called.FAILED, Called.UNKNOWN, Called.BAD])
)
_NEWEST = (
    sa.select(
        *(requests.c.state, requests.c.answer, requests.c.words, requests.c.kept_at),
        _SENDING_SINCE.scalar_subquery().label("sending_since"),
        _REFUSED.label("refused"),
        _CALLS_FAILED.scalar_subquery().label("calls_failed"),
    )
    .where(requests.c.draws, requests.c.created_at >= sa.bindparam("since"))
    .order_by(requests.c.created_at.desc())
    .limit(SCANNED_MAX)
)

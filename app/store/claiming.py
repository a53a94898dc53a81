"""How a delivery reads and claims reply tokens, and answers that are due. Statements only."""

import sqlalchemy as sa

from app.store.requests import AnswerState
from app.store.tables import deliveries, requests, tokens

# Of a chat: answers that are not sent yet, tokens to send them on, deliveries under way.
_IS_UNSENT = (
    requests.c.chat_id == sa.bindparam("chat"),
    requests.c.answer.in_([AnswerState.WAITING, AnswerState.DUE, AnswerState.SENDING, AnswerState.UNKNOWN]),
)
UNSENT = sa.select(requests).where(*_IS_UNSENT).order_by(requests.c.created_at)
ANY_UNSENT = sa.select(requests.c.id).where(*_IS_UNSENT).limit(1)
OPEN = sa.select(tokens).where(tokens.c.chat_id == sa.bindparam("chat"), tokens.c.is_open).order_by(tokens.c.arrived_at)
INTENTS = sa.select(deliveries).where(deliveries.c.chat_id == sa.bindparam("chat"), deliveries.c.outcome == "intent")


def close_token(connection: sa.Connection, event_id: str) -> bool:
    """Claim a token. False: somebody else has it."""
    return connection.execute(_CLOSE, {"event": event_id}).rowcount == 1


def take_answers(connection: sa.Connection, request_ids: set[str], delivery_id: str) -> bool:
    """Claim answers that are due. False: one of them no longer is, so roll back."""
    taken = connection.execute(_TAKE, {"requests": list(request_ids), "delivery": delivery_id})
    return taken.rowcount == len(request_ids)


_CLOSE = sa.update(tokens).where(tokens.c.event_id == sa.bindparam("event"), tokens.c.is_open).values(is_open=False)
_TAKE = (
    sa.update(requests)
    .where(requests.c.id.in_(sa.bindparam("requests", expanding=True)), requests.c.answer == AnswerState.DUE)
    .values(answer=AnswerState.SENDING, delivery_id=sa.bindparam("delivery"))
)
SENT = (
    sa.update(requests)
    .where(requests.c.id == sa.bindparam("request"), requests.c.delivery_id == sa.bindparam("delivery"))
    .values(answer=AnswerState.SENT, sent_at=sa.bindparam("at"), sent_quote_token=sa.bindparam("quote"))
    .returning(requests.c.created_at)
)


def still_open(connection: sa.Connection, request_ids: set[str]) -> bool:
    """Whether none of these became due meanwhile, so that a promise for them is still true. Locks them."""
    unanswered = requests.c.answer.in_([AnswerState.WAITING, AnswerState.UNKNOWN])
    found = sa.select(requests.c.id).where(requests.c.id.in_(request_ids), unanswered).with_for_update()
    return len(connection.execute(found).all()) == len(request_ids)


def answer_of(delivery_id: str, request_id: str) -> sa.Update:
    """Return an update of an answer that this delivery has claimed."""
    return sa.update(requests).where(requests.c.id == request_id, requests.c.delivery_id == delivery_id)


def late_on(connection: sa.Connection, delivery_id: str, token: str, *, late_after_s: float) -> int:
    """Count the answers that were ready too late for their own event's token, and go out on this one.

    To be called before they are marked as sent, so that neither a retry nor a resend counts again.
    """
    bound = {"delivery": delivery_id, "token": token, "late_after": late_after_s}
    return int(connection.execute(_LATE, bound).scalar_one())


_LATE = (
    sa.select(sa.func.count())
    .select_from(requests.outerjoin(tokens, tokens.c.event_id == requests.c.id))
    .where(
        requests.c.delivery_id == sa.bindparam("delivery"),
        requests.c.sent_at.is_(None),
        requests.c.ready_at - sa.func.coalesce(tokens.c.arrived_at, requests.c.created_at)
        >= sa.bindparam("late_after"),
        sa.func.coalesce(tokens.c.token, "") != sa.bindparam("token"),
    )
)


# The messages hold people's words; they are of no use once the outcome is known.
END = (
    sa.update(deliveries)
    .where(
        deliveries.c.id == sa.bindparam("delivery"),
        deliveries.c.owner == sa.bindparam("by"),
        sa.or_(deliveries.c.outcome == "intent", deliveries.c.outcome == sa.bindparam("became")),
    )
    .values(outcome=sa.bindparam("became"), ended_at=sa.bindparam("now"), messages=[], token=None)
)

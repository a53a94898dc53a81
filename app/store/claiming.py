"""What a delivery looks at and takes for itself: reply tokens, and answers that are due. Statements only."""

import sqlalchemy as sa

from app.store.requests import Answer
from app.store.tables import deliveries, requests, tokens

# Of a chat: what is not said yet, what it can be said on, what is being said.
UNSENT = (
    sa.select(requests)
    .where(
        requests.c.chat_id == sa.bindparam("chat"),
        requests.c.answer.in_([Answer.WAITING, Answer.DUE, Answer.SENDING, Answer.UNKNOWN]),
    )
    .order_by(requests.c.created_at)
)
OPEN = sa.select(tokens).where(tokens.c.chat_id == sa.bindparam("chat"), tokens.c.is_open).order_by(tokens.c.arrived_at)
INTENTS = sa.select(deliveries).where(deliveries.c.chat_id == sa.bindparam("chat"), deliveries.c.outcome == "intent")


def close_token(connection: sa.Connection, event_id: str) -> bool:
    """Take a token. False: somebody else has it."""
    change = sa.update(tokens).where(tokens.c.event_id == event_id, tokens.c.is_open).values(is_open=False)
    return connection.execute(change).rowcount == 1


def take_answers(connection: sa.Connection, request_ids: set[str], delivery_id: str) -> bool:
    """Take what is due. False: one of them is not due any more, so roll back."""
    change = sa.update(requests).where(requests.c.id.in_(request_ids), requests.c.answer == Answer.DUE)
    taken = connection.execute(change.values(answer=Answer.SENDING, delivery_id=delivery_id))
    return taken.rowcount == len(request_ids)


def still_open(connection: sa.Connection, request_ids: set[str]) -> bool:
    """Whether nothing became ready meanwhile that would make a promise untrue."""
    unanswered = requests.c.answer.in_([Answer.WAITING, Answer.UNKNOWN])
    found = sa.select(requests.c.id).where(requests.c.id.in_(request_ids), unanswered).with_for_update()
    return len(connection.execute(found).all()) == len(request_ids)


def answer_of(delivery_id: str, request_id: str) -> sa.Update:
    """Change an answer that this delivery has taken."""
    return sa.update(requests).where(requests.c.id == request_id, requests.c.delivery_id == delivery_id)


def late_on(connection: sa.Connection, delivery_id: str, token: str, *, late_after_s: float) -> int:
    """Count the answers that came too late for their own event's token, and go out on this one.

    Count before they are marked as sent, so that neither a retry nor a resend counts again.
    """
    asked_at = sa.func.coalesce(tokens.c.arrived_at, requests.c.created_at)
    own_token = sa.func.coalesce(tokens.c.token, "")
    counted = sa.select(sa.func.count()).select_from(requests.outerjoin(tokens, tokens.c.event_id == requests.c.id))
    late = counted.where(
        requests.c.delivery_id == delivery_id,
        requests.c.sent_at.is_(None),
        requests.c.ready_at - asked_at >= late_after_s,
        own_token != token,
    )
    return int(connection.execute(late).scalar_one())

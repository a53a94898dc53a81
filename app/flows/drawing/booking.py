"""What the vendor and the ledger are told about a call, whether for a picture or a reading. No I/O."""

import hashlib

from app.errors import BadAnswer, EaselError, HostNotAllowed, OutcomeUnknown
from app.store.money.call_outcome import CallOutcome


def safety_identifier(user_or_chat_id: str) -> str:
    """Return an id by which the vendor can tell people apart without learning who they are: a hash."""
    return hashlib.sha256(f"easel {user_or_chat_id}".encode()).hexdigest()[:32]


def outcome_of_call(error: EaselError) -> CallOutcome:
    """Return how a call that failed is booked: one that may have been charged keeps its estimate."""
    if isinstance(error, OutcomeUnknown):
        return CallOutcome.UNKNOWN
    return CallOutcome.BAD if isinstance(error, BadAnswer | HostNotAllowed) else CallOutcome.FAILED

"""What the model's maker and the ledger are told of a call, of a picture and of a reading alike. No I/O."""

import hashlib

from app.errors import BadAnswer, EaselError, HostNotAllowed, OutcomeUnknown
from app.store.money.call_outcome import CallOutcome


def safety_identifier(user_or_chat_id: str) -> str:
    """Tell people apart for the maker without saying who they are: only a hash leaves us."""
    return hashlib.sha256(f"easel {user_or_chat_id}".encode()).hexdigest()[:32]


def outcome_of_call(error: EaselError) -> CallOutcome:
    """Say how a call that failed is booked: what may have been charged stays booked as estimated."""
    if isinstance(error, OutcomeUnknown):
        return CallOutcome.UNKNOWN
    return CallOutcome.BAD if isinstance(error, BadAnswer | HostNotAllowed) else CallOutcome.FAILED

"""An answer in words as a request for the store. No I/O."""

from app.store.receiving import NewRequest
from app.words.answers import Answer, to_row


def saying(answer: Answer) -> NewRequest:
    """Return a request that says an answer, as `Replies` reads it."""
    words, details = to_row(answer)
    return NewRequest(words=words, details=details)

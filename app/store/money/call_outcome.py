"""How a call that may cost money ends, and which kind of call draws nothing. No I/O."""

from enum import StrEnum

READ = "read"  # the kind of a call that reads a message: it draws nothing


class CallOutcome(StrEnum):
    """How a call ended; the drawing in `ledger.py` shows what each means."""

    ASKED = "asked"
    PAID = "paid"
    FAILED = "failed"
    BAD = "bad"
    UNKNOWN = "unknown"

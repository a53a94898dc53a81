"""Which events are read first: a quick guess from the envelope. No I/O."""

from collections.abc import Sequence

from app.line.envelopes import Envelope
from app.reading.mentions import AT
from app.reading.prefixes import after_prefix, without_separators


def may_ask(envelope: Envelope, *, prefixes: Sequence[str]) -> bool:
    """Whether somebody may be waiting for an answer to this. False: it is read when nobody is, with the same result.

    `prefixes`: `GROUP_PREFIXES`.
    """
    if envelope.may_ask or not envelope.text:
        return envelope.may_ask
    if any(one in envelope.text for one in AT):
        return True  # perhaps our name, typed by hand
    return after_prefix(without_separators(envelope.text), prefixes, glued=True) is not None

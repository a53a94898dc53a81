"""Whether somebody asks why there is no picture, or when there will be one again. No I/O except files."""

from app.reading.commands import readings
from app.reading.normal import normal
from app.reading.vocabulary import longest_first
from app.store.context import Context
from app.words.answers import Sentence


def told_why(text: str, context: Context) -> Sentence | None:
    """Return the sentence that explained why the last wish ended without a picture, if they ask and it still holds."""
    ended = context.ended
    if (
        ended is None
        or not ended.words
        or not any(one in longest_first("ended", "asks") for one in readings(normal(text)))
    ):
        return None
    is_past = ended.words == "flood" or float(ended.details.get("until_at", context.read_at)) < context.read_at
    return None if is_past else Sentence(ended.words, ended.details)

"""What Easel does about held-out messages, counted by class, language and moment, as tables of Markdown."""

from collections import Counter
from collections.abc import Iterator, Sequence

from app.reading.meaning import Meaning
from training.options import wished
from training.pipeline import Done
from training.report import LANGUAGES, around

WHOLE = "all"
FEW = 5  # of fewer messages no share is told


def share_right(done: Sequence[Done], meaning: Meaning) -> float:
    """Give the share of a class about which the right thing is done at once."""
    return _mean([one.right for one in done if one.message.meaning == meaning])


def share_in_a_tap(done: Sequence[Done], meaning: Meaning) -> float:
    """Give the share of a class about which it is done at once, or that is asked about."""
    return _mean([one.in_a_tap for one in done if one.message.meaning == meaning])


def share_paid(done: Sequence[Done]) -> float:
    """Give the share of talk that becomes a picture."""
    return _mean([one.pays for one in done if one.message.meaning == Meaning.TALK])


def share_of_options(author: str, language: str) -> float:
    """Give the share of wishes of which just what they say beside their words is read."""
    return _mean([one.is_read for one in wished() if (one.author, one.language) == (author, language)])


def _mean(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 1.0


def tables(done: Sequence[Done]) -> Iterator[str]:
    """Write all tables of one author."""
    yield "| | draw | change | command | talk answered | talk paid for | messages |"
    yield "|---|---|---|---|---|---|---|"
    for language in (*LANGUAGES, WHOLE):
        some = [one for one in done if language in {one.message.language, WHOLE}]
        cells = [f"{100 * share_right(some, one):.1f} / {100 * share_in_a_tap(some, one):.1f}" for one in Meaning]
        yield f"| {language} | " + " | ".join(cells) + f" | {100 * share_paid(some):.1f} | {len(some)} |"
    for meaning in Meaning:
        yield ""
        yield from _by_moment([one for one in done if one.message.meaning == meaning], meaning)
    yield ""
    yield from _taken_for(done)


def _by_moment(done: Sequence[Done], meaning: Meaning) -> Iterator[str]:
    columns = (*LANGUAGES, WHOLE)
    yield f"| {meaning} | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for moment in sorted({around(one.message.moment) for one in done}):
        here = [one for one in done if around(one.message.moment) == moment]
        cells = [_cell([one for one in here if column in {one.message.language, WHOLE}]) for column in columns]
        yield f"| {moment} | " + " | ".join(cells) + " |"


def _cell(some: Sequence[Done]) -> str:
    if len(some) < FEW:
        return f"({len(some)})"
    right, second = _mean([one.right for one in some]), _mean([one.in_a_tap for one in some])
    is_talk = some[0].message.meaning == Meaning.TALK
    second = share_paid(some) if is_talk else second
    return f"{100 * right:.0f} / {100 * second:.0f} ({len(some)})"


def _taken_for(done: Sequence[Done]) -> Iterator[str]:
    columns = ("draw", "change", "command", "talk", "ask", "nothing")
    yield "| meant, done | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for meant in Meaning:
        counted = Counter(one.does.partition(".")[0] for one in done if one.message.meaning == meant)
        yield f"| {meant} | " + " | ".join(str(counted[one]) for one in columns) + " |"


def of_options() -> Iterator[str]:
    """Write how options are read."""
    yield "| read exactly, of author | " + " | ".join(LANGUAGES) + " |"
    yield "|---|" + "---|" * len(LANGUAGES)
    for author in sorted({one.author for one in wished()}):
        shares = (f"{100 * share_of_options(author, one):.1f} %" for one in LANGUAGES)
        yield f"| {author} | " + " | ".join(shares) + " |"

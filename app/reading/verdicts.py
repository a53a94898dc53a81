"""What a message wants by what somebody takes it for, where that is sure; else what to ask. Pure, no I/O."""

from dataclasses import replace

from app.reading.commands import ADMIN_WORDS, Command, Name
from app.reading.follow_ups import says_a_change
from app.reading.meaning import Meaning, Talk, Verdict
from app.reading.moment import expected_of
from app.reading.photos import speaks_of_a_photo, speaks_of_a_picture
from app.reading.plan import Act, AskForPhoto, Draw, Say
from app.reading.rules import DRAWN_AGAIN, commanded, talked
from app.reading.sources import edited, is_about_something, is_asked_for, later
from app.reading.wish import Call, Wish
from app.store.context import Context

NEVER_GUESSED = frozenset({*ADMIN_WORDS, Name.DELETE_ALL_YES})
PAINTS = frozenset({Meaning.DRAW, Meaning.CHANGE})
NOT_FREE = frozenset({*DRAWN_AGAIN, Name.DELETE})  # they cost money, or cannot be undone
LIKELY = 0.6  # enough for what costs nothing and is put right with one word
CERTAIN = 0.95  # of talk, from which on no button offers to draw it all the same


def is_free_to_try(verdict: Verdict) -> bool:
    """Whether a verdict that nobody is sure of may be acted on all the same: talk, help, a question before deleting."""
    return verdict.confidence >= LIKELY and verdict.meaning not in PAINTS and verdict.kind not in NOT_FREE


def by_verdict(wish: Wish, context: Context, user_id: str | None, verdict: Verdict) -> Act | None:
    """Do what a sure verdict says. None: it is talk among people, not for us."""
    match verdict.meaning:
        case Meaning.COMMAND if verdict.kind in set(Name) - NEVER_GUESSED:
            return commanded(Command(name=Name(verdict.kind)), wish, context, user_id)
        case Meaning.CHANGE:
            return changed(wish, context, user_id)
        case Meaning.DRAW:
            return drawn(wish, context, user_id)
    if wish.call in {Call.PREFIX, Call.QUOTE}:
        return None
    answer = talked(Talk(verdict.kind) if verdict.kind in set(Talk) else Talk.CHAT, context)
    if isinstance(answer, Say) and verdict.confidence < CERTAIN:
        return replace(answer, prompt=wish.prompt, options=wish.options)  # a wish is one tap away
    return answer


def changed(wish: Wish, context: Context, user_id: str | None) -> Act:
    """Change what the words are about: what is quoted or asked for, a photo, what is being drawn, the last picture."""
    if is_about_something(context, user_id):
        return edited(wish, context, user_id)
    if context.refused_photo or speaks_of_a_photo(wish.prompt):
        return AskForPhoto(prompt=wish.prompt, options=wish.options)
    if context.under_way:
        return later(wish, context.under_way.request_id)
    if context.chat.current_picture:
        sources = [{"picture": context.chat.current_picture}]
        return Draw(prompt=wish.prompt, options=wish.options, sources=sources, settled=True)
    if speaks_of_a_picture(wish.prompt):
        return AskForPhoto(prompt=wish.prompt, options=wish.options)
    return offered(wish, context)


def drawn(wish: Wish, context: Context, user_id: str | None) -> Act:
    """Draw a wish: of what it is about, or from nothing, but never what names a photo that is not there."""
    if is_about_something(context, user_id):
        return edited(wish, context, user_id)
    expected = expected_of(context, user_id)
    is_asked = expected is not None and expected.what == "photo"
    names_one = speaks_of_a_photo(wish.prompt) or speaks_of_a_picture(wish.prompt)
    if not is_asked and (context.refused_photo or names_one):
        return AskForPhoto(prompt=wish.prompt, options=wish.options)
    return Draw(prompt=wish.prompt, options=wish.options, settled=expected is not None)


def asked(wish: Wish, context: Context, user_id: str | None, verdict: Verdict | None) -> Act | None:
    """Say what to do where nobody is sure. Nothing is drawn on a guess, but what we have asked for is none."""
    if wish.call in {Call.PREFIX, Call.QUOTE}:
        return None  # people among themselves
    is_a_picture = verdict is None or verdict.meaning in PAINTS
    if is_a_picture and is_asked_for(context, user_id):
        return edited(wish, context, user_id)
    return offered(wish, context)


def offered(wish: Wish, context: Context) -> Say:
    """Ask whether to draw it, or to change the last picture so. Free."""
    picture = context.quote.picture_id or context.chat.current_picture
    details = {"picture": picture} if picture else {}
    return Say(words="offer", prompt=wish.prompt, options=wish.options, details=details)


def is_surely_a_change(wish: Wish, context: Context, user_id: str | None) -> bool:
    """Whether words say how to change a picture that is there: they would make none of their own."""
    if is_about_something(context, user_id) or wish.call in {Call.PREFIX, Call.QUOTE} or context.refused_photo:
        return False
    if not (context.under_way or context.chat.current_picture):
        return False
    return says_a_change(wish.prompt) or (speaks_of_a_picture(wish.prompt) and not speaks_of_a_photo(wish.prompt))

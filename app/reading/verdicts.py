"""Turns a verdict into an act if it is sure, else into a question to the person. Pure, no I/O."""

from dataclasses import replace

from app.reading.asked_back import asks_to_change, is_question
from app.reading.commands import ADMIN_WORDS, Command, Name
from app.reading.earlier import deletes_which, misses_one, shows_which
from app.reading.meaning import Meaning, Talk, Verdict
from app.reading.moment import CONVERSATION_S, expected_of, moment_of
from app.reading.nothing_to_draw import is_hardly_a_wish
from app.reading.oneself import shows_oneself
from app.reading.options import Options
from app.reading.ordinals import nth_of
from app.reading.photo_words import joins_photos, speaks_of_a_photo, speaks_of_a_picture
from app.reading.picture_parts import names_a_part
from app.reading.plan import Act, AskForPhoto, Change, Do, Draw, Say
from app.reading.rules import DRAWN_AGAIN, commanded, talked
from app.reading.sources import edited, is_about_something, is_asked_for, later, of_oneself, photos_of
from app.reading.styles import names_a_style
from app.reading.too_much import is_too_much
from app.reading.wish import Addressing, Wish
from app.store.chats import Expected
from app.store.context import Context
from app.store.ended import EndedWish
from app.words.answers import Offer

NEVER_GUESSED = frozenset({*ADMIN_WORDS, Name.DELETE_ALL_YES})
PAINTS = frozenset({Meaning.DRAW, Meaning.CHANGE})
NOT_FREE = frozenset({*DRAWN_AGAIN, Name.DELETE})  # they cost money, or cannot be undone
EVEN, UNLIKELY = 0.5, 0.1
AMONG_OTHERS = 0.8  # confidence for a wish that calls us only by a word such as draw or 畫
LIKELY = 0.6  # enough for what costs nothing and one word puts right
HARDLY_EVER = 0.02  # how likely a picture is wanted: below it, we do not ask whether to draw
AS_LIKELY = 0.4  # confidence of a command then; cancelling a drawing takes more
_ALL_OF_THEM = Do(command=Command(name=Name.MINE))
_SURELY_ELSE = frozenset({*Name, Talk.PROGRESS}) - DRAWN_AGAIN - {Name.DELETE, Name.HELLO, Name.HELP}
_SHAPES = frozenset({Name.WIDE, Name.TALL, Name.SQUARE})
_TAKEN_FOR = frozenset({Talk.PRAISE, Talk.CHAT, Talk.QUESTION})  # what complaints about a picture are taken for
CERTAIN = 0.95  # confidence of talk, from which no button offers to draw it anyway


def is_free_to_try(verdict: Verdict, context: Context, user_id: str | None) -> bool:
    """Whether a verdict that is not sure may be acted on anyway: talk, help, a question before deleting."""
    if is_about_something(context, user_id):
        return False  # we wait for words, or something is quoted
    if verdict.meaning in PAINTS or verdict.kind in NOT_FREE:
        return False
    is_harmless = verdict.confidence >= AS_LIKELY and verdict.kind != Name.CANCEL
    is_one_of_words = verdict.paints < HARDLY_EVER and (verdict.meaning is Meaning.TALK or is_harmless)
    return verdict.confidence >= LIKELY or is_one_of_words


def by_verdict(  # noqa: C901, PLR0911, PLR0912 - one line for each meaning
    wish: Wish, context: Context, user_id: str | None, verdict: Verdict
) -> Act | None:
    """Return what a sure verdict says to do. None: it is talk among people, not for us."""
    if earlier := _of_an_earlier(wish, context, user_id, verdict):
        return earlier
    points = is_about_something(context, user_id)
    is_plain = verdict.confidence >= AMONG_OTHERS or points
    if wish.call is Addressing.PREFIX and not is_plain:
        return None
    is_called_by_name = wish.call in {Addressing.ALONE, Addressing.NAMED}
    if verdict.meaning in PAINTS and is_called_by_name and not points and is_hardly_a_wish(wish.said):
        return offered(wish, context)
    match verdict.meaning:
        case Meaning.COMMAND if verdict.kind in _SHAPES and names_a_style(wish.said):
            return changed(wish, context, user_id)
        case Meaning.COMMAND if verdict.kind == Name.HELLO and photos_of(context):
            return edited(wish, context, user_id)  # the photo shows of what
        case Meaning.COMMAND if verdict.kind in set(Name) - NEVER_GUESSED:
            if verdict.kind in DRAWN_AGAIN and _lacks_its_photo(wish, context, user_id):
                return AskForPhoto(prompt=wish.prompt, options=wish.options)
            return commanded(Command(name=Name(verdict.kind)), wish, context, user_id)
        case Meaning.CHANGE:
            return changed(wish, context, user_id)
        case Meaning.DRAW:
            return drawn(wish, context, user_id)
    if (wish.call is Addressing.QUOTE and is_asked_for(context, user_id)) or (
        wish.call is Addressing.PREFIX and points
    ):
        return edited(wish, context, user_id)  # an answer to our question; "draw" said under a photo
    if wish.call in {Addressing.PREFIX, Addressing.QUOTE}:
        return _asked_kindly(wish, context)
    if len(context.photos) > 1 and photos_of(context) and joins_photos(wish.said) and not is_question(wish.said):
        return edited(wish, context, user_id)
    if verdict.kind in _TAKEN_FOR and _finds_fault(wish, context, user_id):
        return talked(Talk.COMPLAINT, wish, context)
    answer = talked(Talk(verdict.kind) if verdict.kind in set(Talk) else Talk.CHAT, wish, context)
    if isinstance(answer, Say) and verdict.confidence < CERTAIN:
        return replace(answer, prompt=wish.prompt, options=wish.options)  # a wish, if it is one, is one tap away
    return answer


def _asked_kindly(wish: Wish, context: Context) -> Act | None:
    """People speak among themselves; but who asks under a picture whether it can be changed is asked back."""
    asks = wish.call is Addressing.QUOTE and context.quote.picture_id and asks_to_change(wish.said)
    return offered(wish, context) if asks else None


def _of_an_earlier(wish: Wish, context: Context, user_id: str | None, verdict: Verdict | None) -> Act | None:
    """Delete or show the picture that is named, or let it be chosen; None where none but the last can be meant."""
    is_ours = wish.call in {Addressing.ALONE, Addressing.NAMED} and not is_about_something(context, user_id)
    if not is_ours or context.chat.current_picture is None or (verdict and verdict.kind in _SURELY_ELSE):
        return None
    is_to_go = verdict is not None and verdict.kind == Name.DELETE
    which = deletes_which(wish.said, is_sure=is_to_go)
    if which is not None:
        return Change(verb="delete", nth=which) if which and not is_question(wish.said) else _ALL_OF_THEM
    is_other = None if is_to_go else shows_which(wish.said)
    if is_other is not None:
        return _ALL_OF_THEM if is_other else Change(verb="see")
    is_talk = verdict is None or verdict.meaning is Meaning.TALK
    return _ALL_OF_THEM if is_talk and misses_one(wish.said) else None


def _finds_fault(wish: Wish, context: Context, user_id: str | None) -> bool:
    """Whether the words complain that there is too much of something in the picture: 太大了."""
    moment = moment_of(wish, context, user_id)
    return (moment.quotes_picture or (moment.has_picture and not moment.is_drawing)) and is_too_much(wish.said)


def _lacks_its_photo(wish: Wish, context: Context, user_id: str | None) -> bool:
    """Whether a photo is to be made finer or drawn again, but neither a photo nor a picture is there."""
    is_bare = context.chat.current_picture is None and not is_about_something(context, user_id)
    return is_bare and not context.under_way and speaks_of_a_photo(wish.prompt)


def changed(  # noqa: PLR0911 - one line for each thing
    wish: Wish, context: Context, user_id: str | None
) -> Act:
    """Change what the words are about: what is quoted or asked for, a photo, what is being drawn, the last picture."""
    if is_about_something(context, user_id):
        return edited(wish, context, user_id)
    if context.refused_photo or speaks_of_a_photo(wish.said):
        return _ask_for_photo(wish)
    if context.under_way:
        return later(wish, context.under_way.request_id)
    if context.shown_photo:
        return AskForPhoto(prompt=wish.prompt, options=wish.options)  # or the picture? They can reply to either.
    if context.ended and _is_recent(context.ended, context):
        return _in_other_words(wish, context.ended)
    if shows_oneself(wish.prompt):
        return of_oneself(wish, context)
    if context.chat.current_picture:
        sources = [{"picture": context.chat.current_picture}]
        nth = nth_of(wish.prompt)
        return Draw(prompt=wish.prompt, options=wish.options, sources=sources, settled=True, nth=nth)
    if speaks_of_a_picture(wish.prompt):
        return AskForPhoto(prompt=wish.prompt, options=wish.options)
    return offered(wish, context)


def _is_recent(ended: EndedWish, context: Context) -> bool:
    """Whether a change is about a wish that came to nothing, and not about a picture that is there."""
    return not ended.sources and context.read_at - ended.created_at < CONVERSATION_S


def _in_other_words(wish: Wish, ended: EndedWish) -> Draw:
    """Draw a wish that came to nothing with what is to be different: a fox that was refused, but a cuter one."""
    options = wish.options.merged_over(Options.of_json(ended.options))
    return Draw(prompt=f"{ended.prompt}\n{wish.prompt}", options=options, settled=True)


def drawn(wish: Wish, context: Context, user_id: str | None) -> Act:
    """Draw a wish, from what it is about or from nothing; if it names a photo that is not there, ask for it."""
    if is_about_something(context, user_id):
        return edited(wish, context, user_id)
    expected = expected_of(context, user_id)
    if better := _of_a_part(wish, expected):
        return better
    is_asked = expected is not None and expected.what == "photo"
    if shows_oneself(wish.prompt) and not (is_asked and expected and expected.prompt == wish.prompt):
        return of_oneself(wish, context)
    names_one = speaks_of_a_photo(wish.said) or speaks_of_a_picture(wish.prompt)
    if not is_asked and (context.refused_photo or names_one):
        return _ask_for_photo(wish)
    return Draw(prompt=wish.prompt, options=wish.options, settled=expected is not None)


def _ask_for_photo(wish: Wish) -> AskForPhoto:
    """Ask for the photo that is spoken of; 去背 is an option, and what is to be done with it, too."""
    return AskForPhoto(prompt=wish.said if wish.options.background else wish.prompt, options=wish.options)


def _of_a_part(wish: Wish, expected: Expected | None) -> Draw | None:
    """Change the picture that was complained about if a part of it is named: we have asked what to change."""
    if expected is None or expected.what != "better" or not names_a_part(wish.prompt):
        return None
    return Draw(prompt=wish.prompt, options=wish.options, sources=expected.sources, settled=True)


def asked(  # noqa: PLR0911 - one line for each thing that may be meant
    wish: Wish, context: Context, user_id: str | None, verdict: Verdict | None
) -> Act | None:
    """Say what to do if no step is sure. Nothing is drawn on a guess; an answer to us or a quote is not a guess."""
    if earlier := _of_an_earlier(wish, context, user_id, None):
        return earlier
    points = is_about_something(context, user_id)
    if (wish.call is Addressing.PREFIX and not points) or (
        wish.call is Addressing.QUOTE and not is_asked_for(context, user_id)
    ):
        return _asked_kindly(wish, context)
    if verdict and verdict.kind in _TAKEN_FOR and not points and _finds_fault(wish, context, user_id):
        return talked(Talk.COMPLAINT, wish, context)
    may_paint = verdict is None or verdict.paints >= UNLIKELY or verdict.kind in DRAWN_AGAIN
    if may_paint and (better := _of_a_part(wish, expected_of(context, user_id))):
        return better
    if may_paint and not points and (context.refused_photo or speaks_of_a_photo(wish.said)):
        return _ask_for_photo(wish)
    if may_paint and not points and shows_oneself(wish.prompt):
        return of_oneself(wish, context)
    if points and not _may_be_else(context, user_id, verdict):
        return edited(wish, context, user_id)
    return offered(wish, context)


def _may_be_else(context: Context, user_id: str | None, verdict: Verdict | None) -> bool:
    """Whether words about what is there may be a command or talk: "stop" must never reach the model as a change."""
    if verdict is None or verdict.meaning in PAINTS:
        return False
    if verdict.meaning is Meaning.COMMAND:
        return verdict.kind not in DRAWN_AGAIN | {Name.EDIT, Name.HELLO}
    return verdict.paints < UNLIKELY or (verdict.confidence >= EVEN and not is_asked_for(context, user_id))


def offered(wish: Wish, context: Context) -> Say:
    """Ask whether to draw it, or to change the last picture that way. Free."""
    picture = context.quote.picture_id or context.chat.current_picture
    return Say(answer=Offer(picture=picture), prompt=wish.prompt, options=wish.options)

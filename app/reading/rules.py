"""What is certain from the words themselves and the moment they are said in. Pure and exact, no I/O."""

from collections.abc import Mapping
from dataclasses import replace

from app.reading import labels
from app.reading.afterwards import asked_of_pictures
from app.reading.among_others import of_a_group
from app.reading.asked_back import ends_in_a_question, is_question
from app.reading.asked_why import told_why
from app.reading.chosen import chosen
from app.reading.commands import ADMIN_WORDS, Command, Name, command_of
from app.reading.crisis import is_in_crisis
from app.reading.format_alone import asks_for_a_format
from app.reading.meaning import ReadingStep, Talk
from app.reading.moment import expected_of
from app.reading.nothing_to_draw import is_bare_link, is_bare_slash
from app.reading.oneself import has_no_photo, shows_oneself, speaks_of_oneself, tells_looks
from app.reading.options import Options
from app.reading.ordinals import nth_chosen
from app.reading.photo_words import speaks_of_a_photo
from app.reading.plan import Act, AskForPhoto, Change, Do, Draw, Redraw, Reoffer, Say
from app.reading.sources import edited, gone, of_oneself, photos_of
from app.reading.talk import Reply, reply_of, talk_of
from app.reading.wish import Addressing, Wish
from app.store.chats import Expected
from app.store.context import Context, UnderWay
from app.words.answers import Complaint, PhotoQuestion, PhotosGot, Sentence

VERBS: Mapping[Name, str] = {
    Name.AGAIN: "again",
    Name.WIDE: "wide",
    Name.TALL: "tall",
    Name.SQUARE: "square",
    Name.FINE: "fine",
    Name.EDIT: "edit",
    Name.BACK: "back",
    Name.MENU: "menu",
    Name.DELETE: "delete",
}
DRAWN_AGAIN = frozenset({Name.AGAIN, Name.WIDE, Name.TALL, Name.SQUARE, Name.FINE})
SHAPED = frozenset({Name.WIDE, Name.TALL, Name.SQUARE, Name.FINE})  # what can be done with a photo, too

NOT_DRAWING = Sentence("progress_none")

Certain = tuple[Act | None, ReadingStep]


def by_rules(  # noqa: C901, PLR0911, PLR0912 - one line for each rule
    wish: Wish, context: Context, user_id: str | None
) -> Certain | None:
    """Say what a message wants if that is certain; None if its words are ambiguous."""
    if is_in_crisis(wish.prompt):
        return (None if wish.call is Addressing.QUOTE else Say(answer=Sentence("talk_crisis"))), ReadingStep.RULES
    expected = expected_of(context, user_id)
    if expected and (act := _answered(wish, context, expected)):
        return act, ReadingStep.MOMENT
    if act := of_a_group(wish, context):
        return act, ReadingStep.RULES
    if not wish.prompt and not wish.options:
        return Say(answer=Sentence("blank")), ReadingStep.RULES
    if wish.is_emoji:
        return _talked_in(wish, Talk.OK, context), ReadingStep.RULES
    if is_bare_link(wish.prompt):
        return (None if wish.call is Addressing.QUOTE else Say(answer=Sentence("link"))), ReadingStep.RULES
    if labels.is_of_waiting(wish.prompt):
        return talked(Talk.PROGRESS, wish, context), ReadingStep.MOMENT
    talk = None if wish.options else talk_of(wish.prompt)
    if talk is Talk.PROGRESS:
        return _talked_in(wish, talk, context), ReadingStep.RULES
    if why := told_why(wish.prompt, context):
        return Say(answer=why), ReadingStep.MOMENT
    command = command_of(wish.prompt, beside_options=bool(wish.options)) if wish.prompt else None
    is_bare = not wish.prompt or (command is not None and command_of(wish.prompt) is None)
    if asks_for_a_format(wish.said) or (_is_a_format(wish.options) and is_bare):
        return Say(answer=Sentence("format_alone")), ReadingStep.RULES  # a new picture would have the same format
    label = labels.act_of(wish.prompt) if not wish.options else None
    if command is None and isinstance(label, Do):
        command = label.command
    whole = command_of(wish.said) if wish.options else None
    if whole and whole.name not in DRAWN_AGAIN:
        return commanded(whole, wish, context, user_id), ReadingStep.RULES  # 畫一張圖, which has 一張 in it
    if command and (not wish.options or command.name in DRAWN_AGAIN):
        return commanded(command, wish, context, user_id), ReadingStep.RULES
    if label:
        return label, ReadingStep.RULES
    if is_bare_slash(wish.said):
        return Do(command=Command(name=Name.HELP)), ReadingStep.RULES
    if not wish.prompt:
        return _of_options_alone(wish, context, user_id), ReadingStep.RULES
    if (nth := nth_chosen(wish.prompt)) and _is_about_the_last(wish, context, expected):
        return Change(verb="see", nth=nth), ReadingStep.MOMENT
    if talk is Talk.NO and context.under_way:
        return Do(command=Command(name=Name.CANCEL)), ReadingStep.MOMENT
    if talk:
        return _talked_in(wish, talk, context), ReadingStep.RULES
    if (answer := asked_of_pictures(wish.prompt)) and wish.call in {Addressing.ALONE, Addressing.NAMED}:
        return Say(answer=Sentence(answer)), ReadingStep.RULES
    if speaks_of_oneself(wish.prompt) and (act := _of_oneself(wish, context, user_id)):
        return act, ReadingStep.RULES
    return (gone(context.quote), ReadingStep.MOMENT) if context.quote.gone else None


def _is_about_the_last(wish: Wish, context: Context, expected: Expected | None) -> bool:
    """Whether the words can only be about the chat's last pictures."""
    is_other = wish.quotes or wish.options or context.photos or context.under_way
    return context.chat.current_picture is not None and expected is None and not is_other


_TO_AN_OFFER = frozenset({Reply.YES, Reply.NO, Reply.CHANGE})
_FOR_BETTER: Mapping[Reply | None, str] = {Reply.YES: "again", Reply.CHANGE: "edit"}


def _answered(  # noqa: C901, PLR0911, PLR0912 - one line for each question
    wish: Wish, context: Context, expected: Expected
) -> Act | None:
    """Read an answer to what we have asked; None if it is not one."""
    said = labels.answer_of(wish.said) or reply_of(wish.said)
    if said is Reply.STOP:
        if context.under_way and expected.what != "delete":
            return Do(command=Command(name=Name.CANCEL))
        said = Reply.NO
    is_waiting = context.under_way is not None and expected.what == "offer"
    if (said is not Reply.NO or is_waiting) and talk_of(wish.said) is Talk.PROGRESS:
        return None  # 畫好了嗎 would also pass for the yes 畫好了, まだかな for the no まだ
    if imagined := _imagined(wish, context, expected):
        return imagined
    match expected.what:
        case "offer" if said in _TO_AN_OFFER and expected.sources and "request" in expected.sources[0]:
            if said is Reply.NO:
                return Do(command=Command(name=Name.DECLINE))
            if is_question(wish.said):
                return Reoffer(request_id=expected.sources[0]["request"])
            return Redraw(request_id=expected.sources[0]["request"], changes=said is Reply.CHANGE)
        case "delete":
            return _answered_to_delete(wish, said)
        case "settings":
            return chosen(wish)
        case "better" if said in _FOR_BETTER and expected.sources:
            return Change(verb=_FOR_BETTER[said], picture_id=expected.sources[0]["picture"])
        case "wish" if said is Reply.YES:
            return Say(answer=Sentence("blank"))
        case "words" | "photo" if said is Reply.NO:
            return Do(command=Command(name=Name.DECLINE))
        case "words" if said is Reply.YES and expected.sources and "picture" in expected.sources[0]:
            return Change(verb="edit", picture_id=expected.sources[0]["picture"])
        case "photo" if said is Reply.YES and not context.photos:
            prompt, options = expected.prompt or "", Options.of_json(expected.options or {})
            return AskForPhoto(prompt=prompt, options=options, of_oneself=shows_oneself(prompt))
    return None


def _imagined(wish: Wish, context: Context, expected: Expected) -> Draw | None:
    """Draw somebody who sends no photo, as they say that they look; None where they say neither."""
    if expected.what != "photo" or photos_of(context) or not shows_oneself(expected.prompt or ""):
        return None
    tells = tells_looks(wish.said) > 0
    if not tells and not has_no_photo(wish.said):
        return None
    prompt = f"{expected.prompt}\n{wish.prompt}" if tells else expected.prompt or ""
    options = wish.options.merged_over(Options.of_json(expected.options or {}))
    return Draw(prompt=prompt, options=options, settled=True, words_of=expected.message_id)


def _answered_to_delete(wish: Wish, said: Reply | None) -> Act | None:
    command = command_of(wish.prompt)
    is_named = said is Reply.DELETE or (command is not None and command.name in {Name.DELETE, Name.DELETE_ALL})
    if said is Reply.YES or is_named:
        asks_back = is_question(wish.said) if is_named else ends_in_a_question(wish.said)
        return Do(command=Command(name=Name.DELETE_ALL if asks_back else Name.DELETE_ALL_YES))
    if said is Reply.NO or (command and command.name is Name.CANCEL):
        return Do(command=Command(name=Name.KEEP))
    return None


def commanded(  # noqa: PLR0911 - one line for each thing that it can be about
    command: Command, wish: Wish, context: Context, user_id: str | None
) -> Act:
    """Apply a command to what it is about: a quote, a photo that waits, what is being drawn, the last picture."""
    name, quoted, under_way = command.name, context.quote, context.under_way
    would_go = name is Name.DELETE or (name is Name.CANCEL and (under_way or context.photos))
    if would_go and is_question(wish.said):
        return _told_what_is_there(context)
    if name is Name.DELETE and not quoted.picture_id:
        return _deleted(wish, context)
    if name is Name.CANCEL and context.photos and not under_way:
        return Do(command=Command(name=Name.NEW))  # it was the wrong photo
    if context.photos and not quoted.picture_id and name in {Name.EDIT, Name.HELLO}:
        return Say(answer=PhotosGot(count=len(context.photos)))
    if context.shown_photo and name is Name.EDIT and not quoted.picture_id:
        return AskForPhoto(prompt=wish.prompt, options=wish.options)
    verb = VERBS.get(name)
    if verb is None:
        return Do(command=command, about=quoted.asked_by if name in ADMIN_WORDS else None)
    if quoted.picture_id or name in {Name.BACK, Name.MENU}:
        return Change(verb=verb, picture_id=quoted.picture_id, options=wish.options)
    if photos_of(context) and (name in SHAPED or (name is Name.AGAIN and wish.options)):
        return edited(replace(wish, prompt=wish.said), context, user_id)
    if name is Name.AGAIN and not command_of(wish.prompt):
        return _of_options_alone(wish, context, user_id)  # words that only lead to options, such as "make it"
    return Change(verb=verb, request_id=_wish_meant(name, context), options=wish.options)


def _wish_meant(name: Name, context: Context) -> str | None:
    """Find the wish that is to be had again: it is being drawn, or it came to nothing; None: the last picture."""
    if context.under_way:
        return context.under_way.request_id
    is_meant = context.ended and not context.photos and name in DRAWN_AGAIN
    return context.ended.request_id if context.ended and is_meant else None


def _told_what_is_there(context: Context) -> Act:
    """Answer a question about deletion (刪掉了嗎), which deletes nothing: show what is there and what can be done."""
    if context.quote.picture_id is None and context.under_way:
        return _of_what_is_drawn(context, context.under_way)
    if context.quote.picture_id is None and context.photos:
        return Say(answer=PhotosGot(count=len(context.photos)))
    return Change(verb="menu", picture_id=context.quote.picture_id)


def _deleted(wish: Wish, context: Context) -> Act:
    """Delete only what is meant: never an older picture while a photo waits or another is being drawn."""
    if wish.quotes:
        return Do(command=Command(name=Name.MINE))
    if context.under_way:
        return Do(command=Command(name=Name.CANCEL))
    if context.photos:
        return Do(command=Command(name=Name.NEW))
    return Change(verb="delete", picture_id=context.deleted_picture)


def _of_options_alone(wish: Wish, context: Context, user_id: str | None) -> Act:
    """Apply options said without a prompt: to a photo, else to the last picture, which "HD" makes finer."""
    expected = expected_of(context, user_id)
    if not context.quote.picture_id and (photos_of(context) or (expected and expected.what == "words")):
        return edited(replace(wish, prompt=wish.said), context, user_id)
    if not context.quote.picture_id and (context.refused_photo or context.shown_photo or speaks_of_a_photo(wish.said)):
        return AskForPhoto(prompt=wish.said, options=wish.options)
    verb = "fine" if wish.options == Options(quality="high") else "again"
    return Change(
        verb=verb,
        picture_id=context.quote.picture_id,
        request_id=None if context.quote.picture_id else _wish_meant(Name.AGAIN, context),
        options=wish.options,
    )


def _is_a_format(options: Options) -> bool:
    formats = tuple(one for one in options.unmet if one.key == "format")
    is_any = bool(options.output_format or formats)
    return is_any and options == Options(output_format=options.output_format, unmet=formats)


def _of_oneself(wish: Wish, context: Context, user_id: str | None) -> Act | None:
    """Draw the writer from a photo that is there, or ask for one; None if we have asked already."""
    expected = expected_of(context, user_id)
    if photos_of(context):
        return edited(wish, context, user_id)
    if wish.call is Addressing.QUOTE or context.quote.picture_id or (expected and expected.what in {"photo", "words"}):
        return None
    return of_oneself(wish, context)


def _talked_in(wish: Wish, talk: Talk, context: Context) -> Act | None:
    """Answer talk if we were clearly meant; otherwise it is between other people."""
    return talked(talk, wish, context) if wish.call in {Addressing.ALONE, Addressing.NAMED} else None


def talked(talk: Talk, wish: Wish, context: Context) -> Act | None:
    """Answer talk by its kind. None: the picture that is about to come is the answer."""
    if talk is Talk.PRAISE and is_question(wish.said):
        talk = Talk.QUESTION  # 漂亮嗎 asks what we think of it
    match talk:
        case Talk.PROGRESS:
            return _how_it_stands(context)
        case Talk.CAN:
            return Do(command=Command(name=Name.HELP))
        case Talk.COST:
            return Do(command=Command(name=Name.COST))
        case Talk.COMPLAINT:
            return Say(answer=Complaint(picture=context.quote.picture_id or context.chat.current_picture))
        case Talk.PHOTO_QUESTION:
            return Say(answer=PhotoQuestion())
    return Say(answer=Sentence("thanks" if talk is Talk.THANKS else f"talk_{talk}"))


def _how_it_stands(context: Context) -> Act | None:
    if context.under_way:
        return _of_what_is_drawn(context, context.under_way)
    return None if context.undelivered else Say(answer=NOT_DRAWING)


def _of_what_is_drawn(context: Context, under_way: UnderWay) -> Say:
    if under_way.place:
        return Say(answer=Sentence("progress_queued", {"place": under_way.place}))
    since = under_way.drawing_at or under_way.created_at
    seconds = max(1, round(context.read_at - since))
    return Say(answer=Sentence("progress_drawing", {"seconds": seconds}))

"""What members of a group say to Easel: that they want a picture, too, or that it should leave. No I/O except files."""

from app.reading.commands import readings
from app.reading.normal import normal
from app.reading.options import Options
from app.reading.plan import Act, AskForPhoto, Change, Say
from app.reading.vocabulary import longest_first
from app.reading.wish import Addressing, Wish
from app.store.context import Context
from app.words.answers import Sentence


def of_a_group(wish: Wish, context: Context) -> Act | None:
    """Return what such words ask for if Easel was clearly meant; None if the text is something else."""
    if wish.call is not Addressing.NAMED or wish.options:
        return None
    if not wish.prompt:
        return _of_nothing_but_a_quote(context)
    if _says(wish.prompt, "leave"):
        return Say(answer=Sentence("how_to_leave"))
    picture = context.quote.picture_id or context.chat.current_picture
    return Change(verb="menu", picture_id=context.quote.picture_id) if picture and _says(wish.prompt, "too") else None


def _of_nothing_but_a_quote(context: Context) -> Act | None:
    """Return what a reply to a picture or a photo asks for that only has our name in it."""
    if context.quote.picture_id:
        return Change(verb="menu", picture_id=context.quote.picture_id)
    return AskForPhoto(prompt="", options=Options()) if context.quote.photo_id else None


def _says(text: str, name: str) -> bool:
    return any(one in longest_first("among_others", name) for one in readings(normal(text)))

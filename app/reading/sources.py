"""What a change starts from: what is quoted, what we have asked about, photos that wait, the last picture. No I/O."""

from collections.abc import Mapping

from app.reading.moment import expected_of, has_fresh_picture
from app.reading.plan import Act, AskForPhoto, Draw, Say
from app.reading.wish import Wish
from app.store.context import Context, Quote
from app.words.answers import ChangeLater, Sentence


def edited(wish: Wish, context: Context, user_id: str | None) -> Act:
    """Change what the words are about, as found by `is_about_something`."""
    prompt, quoted, expected = wish.prompt, context.quote, expected_of(context, user_id)
    if quoted.gone:
        return gone(quoted)
    if quoted.picture_id or quoted.photo_id:
        return Draw(prompt=prompt, options=wish.options, sources=[quoted_source(context)])
    if expected and expected.what == "words":
        waiting = next((source["request"] for source in expected.sources if "request" in source), None)
        if waiting:
            return later(wish, waiting)
        return Draw(prompt=prompt, options=wish.options, sources=expected.sources, settled=True)
    photos = [{"photo": message_id} for message_id in context.photos]
    return Draw(prompt=prompt, options=wish.options, sources=photos, photos=context.photos, settled=True)


def gone(quoted: Quote) -> Say:
    """Say that what is quoted is gone: a photo can be sent again, a picture of ours cannot."""
    return Say(answer=Sentence("picture_gone" if quoted.ours else "photo_gone"))


def is_about_something(context: Context, user_id: str | None) -> bool:
    """Whether words are about something that is there: a quote, what we asked about, a photo that waits."""
    quoted = context.quote.gone or context.quote.picture_id is not None or context.quote.photo_id is not None
    return quoted or is_asked_for(context, user_id)


def is_asked_for(context: Context, user_id: str | None) -> bool:
    """Whether we wait for words: we have asked what to change, or a photo is there."""
    expected = expected_of(context, user_id)
    return (expected is not None and expected.what == "words") or bool(context.photos)


def photos_of(context: Context) -> bool:
    """Whether a photo is what the next words are about."""
    return context.quote.photo_id is not None or (bool(context.photos) and context.quote.picture_id is None)


def quoted_source(context: Context) -> Mapping[str, str]:
    """Return the picture or photo that is quoted."""
    if context.quote.picture_id:
        return {"picture": context.quote.picture_id}
    return {"photo": context.quote.photo_id or ""}


def later(wish: Wish, request_id: str) -> Say:
    """Offer to change what is being drawn, once it is done."""
    return Say(answer=ChangeLater(request=request_id), prompt=wish.prompt, options=wish.options)


def of_oneself(wish: Wish, context: Context) -> Act:
    """Draw who writes: as the last picture shows them, if it was made of a photo; else a photo is asked for."""
    if has_fresh_picture(context):
        sources = [{"picture": context.chat.current_picture or ""}]
        return Draw(prompt=wish.prompt, options=wish.options, sources=sources, settled=True, of_oneself=True)
    return AskForPhoto(prompt=wish.prompt, options=wish.options, of_oneself=True)

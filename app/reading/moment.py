"""The moment of a message: what changes the meaning of its words. No I/O."""

from collections.abc import Mapping

from app.reading.meaning import Moment
from app.reading.wish import Addressing, Wish
from app.store.chats import Expected
from app.store.context import Context

CONVERSATION_S = 3 * 3600.0  # people no longer speak of a picture that is older than this
_ASKED: Mapping[str, str] = {"words": "edit", "photo": "photo", "offer": "offer", "delete": "delete_all"}


def moment_of(wish: Wish, context: Context, user_id: str | None) -> Moment:
    """Return what surrounds a message, as far as it changes what its words mean."""
    expected = expected_of(context, user_id)
    return Moment(
        in_group=wish.call is not Addressing.ALONE,
        is_called=wish.call is Addressing.NAMED or (wish.call is Addressing.QUOTE and expected is not None),
        is_drawing=context.under_way is not None,
        has_picture=has_fresh_picture(context),
        has_photo=bool(context.photos) or context.quote.photo_id is not None,
        quotes_picture=context.quote.picture_id is not None,
        asked=_ASKED.get(expected.what, "") if expected else "",
    )


def has_fresh_picture(context: Context) -> bool:
    """Whether there is a last picture, not older than a conversation."""
    made_at = context.picture_at
    return made_at is not None and context.read_at - made_at < CONVERSATION_S


def expected_of(context: Context, user_id: str | None) -> Expected | None:
    """Return what we have asked this person, if they have said nothing else since."""
    expected = context.chat.expected
    return expected if expected and expected.is_of(user_id) else None

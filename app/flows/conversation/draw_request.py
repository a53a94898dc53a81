"""A wish as it is written down: its own options over those that the chat has set. No I/O."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.reading.options import COUNT_MAX, SOURCES_MAX, Options, Unmet
from app.reading.plan import Draw
from app.store.chats import ChatState
from app.store.receiving import NewRequest
from app.words.chat_settings import ratio_of


def drawn(
    draw: Draw,
    state: ChatState,
    *,
    alone: bool,
    details: Mapping[str, Any] | None = None,
    message_id: str | None = None,
) -> NewRequest:
    """Turn a wish into a request. Options that cannot be had are noted, to be said with the picture.

    `alone`: in a 1:1 chat, where an answer need not say which request it answers. `message_id`: of the message that
    made the wish, where another event has it drawn.
    """
    defaults = set_options(state)
    if len(draw.sources) == 1:
        defaults = replace(defaults, ratio=None)  # what is changed keeps its own shape
    options = draw.options.merged_over(defaults)
    unmet = list(draw.options.unmet)
    if len(draw.sources) > SOURCES_MAX:
        unmet.append(Unmet(key="photos", asked=str(len(draw.sources)), got=str(SOURCES_MAX)))
    if options.count == COUNT_MAX and (unmet or not alone):
        # A text beside the pictures takes up one of the messages of a reply.
        unmet = [Unmet(key="count", asked="5", got=str(COUNT_MAX - 1)), *(one for one in unmet if one.key != "count")]
        options = replace(options, count=COUNT_MAX - 1)
    return NewRequest(
        draws=True,
        prompt=draw.prompt,
        options=options.to_json(),
        sources=[dict(source) for source in draw.sources[:SOURCES_MAX]],
        message_id=message_id,
        photos=draw.photos,
        settled=draw.settled,
        details=details,
        notes=[[f"option_{one.key}", {"asked": one.asked, "got": one.got}] for one in unmet],
    )


def set_options(state: ChatState) -> Options:
    """Read the chat's settings as options of a wish."""
    count = state.settings.get("count", "")
    return Options(
        ratio=ratio_of(state.settings.get("size", "")),
        quality=state.settings.get("quality"),
        count=int(count) if count else None,
    )

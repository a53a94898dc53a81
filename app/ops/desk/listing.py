"""`easel requests`: what was asked for, newest first."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.ops.desk.open_store import opened
from app.ops.desk.spelling import lasted, shown_id, when
from app.ops.desk.text_tables import table
from app.prices.dollars import usd
from app.reports.archive import Archive, RequestEntry, RequestFilter
from app.settings import Settings

TITLES = ("asked", "id", "chat", "state", "answer", "reason", "model", "USD", "waited", "drawn", "answered")


async def requests(settings: Settings, wanted: RequestFilter, *, limit: int, prompts: bool) -> Sequence[RequestEntry]:
    """Return up to `limit` requests, newest first, however far back they are. Prompts are read only with `prompts`."""
    found: list[RequestEntry] = []
    async with opened(settings.database_url) as database:
        archive = Archive(database, reads_prompts=prompts)
        page = await archive.find(wanted, limit=limit)
        found += page.entries
        while page.older and len(found) < limit:
            page = await archive.find(wanted, limit=limit - len(found), after=page.older)
            found += page.entries
    return found


def as_data(entry: RequestEntry, *, prompts: bool) -> dict[str, Any]:
    """Return one ready for JSON, with whole ids, and with its prompt only if `prompts`.

    Object keys of its pictures are left out: anybody who has one can view the picture.
    """
    hidden = {"previews"} if prompts else {"previews", "prompt"}
    return {name: value for name, value in asdict(entry).items() if name not in hidden}


def text(entries: Sequence[RequestEntry], settings: Settings, *, full: bool, prompts: bool, width: int | None) -> str:
    """Format them for people."""
    if not entries:
        return "No request is like that."
    titles = [*TITLES, *(["prompt"] if prompts else [])]
    rows = [[*_row(one, settings, full=full), *([one.prompt or "-"] if prompts else [])] for one in entries]
    return "\n".join(table(titles, rows, right={"USD", "waited", "drawn", "answered"}, width=width))


def _row(one: RequestEntry, settings: Settings, *, full: bool) -> list[str]:
    return [
        when(one.created_at, settings.zone),
        one.id,
        shown_id(one.chat_id, full=full),
        one.state,
        one.answer,
        one.reason or "-",
        one.model or "-",
        usd(one.microusd),
        lasted(one.created_at, one.drawing_at),
        lasted(one.drawing_at, one.kept_at),
        lasted(one.created_at, one.sent_at),
    ]

"""`easel requests`: what was asked for, newest first."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.ops.desk.opening import opened
from app.ops.desk.spelling import lasted, shown_id, usd, when
from app.ops.desk.tables import table
from app.reports.histories import Histories, Line, Wanted
from app.settings import Settings

TITLES = ("asked", "id", "chat", "state", "answer", "reason", "model", "USD", "waited", "drawn", "answered")


async def requests(settings: Settings, wanted: Wanted) -> Sequence[Line]:
    """Read requests."""
    async with opened(settings.database_url) as database:
        return await Histories(database).list(wanted)


def as_data(line: Line, *, prompts: bool) -> dict[str, Any]:
    """Return one ready for JSON, with whole ids; what was written only where it is asked for."""
    return {name: value for name, value in asdict(line).items() if prompts or name != "prompt"}


def text(lines: Sequence[Line], settings: Settings, *, full: bool, prompts: bool, width: int | None) -> str:
    """Write them for people."""
    if not lines:
        return "No request is like that."
    titles = [*TITLES, *(["prompt"] if prompts else [])]
    rows = [[*_row(one, settings, full=full), *([one.prompt or "-"] if prompts else [])] for one in lines]
    return "\n".join(table(titles, rows, right={"USD", "waited", "drawn", "answered"}, width=width))


def _row(one: Line, settings: Settings, *, full: bool) -> list[str]:
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

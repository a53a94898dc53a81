"""The command-line interface of the desk. Everything slow to import is imported where it is used."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from app.ops.terminal import EX_IMPOSSIBLE, EX_USAGE, end, read_settings, refuse

if TYPE_CHECKING:
    from app.settings import Settings

LIMIT = 20
LIMIT_MAX = 1000

T = TypeVar("T")
U = TypeVar("U")

AsJson = Annotated[bool, typer.Option("--json", help="For programs: exact micro-dollars, whole ids.")]
Full = Annotated[bool, typer.Option("--full", help="Whole ids of people and chats.")]
RequestId = Annotated[str, typer.Argument(metavar="ID", help="Of the request, as `easel requests` shows it.")]

desk = typer.Typer()


@desk.command(rich_help_panel="Desk")
def usage(
    month: Annotated[
        str | None, typer.Option(metavar="MONTH", help="YYYY-MM. Default: this month, by TIMEZONE.")
    ] = None,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Money and pictures of a month: by day, model and quality, failures, the dearest people and chats, limits."""
    settings = _begin()
    from app.ops.desk import spelling
    from app.ops.desk import usage as report

    chosen = _read(spelling.month, month)
    found = _run(report.usage(settings, chosen))
    _tell(report.as_data(found), report.text(found, full=full, width=_width()), as_json=as_json)


@desk.command(rich_help_panel="Desk")
def requests(  # noqa: PLR0913, PLR0917 - each argument is an option of the command
    request_id: Annotated[str | None, typer.Argument(metavar="ID", help="Only this one, with its timeline.")] = None,
    state: Annotated[
        list[str] | None, typer.Option(metavar="STATE", help="queued, drawing, kept, ready, refused, failed ...")
    ] = None,
    answer: Annotated[
        list[str] | None, typer.Option(metavar="ANSWER", help="waiting, due, sending, sent, unknown, none.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="REASON", help="Why there is no picture, such as moderation.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="90m, 24h, 7d, or a date, with a time if you like.")
    ] = None,
    chat: Annotated[
        str | None, typer.Option(metavar="ID", help="Id of a person's chat, group or room, or its beginning.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="COUNT", help="How many at most.", min=1, max=LIMIT_MAX)] = LIMIT,
    everything: Annotated[bool, typer.Option("--all", help="Also what asked for no picture.")] = False,
    prompts: Annotated[bool, typer.Option("--prompts", help="Show what people wrote.")] = False,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """What was asked for, newest first; or one request with its timeline. Prompts stay hidden without --prompts."""
    settings = _begin()
    from app.ops.desk import history, listing, spelling
    from app.reports.archive import RequestFilter
    from app.store.requests import AnswerState, State

    if request_id is not None:
        one = _run(history.history(settings, request_id, prompts=prompts))
        shown = history.text(one, settings, full=full, prompts=prompts, width=_width())
        _tell(history.as_data(one, prompts=prompts), shown, as_json=as_json)
    wanted = RequestFilter(
        states=_read(lambda names: [spelling.one_of(State, name) for name in names], state) or (),
        answers=_read(lambda names: [spelling.one_of(AnswerState, name) for name in names], answer) or (),
        reason=reason,
        since_at=_read(lambda text: spelling.since_at(text, now_at=time.time(), zone=settings.zone), since),
        chat=_read(spelling.chat_start, chat) or "",
        draws=None if everything or reason else True,
    )
    found = _run(listing.requests(settings, wanted, limit=limit, prompts=prompts))
    shown = listing.text(found, settings, full=full, prompts=prompts, width=_width())
    _tell([listing.as_data(one, prompts=prompts) for one in found], shown, as_json=as_json)


@desk.command(rich_help_panel="Desk")
def resend(
    request_id: RequestId,
    push: Annotated[bool, typer.Option("--push", help="Now, for one of the month's messages per person.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send an answer once more: free with the chat's next message, or with --push now."""
    settings = _begin()
    from app.ops.desk import resend as again

    resent = _run(again.resend(settings, request_id, push=push))
    _tell(again.as_data(resent), again.text(resent), as_json=as_json)


@desk.command(rich_help_panel="Desk")
def refund(
    request_id: RequestId,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Let a request not count for its person and chat. The bot's own day and month keep what was spent."""
    settings = _begin()
    from app.ops.desk import refund as back

    given = _run(back.refund(settings, request_id))
    _tell(back.as_data(request_id, given), back.text(request_id, given, settings, full=full), as_json=as_json)


@desk.command(rich_help_panel="Desk")
def forget(
    line_id: Annotated[str, typer.Argument(metavar="USER", help="Id of a person, group or room.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Forget everything of a person, group or room, pictures included, and print a receipt."""
    settings = _begin()
    from app.ops.desk import forget as gone
    from app.ops.desk import spelling

    _read(spelling.line_id, line_id)
    if not yes:
        _confirm(gone.question(line_id, _run(gone.look(settings, line_id))))
    receipt = _run(gone.forget(settings, line_id))
    _tell(gone.as_data(receipt), gone.text(receipt, full=full), as_json=as_json, problem=receipt.unswept)


def _begin() -> "Settings":
    """Read the settings, and send what is logged to standard error."""
    settings = read_settings()
    from app import telemetry

    telemetry.configure(level="warning", style="text", secrets=settings.secrets)
    return settings


def _read(reader: Callable[[U], T], typed: U | None) -> T | None:
    """Parse what was typed, or exit with the form that it must have."""
    try:
        return None if typed is None else reader(typed)
    except ValueError as error:
        refuse(str(error), code=EX_USAGE)


def _run(work: Coroutine[Any, Any, T]) -> T:
    import asyncio

    from sqlalchemy.exc import SQLAlchemyError

    from app.ops.desk.open_store import NotPossible

    try:
        return asyncio.run(work)
    except NotPossible as error:
        refuse(str(error), code=EX_IMPOSSIBLE)
    except SQLAlchemyError as error:
        refuse(f"the database does not take it: {getattr(error, 'orig', None) or error}", code=EX_IMPOSSIBLE)


def _confirm(question: str) -> None:
    """Ask on standard error, since standard output may go to a program; exit unless the answer is yes."""
    typer.echo(f"{question} [y/N] ", nl=False, err=True)
    answer = sys.stdin.readline()
    if answer.strip().lower() in {"y", "yes"}:
        return
    typer.echo(err=True, nl=not answer.endswith("\n"))
    refuse("Nothing was forgotten. Without a question: --yes", code=EX_IMPOSSIBLE)


def _width() -> int | None:
    """Return the width of the terminal; None if the output goes to a file or a program."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _tell(data: object, text: str, *, as_json: bool, problem: str | None = None) -> NoReturn:
    """Print the result and exit, with 1 if a problem is left."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else text)
    if problem:
        refuse(problem, code=EX_IMPOSSIBLE)
    end(0)

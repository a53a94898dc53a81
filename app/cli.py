"""The command line, `easel`. Everything heavy is imported where it is used, so that --help is fast."""

import importlib.util
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app.ops.desk.desk_commands import desk
from app.ops.terminal import EX_CONFIG, EX_IMPOSSIBLE, EX_USAGE, check_surroundings, end, read_settings, refuse

cli = typer.Typer(
    name="easel",
    help="A LINE bot that draws. Settings are environment variables; see .env.example.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - as typer calls it
    if not asked:
        return
    from app.release import release

    typer.echo(f"easel {release()}")
    raise typer.Exit


@cli.callback()
def easel(
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which release this is.")
    ] = False,
) -> None:
    """A LINE bot that draws. Settings are environment variables; see .env.example."""


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: HOST, 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on. Default: PORT, 8000.")] = None,
) -> None:
    """Run the service: POST /callback, GET /healthz, GET /readyz. SIGTERM stops it cleanly."""
    # structlog imports rich if it is installed, for colours that we do not use: 4 MB of memory and 50 ms.
    sys.modules["rich"] = None  # type: ignore[assignment]  # makes the import fail, as if rich were not installed
    overrides = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    settings = read_settings(**overrides)
    from app import server

    lines = server.configure_logs(settings)
    try:
        code = server.run(settings, lines)
    finally:
        lines.close()
    end(code)


@cli.command()
def demo(
    say: Annotated[str | None, typer.Option(help="One round trip without a browser: draw this.")] = None,
    output: Annotated[Path, typer.Option(help="With --say: file or folder for the picture.")] = Path("data/demo"),
    bot: Annotated[str | None, typer.Option(help="Webhook address of another bot to try on the stand-ins.")] = None,
    host: Annotated[str, typer.Option(help="Address of the page; not loopback: others can use it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; a free one if it is taken.")] = 8000,
    data: Annotated[Path | None, typer.Option(help="Keep the bot's database here, not in a temporary folder.")] = None,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser where there is one.")] = True,
    stand_ins: Annotated[bool, typer.Option("--stand-ins", help="Use no keys, even where they are set.")] = False,
) -> None:
    """Try everything on this machine with no account: a chat page, with stand-ins of LINE, OpenAI and R2."""
    check_surroundings()
    if importlib.util.find_spec("line_sandbox") is None:
        refuse("The demo's stand-ins are not installed here, as in the image: uvx line-easel demo", code=EX_CONFIG)
    from app.demo import run

    options = run.DemoOptions(
        host=host,
        port=port,
        say=say,
        output=output,
        data=data,
        bot_url=bot,
        opens_browser=open_browser,
        stand_ins_only=stand_ins,
    )
    sys.exit(run.run(options, os.environ, print))


@cli.command()
def init() -> None:
    """Ask for each value in turn, try it at once, write .env, then run setup and doctor. Safe to repeat."""
    check_surroundings()
    from app.ops.init import interview

    path = Path(".env")
    try:
        left = interview.missing(path)
        if not sys.stdin.isatty():
            refuse("`easel init` asks, and here is no terminal to answer at. Missing:", *left, code=EX_USAGE)
        interview.interview(path, width_chars=_width_chars())
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{path} cannot be read or written as UTF-8: {error}", code=EX_CONFIG)
    url = typer.prompt("\nWebhook address, https://your.domain/callback (Enter: later)", default="", show_default=False)
    _set_up(url=url.strip() or None)
    _examine()


@cli.command()
def doctor(
    draw: Annotated[bool, typer.Option("--draw", help="Draw one small picture, too; costs a cent or two.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Also in full what is well.")] = False,
) -> None:
    """Try every key, right and address for real. Exit code 0: nothing failed, 1: something, 78: the settings."""
    _examine(draw=draw, as_json=as_json, full=full)


def _examine(*, draw: bool = False, as_json: bool = False, full: bool = False) -> NoReturn:
    import asyncio

    from app.ops.doctor import examine, report
    from app.settings import SettingsError, load

    try:
        settings = load()
    except SettingsError as error:
        sections, code = examine.examine_nothing(error.problems), EX_CONFIG
    else:
        sections = asyncio.run(examine.examine(settings, draws=draw))
        code = int(report.has_failed(sections))
    typer.echo(report.as_json(sections) if as_json else report.text(sections, width_chars=_width_chars(), full=full))
    end(code)


@cli.command()
def setup(
    url: Annotated[
        str | None, typer.Option(help="Webhook address: https://your.domain/callback. Default: stays.")
    ] = None,
    rich_menu: Annotated[bool, typer.Option(help="Show the menu under every chat.")] = True,
    retention: Annotated[bool, typer.Option(help="Set the bucket's rule by PICTURE_RETENTION_DAYS.")] = True,
) -> None:
    """Set webhook, rich menu and retention at LINE and R2, and tell what only their consoles can do. Safe to repeat."""
    end(_set_up(url=url, rich_menu=rich_menu, retention=retention))


def _set_up(*, url: str | None, rich_menu: bool = True, retention: bool = True) -> int:
    settings = read_settings()
    import asyncio

    from app.ops.setup import set_up, step

    steps = asyncio.run(set_up.set_up(settings, set_up.SetupWishes(url=url, rich_menu=rich_menu, retention=retention)))
    typer.echo(step.text(steps, width_chars=_width_chars()))
    return int(step.any_failed(steps))


@cli.command()
def prices(
    model: Annotated[list[str] | None, typer.Option(help="Only this one; may be given again.")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="For a page.")] = False,
) -> None:
    """Say what a picture costs by model, quality and size. Needs no settings."""
    from rich.console import Console

    from app.ops.price_list import markdown, price_list
    from app.settings import MODELS

    Console().print((markdown if as_markdown else price_list)(model or MODELS))


@cli.command()
def backup(
    directory: Annotated[Path, typer.Argument(help="A new directory for the copies.")],
) -> None:
    """Copy the SQLite files to DIRECTORY, while the service runs. For Postgres: pg_dump."""
    _copied("saved", directory)


@cli.command()
def restore(
    directory: Annotated[Path, typer.Argument(help="The directory of a backup.")],
) -> None:
    """Put a backup of the SQLite files back, and what is there aside. The service must be stopped."""
    _copied("restored", directory)


@cli.command()
def move(
    to: Annotated[str, typer.Argument(metavar="ADDRESS", envvar="MOVE_TO", help="postgresql://...; or set MOVE_TO.")],
) -> None:
    """Copy everything from the SQLite file of DATABASE_URL to an empty Postgres. The service must be stopped."""
    settings = read_settings()
    from app.ops import move as moving
    from app.settings import urls
    from app.store.ownership import DatabaseTakenError

    try:
        target = urls.postgres(to.strip(" \"'"))
    except ValueError as error:
        refuse(f"Nothing was moved: the target {error}", code=EX_USAGE)

    def tell(table: str, done: int, total: int) -> None:
        if done == total or sys.stdout.isatty():
            typer.echo(f"\r{table:<12}{done:>12,} of {total:,}"[not sys.stdout.isatty() :], nl=done == total)

    try:
        moved = moving.move(settings.database_url, target, tell)
    except (moving.MoveError, DatabaseTakenError) as error:
        refuse(f"Nothing was moved: {error}", code=EX_IMPOSSIBLE)
    typer.echo(f"moved: {moved.rows:,} rows of {moved.tables} tables, counted on both sides")
    typer.echo(f"{moved.open_wishes} open wishes go on at the first start with DATABASE_URL of the new database")
    typer.echo("The file is as it was. A service refuses it from now on: it would answer what is answered there.")


def _copied(done: str, directory: Path) -> None:
    settings = read_settings()
    import sqlite3

    from app.ops import backup as copies
    from app.store.ownership import DatabaseTakenError

    work = copies.save if done == "saved" else copies.restore
    try:
        for file in work(settings.database_url, directory):
            typer.echo(f"{done}  {file}")
    except (copies.BackupError, DatabaseTakenError) as error:
        refuse(str(error), code=EX_IMPOSSIBLE)
    except (OSError, sqlite3.Error) as error:
        why = f"{directory} was not {done}, or not as a whole ({error}): check the rights and the room on the disk"
        refuse(why, code=EX_IMPOSSIBLE)


@cli.command()
def health(
    port: Annotated[int, typer.Option(envvar="PORT", help="Where the service listens on this machine.")] = 8000,
    ready: Annotated[
        bool, typer.Option("--ready", help="Whether it takes webhooks, and which part does not work.")
    ] = False,
) -> None:
    """Ask the service on this machine whether it is alive; exit code 1 when it is not. For container engines."""
    from app.ops import own_health

    found = own_health.ask_ready(port) if ready else own_health.ask_alive(port)
    if not found.is_well:
        refuse(*found.told, code=EX_IMPOSSIBLE)
    typer.echo("\n".join(found.told))


def _width_chars() -> int:
    return shutil.get_terminal_size((100, 24)).columns


cli.add_typer(desk)


def main() -> None:
    """Run the command line."""
    # Process 1 of a container gets no signal that it does not handle: nothing could stop us during the imports.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cli()

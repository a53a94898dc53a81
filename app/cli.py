"""`easel serve`: the command line. Everything heavy is imported where it is used, so that --help is quick."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from app.settings import Settings

EX_CONFIG = 78  # sysexits.h: something in the configuration is wrong

cli = typer.Typer(
    name="easel",
    help="A LINE bot that draws. Settings are environment variables; see .env.example.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@cli.callback()
def easel() -> None:
    """A LINE bot that draws. Settings are environment variables; see .env.example."""


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: HOST, 0.0.0.0.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. Default: PORT, 8000.")] = None,
) -> None:
    """Run the service: POST /callback, GET /healthz, GET /readyz. SIGTERM stops it cleanly."""
    overrides = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    settings = _settings(**overrides)
    from app import server  # noqa: PLC0415 - heavy

    server.configure_logs(settings)
    code = server.run(settings)
    if threading.active_count() > 1:
        # A thread that still waits for a vendor would keep the process for half a minute.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


@cli.command()
def demo(
    say: Annotated[str | None, typer.Option(help="One round trip without a browser: draw this.")] = None,
    output: Annotated[Path, typer.Option(help="With --say: file or folder for the picture.")] = Path("data/demo"),
    bot: Annotated[str | None, typer.Option(help="Webhook address of another bot to try on the stand-ins.")] = None,
    host: Annotated[str, typer.Option(help="Address of the page; not loopback: others can use it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the page; a free one if it is taken.")] = 8000,
    data: Annotated[Path | None, typer.Option(help="Keep the bot's database here, not in a temporary folder.")] = None,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser where there is one.")] = True,  # noqa: FBT002 - typer's way
    stand_ins: Annotated[bool, typer.Option("--stand-ins", help="Use no keys, even where they are set.")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Try everything on this machine with no account: a chat page, with stand-ins of LINE, OpenAI and R2."""
    from app.demo import run  # noqa: PLC0415 - heavy

    options = run.Options(
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
def health(
    port: Annotated[int, typer.Option(envvar="PORT", help="Where the service listens on this machine.")] = 8000,
) -> None:
    """Ask the service on this machine whether it is alive; exit code 1 when it is not. For container engines."""
    import urllib.request  # noqa: PLC0415 - only here

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            print(answer.read().decode())
    except OSError as error:
        print(f"not alive: {error}", file=sys.stderr)
        sys.exit(1)


def _settings(**overrides: Any) -> "Settings":  # noqa: ANN401 - any field of Settings
    from app import settings  # noqa: PLC0415 - heavy

    try:
        return settings.load(**overrides)
    except settings.SettingsError as error:
        _refuse("Easel cannot start. Please mend these settings:", *(f"  - {problem}" for problem in error.problems))


def _refuse(*lines: str) -> NoReturn:
    print(*lines, sep="\n", file=sys.stderr)
    sys.exit(EX_CONFIG)


def main() -> None:
    """Run the command line."""
    # As process 1 of a container nothing would end us while the imports run.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cli()

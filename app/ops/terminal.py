"""What every command shares: reading the settings, and exiting with codes that shells understand."""

import os
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from app.settings import Settings

EX_IMPOSSIBLE = 1
EX_USAGE = 2
EX_CONFIG = 78  # sysexits.h: something in the configuration is wrong


def read_settings(**overrides: Any) -> "Settings":  # noqa: ANN401 - any field of Settings
    """Return the settings, or print every problem to standard error and exit."""
    from app import settings  # noqa: PLC0415 - heavy

    try:
        return settings.load(**overrides)
    except settings.SettingsError as error:
        problems = (f"  - {problem}" for problem in error.problems)
        refuse("Easel cannot start. Please mend these settings:", *problems, code=EX_CONFIG)


def check_surroundings() -> None:
    """Check this machine's proxies and certificates, and mend NO_PROXY; exit if every call would fail."""
    from app.settings import environment  # noqa: PLC0415 - heavy

    environment.normalize_no_proxy(os.environ)
    if problems := environment.problems_around(os.environ):
        refuse("Nothing can be reached from here:", *(f"  - {one}" for one in problems), code=EX_CONFIG)


def end(code: int) -> NoReturn:
    """Exit, without waiting for other threads."""
    if threading.active_count() > 1:
        # A thread that still waits for a vendor would keep the process alive for half a minute.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def refuse(*lines: str, code: int) -> NoReturn:
    """Print to standard error why it cannot be done, and exit."""
    typer.echo("\n".join(lines), err=True)
    end(code)

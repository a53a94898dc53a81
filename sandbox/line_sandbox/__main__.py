"""`python -m line_sandbox http://127.0.0.1:3000/callback`: a chat page in front of a LINE bot on this machine."""

import argparse
import asyncio
import sys
from functools import partial

from line_sandbox.page.command import PORT, PageOptions, until_signalled
from line_sandbox.page.serving import CannotListen

EX_CONFIG = 78  # sysexits.h


def main() -> None:
    """Serve the page until Ctrl-C."""
    asked = _parser().parse_args()
    options = PageOptions(webhook_url=asked.webhook, host=asked.host, port=asked.port, opens_browser=not asked.no_open)
    try:
        # Whoever reads along through a pipe is told at once.
        asyncio.run(until_signalled(options, partial(print, flush=True)))
    except CannotListen as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's own word
        sys.exit(EX_CONFIG)


def _parser() -> argparse.ArgumentParser:
    about = "A chat page in front of your LINE bot, on this machine and with no account."
    parser = argparse.ArgumentParser(prog="line-sandbox", description=about)
    parser.add_argument("webhook", help="webhook address of the bot, such as http://127.0.0.1:3000/callback")
    parser.add_argument("--host", default="127.0.0.1", help="address of the page; not loopback: others can use it")
    parser.add_argument("--port", type=int, default=PORT, help="port of the page; a free one if it is taken")
    parser.add_argument("--no-open", action="store_true", help="do not open the browser")
    return parser


if __name__ == "__main__":
    main()

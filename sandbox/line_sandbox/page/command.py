"""`python -m line_sandbox WEBHOOK`: the chat page for anybody's bot, until it is told to stop."""

import asyncio
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from line_sandbox.page.chat_page import ChatPage
from line_sandbox.page.serving import address_told, listening_at, open_browser, serving, url_of
from line_sandbox.page.stand_ins import FIXED_PORTS, StandIns, open_stand_ins

PORT = 8000
LATENCY_S = 5.0  # what one looks at on the page: long enough to see the loading animation

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """What the command line asks for. `webhook_url`: of the bot that is tried."""

    webhook_url: str
    host: str = "127.0.0.1"
    port: int = PORT
    opens_browser: bool = True


async def serve_page(options: PageOptions, tell: Tell, *, stop: asyncio.Event) -> None:
    """Serve stand-ins and page until `stop` is set.

    Raises:
        CannotListen: The page has no address.
    """
    with listening_at(options.host, options.port) as listening:
        # The stand-ins stand where they were the last time, so that the bot is told of them once.
        async with open_stand_ins(ports=FIXED_PORTS, latency_s=LATENCY_S) as stand_ins:
            await _serve(options, stand_ins, listening, tell, stop)


async def _serve(
    options: PageOptions, stand_ins: StandIns, listening: socket.socket, tell: Tell, stop: asyncio.Event
) -> None:
    stand_ins.line.webhook_url = options.webhook_url
    settings, url = stand_ins.at.settings(), url_of(options.host, listening)
    async with ChatPage(stand_ins).open() as page:
        page.enter(are_friends=False)
        page.show(settings=settings)
        async with serving(page.web, options.host, listening):
            _tell(options, url, settings, tell)
            if options.opens_browser:
                open_browser(url)
            await stop.wait()


def _tell(options: PageOptions, url: str, settings: Mapping[str, str], tell: Tell) -> None:
    for line in address_told(url, host=options.host, port=options.port):
        tell(line)
    tell(f"Webhooks go to {options.webhook_url}. Start that bot with:\n")
    for name, value in settings.items():
        tell(f"  {name}={value}")
    tell("\nStop it with Ctrl-C.")


async def until_signalled(options: PageOptions, tell: Tell) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(one, stop.set)
    await serve_page(options, tell, stop=stop)

"""What `easel demo` does, from the first line it prints to the last process it ends."""

import asyncio
import contextlib
import errno
import os
import secrets
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from dotenv import dotenv_values

from app.demo.bot import Bot
from app.demo.demo_errors import CannotStart
from app.demo.memory import Memory
from app.demo.origin_guard import LOOPBACK
from app.demo.parts import RealVendors, environment_of, read_parts, stand_in_settings
from app.demo.say import Progress, say
from app.demo.stand_ins import FIXED_PORTS, StandIns, open_stage
from app.demo.wiring import Demo

Tell = Callable[[str], None]

EX_CONFIG, INTERRUPTED = 78, 130
PORT = 8000
DATABASE = "easel.db"
LATENCY_S = 5.0  # what one looks at on the page: long enough to see the loading animation
STREAMS_END_S = 2
DASHBOARD_TOKEN_BYTES = 12  # made for the run


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What the command line asks for. `data` None: a temporary folder, gone at the end."""

    host: str = "127.0.0.1"
    port: int = PORT
    say: str | None = None
    output: Path = Path("data/demo")
    data: Path | None = None
    bot_url: str | None = None
    opens_browser: bool = True
    stand_ins_only: bool = False


def run(options: DemoOptions, environment: Mapping[str, str], tell: Tell) -> int:
    """Run the demo until it is told to stop. Return the exit code: 0, 1 when it did not go well, 78, 130."""
    inherited = {name: value for name, value in dotenv_values(".env").items() if value} | dict(environment)
    try:
        parts = RealVendors() if options.stand_ins_only or options.bot_url else read_parts(inherited)
        return asyncio.run(_run(options, parts, inherited, tell))
    except CannotStart as error:
        tell("The demo cannot start:")
        for problem in error.problems:
            tell(f"  - {problem}")
        return EX_CONFIG


async def _run(options: DemoOptions, parts: RealVendors, inherited: Mapping[str, str], tell: Tell) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(one, stop.set)
    work = asyncio.create_task(
        _say(options, parts, inherited, tell) if options.say else _page(options, parts, inherited, tell, stop)
    )
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
    if options.say and not work.done():
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        return INTERRUPTED
    stopped.cancel()
    return await work


async def _say(options: DemoOptions, parts: RealVendors, inherited: Mapping[str, str], tell: Tell) -> int:
    """One round trip. LINE is always the stand-in here: nobody at the real one is waiting for an answer."""
    parts = RealVendors(openai=parts.openai, r2=parts.r2)
    progress = Progress(tell)
    text = options.say or ""
    with _directory(options) as directory:
        async with open_stage() as stage:
            environment = environment_of(parts, stage.at, inherited, database=f"sqlite:///{directory}/{DATABASE}")
            bot = Bot(environment=environment, directory=directory, on_line=progress.on_line)
            tell(f"{text}\n")
            _tell_parts(parts, tell)
            async with _running(bot, stage, tell):
                progress.step("the bot is ready", f"pid {bot.pid}")
                try:
                    said = await say(stage, text, progress, output=options.output)
                except TimeoutError:
                    tell("No answer came.")
                    return 1
                if said.saved is None:
                    tell(f"\nNo picture came. {said.words} {said.url}".rstrip())
                    return 1
                progress.step("shown in the chat")
                tell(f"\nPicture     {said.saved}")
                tell(f"Public URL  {said.url}" + ("" if parts.r2 else "  (while this command runs)"))
                return 0


async def _page(
    options: DemoOptions, parts: RealVendors, inherited: Mapping[str, str], tell: Tell, stop: asyncio.Event
) -> int:
    """Serve the page until `stop` is set."""
    with _directory(options) as directory, _socket(options.host, options.port) as listening:
        url = _url(options.host, listening)
        async with _stage(options) as stage, _house(stage, parts, options).open() as house:
            serving = _serving(house, options.host, listening)
            if options.bot_url is not None:
                stage.line.webhook_url = options.bot_url
                house.show(settings=stand_in_settings(stage.at))
                async with serving:
                    _tell_address(url, options, tell)
                    _tell_settings(stage, options, tell)
                    _open_browser(url, options)
                    await stop.wait()
                return 0
            environment = environment_of(parts, stage.at, inherited, database=f"sqlite:///{directory}/{DATABASE}")
            bot = _bot_of(house, environment, directory)
            house.show(settings={})
            async with serving, _running(bot, stage, tell):
                house.welcome()
                _tell_address(url, options, tell)
                _tell_parts(parts, tell)
                tell(f"Dashboard   {bot.dashboard_url}  with the token {house.operator.dashboard_token}")
                if parts.line:
                    tell(f"Webhook     lead your tunnel to {bot.callback_url}")
                tell("Stop it with Ctrl-C; nothing stays behind." + ("" if options.data is None else f" {directory}"))
                _open_browser(url, options)
                await stop.wait()
            return 0


def _stage(options: DemoOptions) -> contextlib.AbstractAsyncContextManager[StandIns]:
    """Open the stand-ins; for somebody else's bot where they were the last time, so that it is told of them once."""
    if options.bot_url is None:
        return open_stage(latency_s=LATENCY_S)
    line, openai, r2 = (_free(port) for port in FIXED_PORTS)
    return open_stage(ports=(line, openai, r2), latency_s=LATENCY_S, bot_name="Bot")


def _house(stage: StandIns, parts: RealVendors, options: DemoOptions) -> Demo:
    return Demo(stage, parts, is_private=options.host in LOOPBACK)


def _bot_of(house: Demo, environment: Mapping[str, str], directory: Path) -> Bot:
    """Hand the house a bot of ours, with a dashboard that opens for this run."""
    token = secrets.token_urlsafe(DASHBOARD_TOKEN_BYTES)
    bot = Bot(
        environment={**environment, "ADMIN_TOKEN": token, "ADMIN_SHOWS_PROMPTS": "true"},
        directory=directory,
        on_line=house.logged,
        on_change=house.operator.changed,
    )
    house.operator.bot, house.operator.dashboard_token = bot, token
    house.operator.memory = Memory(directory / DATABASE)
    return bot


@contextlib.asynccontextmanager
async def _running(bot: Bot, stage: StandIns, tell: Tell) -> AsyncIterator[None]:
    try:
        if not await bot.start():
            tell(bot.last_words)
            raise CannotStart(["the bot did not start; its last words are above"])
        stage.line.webhook_url = bot.callback_url
        yield
    finally:
        await bot.stop()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the demo has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def _serving(house: Demo, host: str, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        house.web.app(host=host),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=STREAMS_END_S,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        house.web.close()
        server.should_exit = True
        await task


@contextlib.contextmanager
def _directory(options: DemoOptions) -> Iterator[Path]:
    if options.data is not None:
        options.data.mkdir(parents=True, exist_ok=True)
        yield options.data.resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="easel-demo-", ignore_cleanup_errors=True) as path:
            yield Path(path)


@contextlib.contextmanager
def _socket(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port, or a free one when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen()
        except OSError as error:
            if not isinstance(error, PermissionError) and error.errno != errno.EADDRINUSE:
                raise CannotStart([f"cannot listen on {host}: {error.strerror}"]) from error
            listening.close()
            with _socket(host, 0) as other:
                yield other
            return
        yield listening


def _free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return port


def _url(host: str, listening: socket.socket) -> str:
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only shown
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listening.getsockname()[1]}/demo"


def _tell_address(url: str, options: DemoOptions, tell: Tell) -> None:
    tell(f"\nOpen        {url}\n")
    if options.port and f":{options.port}/" not in url:
        tell(f"Port {options.port} was taken, so it is another one.")
    if options.host not in LOOPBACK:
        tell("Everybody who reaches this address can use it, and pays with your keys if there are any.")


def _tell_parts(parts: RealVendors, tell: Tell) -> None:
    for vendor, what in parts.as_words().items():
        tell(f"{vendor:<12}{what}")
    tell("")


def _tell_settings(stage: StandIns, options: DemoOptions, tell: Tell) -> None:
    tell(f"Webhooks go to {options.bot_url}. Start that bot with:\n")
    for name, value in stand_in_settings(stage.at).items():
        tell(f"  {name}={value}")
    tell("\nStop it with Ctrl-C.")


def _open_browser(url: str, options: DemoOptions) -> None:
    has_display = sys.platform in {"darwin", "win32"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if options.opens_browser and has_display and sys.stdout.isatty() and not os.environ.get("CI"):
        webbrowser.open(url)

"""What `easel demo` does, from the first line it prints to the last process it ends."""

import asyncio
import contextlib
import secrets
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from line_sandbox.page.command import LATENCY_S, PORT, PageOptions, serve_page
from line_sandbox.page.origin_guard import LOOPBACK
from line_sandbox.page.serving import CannotListen, address_told, listening_at, open_browser, serving, url_of
from line_sandbox.page.stand_ins import StandIns, open_stand_ins

from app.demo.bot import Bot
from app.demo.bot_database import BotDatabase
from app.demo.demo_errors import CannotStart
from app.demo.inherited import inherited_by_bot
from app.demo.parts import OF_VENDORS, RealVendors, environment_of, read_parts
from app.demo.say import Progress, say
from app.demo.wiring import Demo

Tell = Callable[[str], None]

EX_CONFIG, INTERRUPTED = 78, 130
NAME = "Easel"
DATABASE = "demo.db"  # not a real bot's file name: the R2 stand-in would take its pending deletions
DATABASE_URL = f"sqlite:///{DATABASE}"  # in the bot's own directory, whose path may need escapes in a URL
DASHBOARD_TOKEN_BYTES = 12  # a new one for each run


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What the command line asks for. `data` None: a temporary folder, deleted at the end."""

    host: str = "127.0.0.1"
    port: int = PORT
    say: str | None = None
    output: Path = Path("data/demo")
    data: Path | None = None
    bot_url: str | None = None
    opens_browser: bool = True
    stand_ins_only: bool = False


def run(options: DemoOptions, environment: Mapping[str, str], tell: Tell) -> int:
    """Run the demo until stopped. Return 0, 1 if no picture came, 78 if it cannot start, or 130 if interrupted."""
    uses_no_keys = options.stand_ins_only or options.bot_url is not None
    try:
        inherited = inherited_by_bot(environment, without=OF_VENDORS if uses_no_keys else frozenset())
        parts = RealVendors() if uses_no_keys else read_parts(inherited)
        return asyncio.run(_run(options, parts, inherited, tell))
    except CannotStart as error:
        return _refuse(error.problems, tell)
    except CannotListen as error:
        return _refuse([str(error)], tell)


def _refuse(problems: Sequence[str], tell: Tell) -> int:
    tell("The demo cannot start:")
    for problem in problems:
        tell(f"  - {problem}")
    return EX_CONFIG


async def _run(options: DemoOptions, parts: RealVendors, inherited: Mapping[str, str], tell: Tell) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(one, stop.set)
    work = asyncio.create_task(_work(options, parts, inherited, tell, stop))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
    if options.say and not work.done():
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        return INTERRUPTED
    stopped.cancel()
    return await work


async def _work(
    options: DemoOptions, parts: RealVendors, inherited: Mapping[str, str], tell: Tell, stop: asyncio.Event
) -> int:
    if options.say:
        return await _say(options, parts, inherited, tell)
    if options.bot_url is None:
        return await _page(options, parts, inherited, tell, stop)
    page = PageOptions(
        webhook_url=options.bot_url, host=options.host, port=options.port, opens_browser=options.opens_browser
    )
    await serve_page(page, tell, stop=stop)
    return 0


async def _say(options: DemoOptions, parts: RealVendors, inherited: Mapping[str, str], tell: Tell) -> int:
    """Make one round trip. LINE is always the stand-in here: nobody at the real one is waiting for an answer."""
    parts = RealVendors(openai=parts.openai, r2=parts.r2)
    progress = Progress(tell)
    text = options.say or ""
    with _directory(options) as directory:
        async with open_stand_ins(bot_name=NAME) as stand_ins:
            environment = environment_of(parts, stand_ins.at, inherited, database=DATABASE_URL)
            bot = Bot(environment=environment, directory=directory, on_line=progress.on_line)
            tell(f"{text}\n")
            _tell_parts(parts, tell)
            async with _running(bot, stand_ins, tell):
                progress.step("the bot is ready", f"pid {bot.pid}")
                try:
                    said = await say(stand_ins, text, progress, output=options.output)
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
    with _directory(options) as directory, listening_at(options.host, options.port) as listening:
        async with open_stand_ins(latency_s=LATENCY_S, bot_name=NAME) as stand_ins:
            environment = environment_of(parts, stand_ins.at, inherited, database=DATABASE_URL)
            async with Demo(stand_ins, parts, is_private=options.host in LOOPBACK).open() as demo:
                bot = _bot_of(demo, environment, directory)
                demo.show()
                async with serving(demo.page.web, options.host, listening), _running(bot, stand_ins, tell):
                    demo.welcome()
                    _tell_page(demo, bot, url_of(options.host, listening), options, parts, tell)
                    await stop.wait()
    return 0


def _tell_page(demo: Demo, bot: Bot, url: str, options: DemoOptions, parts: RealVendors, tell: Tell) -> None:
    for line in address_told(url, host=options.host, port=options.port):
        tell(line)
    _tell_parts(parts, tell)
    tell(f"Dashboard   {bot.dashboard_url}  with the token {demo.operator.dashboard_token}")
    if parts.line:
        tell(f"Webhook     lead your tunnel to {bot.callback_url}")
    tell("Stop it with Ctrl-C; nothing stays behind." + ("" if options.data is None else f" {options.data.resolve()}"))
    if options.opens_browser:
        open_browser(url)


def _bot_of(demo: Demo, environment: Mapping[str, str], directory: Path) -> Bot:
    """Create a bot and hand it to the demo, with a dashboard token for this run."""
    token = secrets.token_urlsafe(DASHBOARD_TOKEN_BYTES)
    bot = Bot(
        environment={**environment, "ADMIN_TOKEN": token, "ADMIN_SHOWS_PROMPTS": "true"},
        directory=directory,
        on_line=demo.log.logged,
        on_change=demo.operator.changed,
    )
    demo.operator.bot, demo.operator.dashboard_token = bot, token
    demo.operator.database = BotDatabase(directory / DATABASE)
    return bot


@contextlib.asynccontextmanager
async def _running(bot: Bot, stand_ins: StandIns, tell: Tell) -> AsyncIterator[None]:
    try:
        if not await bot.start():
            tell(bot.last_words)
            raise CannotStart(["the bot did not start; its last words are above"])
        stand_ins.line.webhook_url = bot.callback_url
        yield
    finally:
        await bot.stop()


@contextlib.contextmanager
def _directory(options: DemoOptions) -> Iterator[Path]:
    if options.data is not None:
        options.data.mkdir(parents=True, exist_ok=True)
        yield options.data.resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="easel-demo-", ignore_cleanup_errors=True) as path:
            yield Path(path)


def _tell_parts(parts: RealVendors, tell: Tell) -> None:
    for vendor, what in parts.as_words().items():
        tell(f"{vendor:<12}{what}")
    tell("")

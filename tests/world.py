"""A whole world on loopback: strict stand-ins of LINE, OpenAI and R2, and Easel as the process that operators run."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
from line_sandbox.line import LineStandIn
from line_sandbox.openai import OpenAIStandIn
from line_sandbox.r2 import R2StandIn
from line_sandbox.server import serve

from tests.forkserver import Forked, ForkServer, can_fork

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
ACCESS_TOKEN = "an-access-token-of-the-stand-in"
API_KEY = "sk-proj-of-the-stand-in"
R2_KEY, R2_SECRET, BUCKET = "0123456789abcdef0123456789abcdef", "f" * 64, "pictures"
NO_LIMITS = {
    "USER_DAILY_PICTURES": "0",
    "DAILY_BUDGET_USD": "0",
    "MONTHLY_BUDGET_USD": "0",
    "IMAGE_QUALITY_MAX": "max",
}
PATIENCE_S = 60.0  # for a busy machine; what is waited for mostly comes at once
ROOT = Path(__file__).parent.parent
# To read the certificates of the whole web takes 0.25 s of processor at each start, and nothing here leaves loopback.
AUTHORITIES = {"SSL_CERT_FILE": str(ROOT / "tests" / "samples" / "tls" / "authority.pem")}


class Easel:
    """`easel serve` as a process of its own, with its log as the tests read it."""

    def __init__(self, process: asyncio.subprocess.Process | Forked) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self.text = ""
        self.port = 0
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            self.text += raw.decode()
            with contextlib.suppress(ValueError):
                self.lines.append(json.loads(raw))
            async with self._news:
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()

    async def logged(
        self, event: str, *, times: int = 1, within_s: float = PATIENCE_S, **fields: Any
    ) -> dict[str, Any]:
        """Wait until the log has this event, with these fields, so many times. Return the last such line."""

        def found() -> list[dict[str, Any]]:
            return [one for one in self.lines if one.get("event") == event and fields.items() <= one.items()]

        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(lambda: len(found()) >= times or self._reader.done())
        assert len(found()) >= times, f"{event} was not logged (exit code {self.process.returncode}):\n{self.text}"
        return found()[-1]

    async def until(self, predicate: Callable[[], bool], *, timeout_s: float = PATIENCE_S) -> None:
        """Wait until this is true; it is asked again after every line of the log."""
        async with asyncio.timeout(timeout_s), self._news:
            await self._news.wait_for(lambda: predicate() or self._reader.done())
        assert predicate(), self.text[-2000:]

    async def printed(self, words: str) -> None:
        """Wait until the log has these words, wherever they stand."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: words in self.text or self._reader.done())
        assert words in self.text

    async def listening(self, *, within_s: float = PATIENCE_S) -> "Easel":
        self.port = (await self.logged("listening", within_s=within_s))["port"]
        return self

    async def kill(self) -> None:
        """Like a power cut."""
        self.process.kill()
        await self.process.wait()
        await self._reader

    async def stop(self) -> int:
        """Like a supervisor: SIGTERM, then wait. Return the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            code = await self.process.wait()
        await self._reader
        return code


class World:
    """The three vendors, and the environment that leads Easel to them."""

    def __init__(
        self,
        line: LineStandIn,
        openai: OpenAIStandIn,
        r2: R2StandIn,
        environment: dict[str, str],
        forks: ForkServer | None = None,
    ) -> None:
        """`forks` starts commands faster than a fresh interpreter; what is measured does without."""
        self.forks = forks
        self.started: list[asyncio.subprocess.Process | Forked] = []
        self.line = line
        self.openai = openai
        self.r2 = r2
        self.environment = environment
        self.people = 0

    def person(self, *, language: str | None = "en") -> str:
        """Somebody new, who is a friend of the bot."""
        self.people += 1
        return self.line.add_person(f"person {self.people}", language=language)

    def group(self, *members: str) -> str:
        self.people += 1
        return self.line.add_group(f"group {self.people}", members)

    @contextlib.asynccontextmanager
    async def easel(self, directory: Path, *, within_s: float = PATIENCE_S, **settings: str) -> AsyncIterator[Easel]:
        """Run Easel with its database in `directory`, as the bot behind LINE's webhook. It is stopped at the end."""
        easel = await self.start(directory, within_s=within_s, **settings)
        try:
            yield easel
        finally:
            if easel.process.returncode is None:
                await easel.stop()

    async def start(
        self, directory: Path, *, within_s: float = PATIENCE_S, program: str = "app", **settings: str
    ) -> Easel:
        serve = ("serve", "--host", "127.0.0.1", "--port", "0")
        process = await self.command(directory, *serve, program=program, **settings)
        try:
            easel = await Easel(process).listening(within_s=within_s)
        except BaseException:
            process.kill()
            raise
        self.line.webhook_url = f"{easel.url}/callback"
        return easel

    async def command(
        self, directory: Path, *arguments: str, program: str = "app", **settings: str
    ) -> asyncio.subprocess.Process | Forked:
        """Begin a command of the command line, as an operator does in `directory`."""
        database = {"DATABASE_URL": f"sqlite:///{directory}/easel.db"}
        environment = interpreter() | self.environment | database | settings
        if self.forks and program == "app" and can_fork(settings):
            self.started.append(await self.forks.start(arguments, env=environment, cwd=directory))
            return self.started[-1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", program, *arguments),
            env=environment,
            cwd=directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=2**20,
        )
        self.started.append(process)
        return process

    async def end(self, *, but: int) -> None:
        """End every process that still runs, but the first so many: what failed must not be in the way of others."""
        for process in self.started[but:]:
            if process.returncode is None:
                process.kill()
            await process.wait()
            if isinstance(process, Forked):
                process.close()
        del self.started[but:]

    async def run(self, directory: Path, *arguments: str, **settings: str) -> tuple[int, str, str]:
        """Carry one out. Return its exit code, and what it printed and complained."""
        process = await self.command(directory, *arguments, **settings)
        printed, complained = await process.communicate()
        return process.returncode or 0, printed.decode(), complained.decode()

    def picture_calls(self) -> int:
        """How often the model was asked."""
        return self.openai.calls_to("/images/generations", "/images/edits")

    def asked(self, words: str) -> list[Any]:
        """Return the calls to the model whose prompt holds these words, in order."""
        return [
            call for call in self.openai.calls if isinstance(call.body, dict) and words in str(call.body.get("prompt"))
        ]

    def drawing(self, words: str) -> int:
        """How many pictures of a prompt with these words the model is drawing now."""
        return sum(1 for call in self.openai.calls if call.is_open and words in str(call.body))

    async def said(self, chat: str, *, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the bot has said so many messages in a chat. Return them."""
        await self.until(lambda: len(self.line.chat(chat).from_bot) >= count)
        return [dict(message.body) for message in self.line.chat(chat).from_bot]

    async def picture(self, chat: str, *, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the bot has sent so many pictures in a chat. Return them."""
        await self.until(lambda: len(self.line.chat(chat).pictures) >= count)
        return [dict(message.body) for message in self.line.chat(chat).pictures]

    async def until(self, predicate: Callable[[], bool], *, timeout_s: float = PATIENCE_S) -> None:
        await self.line.wait_for(predicate, timeout_s)


def interpreter() -> dict[str, str]:
    """The environment of every process that the tests start; under `make coverage` it is measured, too."""
    measured = {name: value for name, value in os.environ.items() if name == "COVERAGE_PROCESS_CONFIG"}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | AUTHORITIES | measured


@contextlib.asynccontextmanager
async def world(*, record: bool = True, forks: ForkServer | None = None, **line_options: Any) -> AsyncIterator[World]:
    """Open the three vendors on free ports. `record`: whether they keep the calls that came."""
    options = {"bot_name": "Easel"} | line_options
    line = LineStandIn(
        channel_secret=SECRET, channel_access_token=ACCESS_TOKEN, allow_http=True, record=record, **options
    )
    openai = OpenAIStandIn(api_key=API_KEY, paint=False, record=record)
    r2 = R2StandIn(access_key_id=R2_KEY, secret_access_key=R2_SECRET, bucket=BUCKET, record=record)
    async with (
        serve(line.app) as line_url,
        serve(line.data_app) as line_data_url,
        serve(openai.app) as openai_url,
        serve(r2.app) as r2_url,
    ):
        yield World(
            line,
            openai,
            r2,
            {
                "LINE_CHANNEL_SECRET": SECRET,
                "LINE_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
                "LINE_API_BASE_URL": line_url,
                "LINE_DATA_API_BASE_URL": line_data_url,
                "OPENAI_API_KEY": API_KEY,
                "OPENAI_BASE_URL": f"{openai_url}/v1",
                "IMAGE_MODELS": "gpt-image-2.6-flare",
                "READER_MODELS": "",  # the stories of the reader set it
                # One bot serves many stories: each that is about a limit sets it.
                **NO_LIMITS,
                "R2_ACCOUNT_ID": "account",
                "R2_ACCESS_KEY_ID": R2_KEY,
                "R2_SECRET_ACCESS_KEY": R2_SECRET,
                "R2_BUCKET": BUCKET,
                "R2_ENDPOINT_URL": r2_url,
                "R2_PUBLIC_BASE_URL": f"{r2_url}/public",
                "LOG_LEVEL": "debug",
            },
            forks,
        )


async def post(url: str, content: bytes, **headers: str) -> httpx.Response:
    """Post bytes, as a stranger would."""
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(url, content=content, headers=headers)

"""The bot as a process of its own, started, stopped and killed as by an operator or a power cut."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

State = Literal["starting", "ready", "stopping", "stopped", "killed", "died"]
LogLine = dict[str, Any]

START_S_MAX = 60.0
STOP_S_MAX = 15.0
LINE_BYTES_MAX = 2**20
LAST_WORDS = 20


class Bot:
    """`easel serve` on a free port.

    Attributes:
        state: The current state of the process.
        settings: Environment variables that the page has changed; they apply from the next start on.
        starts: How often it was started.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        directory: Path,
        on_line: Callable[[LogLine], None],
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_line` gets each line of the bot's log, `on_change` is called after each change of state."""
        self.state: State = "stopped"
        self.settings: dict[str, str] = {}
        self.starts = 0
        self.port = 0
        self._environment = dict(environment)
        self._directory = directory
        self._on_line = on_line
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()
        self._last_words: list[str] = []
        self._changing = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process id; None while it is not running."""
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def callback_url(self) -> str:
        """The URL to which LINE sends its webhooks."""
        return f"http://127.0.0.1:{self.port}/callback"

    @property
    def dashboard_url(self) -> str:
        """The URL of its dashboard."""
        return f"http://127.0.0.1:{self.port}/admin"

    @property
    def last_words(self) -> str:
        """The end of its log, for people who want to know why it died."""
        return "\n".join(self._last_words)

    async def start(self) -> bool:
        """Start it unless it is running. Return whether it is listening now."""
        async with self._changing:
            if self.pid is not None:
                return True
            self._listening.clear()
            self._last_words.clear()
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "app.demo.child", "serve", "--host", "127.0.0.1", "--port", str(self.port)),
                env=self._environment | self.settings | {"PYTHONPATH": _import_path()},
                cwd=self._directory,
                stdin=asyncio.subprocess.PIPE,  # the leash: `child` ends when this pipe is closed
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                limit=LINE_BYTES_MAX,
                start_new_session=True,  # Ctrl-C is for the demo, which then stops the bot cleanly
            )
            self.starts += 1
            self._become("starting")
            self._reader = asyncio.create_task(self._read(self._process))
            return await self._until_listening()

    async def kill(self) -> None:
        """Kill it, like a power cut."""
        async with self._changing:
            if self._process and self.pid is not None:
                self._become("killed")
                self._process.kill()
                await self._ended()
                self._on_change()

    async def stop(self) -> None:
        """Stop it like a supervisor: SIGTERM, then SIGKILL if that does not end it within `STOP_S_MAX`."""
        async with self._changing:
            if self._process and self.pid is not None:
                self._become("stopping")
                self._process.terminate()
                try:
                    async with asyncio.timeout(STOP_S_MAX):
                        await self._process.wait()
                except TimeoutError:
                    self._process.kill()
                await self._ended()
                self._become("stopped")

    async def _until_listening(self) -> bool:
        heard = asyncio.create_task(self._listening.wait())
        assert self._reader is not None  # noqa: S101 - start() has just made it
        await asyncio.wait((heard, self._reader), timeout=START_S_MAX, return_when=asyncio.FIRST_COMPLETED)
        heard.cancel()
        return self._listening.is_set()

    async def _ended(self) -> None:
        if self._process and self._reader:
            await self._process.wait()
            await self._reader

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None  # noqa: S101 - start() asked for a pipe
        with (self._directory / "bot.log").open("ab") as file:
            async for raw in process.stderr:
                file.write(raw)
                file.flush()
                self._note(raw.decode(errors="replace").rstrip())
        await process.wait()
        if self.state in {"starting", "ready"}:
            self._become("died")

    def _note(self, text: str) -> None:
        self._last_words = [*self._last_words[-LAST_WORDS:], text]
        line = _log_line(text)
        if line.get("event") == "listening":
            self.port = int(line["port"])
            self._become("ready")
            self._listening.set()
        if line:
            self._on_line(line)

    def _become(self, state: State) -> None:
        self.state = state
        self._on_change()


def _log_line(text: str) -> LogLine:
    """Return a line of the bot's log; {} if it is of somebody else, such as a library, whatever that has written."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return line if isinstance(line, dict) else {}


def _import_path() -> str:
    """Return a PYTHONPATH that begins with the folder of this very `app`."""
    here = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))

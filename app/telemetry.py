"""Logs: one JSON line per event. No secret, prompt, reply token or user id at any level.

Values that may hold one never reach a log call; `Scrubber` is the second line of defence, for libraries and tracebacks.
"""

import contextlib
import json
import logging
import queue
import re
import sys
import threading
import warnings
from collections.abc import Collection, Iterable, Mapping
from typing import TextIO

import structlog

SHAPES = re.compile(
    r"(?P<id>(?<![A-Za-z0-9])[UCR][0-9a-f]{32}(?![A-Za-z0-9]))"
    r"|(?P<bearer>(?i:bearer)\s+[\w.~+/=-]{8,})"
    r"|(?P<key>\bsk-[\w*-]{6,})"
    r"|(?P<url>://[^/\s:@]+:)[^/\s@]+(?=@)"
)
# Libraries that log at info what we log ourselves, or addresses with user ids in them; and Pillow, which logs where and
# with which camera a photo was taken.
QUIET = (
    *("httpx", "httpcore", "boto3", "botocore", "urllib3", "s3transfer", "uvicorn.access", "alembic", "asyncio"),
    "PIL",
)
LINES_MAX = 10_000  # a few MB
LAST_LINES_S = 1.0
SECRET_CHARS_MIN = 6  # to replace a shorter one would damage ordinary words


class Scrubber:
    """Replaces known secrets, and whatever looks like one, in any text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({one for one in secrets if len(one) >= SECRET_CHARS_MIN}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text with secrets and LINE ids replaced."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return SHAPES.sub(lambda match: f"{match['url'] or ''}***", text)


class LogWriter:
    """Writes lines in a thread of its own: a log reader that stalls must not stall the webhooks.

    Attributes:
        dropped: How many lines were dropped because too many waited.
    """

    def __init__(self, stream: TextIO, *, most: int = LINES_MAX) -> None:
        """Start the thread. At most `most` lines wait."""
        self.dropped = 0
        self._stream = stream
        self._most = most
        self._waiting: queue.SimpleQueue[str | threading.Event] = queue.SimpleQueue()  # the cheapest to put into
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def write(self, text: str) -> None:
        """Queue a line, or drop it if too many wait."""
        if self._waiting.qsize() < self._most:
            self._waiting.put(text)
        else:
            self.dropped += 1

    def flush(self) -> None:
        """Do nothing: a handler calls this after each line, and must not wait."""

    def close(self, *, within_s: float = LAST_LINES_S) -> None:
        """Wait until all lines so far are written, at most `within_s` seconds."""
        written = threading.Event()
        self._waiting.put(written)
        written.wait(within_s)

    def _write(self) -> None:
        told = 0
        while True:
            text = self._waiting.get()
            if isinstance(text, threading.Event):
                text.set()
                continue
            if (dropped := self.dropped) > told:
                text += json.dumps({"event": "log_lines_dropped", "level": "warning", "lines": dropped - told}) + "\n"
                told = dropped
            with contextlib.suppress(OSError, ValueError):  # a full disk or a closed pipe must not cost a picture
                self._stream.write(text)
                self._stream.flush()


class _Lines:
    """Passes our own lines straight to the writer: by way of `logging` each would take twice as long."""

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer

    def msg(self, line: str) -> None:
        self._writer.write(f"{line}\n")

    debug = info = warning = error = critical = msg


def configure(*, level: str, style: str, secrets: Iterable[str] = (), stream: TextIO | None = None) -> LogWriter:
    """Send every logger of this process, ours and the libraries', to standard error in one form.

    Returns:
        The writer of the lines; close it before the process ends.
    """
    writer = LogWriter(stream or sys.stderr)
    first: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        _scrubbing(secrets),
        _rendering(style),
    ]
    lines = _Lines(writer)
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(writer)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*first, structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(allow=())],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    _quiet_libraries()
    return writer


def _scrubbing(secrets: Iterable[str]) -> structlog.typing.Processor:
    scrub = Scrubber(secrets)

    def scrubbed(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {key: cleaned(value) for key, value in event.items()}

    def cleaned(value: object) -> object:
        match value:
            case str():
                return scrub(value)
            case None | bool() | int() | float():
                return value
            case Mapping():
                return {scrub(str(key)): cleaned(one) for key, one in value.items()}
            case Collection() if not isinstance(value, bytes):
                return [cleaned(one) for one in value]
            case _:
                return scrub(repr(value))

    return scrubbed


def _rendering(style: str) -> structlog.typing.Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def _quiet_libraries() -> None:
    logging.captureWarnings(capture=True)
    # Pillow warns about each damaged tag of a photo: megabytes for one photo, which can be shown all the same.
    warnings.filterwarnings("ignore", module="PIL")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    # DBOS adds a console handler to its logger unless there is a handler already.
    engine = logging.getLogger("dbos")
    engine.handlers = [logging.NullHandler()]
    engine.propagate = True
    # DBOS sets its own level too late: after a line for each of its 60 migrations, and advice against SQLite.
    engine.setLevel(logging.WARNING)
    engine.addFilter(_first_line)


def _first_line(record: logging.LogRecord) -> bool:
    """Cut off the traceback that DBOS puts into a warning, every second while its database is unavailable."""
    if record.levelno <= logging.WARNING:
        record.msg, record.args = record.getMessage().partition("Traceback (most recent call last)")[0].strip(), ()
    return True

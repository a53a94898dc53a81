import io
import json
import logging
import struct
import subprocess
import sys
import threading
import zlib

import pytest
import structlog

from app import telemetry

SECRETS = ["a-channel-secret", "an-access-token"]
USER = "U" + "0a" * 16


@pytest.fixture
def logged():
    """Configure the logs as `easel serve` does, and give what was written as parsed lines."""
    written = io.StringIO()
    handlers = logging.getLogger().handlers
    writer = telemetry.configure(level="debug", style="json", secrets=SECRETS, stream=written)

    def lines() -> list[dict[str, object]]:
        writer.close()
        return [json.loads(line) for line in written.getvalue().splitlines()]

    yield lines
    structlog.reset_defaults()
    logging.getLogger().handlers = handlers


def test_one_json_line_for_each_event(logged):
    """Every line is one JSON object with the event, its level, its time and its fields."""
    structlog.get_logger().info("picture_stored", request="01H", duration_ms=12)
    (line,) = logged()
    assert (line["event"], line["level"], line["request"], line["duration_ms"]) == ("picture_stored", "info", "01H", 12)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "text",
    [
        f"GET /v2/bot/profile/{USER}",
        "key an-access-token refused",
        "Authorization: Bearer abcdefghijklmnop",
        "Incorrect API key provided: sk-proj-****abcd",
        "postgresql+psycopg://easel:hunter2@db/easel",
    ],
)
def test_libraries_leak_nothing(logged, text):
    """What a library logs goes through the same sieve: no ids of people, no secrets, no keys."""
    logging.getLogger("some.library").warning(text)
    (line,) = logged()
    for secret in [USER, "an-access-token", "abcdefghijklmnop", "sk-proj", "hunter2"]:
        assert secret not in json.dumps(line)


@pytest.mark.parametrize(
    "value", [[USER], {"of": {USER: 1}}, (ValueError(f"no {USER}"),), f"chat_{USER}", USER.encode()]
)
def test_whatever_holds_it_leaks_nothing(logged, value):
    """An id in a list, an object or an error is taken out, too; numbers stay what they are."""
    structlog.get_logger().info("event_broke", value=value, tries=3)
    (line,) = logged()
    assert USER not in json.dumps(line)
    assert line["tries"] == 3


def test_the_engine_warns_in_one_sentence(logged):
    """DBOS puts whole tracebacks into the message of a warning; those are for faults of ours."""
    logging.getLogger("dbos").warning("Exception polling schedules: Traceback (most recent call last):\n  File ...")
    (line,) = logged()
    assert line["event"] == "Exception polling schedules:"


def test_the_engine_does_not_chatter(logged):
    """A first start tells of our start, not of 60 migrations inside DBOS and of its advice against SQLite."""
    logging.getLogger("dbos").info("Applying DBOS SQLite system database schema migration 1")
    assert logged() == []


def test_tracebacks_leak_nothing(logged):
    """A traceback is one line like any other, with the secrets taken out."""
    try:
        int(f"bad token {SECRETS[1]} of {USER}")
    except ValueError:
        structlog.get_logger().exception("request_broke")
    (line,) = logged()
    assert "ValueError" in line["exception"]
    assert USER not in line["exception"]
    assert SECRETS[1] not in line["exception"]


def test_http_addresses_are_not_logged(logged):
    """The HTTP client says each address at info, and addresses hold ids."""
    logging.getLogger("httpx").info("HTTP Request: GET https://api.line.me/v2/bot/profile/x")
    assert logged() == []


def test_people_can_read_the_text_format():
    """LOG_FORMAT=text: one line for each event, a traceback below it, and the same sieve."""
    written = io.StringIO()
    handlers = logging.getLogger().handlers
    writer = telemetry.configure(level="info", style="text", secrets=SECRETS, stream=written)
    try:
        int(f"bad token {SECRETS[1]}")
    except ValueError:
        structlog.get_logger().exception("request_broke", request="01H")
    structlog.reset_defaults()
    logging.getLogger().handlers = handlers
    writer.close()
    first, *rest = written.getvalue().splitlines()
    assert "request_broke" in first
    assert "request=01H" in first
    assert "ValueError" in rest[-1]
    assert SECRETS[1] not in written.getvalue()


class Stuck(io.StringIO):
    """A reader that takes nothing until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = threading.Event()

    def write(self, text: str) -> int:
        self.goes_on.wait()
        return super().write(text)


def test_a_reader_that_stops_stops_nobody():
    """Lines that find no room are dropped and counted, and the log says so once it is read again."""
    reader = Stuck()
    writer = telemetry.LogWriter(reader, most=3)
    for number in range(20):
        writer.write(f"{number}\n")
    assert writer.dropped >= 16
    reader.goes_on.set()
    writer.close()
    assert f'"lines": {writer.dropped}' in reader.getvalue()


MAKER = b"Camera of Anna Chen\0"
PREPARE = """
import sys, warnings
from app import telemetry
from app.pictures import prepare_source
lines = telemetry.configure(level="debug", style="json")
prepare_source(sys.stdin.buffer.read())
warnings.warn("something odd")
lines.close()
"""


@pytest.mark.slow
def test_what_stands_in_a_photo_is_in_no_line():
    """Not who took it, at any level, nor a line for each tag of it that is damaged; what else warns does so in JSON."""
    maker, damaged = (0x10F, 2, len(MAKER), 8 + 2 + 12 * 1_025 + 4), [(0x8000 + n, 1, 9_000, 0) for n in range(1_024)]
    tags = b"".join(struct.pack("<HHLL", *tag) for tag in (maker, *damaged))
    said = run_with(photo(b"II*\0\x08\0\0\0" + struct.pack("<H", 1_025) + tags + bytes(4) + MAKER))
    assert "Anna" not in said
    lines = [json.loads(line) for line in said.splitlines()]
    assert len(lines) == 1
    assert "something odd" in lines[0]["event"]


def photo(exif):
    """A PNG that carries this."""
    head, pixel = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(b"\0\0")
    chunks = ((b"IHDR", head), (b"eXIf", exif), (b"IDAT", pixel), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def run_with(data):
    """Prepare a photo in a process of its own. Return what that wrote."""
    child = subprocess.run([sys.executable, "-c", PREPARE], input=data, capture_output=True, check=True, timeout=60)
    return child.stderr.decode()

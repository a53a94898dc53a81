"""The three stand-ins on ports of 127.0.0.1."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from line_sandbox.line import LineStandIn
from line_sandbox.openai import OpenAIStandIn
from line_sandbox.openai.chat import by_looks
from line_sandbox.r2 import R2StandIn
from line_sandbox.server import serve
from line_sandbox.stand_in import StandIn

from app.demo.wire import Vendor

# Made up, and always the same, so that a bot that is tried on the stand-ins is told them once.
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - worth nothing anywhere else
ACCESS_TOKEN = "access-token-of-the-stand-in"  # noqa: S105 - worth nothing anywhere else
API_KEY = "sk-stand-in-0000000000000000"
R2_KEY, R2_SECRET, BUCKET = "0f" * 16, "0f" * 32, "pictures"
OBJECTS_MAX = 400
READS_IN_S = 0.6  # the median of a small text model
FIXED_PORTS = (9101, 9102, 9103)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Base URLs of the stand-ins, without a slash at the end."""

    line: str
    openai: str
    r2: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """The stand-ins and where they are."""

    line: LineStandIn
    openai: OpenAIStandIn
    r2: R2StandIn
    at: Addresses

    @property
    def vendors(self) -> Mapping[Vendor, StandIn]:
        """The stand-ins by their names."""
        return {"line": self.line, "openai": self.openai, "r2": self.r2}


@asynccontextmanager
async def open_stage(
    *, ports: tuple[int, int, int] = (0, 0, 0), latency_s: float = 0.0, bot_name: str = "Easel"
) -> AsyncIterator[StandIns]:
    """Serve the stand-ins as long as the block runs.

    Args:
        ports: Of LINE, OpenAI and R2; 0 takes a free one.
        latency_s: How long the model draws.
        bot_name: What people call the bot.
    """
    line = LineStandIn(channel_secret=SECRET, channel_access_token=ACCESS_TOKEN, bot_name=bot_name, allow_http=True)
    openai = OpenAIStandIn(api_key=API_KEY, latency_s=latency_s)
    openai.chat.reads, openai.chat.latency_s = by_looks, READS_IN_S if latency_s else 0.0
    r2 = R2StandIn(access_key_id=R2_KEY, secret_access_key=R2_SECRET, bucket=BUCKET, objects_max=OBJECTS_MAX)
    async with (
        serve(line.app, port=ports[0]) as line_url,
        serve(openai.app, port=ports[1]) as openai_url,
        serve(r2.app, port=ports[2]) as r2_url,
    ):
        yield StandIns(line=line, openai=openai, r2=r2, at=Addresses(line=line_url, openai=openai_url, r2=r2_url))

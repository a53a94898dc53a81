"""The three stand-ins on ports of 127.0.0.1."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from line_sandbox.line import LineStandIn
from line_sandbox.openai import OpenAIStandIn
from line_sandbox.openai.chat import by_looks
from line_sandbox.page.wire import Vendor
from line_sandbox.r2 import R2StandIn
from line_sandbox.server import serve
from line_sandbox.stand_in import StandIn

if TYPE_CHECKING:
    from starlette.types import ASGIApp

# Made up, and always the same, so that a bot that is tried on the stand-ins is told them once.
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - worth nothing anywhere else
ACCESS_TOKEN = "access-token-of-the-stand-in"  # noqa: S105 - worth nothing anywhere else
API_KEY = "sk-stand-in-0000000000000000"
R2_KEY, R2_SECRET, BUCKET = "0f" * 16, "0f" * 32, "pictures"
OBJECTS_MAX = 400
READS_IN_S = 0.6  # the median of a small text model
FIXED_PORTS = (9101, 9102, 9103, 9104)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Base URLs of the stand-ins, without a slash at the end. `line_data`: in place of api-data.line.me."""

    line: str
    openai: str
    r2: str
    line_data: str

    def settings(self) -> dict[str, str]:
        """What a bot has to be told to live here, as environment variables; it may call them otherwise."""
        return self.line_settings() | self.openai_settings() | self.r2_settings()

    def line_settings(self) -> dict[str, str]:
        """What leads to LINE."""
        return {
            "LINE_CHANNEL_SECRET": SECRET,
            "LINE_CHANNEL_ACCESS_TOKEN": ACCESS_TOKEN,
            "LINE_API_BASE_URL": self.line,
            "LINE_DATA_API_BASE_URL": self.line_data,
        }

    def openai_settings(self) -> dict[str, str]:
        """What leads to OpenAI."""
        return {"OPENAI_API_KEY": API_KEY, "OPENAI_BASE_URL": f"{self.openai}/v1"}

    def r2_settings(self) -> dict[str, str]:
        """What leads to R2."""
        return {
            "R2_ACCOUNT_ID": "demo",
            "R2_ACCESS_KEY_ID": R2_KEY,
            "R2_SECRET_ACCESS_KEY": R2_SECRET,
            "R2_BUCKET": BUCKET,
            "R2_ENDPOINT_URL": self.r2,
            "R2_PUBLIC_BASE_URL": f"{self.r2}/public",
        }


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
async def open_stand_ins(
    *, ports: tuple[int, int, int, int] = (0, 0, 0, 0), latency_s: float = 0.0, bot_name: str = "Bot"
) -> AsyncIterator[StandIns]:
    """Serve the stand-ins as long as the block runs.

    Args:
        ports: Of LINE, OpenAI, R2 and LINE's files; 0 takes a free one, and so does one that is taken.
        latency_s: How long the model draws.
        bot_name: What people call the bot.
    """
    line = LineStandIn(channel_secret=SECRET, channel_access_token=ACCESS_TOKEN, bot_name=bot_name, allow_http=True)
    openai = OpenAIStandIn(api_key=API_KEY, latency_s=latency_s)
    openai.chat.reads, openai.chat.latency_s = by_looks, READS_IN_S if latency_s else 0.0
    r2 = R2StandIn(access_key_id=R2_KEY, secret_access_key=R2_SECRET, bucket=BUCKET, objects_max=OBJECTS_MAX)
    async with AsyncExitStack() as stack:
        apps: tuple[ASGIApp, ...] = (line.app, openai.app, r2.app, line.data_app)
        urls = [await _served(app, port, stack) for app, port in zip(apps, ports, strict=True)]
        at = Addresses(line=urls[0], openai=urls[1], r2=urls[2], line_data=urls[3])
        yield StandIns(line=line, openai=openai, r2=r2, at=at)


async def _served(app: "ASGIApp", port: int, stack: AsyncExitStack) -> str:
    try:
        return await stack.enter_async_context(serve(app, port=port))
    except OSError:  # taken
        return await stack.enter_async_context(serve(app))

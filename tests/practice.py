"""A doctor's practice for tests: the three vendors, a bot that LINE can try, and one thing that is wrong."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from line_sandbox.faults import Fault
from line_sandbox.openai.models import Model
from line_sandbox.server import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.line.sdk_loader import load_sdk
from app.ops.doctor.examine import examine
from app.ops.doctor.finding import Finding, FindingVerdict
from app.settings import Settings, load
from tests.forkserver import SDK
from tests.world import World, world

NOBODY = "http://127.0.0.1:9"

Begin = Callable[["Practice"], Any]


class Practice:
    """Settings that lead the doctor to stand-ins, where everything works until a test breaks one thing."""

    def __init__(self, world: World, directory: Path, bot_url: str) -> None:
        self.world = world
        self.line, self.openai, self.r2 = world.line, world.openai, world.r2
        self.directory = directory
        self.answer = Response()  # of the bot to LINE's test
        self.readiness: dict[str, Any] = {"ready": True}
        self.line.webhook_url = f"{bot_url}/callback"
        self.line.webhook_timeout_s = 60.0  # a test that is about it makes it short
        self.environment = world.environment | {
            "DATABASE_URL": f"sqlite:///{directory}/easel.db",
            "PORT": bot_url.rpartition(":")[2],
            "USER_DAILY_PICTURES": "20",
            "DAILY_BUDGET_USD": "5",
            "MONTHLY_BUDGET_USD": "50",
        }

    def settings(self, **changes: str) -> Settings:
        values = {name.lower(): value for name, value in (self.environment | changes).items()}
        return load(_env_file=None, **values)

    async def examine(self, **changes: str) -> dict[tuple[str, str], Finding]:
        """Return the findings by section and check."""
        sections = await examine(self.settings(**changes), draws=False)
        return {(section.title, one.check): one for section in sections for one in section.findings}


@contextlib.asynccontextmanager
async def practice_in(directory: Path) -> AsyncIterator[Practice]:
    """Open one, with vendors of its own."""

    async def callback(_request: Request) -> Response:
        return opened.answer

    async def readyz(_request: Request) -> Response:
        return JSONResponse(opened.readiness)

    bot = Starlette(routes=[Route("/callback", callback, methods=["POST"]), Route("/readyz", readyz)])
    for name in SDK:  # on a busy machine its imports alone take longer than the doctor waits for LINE
        await asyncio.to_thread(load_sdk, name)
    async with world() as vendors, serve(bot) as bot_url:
        opened = Practice(vendors, directory, bot_url)
        yield opened


@dataclass(frozen=True)
class Case:
    """One thing that is wrong: what the report says of it, and how it comes about."""

    check: str
    verdict: FindingVerdict
    seen: str
    cure: str = ""
    begin: Begin = lambda _: None
    settings: Mapping[str, str] = field(default_factory=dict)
    draws: bool = False

    def is_told(self, found: Finding) -> bool:
        """Whether a finding says all that."""
        return found.verdict is self.verdict and self.seen in found.evidence and self.cure in found.cure


def fails(vendor: str, fault: Fault, match: Any = "") -> Begin:
    """Everything that matches fails."""
    return lambda practice: getattr(practice, vendor).faults.add(fault, match=match, times=None)


def has(vendor: str, **attributes: Any) -> Begin:
    """A vendor is in another state."""

    def begin(practice: Practice) -> None:
        for name, value in attributes.items():
            setattr(getattr(practice, vendor), name, value)

    return begin


def answers(status: int, **headers: str) -> Begin:
    """The bot, or what stands before it, answers so."""
    return lambda practice: setattr(practice, "answer", Response(status_code=status, headers=headers))


def ends_in(days: int) -> Begin:
    """The model has an end."""

    def begin(practice: Practice) -> None:
        day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
        models = practice.openai.models
        models["gpt-image-2.6-flare"] = replace(models["gpt-image-2.6-flare"], shutdown_date=day)

    return begin


def has_a_new_model(practice: Practice) -> None:
    """A model lives of which no price is known."""
    known = practice.openai.models["gpt-image-2"]
    practice.openai.models["painter-9"] = Model(id="painter-9", line="2", rates=known.rates)


def speaks_another_version(practice: Practice) -> None:
    """The address of OpenAI leads beside its API."""
    practice.environment["OPENAI_BASE_URL"] = practice.environment["OPENAI_BASE_URL"].replace("/v1", "/v2")

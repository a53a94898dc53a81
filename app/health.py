"""Liveness and readiness.

`/healthz`: the process answers. `/readyz`: the store takes writes and the engine works.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.databases import first_line
from app.engine import Engine
from app.store.housekeeping import Upkeep
from app.store.inbox import Inbox

log = structlog.get_logger()

CHECK_EVERY_S = 5.0
AGAIN_S = 2.0  # while something is wrong
STALE_AFTER_S = 15.0


class Health:
    """Checks the store and the engine every few seconds. The webhook looks at the result before it answers 200."""

    def __init__(
        self,
        *,
        upkeep: Upkeep,
        inbox: Inbox,
        engine: Engine,
        beside: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`beside` returns what else an operator should fix although we are ready, by part."""
        self._upkeep = upkeep
        self._inbox = inbox
        self._engine = engine
        self._beside = beside
        self._problems: dict[str, str] = {"start": "not started yet"}
        self._checked_at = time.monotonic()

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, by part. Empty: ready."""
        if time.monotonic() - self._checked_at > STALE_AFTER_S:
            return {"health": "the last check has not come back"}
        return self._problems

    @property
    def warnings(self) -> Mapping[str, str]:
        """What else is wrong, by part: none of it is a reason to refuse webhooks."""
        return self._beside()

    async def watch(self) -> None:
        """Check every few seconds, so that a probe and a webhook never wait for a database."""
        while True:
            await self.check()
            await asyncio.sleep(AGAIN_S if self._problems else CHECK_EVERY_S)

    async def check(self) -> None:
        """Check now. Log the result only when it changes."""
        errors: dict[str, Exception] = {}
        try:
            async with asyncio.timeout(STALE_AFTER_S):
                await self._upkeep.beat()
        except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
            errors["store"] = error
        try:
            await self._engine.check()
        except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
            errors["engine"] = error
        found = {part: type(error).__name__ for part, error in errors.items()}
        if not self._engine.is_alive():
            found["engine"] = "its threads are gone"
        if not self._inbox.is_alive:
            found["inbox"] = "its thread is gone"
        if found and found != self._problems:
            # In the log only: a database's own message may name its host and user; /readyz may be open to anybody.
            log.error("not_ready", **found | {part: _in_words(error) for part, error in errors.items()})
        if self._problems and not found:
            log.info("ready")
        self._problems = found
        self._checked_at = time.monotonic()


def _in_words(error: Exception) -> str:
    """Return the kind of error and the first line of its message, without the statement."""
    said = first_line(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def routes(health: Health) -> APIRouter:
    """Return the two endpoints for orchestrators and load balancers."""
    router = APIRouter()

    @router.api_route("/healthz", methods=["GET", "HEAD"])  # monitors use either
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @router.api_route("/readyz", methods=["GET", "HEAD"])  # monitors use either
    async def readyz() -> JSONResponse:
        problems = health.problems
        told = {"ready": not problems, "problems": problems}
        if warnings := health.warnings:
            told["warnings"] = dict(warnings)
        return JSONResponse(told, status_code=503 if problems else 200)

    return router

"""Starts and stops what `build` has built, and turns it into a web service."""

import asyncio
import contextlib
import gc
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from pathlib import Path
from typing import IO, Any

import structlog
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from app import health, metrics
from app.build.build_service import build
from app.caps import is_unlimited, limits_of
from app.databases import first_line
from app.engine import EngineError, check_sqlite
from app.errors import EaselError
from app.flows.drawing.queue import DRAW
from app.refusals import Refusals
from app.settings import Settings
from app.store.database import DatabaseUnfitError
from app.store.housekeeping import EVENTS_KEPT_S
from app.store.ownership import DatabaseTakenError, moved_mark, own

log = structlog.get_logger()

HURRY_S = 1.5  # of the time that a stop may take: to end what hangs
CLOSING_S = 2.5  # of the same: to hand work back and close; the rest is for pictures that are nearly drawn
FINISH_S = 1.0
PRUNE_EVERY_S = 3600.0
MOVED = (
    "{path} was moved to Postgres, and would answer what is answered from there: set DATABASE_URL=postgresql://..., or "
    "take {mark} away to go back (docs/postgres.md)"
)


class Easel:
    """Everything that runs. `start` and `stop` are the lifespan of the service."""

    def __init__(self, settings: Settings, *, refusals: Refusals, lines_dropped: Callable[[], int]) -> None:
        """Build every part; touch nothing outside this process."""
        self._several_processes = settings.several_processes
        self._limits, self._is_unlimited = limits_of(settings), is_unlimited(settings)
        self._stop_s = settings.stop_within_s - HURRY_S
        self._parts = build(settings, refusals=refusals, lines_dropped=lines_dropped)
        self.health = self._parts.health
        self.webhook = self._parts.webhook
        self.exposition = self._parts.exposition
        self.dashboard = self._parts.dashboard
        self._tasks: set[asyncio.Task[None]] = set()
        self._lease: asyncio.Task[None] | None = None
        self._owned: IO[str] | None = None
        self.failed = False
        self.cannot_start: Exception | None = None

    @property
    def is_unfit(self) -> bool:
        """Whether the start failed for a reason that trying again would not change."""
        return isinstance(self.cannot_start, EngineError | DatabaseUnfitError)

    def take_database(self) -> None:
        """Make sure that this machine can run the engine and that the SQLite file is ours alone.

        Raises:
            EngineError: It cannot, or the file is not; the message says what helps.
        """
        if self._parts.database.is_sqlite and not self._owned:
            check_sqlite()
            path = Path(self._parts.database.url.database or "easel.db")
            try:
                self._owned = own(path)
            except DatabaseTakenError as error:
                raise EngineError(str(error)) from error
            if (mark := moved_mark(path)).exists():
                raise EngineError(MOVED.format(path=path, mark=mark))

    async def start(self) -> None:
        """Open the store, launch the engine, resume unfinished work. Waits for no vendor.

        Raises:
            EngineError: The database belongs to another process, or this machine cannot run the engine.
            DatabaseUnfitError: The tables differ too much from those of this release.
            DatabaseError: The database is unavailable, damaged, or denies us what we need.
        """
        began = time.perf_counter()
        self.take_database()
        await asyncio.to_thread(self._parts.database.migrate)
        self._parts.inbox.start()
        if self._several_processes:
            await self._parts.lease.begin()
        await self._parts.engine.start()
        await self.health.check()
        self._keep(self._parts.dispatcher.keep(), name="dispatcher")
        self._keep(self.health.watch(), name="health")
        self._keep(self._prune(), name="upkeep")
        self._keep(self._parts.reconciler.keep(), name="reconciler")
        self._keep(self._parts.flows.sweep.keep(), name="sweep")
        self._keep(self._parts.flows.lookout.keep(), name="lookout")
        self._keep(self._parts.flows.line_access.keep(), name="line access")
        self._keep(self._parts.flows.public_address.keep(), name="public address")
        self._keep(self._open_bucket(), name="bucket")
        self._keep(self._open_line(), name="line")
        if self._several_processes:
            self._lease = self._keep(self._parts.lease.keep(), name="lease")
        log.info("limits_read", **self._limits)
        if self._is_unlimited:
            log.warning("nothing_is_limited", cure="set USER_DAILY_PICTURES, DAILY_BUDGET_USD or ALLOWED_IDS")
        log.info("started", duration_ms=round((time.perf_counter() - began) * 1000))

    async def stop(self) -> None:
        """Accept nothing new, let pictures that are nearly drawn finish, hand the rest back to the engine."""
        try:
            async with asyncio.timeout(self._stop_s):
                await self._stop()
        except TimeoutError:
            log.warning("stopped_in_a_hurry", after_s=self._stop_s)
        else:
            log.info("stopped")

    async def _stop(self) -> None:
        # The lease is kept to the end: without it others would start again what is still being finished here.
        self._parts.lease.retire()
        self._parts.engine.stop_starting()  # a drawing started from now on would be paid for and then cut off
        log.info("stopping")
        await _cancel(task for task in self._tasks if task is not self._lease)
        await asyncio.to_thread(self._parts.inbox.stop)
        with contextlib.suppress(TimeoutError, SQLAlchemyError):
            async with asyncio.timeout(FINISH_S):
                await self._parts.dispatcher.finish()
        await self._parts.dispatcher.stop()
        await self._parts.engine.stop(drain=DRAW, drain_s=self._stop_s - CLOSING_S)
        await self._parts.flows.watch.stop()
        await _cancel(self._tasks)
        if self._several_processes:
            with contextlib.suppress(SQLAlchemyError):  # then the lease runs out by itself
                await self._parts.lease.give_up()
        self._parts.flows.renderers.shutdown()
        await self._parts.vendors.aclose()
        await asyncio.to_thread(self._parts.traces.close)
        await asyncio.to_thread(self._parts.database.close)
        if self._owned:
            self._owned.close()

    def _keep(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)
        return task

    def _task_ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if task.cancelled() or task.exception() is None:
            return
        # Without this worker nobody would be answered: better to end, and be restarted.
        log.critical("worker_died", worker=task.get_name(), exc_info=task.exception())
        self.failed = True
        os.kill(os.getpid(), signal.SIGTERM)

    async def _open_bucket(self) -> None:
        """Connect early, to save the first picture time. It tries again after a failure, and reports what is wrong."""
        try:
            await self._parts.vendors.bucket.connect()
        except EaselError as error:
            log.error("bucket_not_opened", message=str(error))

    async def _open_line(self) -> None:
        """Load line-bot-sdk early, so that the first answer need not wait for it."""
        try:
            await self._parts.vendors.line.connect()
        except Exception:
            log.exception("line_not_opened")
        gc.freeze()  # it stays as long as we do: full collections, which stop everything, need not look through it

    async def _prune(self) -> None:
        while True:
            await asyncio.sleep(PRUNE_EVERY_S)
            await self._parts.upkeep.prune()
            while await self._parts.engine.prune(before=time.time() - EVENTS_KEPT_S):
                pass


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    cancelled = list(tasks)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)


class Service(FastAPI):
    """FastAPI, except that webhooks bypass its layers, which take as long as all that we do before the commit."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "http" and scope["path"] == "/callback" and scope["method"] == "POST":
            await self.state.easel.webhook(scope, receive, send)
        elif scope["type"] == "lifespan":
            await super().__call__(scope, receive, self._without_traceback(send))
        else:
            await super().__call__(scope, receive, send)

    def _without_traceback(self, send: Send) -> Send:
        """Wrap `send` to drop the traceback of a failed start whose reason is in the log already."""

        async def sent(message: Message) -> None:
            is_told = message["type"] == "lifespan.startup.failed" and self.state.easel.cannot_start
            await send({"type": message["type"]} if is_told else message)

        return sent


def create_app(
    settings: Settings, *, refusals: Refusals | None = None, lines_dropped: Callable[[], int] = lambda: 0
) -> FastAPI:
    """Build the service. `app.state.easel` is what runs in it."""
    easel = Easel(settings, refusals=refusals or Refusals(), lines_dropped=lines_dropped)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            await easel.start()
        except (EngineError, DatabaseUnfitError, DatabaseError) as error:
            easel.cannot_start = error
            log.error("cannot_start", message=_in_words(error))
            raise
        try:
            yield
        finally:
            await easel.stop()

    app = Service(
        title="Easel",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # it would redirect to whatever the Host header says, and LINE follows no redirect
    )
    app.state.easel = easel
    app.router.routes.append(Route("/callback", easel.webhook, methods=["POST"]))  # 405 to all else; see Service
    app.include_router(health.routes(easel.health))
    app.include_router(metrics.routes(easel.exposition, token=_secret(settings.metrics_token)))
    if easel.dashboard:
        app.router.routes.append(Route("/admin{rest:path}", easel.dashboard))
    return app


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value else None


def _in_words(error: Exception) -> str:
    """Return what is wrong, in words; for a database's own error without the statement and the database's address."""
    if not isinstance(error, DatabaseError):
        return str(error)
    return f"the database of DATABASE_URL cannot be used: {first_line(error) or type(error.orig).__name__}"

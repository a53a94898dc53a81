"""Builds every object once, in one place, and starts and stops them."""

import asyncio
import contextlib
import fcntl
import os
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import IO, Any

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app import health, lease
from app.engine import Engine, EngineError, Limits, check_sqlite
from app.flows.bell import Bell
from app.flows.courier import Courier
from app.flows.decide import Rules
from app.flows.deliver import Deliver, TokenRule
from app.flows.draw import DrawFlow
from app.flows.event import DRAW, NAME, EventFlow
from app.flows.feeder import Feeder
from app.flows.languages import Languages
from app.flows.loading import Loading
from app.flows.watch import Watch
from app.line.client import LineClient
from app.openai_images import OpenAIImages
from app.r2 import Bucket
from app.settings import Settings
from app.store.calls import Calls
from app.store.database import Database
from app.store.deliveries import Deliveries
from app.store.inbox import Inbox
from app.store.leases import Leases
from app.store.people import People
from app.store.requests import Requests
from app.store.upkeep import EVENTS_KEPT_S, Upkeep
from app.webhook import Webhook

log = structlog.get_logger()

STOP_S = 8.5
DRAIN_S = 6.0  # what a picture that is nearly drawn gets at a stop, of the 10 s until the supervisor kills
PRUNE_EVERY_S = 3600.0


class Easel:
    """Everything that runs. `start` and `stop` are the lifespan of the service."""

    def __init__(self, settings: Settings) -> None:
        """Build; touch nothing outside this process."""
        executor_id = lease.new_executor_id() if settings.several_processes else lease.ALONE
        self._settings = settings
        self._database = Database(settings.database_url)
        self._engine = Engine(
            database_url=settings.database_url,
            executor_id=executor_id,
            limits=Limits(
                at_once=settings.pictures_at_once,
                at_once_per_user=settings.pictures_at_once_per_user,
                per_minute=settings.pictures_per_minute,
            ),
        )
        self._inbox = Inbox(self._database, owner=executor_id)
        self._feeder = Feeder(inbox=self._inbox, engine=self._engine)
        self._lease = lease.Lease(
            leases=Leases(self._database),
            inbox=self._inbox,
            engine=self._engine,
            executor_id=executor_id,
            adopted=self._feeder.arrived,
        )
        self._upkeep = Upkeep(self._database, owner=executor_id)
        self._line = LineClient(
            channel_access_token=settings.line_channel_access_token.get_secret_value(),
            base_url=settings.line_api_base_url,
            data_base_url=settings.line_data_api_base_url,
        )
        self._images = OpenAIImages(
            api_key=settings.openai_api_key.get_secret_value(),
            base_url=settings.openai_base_url,
            timeout_s=settings.openai_timeout_s,
        )
        self._bucket = Bucket(
            endpoint_url=settings.bucket_endpoint_url,
            access_key_id=settings.r2_access_key_id.get_secret_value(),
            secret_access_key=settings.r2_secret_access_key.get_secret_value(),
            bucket=settings.r2_bucket,
            public_base_url=settings.r2_public_base_url,
        )
        self._draw = self._register_flows(executor_id)
        self.health = health.Health(upkeep=self._upkeep, inbox=self._inbox, engine=self._engine)
        self.webhook = Webhook(
            secrets=settings.channel_secrets, inbox=self._inbox, health=self.health, arrived=self._feeder.arrived
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._owned: IO[str] | None = None
        self.failed = False

    def _register_flows(self, executor_id: str) -> DrawFlow:
        settings = self._settings
        requests, deliveries = Requests(self._database), Deliveries(self._database, owner=executor_id)
        bell, loading = Bell(), Loading(self._line)
        deliver = Deliver(
            deliveries=deliveries,
            courier=Courier(deliveries=deliveries, requests=requests, line=self._line, loading=loading),
            languages=Languages(people=People(self._database), line=self._line, default=settings.default_language),
            bell=bell,
            rule=TokenRule(deadline_s=settings.reply_deadline_s, late=settings.late_delivery),
            url_of=self._bucket.url,
            is_orphan=self._lease.is_dead,
            group_prefix=settings.group_prefixes[0] if settings.group_prefixes else "@",
        )
        draw = DrawFlow(
            requests=requests,
            calls=Calls(self._database),
            images=self._images,
            bucket=self._bucket,
            deliver=deliver,
            bell=bell,
            models=settings.image_models,
            defaults=settings.picture_defaults,
        )
        event = EventFlow(
            engine=self._engine,
            inbox=self._inbox,
            requests=requests,
            deliveries=deliveries,
            watch=Watch(
                deliver=deliver,
                loading=loading,
                bell=bell,
                several_processes=settings.several_processes,
                pushes=settings.late_delivery == "push",
            ),
            rules=Rules(
                group_prefixes=settings.group_prefixes,
                allowed_ids=frozenset(settings.allowed_ids),
                blocked_ids=frozenset(settings.blocked_ids),
            ),
            waiting_max=settings.pictures_waiting,
        )
        self._engine.workflow(NAME, event.run)
        self._engine.workflow(DRAW, draw.run, broke=draw.give_up)
        return draw

    def take_database(self) -> None:
        """Make sure that this machine can run the engine and that the SQLite file is ours alone.

        Raises:
            EngineError: It is not; the message says what helps.
        """
        if self._database.is_sqlite and not self._owned:
            check_sqlite()
            self._owned = _own(Path(self._database.url.database or "easel.db"))

    async def start(self) -> None:
        """Open the store, launch the engine, go on with what was left. Asks no vendor.

        Raises:
            EngineError: The database belongs to another process, or this machine cannot run the engine.
        """
        began = time.perf_counter()
        self.take_database()
        await asyncio.to_thread(self._database.migrate)
        self._inbox.start()
        if self._settings.several_processes:
            await self._lease.begin()
        await self._engine.start()
        await self.health.check()
        self._keep(self._feeder.feed(), name="feeder")
        self._keep(self.health.watch(), name="health")
        self._keep(self._prune(), name="upkeep")
        self._keep(self._bucket.connect(), name="bucket")
        if self._settings.several_processes:
            self._keep(self._lease.keep(), name="lease")
        log.info("started", duration_ms=round((time.perf_counter() - began) * 1000))

    async def stop(self) -> None:
        """Take nothing new, let pictures that are nearly drawn end, hand the rest back to the engine."""
        try:
            async with asyncio.timeout(STOP_S):
                await self._stop()
        except TimeoutError:
            log.warning("stopped_in_a_hurry", after_s=STOP_S)
        else:
            log.info("stopped")

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._inbox.stop)
        await self._engine.stop(drain=DRAW, drain_s=DRAIN_S)
        if self._settings.several_processes:
            with contextlib.suppress(SQLAlchemyError):  # the lease runs out by itself
                await self._lease.give_up()
        self._draw.close()
        await self._bucket.aclose()
        await self._line.aclose()
        await self._images.aclose()
        await asyncio.to_thread(self._database.close)
        if self._owned:
            self._owned.close()

    def _keep(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if task.cancelled() or task.exception() is None:
            return
        # Without this worker nobody would be answered: better to be started anew.
        log.critical("worker_died", worker=task.get_name(), exc_info=task.exception())
        self.failed = True
        os.kill(os.getpid(), signal.SIGTERM)

    async def _prune(self) -> None:
        while True:
            await asyncio.sleep(PRUNE_EVERY_S)
            await self._upkeep.prune()
            while await self._engine.prune(before=time.time() - EVENTS_KEPT_S):
                pass


class Service(FastAPI):
    """FastAPI, but a webhook goes past its layers, which take as long as all that we do before the commit."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "http" and scope["path"] == "/callback" and scope["method"] == "POST":
            await self.state.easel.webhook(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """Build the service. `app.state.easel` is what runs in it."""
    easel = Easel(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await easel.start()
        try:
            yield
        finally:
            await easel.stop()

    app = Service(title="Easel", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.easel = easel
    app.router.routes.append(Route("/callback", easel.webhook, methods=["POST"]))  # for 405; see Service
    app.include_router(health.routes(easel.health))
    return app


def _own(database: Path) -> IO[str]:
    """Take the SQLite file for this process alone: two would draw everything twice."""
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = database.with_name(f"{database.name}.lock").open("w", encoding="ascii")
    except OSError as error:
        raise EngineError(f"{database.parent} cannot be written ({error.strerror}): check DATABASE_URL") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise EngineError(
            f"another Easel uses {database}: stop it, or set DATABASE_URL=postgresql://... to share the work"
        ) from error
    return lock

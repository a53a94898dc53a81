"""The whole service: what `main` starts and stops."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import health, lease
from app.build.dashboard import dashboard_of
from app.build.make_flows import Flows
from app.build.make_speaking import Speaking
from app.build.make_store import Store
from app.build.make_vendors import Vendors
from app.caps import caps_of
from app.engine import Engine, QueueLimits
from app.flows.conversation.dispatcher import Dispatcher
from app.flows.conversation.event import Stores
from app.flows.drawing.reconciler import Reconciler
from app.line.envelopes import Envelope
from app.metrics import Exposition, Metrics
from app.reading.rank import may_ask
from app.refusals import Refusals
from app.release import release
from app.reports.gauges import Gauges
from app.settings import Settings
from app.store.broken_off import BrokenOff
from app.store.database import Database
from app.store.housekeeping import Upkeep
from app.store.inbox import Inbox, Rank
from app.store.leases import Leases
from app.store.settling import Settling
from app.traces import Traces
from app.webhook import Webhook

if TYPE_CHECKING:
    from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What `main` starts and stops, and what the service answers with."""

    database: Database
    engine: Engine
    inbox: Inbox
    dispatcher: Dispatcher
    reconciler: Reconciler
    lease: lease.Lease
    upkeep: Upkeep
    vendors: Vendors
    flows: Flows
    health: health.Health
    webhook: Webhook
    traces: Traces
    exposition: Exposition
    dashboard: "ASGIApp | None"


def build(settings: Settings, *, refusals: Refusals, lines_dropped: Callable[[], int]) -> ServiceParts:
    """Build everything in the order of its dependencies: the store, vendors, flows, and what calls them."""
    executor_id = lease.new_executor_id() if settings.several_processes else lease.ALONE
    database = Database(settings.database_url)
    engine = Engine(database_url=settings.database_url, executor_id=executor_id, limits=_limits(settings))
    inbox = Inbox(database, owner=executor_id)
    settling = Settling(database, owner=executor_id)
    leases = lease.Lease(leases=Leases(database), settling=settling, engine=engine, executor_id=executor_id)
    upkeep = Upkeep(database, owner=executor_id)
    store = Store(database, settings, owner=executor_id)
    vendors = Vendors(settings)
    metrics = Metrics(version=release(), models=settings.image_models)
    traces = Traces(settings.otel_exporter_otlp_endpoint, service_version=release())
    speaking = Speaking(settings, store, vendors, is_orphan=leases.is_dead, metrics=metrics, traces=traces)
    flows = Flows(settings, store, vendors, speaking)
    dispatcher = flows.dispatcher(engine, _stores(database, settling, store), owner=executor_id)
    leases.adopts(dispatcher.adopt)

    watched = health.Health(upkeep=upkeep, inbox=inbox, engine=engine, beside=lambda: flows.problems)
    gauges = Gauges(database, zone=settings.zone, caps=caps_of(settings))
    return ServiceParts(
        database=database,
        engine=engine,
        inbox=inbox,
        dispatcher=dispatcher,
        reconciler=Reconciler(
            requests=store.requests,
            broken_off=BrokenOff(database),
            engine=engine,
            metrics=metrics,
            attend=flows.watch.attend,
        ),
        lease=leases,
        upkeep=upkeep,
        vendors=vendors,
        flows=flows,
        health=watched,
        webhook=Webhook(
            secrets=settings.channel_secrets,
            inbox=inbox,
            health=watched,
            rank=_rank(settings),
            arrived=dispatcher.arrived,
            metrics=metrics,
            traces=traces,
            refusals=refusals,
        ),
        traces=traces,
        exposition=Exposition(
            metrics=metrics, gauges=gauges, health=watched, lines_dropped=lines_dropped, models=settings.image_models
        ),
        dashboard=dashboard_of(
            settings,
            database=database,
            store=store,
            flows=flows,
            vendors=vendors,
            gauges=gauges,
            health=watched,
            refusals=refusals,
        ),
    )


def _stores(database: Database, settling: Settling, store: Store) -> Stores:
    return Stores(database=database, settling=settling, requests=store.requests, receiving=store.receiving)


def _rank(settings: Settings) -> Callable[[Envelope], Rank]:
    def rank(envelope: Envelope) -> Rank:
        return Rank.ASKS if may_ask(envelope, prefixes=settings.group_prefixes) else Rank.CHATTER

    return rank


def _limits(settings: Settings) -> QueueLimits:
    return QueueLimits(
        at_once=settings.pictures_at_once,
        at_once_per_user=settings.pictures_at_once_per_user,
        per_minute=settings.pictures_per_minute,
    )

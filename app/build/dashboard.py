"""The dashboard, if there is a token for it."""

from typing import TYPE_CHECKING

from app.build.make_flows import Flows
from app.build.make_store import Store
from app.build.make_vendors import Vendors
from app.caps import caps_of
from app.health import Health
from app.refusals import Refusals
from app.reports.gauges import Gauges
from app.settings import Settings
from app.store.database import Database

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def dashboard_of(
    settings: Settings,
    *,
    database: Database,
    store: Store,
    flows: Flows,
    vendors: Vendors,
    gauges: Gauges,
    health: Health,
    refusals: Refusals,
) -> "ASGIApp | None":
    """Build the dashboard; None without ADMIN_TOKEN, and then nothing of it is loaded."""
    if settings.admin_token is None:
        return None
    from app.admin import AccessLists, DashboardParts, DashboardRules, dashboard  # noqa: PLC0415 - 3 MB that most would carry for nothing

    parts = DashboardParts(
        database=database,
        requests=store.requests,
        forgetting=store.forgetting,
        gauges=gauges,
        health=health,
        admins=flows.admins,
        deliver=flows.deliver,
        sweep=flows.sweep,
        line=vendors.line,
        bucket=vendors.bucket,
        refusals=refusals,
    )
    rules = DashboardRules(
        token=settings.admin_token.get_secret_value(),
        shows_prompts=settings.admin_shows_prompts,
        pictures_url=settings.r2_public_base_url,
        models=settings.image_models,
        caps=caps_of(settings),
        lists=AccessLists(
            allowed_ids=frozenset(settings.allowed_ids),
            blocked_ids=frozenset(settings.blocked_ids),
            admin_ids=frozenset(settings.admin_user_ids),
        ),
        zone=settings.zone,
        trusted_proxies=settings.trusted_proxies,
    )
    return dashboard(parts, rules)

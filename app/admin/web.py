"""The application at /admin: its routes, the headers of every answer, its error pages."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.admin.auth import Auth, is_https
from app.admin.formats import Clock
from app.admin.gallery_page import GalleryPage
from app.admin.ledger_page import LedgerPage
from app.admin.overview_page import OverviewPage
from app.admin.people_page import AccessLists, PeoplePage
from app.admin.rendering import HERE, Presentation, Renderer
from app.admin.requests_page import RequestsPage
from app.admin.session import SessionKeys
from app.admin.sign_in_limit import SignInLimit
from app.flows.conversation.admins import Admins
from app.flows.delivery.deliver import Deliver
from app.flows.upkeep.cleanup import Cleanup
from app.health import Health
from app.line.client import LineClient
from app.r2 import Bucket
from app.refusals import Refusals
from app.reports.accounts import Accounts
from app.reports.archive import Archive
from app.reports.gallery import Gallery
from app.reports.gauges import Gauges
from app.reports.statement import Statement
from app.reports.trends import Trends
from app.reports.troubles import Troubles
from app.store.database import Database
from app.store.forgetting import Forgetting
from app.store.money.budgets import Caps
from app.store.requests import Requests
from app.store.sign_outs import SignOuts

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

FILES_KEPT_S = 30 * 86_400
HTTPS_S = 365 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardParts:
    """The objects that the dashboard reads from and acts with."""

    database: Database
    requests: Requests
    forgetting: Forgetting
    gauges: Gauges
    health: Health
    admins: Admins
    deliver: Deliver
    sweep: Cleanup
    line: LineClient
    bucket: Bucket
    refusals: Refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardRules:
    """What the dashboard needs from the settings.

    Attributes:
        pictures_url: The public URL of the bucket.
        models: In the order in which they are asked.
        trusted_proxies: Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed.
    """

    token: str
    shows_prompts: bool
    pictures_url: str
    models: Sequence[str]
    caps: Caps
    lists: AccessLists
    zone: ZoneInfo
    trusted_proxies: Sequence[str]


def dashboard(parts: DashboardParts, rules: DashboardRules) -> "ASGIApp":
    """Build the dashboard, which serves all paths from /admin on."""
    clock = Clock(rules.zone)
    presentation = Presentation(url_of=parts.bucket.url, shows_prompts=rules.shows_prompts)
    renderer = Renderer(clock=clock, presentation=presentation)
    auth = Auth(
        keys=SessionKeys(rules.token),
        renderer=renderer,
        limit=SignInLimit(),
        sign_outs=SignOuts(parts.database),
        refusals=parts.refusals,
    )
    trends = Trends(parts.database)
    gallery = Gallery(parts.database, reads_prompts=rules.shows_prompts)
    archive = Archive(parts.database, reads_prompts=rules.shows_prompts)
    pages = (
        OverviewPage(
            renderer=renderer,
            gauges=parts.gauges,
            trends=trends,
            troubles=Troubles(parts.database),
            line=parts.line,
            health=parts.health,
            admins=parts.admins,
            models=rules.models,
            zone=rules.zone,
        ),
        RequestsPage(
            renderer=renderer, archive=archive, requests=parts.requests, deliver=parts.deliver, zone=rules.zone
        ),
        GalleryPage(renderer=renderer, gallery=gallery, forgetting=parts.forgetting, sweep=parts.sweep),
        PeoplePage(
            renderer=renderer,
            holders=Accounts(parts.database),
            gallery=gallery,
            admins=parts.admins,
            caps=rules.caps,
            lists=rules.lists,
            zone=rules.zone,
        ),
        LedgerPage(renderer=renderer, statement=Statement(parts.database), trends=trends, clock=clock, zone=rules.zone),
    )
    routes = [*auth.routes(), *(route for page in pages for route in page.routes(auth))]
    routes += [_file("style.css", "text/css"), _file("icon.svg", "image/svg+xml")]
    app = Starlette(routes=routes, exception_handlers=_handlers(renderer, auth))
    app.router.redirect_slashes = False
    shown = _Headers(app, images_from=_origin(rules.pictures_url))
    return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", shown), trusted_hosts=[*rules.trusted_proxies]))


class _Headers:
    """Adds headers to every answer: nothing is loaded from outside, no scripts, no framing, no cached copies."""

    def __init__(self, app: "ASGIApp", *, images_from: str) -> None:
        self._app = app
        policy = {
            "default-src": "'none'",
            "style-src": "'self'",
            "img-src": f"'self' {images_from}",
            "form-action": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
        self._headers = {
            "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request."""

        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("Cache-Control", "no-store")
                if is_https(Request(scope)):
                    headers["Strict-Transport-Security"] = f"max-age={HTTPS_S}"
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _file(name: str, media_type: str) -> Route:
    headers = {"Cache-Control": f"public, max-age={FILES_KEPT_S}, immutable"}

    async def get(_request: Request) -> Response:
        return FileResponse(HERE / "static" / name, media_type=media_type, headers=headers)

    return Route(f"/admin/{name}", get, methods=["GET"])


Handlers = dict[type[Exception] | int, Callable[[Request, Exception], Awaitable[Response]]]


def _handlers(renderer: Renderer, auth: Auth) -> Handlers:
    async def show(request: Request, problem: str, *, status_code: int) -> Response:
        session = await auth.session_or_none(request)
        return await renderer.show(request, "problem.html", session=session, status_code=status_code, problem=problem)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        problem = {404: "There is no such page.", 405: "That cannot be done here."}.get(error.status_code, error.detail)
        shown = await show(request, _own(error, problem), status_code=error.status_code)
        shown.headers.update(error.headers or {})
        return shown

    async def away(request: Request, error: Exception) -> Response:
        log.warning("admin_page_not_made", error=type(error).__name__)
        problem = "The database cannot be read just now. Please try again in a moment."
        return await show(request, problem, status_code=503)

    async def broke(request: Request, _error: Exception) -> Response:
        problem = "This page could not be made. The log says why."  # the server logs it, after this answer
        return await show(request, problem, status_code=500)

    return {HTTPException: refused, SQLAlchemyError: away, Exception: broke}


def _own(error: HTTPException, plain: str) -> str:
    """Prefer our own sentence to the bare name of the status."""
    return error.detail if error.detail.endswith(".") else plain


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

"""Signing in and out, and who may see pages and change things."""

import math
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.admin.rendering import FLASH_COOKIE, Renderer, href
from app.admin.session import (
    BROWSER_COOKIE,
    BROWSER_KNOWN_S,
    COOKIE,
    IDLE_S,
    PREFIX_OF_HTTPS,
    Session,
    SessionKeys,
)
from app.admin.sign_in_limit import SignInLimit
from app.refusals import Refusals
from app.store.sign_outs import SignOuts

log = structlog.get_logger()

FORM_BYTES_MAX = 10_000
FIELDS_MAX = 20
OUR_PATHS = re.compile(r"/admin(/[\w/.-]*)?(\?[\w=&.%+-]*)?")  # paths that a form may go back to

Form = Mapping[str, str]
Show = Callable[[Request, Session], Awaitable[Response]]
Do = Callable[[Request, Form], Awaitable[str]]


class Auth:
    """Builds the dashboard's routes, each with its check."""

    def __init__(
        self, *, keys: SessionKeys, renderer: Renderer, limit: SignInLimit, sign_outs: SignOuts, refusals: Refusals
    ) -> None:
        self._keys = keys
        self._refusals = refusals
        self._sign_outs = sign_outs
        self._renderer = renderer
        self._limit = limit

    def routes(self) -> list[Route]:
        """Return the routes for signing in and out."""
        return [
            Route("/admin/sign-in", self._show_sign_in, methods=["GET"]),
            Route("/admin/sign-in", self._sign_in, methods=["POST"]),
            Route("/admin/sign-out", self._sign_out, methods=["POST"]),
        ]

    def page(self, path: str, show: Show) -> Route:
        """Build the route of a page; people who are not signed in are redirected to the sign-in page."""

        async def get(request: Request) -> Response:
            session = await self._session(request)
            if session is None:
                return RedirectResponse(href("/admin/sign-in", then=_here(request)), 303)
            shown = await show(request, session)
            self._renew_cookie(request, shown, session)
            return shown

        return Route(path, get, methods=["GET"])

    def action(self, path: str, do: Do) -> Route:
        """Build a route that changes something. `do` returns what is shown afterwards, a key of `FLASH_MESSAGES`."""

        async def post(request: Request) -> Response:
            session, form = await self._checked_form(request)
            flash = await do(request, form)
            # Only the last part of the path: those before it may name a person.
            log.info("admin_acted", action=path.rpartition("/")[2], session=session.id, peer=peer_of(request))
            answer = RedirectResponse(back_to(form), 303)
            secure = is_https(request)
            answer.set_cookie(FLASH_COOKIE, flash, 60, path="/admin", httponly=True, samesite="strict", secure=secure)
            self._renew_cookie(request, answer, session)
            return answer

        return Route(path, post, methods=["POST"])

    async def session_or_none(self, request: Request) -> Session | None:
        """Return the session, for a page that reports a failure; None if there is none, or the database cannot tell."""
        try:
            return await self._session(request)
        except SQLAlchemyError:
            return None

    async def _show_sign_in(self, request: Request) -> Response:
        if await self._session(request):
            return RedirectResponse("/admin", 303)
        return await self._sign_in_page(request, then=back_to(request.query_params, "then"), problem=None)

    async def _sign_in(self, request: Request) -> Response:
        _refuse_other_sites(request)
        form = await _form(request)
        peer, then = peer_of(request), back_to(form, "then")
        browser = self._keys.browser(request.cookies.get(_name(request, BROWSER_COOKIE), ""))
        # Before the token is compared, or the answer would still tell a guesser which token is right.
        if wait_s := self._limit.wait_s(peer, browser=browser):
            self._refusals.note("admin_sign_in_put_off", reason="too many wrong tokens within a minute")
            return await self._put_off(request, then=then, wait=math.ceil(wait_s))
        if not self._keys.is_token(form.get("token", "").strip()):
            self._limit.count(peer, browser=browser)
            log.warning("admin_sign_in_refused", peer=peer)  # at most as often as the limit allows
            return await self._sign_in_page(request, then=then, problem="That is not the token.", status_code=403)
        answer = RedirectResponse(then, 303)
        session = self._keys.begin(now_at=time.time())
        log.info("admin_signed_in", peer=peer, session=session.id)
        _set_cookie(request, answer, COOKIE, self._keys.cookie(session), max_age_s=IDLE_S)
        _set_cookie(request, answer, BROWSER_COOKIE, self._keys.browser_cookie(browser), max_age_s=BROWSER_KNOWN_S)
        return answer

    async def _put_off(self, request: Request, *, then: str, wait: int) -> Response:
        problem = f"Too many tries. Please wait {wait} second{'s' * (wait > 1)}, then try again."
        shown = await self._sign_in_page(request, then=then, problem=problem, status_code=429)
        shown.headers["Retry-After"] = str(wait)
        return shown

    async def _sign_out(self, request: Request) -> Response:
        session, _ = await self._checked_form(request)
        await self._sign_outs.add(session.id)
        log.info("admin_signed_out", session=session.id, peer=peer_of(request))
        answer = RedirectResponse("/admin/sign-in", 303)
        _set_cookie(request, answer, COOKIE, "", max_age_s=0)
        return answer

    async def _sign_in_page(
        self, request: Request, *, then: str, problem: str | None, status_code: int = 200
    ) -> Response:
        return await self._renderer.show(
            request, "sign_in.html", session=None, status_code=status_code, then=then, problem=problem
        )

    def _renew_cookie(self, request: Request, answer: Response, session: Session) -> None:
        if renewed := self._keys.renewed(session, now_at=time.time()):
            _set_cookie(request, answer, COOKIE, self._keys.cookie(renewed), max_age_s=IDLE_S)

    async def _session(self, request: Request) -> Session | None:
        session = self._keys.read(request.cookies.get(_name(request, COOKIE), ""), now_at=time.time())
        return None if session is None or await self._sign_outs.holds(session.id) else session

    async def _checked_form(self, request: Request) -> tuple[Session, Form]:
        session = await self._session(request)
        if session is None:
            raise HTTPException(403, "You are not signed in any more. Nothing was changed.")
        _refuse_other_sites(request)
        form = await _form(request)
        if not session.owns(form.get("form_token", "")):
            raise HTTPException(403, "This did not come from a page of this session. Nothing was changed.")
        return session, form


def back_to(form: Form, field: str = "back") -> str:
    """Return the path that a form asks to go back to; /admin if it is not one of our pages."""
    back = form.get(field, "")
    return back if OUR_PATHS.fullmatch(back) else "/admin"


def _here(request: Request) -> str:
    return href(request.url.path, **dict(request.query_params.multi_items()))


def _refuse_other_sites(request: Request) -> None:
    """Refuse what another site has sent, in addition to checking the form's token.

    Not by Origin: with `Referrer-Policy: no-referrer` browsers send "null" even from our own pages, and behind a proxy
    we may not know our own name: https://fetch.spec.whatwg.org/#append-a-request-origin-header
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "The dashboard takes no forms from other pages. Nothing was changed.")


async def _form(request: Request) -> Form:
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > FORM_BYTES_MAX:
                raise HTTPException(413, "That is more than a form of the dashboard holds.")
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except (ClientDisconnect, ValueError) as error:
        raise HTTPException(400, "That is no form of the dashboard.") from error


def peer_of(request: Request) -> str:
    """Return the client's address; behind a proxy of TRUSTED_PROXIES, the one that the proxy names."""
    return request.client.host[:64] if request.client else ""


def is_https(request: Request) -> bool:
    """Whether the browser uses https, as far as we or a proxy of TRUSTED_PROXIES can tell."""
    return request.url.scheme == "https"


def _name(request: Request, cookie: str) -> str:
    return f"{PREFIX_OF_HTTPS}{cookie}" if is_https(request) else cookie


def _set_cookie(request: Request, answer: Response, cookie: str, value: str, *, max_age_s: int) -> None:
    answer.set_cookie(
        _name(request, cookie),
        value,
        max_age=max_age_s,
        path="/" if is_https(request) else "/admin",  # required by the prefix __Host-
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )

"""Who may use the page: browsers on this machine that were led here by the page itself."""

import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OriginGuard:
    """Refuses foreign Host headers (a name that was led to 127.0.0.1) and requests made by other pages.

    Args:
        app: The page.
        host: The address it listens on; anything but loopback lets addresses and this machine's name in.
    """

    def __init__(self, app: "ASGIApp", *, host: str) -> None:
        self._app = app
        self._open = host not in LOOPBACK

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Let the request through or refuse it."""
        if scope["type"] != "http":
            return
        is_visit = scope["method"] == "GET" and scope["path"] in {"/", "/demo"}
        problem = self._problem(Headers(scope=scope), is_visit=is_visit)
        if problem:
            await PlainTextResponse(problem, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _problem(self, headers: Headers, *, is_visit: bool) -> str | None:
        host = headers.get("host", "")
        if not self._knows(urlsplit(f"//{host}").hostname or ""):
            return f"this page does not answer to the name {host!r}"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return "this page takes no requests from other pages"
        if not is_visit and headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return "this page takes no requests from other pages"
        return None

    def _knows(self, name: str) -> bool:
        if name in LOOPBACK:
            return True
        if not self._open:
            return False
        try:
            ipaddress.ip_address(name)  # a number cannot be led elsewhere
        except ValueError:
            return name in {socket.gethostname(), socket.getfqdn()}
        return True

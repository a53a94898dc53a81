"""What all stand-ins have in common: an app to serve, a record, a feed, faults."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response

from line_sandbox.faults import Faults
from line_sandbox.feed import Feed, Subscription
from line_sandbox.front import Call, Front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import Route

T = TypeVar("T")


class Refusal(Exception):
    """The vendor says no; raised by handlers, turned into the vendor's own error body.

    Attributes:
        status: HTTP status.
        code: The vendor's short code, for the record.
        body: The whole body.
        media_type: Its type.
        headers: More headers of the answer.
    """

    def __init__(
        self, status: int, code: str, body: bytes, *, media_type: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.body = status, code, body
        self.media_type, self.headers = media_type, headers or {}


class StandIn:
    """One vendor on loopback. `app` is served with `line_sandbox.server.serve`.

    Attributes:
        app: The ASGI app.
        clock: Unix time in seconds.
        feed: Everything that happens here.
    """

    def __init__(
        self,
        routes: "Sequence[Route]",
        *,
        clock: Callable[[], float],
        request_id_header: str,
        record: bool,
        silent_on_expect: bool = False,
    ) -> None:
        self.clock = clock
        self.feed = Feed(clock)
        vendor = Starlette(routes=routes, exception_handlers={Refusal: self._refuse, HTTPException: self._lost})
        vendor.router.redirect_slashes = False
        self.app = Front(
            vendor,
            feed=self.feed,
            request_id_header=request_id_header,
            record=record,
            silent_on_expect=silent_on_expect,
        )

    @property
    def faults(self) -> Faults:
        """What shall go wrong."""
        return self.app.faults

    def calls_to(self, *endings: str) -> int:
        """Count the calls to paths that end so, also those that the record has let go."""
        return sum(count for path, count in self.app.calls_by_path.items() if path.endswith(endings))

    @property
    def calls(self) -> deque[Call]:
        """The latest API calls, oldest first; empty with `record=False`."""
        return self.app.calls

    def subscribe(self) -> Subscription:
        """Everything that happens from now on, as an async iterator; close it, or use it in a `with` block."""
        return Subscription(self.feed)

    async def wait_for(self, predicate: Callable[[], T], timeout_s: float = 5.0) -> T:
        """Wait until `predicate()` is true and return what it returned; see `Feed.wait_for`."""
        return await self.feed.wait_for(predicate, timeout_s)

    async def _refuse(self, request: "Request", exc: Exception) -> Response:
        if not isinstance(exc, Refusal):
            raise exc
        call_of(request).outcome = exc.code
        return Response(exc.body, exc.status, {**self.standard_headers(), **exc.headers}, exc.media_type)

    async def _lost(self, request: "Request", exc: Exception) -> Response:
        status = exc.status_code if isinstance(exc, HTTPException) else 404
        return await self._refuse(request, self.no_such_endpoint(request, status))

    def no_such_endpoint(self, request: "Request", status: int) -> Refusal:
        """What the vendor says to a path (404) or a method (405) it does not have."""
        return Refusal(
            status, "no_such_endpoint", f"{request.method} {request.url.path}".encode(), media_type="text/plain"
        )

    def standard_headers(self) -> dict[str, str]:
        """The headers that this vendor puts on every answer, the request id among them."""
        return {}


def call_of(request: "Request") -> Call:
    """The record of this request."""
    call = request.scope["sandbox.call"]
    if not isinstance(call, Call):
        raise TypeError("a stand-in's handler runs behind its front only")
    return call

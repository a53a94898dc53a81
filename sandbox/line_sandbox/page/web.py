"""The page's addresses: static files, the live stream, and what people on the page do."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from line_sandbox.page.acts import PHOTO_BYTES_MAX, PageActions
from line_sandbox.page.media import Media
from line_sandbox.page.origin_guard import OriginGuard
from line_sandbox.page.plug import PagePlug
from line_sandbox.page.state import NotAllowed, PageState, Record, Value

if TYPE_CHECKING:
    from starlette.types import ASGIApp

Verbs = Mapping[str, Callable[[Value], None]]

FILES = Path(__file__).parent / "static"
WISH_BYTES_MAX = 100_000
ALIVE_EVERY_S = 15.0
RETRY_MS = 700
SVG = "image/svg+xml"
PACKED_FROM_BYTES = 1000


class Web:
    """Serves one page. `close` ends the live streams, which would otherwise keep the server from stopping."""

    def __init__(self, *, plug: PagePlug, board: PageState, acts: PageActions, media: Media, verbs: Verbs) -> None:
        """`verbs`: what the page can do, by the last word of its address."""
        self._plug = plug
        self._board = board
        self._acts = acts
        self._media = media
        self._closing = asyncio.Event()
        self._verbs = verbs

    def app(self, *, host: str) -> "ASGIApp":
        """Everything behind the guard. `host`: the address it will listen on."""
        # Scripts and styles are a quarter as long; the live stream stays as it is.
        packed = [Middleware(GZipMiddleware, minimum_size=PACKED_FROM_BYTES)]
        return OriginGuard(
            Starlette(routes=self._routes(), middleware=packed, exception_handlers={NotAllowed: _refuse}), host=host
        )

    def _routes(self) -> list[BaseRoute]:
        index = (FILES / "index.html").read_text(encoding="utf-8").replace("{{name}}", escape(self._plug.name)).encode()
        headers = _headers(index)

        async def page(_request: Request) -> Response:
            return HTMLResponse(index, headers=headers)

        return [
            Route("/", lambda _request: RedirectResponse("/demo")),
            Route("/demo", page),
            Route("/demo/events", self._events),
            Route("/demo/do/{verb}", self._do, methods=["POST"]),
            Route("/demo/photo", self._photo, methods=["POST"]),
            *self._media.routes(),
            Route("/favicon.ico", lambda _request: FileResponse(self._plug.files / "icon.svg", media_type=SVG)),
            Mount("/demo/page", _Fresh(directory=FILES)),
            Mount("/demo/plug", _Fresh(directory=self._plug.files)),
        ]

    def close(self) -> None:
        """End the live streams."""
        self._closing.set()

    async def _events(self, request: Request) -> Response:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        stream = self._stream(request.headers.get("last-event-id", ""))
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def _stream(self, last_event_id: str) -> AsyncIterator[bytes]:
        epoch, _, number = last_event_id.partition(".")
        at = int(number) if epoch == self._board.epoch and number.isdecimal() else 0
        yield f"retry: {RETRY_MS}\n\n".encode()
        if not at:
            yield b"event: reset\ndata: {}\n\n"
        while not self._closing.is_set():
            if fresh := self._board.since(at):
                at = fresh[-1].number
                yield _message(self._board.epoch, at, fresh)
            if not await self._changed(at):
                yield b": alive\n\n"

    async def _changed(self, at: int) -> bool:
        """Wait for a change or for the end; False when neither came for a while."""
        waits = {
            asyncio.create_task(self._board.changed_after(at)),
            asyncio.create_task(self._closing.wait()),
        }
        done, late = await asyncio.wait(waits, timeout=ALIVE_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        for task in late:
            task.cancel()
        return bool(done)

    async def _do(self, request: Request) -> Response:
        wish = await _wish(request)
        verb = request.path_params["verb"]
        if verb == "look":
            await self._acts.look(wish)
        elif (act := self._verbs.get(verb)) is not None:
            act(wish)
        else:
            raise NotAllowed("there is no such verb")
        return JSONResponse({})

    async def _photo(self, request: Request) -> Response:
        parts: list[bytes] = []
        try:
            async for part in request.stream():
                parts.append(part)
                if sum(map(len, parts)) > PHOTO_BYTES_MAX:
                    raise NotAllowed(f"a photo has at most {PHOTO_BYTES_MAX // 1_000_000} MB")
        except ClientDisconnect:
            return Response(status_code=400)
        content_type = request.headers.get("content-type", "").partition(";")[0].strip()
        self._acts.photo(dict(request.query_params), b"".join(parts), content_type)
        return JSONResponse({})


class _Fresh(StaticFiles):
    """Files that are asked for again each time: another version, another page."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they came
        response.headers["cache-control"] = "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def _headers(index: bytes) -> dict[str, str]:
    """Nothing from outside this machine; the only inline script is the import map, by its hash."""
    found = re.search(rb'<script type="importmap">(.*?)</script>', index, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(found[1] if found else b"").digest()).decode()
    policy = f"default-src 'self'; script-src 'self' 'sha256-{digest}'; img-src 'self' data: blob:"
    return {
        "content-security-policy": f"{policy}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "cache-control": "no-cache",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


def _message(epoch: str, number: int, records: list[Record]) -> bytes:
    # What is shown in a row stays in the order in which it came, also after a reload.
    in_order = sorted(records, key=lambda one: one.first)
    body = [{"kind": one.kind, "id": one.id, "value": one.value} for one in in_order]
    return f"id: {epoch}.{number}\ndata: ".encode() + orjson.dumps(body) + b"\n\n"


async def _wish(request: Request) -> Value:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise NotAllowed("send JSON")
    body = await request.body()
    try:
        wish = orjson.loads(body) if len(body) <= WISH_BYTES_MAX else None
    except orjson.JSONDecodeError:
        wish = None
    if not isinstance(wish, dict):
        raise NotAllowed("send a JSON object")
    return wish


async def _refuse(_request: Request, problem: Exception) -> Response:
    return JSONResponse({"problem": str(problem)}, 400)

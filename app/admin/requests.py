"""Requests, newest first, and the timeline of one; sending an answer again."""

import asyncio
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.admin.auth import Door, Form, back_to
from app.admin.rendering import Screen
from app.admin.session import Session
from app.days import begins_at, next_day_at
from app.flows.delivery.deliver import Deliver
from app.line.ids import LINE_ID
from app.reports import wording
from app.reports.archive import Archive, Mark, RequestFilter
from app.reports.timeline import spans, timeline
from app.store.requests import Requests, State

log = structlog.get_logger()

SHOWN = 50
DIGITS_MAX = 18
FIELDS = ("state", "reason", "day", "who", "all", "before")


class Past:
    """The pages, and the deed."""

    def __init__(
        self, *, screen: Screen, archive: Archive, requests: Requests, deliver: Deliver, zone: ZoneInfo
    ) -> None:
        self._screen = screen
        self._archive = archive
        self._requests = requests
        self._deliver = deliver
        self._zone = zone
        self._sending: set[asyncio.Task[None]] = set()

    def routes(self, door: Door) -> list[Route]:
        """Say which addresses this page answers."""
        return [
            door.page("/admin/requests", self._list),
            door.page("/admin/requests/{request_id}", self._one),
            door.deed("/admin/requests/{request_id}/again", self._again),
        ]

    async def _list(self, request: Request, session: Session) -> Response:
        query = request.query_params
        wanted = self._wanted(query)
        found = await self._archive.find(wanted, limit=SHOWN, after=mark_of(query))
        return await self._screen.show(
            request,
            "requests.html",
            session=session,
            found=found,
            wanted=wanted,
            query={name: query.get(name, "") for name in FIELDS},
            older=query_of(found.older),
            states=wording.STATES,
            reasons=wording.REASONS,
        )

    async def _one(self, request: Request, session: Session) -> Response:
        history = await self._archive.history(request.path_params["request_id"])
        if history is None:
            raise HTTPException(404, "There is no such request.")
        return await self._screen.show(
            request,
            "request.html",
            session=session,
            one=history.entry,
            steps=timeline(history),
            spans=spans(history),
        )

    async def _again(self, request: Request, form: Form) -> str:
        request_id = request.path_params["request_id"]
        found = await self._requests.get(request_id)
        if found is None or not await self._requests.send_again(request_id):
            return back_to(form, said="not_again")
        log.info("answer_sent_again", request=request_id)
        # Not waited for: a push that LINE does not take yet is tried for minutes.
        task = asyncio.create_task(self._deliver_now(found.chat_id), name="send again")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return back_to(form, said="again")

    async def _deliver_now(self, chat_id: str) -> None:
        try:
            await self._deliver.now(chat_id)
        except Exception:  # the answer is due all the same: the chat's next event brings it
            log.exception("not_sent_again")

    def _wanted(self, query: Mapping[str, str]) -> RequestFilter:
        state, day, who = query.get("state", ""), query.get("day", ""), query.get("who", "").strip()
        since_at = begins_at(day, self._zone) if is_day(day) else None
        return RequestFilter(
            states=[State(state)] if state in set(State) else (),
            reason=query.get("reason") or None,
            since_at=since_at,
            until_at=None if since_at is None else next_day_at(since_at, self._zone),
            holder=who if LINE_ID.fullmatch(who) else None,
            draws=None if query.get("all") else True,
        )


def mark_of(query: Mapping[str, str]) -> Mark | None:
    """Read where a list goes on; None: at its beginning."""
    at, _, key = query.get("before", "").partition("_")
    try:
        return Mark(at=float(at), id=key) if key else None
    except ValueError:
        return None


def query_of(mark: Mark | None) -> str | None:
    """Write where a list goes on."""
    return f"{mark.at!r}_{mark.id}" if mark else None


def number_of(text: str) -> int | None:
    """Read a number; None: it is none, or has more digits than any of ours. Python itself refuses thousands of them."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else None


def is_day(text: str) -> bool:
    """Whether this is a day YYYY-MM-DD of our time, which no arithmetic with days leads out of the calendar."""
    try:
        return date.fromisoformat(text).isoformat() == text and "2000" < text < "3000"
    except ValueError:
        return False

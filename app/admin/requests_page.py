"""The pages of requests: a list, newest first, and the timeline of one; sending an answer again."""

import asyncio
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.admin.auth import Auth, Form
from app.admin.queries import (
    AccountQuery,
    QueryParser,
    format_cursor,
    parse_account,
    parse_choice,
    parse_cursor,
    parse_day,
    parse_reason,
)
from app.admin.rendering import Renderer
from app.admin.session import Session
from app.days import begins_at, next_day_at
from app.flows.delivery.deliver import Deliver
from app.reports import wording
from app.reports.archive import Archive, RequestFilter, RequestPage
from app.reports.timeline import spans, timeline
from app.store.requests import Requests, State

log = structlog.get_logger()

SHOWN = 50
UNDRAWN = "undrawn"  # failed or refused: what the overview counts by reason
FIELDS = ("state", "reason", "who", "all")
NOTHING = RequestPage(entries=(), older=None)


class RequestsPage:
    """The list of requests and the page of each, and sending its answer once more."""

    def __init__(
        self, *, renderer: Renderer, archive: Archive, requests: Requests, deliver: Deliver, zone: ZoneInfo
    ) -> None:
        self._renderer = renderer
        self._archive = archive
        self._requests = requests
        self._deliver = deliver
        self._zone = zone
        self._sending: set[asyncio.Task[None]] = set()

    def routes(self, auth: Auth) -> list[Route]:
        """Return the routes of these pages."""
        return [
            auth.page("/admin/requests", self._list),
            auth.page("/admin/requests/{request_id}", self._one),
            auth.action("/admin/requests/{request_id}/again", self._again),
        ]

    async def _list(self, request: Request, session: Session) -> Response:
        query = request.query_params
        days = {"from": query.get("day") or query.get("from", ""), "to": query.get("day") or query.get("to", "")}
        wanted, problems = self._wanted(query, days)
        found = await self._archive.find(wanted, limit=SHOWN, after=parse_cursor(query)) if not problems else NOTHING
        return await self._renderer.show(
            request,
            "requests.html",
            session=session,
            found=found,
            problems=problems,
            query={name: query.get(name, "") for name in FIELDS} | days,
            is_further="before" in query,
            older=format_cursor(found.older),
            states={**wording.STATES, UNDRAWN: "Failed or refused"},
            reasons=wording.REASONS,
        )

    async def _one(self, request: Request, session: Session) -> Response:
        history = await self._archive.history(request.path_params["request_id"])
        if history is None:
            raise HTTPException(404, "There is no such request.")
        return await self._renderer.show(
            request,
            "request.html",
            session=session,
            one=history.entry,
            steps=timeline(history),
            spans=spans(history),
        )

    async def _again(self, request: Request, _form: Form) -> str:
        request_id = request.path_params["request_id"]
        found = await self._requests.get(request_id)
        if found is None or not await self._requests.send_again(request_id):
            return "not_again"
        log.info("answer_sent_again", request=request_id)
        # Not awaited: a push that LINE does not accept yet is retried for minutes.
        task = asyncio.create_task(self._deliver_now(found.chat_id), name="send again")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return "again"

    async def _deliver_now(self, chat_id: str) -> None:
        try:
            await self._deliver.now(chat_id)
        except Exception:  # the answer stays due: the chat's next event brings it
            log.exception("not_sent_again")

    def _wanted(self, query: Mapping[str, str], days: Mapping[str, str]) -> tuple[RequestFilter, list[str]]:
        """Parse which requests are wanted. Also return what was not understood: the page then shows no requests."""
        parser = QueryParser()
        state = parser.read("State", query.get("state", ""), lambda text: parse_choice([*State, UNDRAWN], text), "")
        reason = parser.read("Reason", query.get("reason", ""), parse_reason, "")
        first = parser.read("From", days["from"], parse_day, "")
        last = parser.read("To", days["to"], parse_day, "")
        if first and last and first > last:
            parser.problems.append("From is after To.")
        account = parser.read("Person or chat", query.get("who", ""), parse_account, AccountQuery())
        states = [State.FAILED, State.REFUSED] if state == UNDRAWN else [State(state)] if state else ()
        return RequestFilter(
            states=states,
            reason=reason or None,
            since_at=begins_at(first, self._zone) if first else None,
            until_at=next_day_at(begins_at(last, self._zone), self._zone) if last else None,
            holder=account.id or None,
            part=account.part,
            draws=None if query.get("all") else True,
        ), parser.problems

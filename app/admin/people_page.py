"""The pages of people and chats: who asked lately, what they have used, and what an admin may decide for them."""

import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.admin.auth import Auth, Form
from app.admin.queries import AccountQuery, QueryParser, contains_part, parse_account, parse_choice, parse_number
from app.admin.rendering import Renderer
from app.admin.session import Session
from app.days import day_of, month_of
from app.flows.conversation.admins import GIVEN_MAX, Admins
from app.line.ids import LINE_ID
from app.reports.accounts import Account, Accounts
from app.reports.gallery import Gallery
from app.store.money.budgets import Caps

SHOWN = 50
LATEST_PICTURES = 12
ORDERS = ("", "money", "blocked")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLists:
    """The people and chats that the settings allow, block or make admins."""

    allowed_ids: frozenset[str]
    blocked_ids: frozenset[str]
    admin_ids: frozenset[str]


class PeoplePage:
    """The list, and the page of each; what they change is done by `app.flows.conversation.admins`."""

    def __init__(
        self,
        *,
        renderer: Renderer,
        holders: Accounts,
        gallery: Gallery,
        admins: Admins,
        caps: Caps,
        lists: AccessLists,
        zone: ZoneInfo,
    ) -> None:
        self._renderer = renderer
        self._holders = holders
        self._gallery = gallery
        self._admins = admins
        self._caps = caps
        self._lists = lists
        self._zone = zone

    def routes(self, auth: Auth) -> list[Route]:
        """Return the routes of these pages."""
        return [
            auth.page("/admin/people", self._list),
            auth.page("/admin/people/{holder}", self._one),
            auth.action("/admin/people/{holder}/block", self._block),
            auth.action("/admin/people/{holder}/unblock", self._unblock),
            auth.action("/admin/people/{holder}/give", self._give),
        ]

    async def _list(self, request: Request, session: Session) -> Response:
        query = request.query_params
        parser = QueryParser()
        wanted = parser.read("Id", query.get("id", ""), parse_account, AccountQuery())
        order = parser.read("Order", query.get("order", ""), lambda text: parse_choice(ORDERS, text), "")
        everybody = [] if parser.problems or wanted.id else await self._holders.lately(**self._periods())
        everybody = [one for one in everybody if contains_part(one.id, wanted.part)]
        if wanted.id or (wanted.part and len(everybody) == 1):
            return RedirectResponse(f"/admin/people/{wanted.id or everybody[0].id}", 303)
        page = _page(query.get("page", ""))
        if order == "money":
            everybody.sort(key=lambda one: one.month_microusd, reverse=True)
        elif order == "blocked":
            everybody = [one for one in everybody if self._is_blocked(one)]
        shown = everybody[SHOWN * page : SHOWN * (page + 1)]
        return await self._renderer.show(
            request,
            "people.html",
            session=session,
            holders=shown,
            total=len(everybody),
            order=order,
            page=page,
            has_more=len(everybody) > SHOWN * (page + 1),
            part=wanted.part,
            problems=parser.problems,
            is_blocked=self._is_blocked,
            caps=self._caps,
            lists=self._lists,
        )

    async def _one(self, request: Request, session: Session) -> Response:
        holder = _holder_of(request)
        periods = self._periods()
        one = await self._holders.one(holder, **periods)
        is_company = one.kind != "user"
        return await self._renderer.show(
            request,
            "person.html",
            session=session,
            one=one,
            members=await self._holders.members(holder, month=periods["month"]) if is_company else [],
            latest=await self._gallery.newest(limit=LATEST_PICTURES, chat_id=holder),
            is_blocked=self._is_blocked,
            caps=self._caps,
            lists=self._lists,
        )

    async def _block(self, request: Request, _form: Form) -> str:
        is_blocked = await self._admins.block(_holder_of(request))
        return "blocked" if is_blocked else "not_done"

    async def _unblock(self, request: Request, _form: Form) -> str:
        await self._admins.unblock(_holder_of(request))
        return "unblocked"

    async def _give(self, request: Request, form: Form) -> str:
        await self._admins.give(_holder_of(request), count=_count_of(form))
        return "given"

    def _periods(self) -> dict[str, str]:
        now = time.time()
        return {"day": day_of(now, self._zone), "month": month_of(now, self._zone)}

    def _is_blocked(self, one: Account) -> bool:
        return one.blocked or one.id in self._lists.blocked_ids


def _holder_of(request: Request) -> str:
    holder = str(request.path_params["holder"])
    if not LINE_ID.fullmatch(holder):
        raise HTTPException(404, "That is no id of LINE: they are U, C or R and 32 hex digits.")
    return holder


def _count_of(form: Form) -> int:
    count = parse_number(form.get("count", "").strip())
    if count is None or not 1 <= count <= GIVEN_MAX:
        raise HTTPException(400, f"Give a number of pictures from 1 to {GIVEN_MAX}. Nothing was changed.")
    return count


def _page(text: str) -> int:
    return min(parse_number(text) or 0, 1000)

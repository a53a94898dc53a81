"""The ledger page: months, the latest calls, and all of it as CSV for a spreadsheet or a program."""

import csv
import io
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from app.admin import formats
from app.admin.auth import Auth, peer_of
from app.admin.overview_page import label, month_before
from app.admin.queries import QueryParser, is_day, parse_day, parse_number
from app.admin.rendering import Renderer
from app.admin.session import Session
from app.days import day_of, month_of
from app.prices.dollars import usd
from app.reports.statement import ID_MAX, LedgerLine, Statement
from app.reports.trends import Trends

log = structlog.get_logger()

SHOWN = 50
MONTHS_SHOWN = 13
CHUNK = 500
DAYS_MAX = 400
COLUMNS = (
    *("id", "day", "began_at", "ended_at", "request_id", "vendor_request_id", "chat_id", "user_id", "kind", "model"),
    *("size", "quality", "count", "text_in", "image_in", "image_out", "text_out", "outcome", "is_estimate"),
    *("microusd", "usd"),
)
# Without it, Excel takes UTF-8 for the machine's legacy encoding:
# https://support.microsoft.com/en-us/office/opening-csv-utf-8-files-correctly-in-excel-8a935af5-3416-4edd-ba7e-3dfd2bc4a032
BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # https://owasp.org/www-community/attacks/CSV_Injection


class LedgerPage:
    """What was paid, call by call, as a page and as CSV."""

    def __init__(
        self, *, renderer: Renderer, statement: Statement, trends: Trends, clock: formats.Clock, zone: ZoneInfo
    ) -> None:
        self._renderer = renderer
        self._statement = statement
        self._trends = trends
        self._clock = clock
        self._zone = zone

    def routes(self, auth: Auth) -> list[Route]:
        """Return the routes of this page."""
        return [auth.page("/admin/ledger", self._show), auth.page("/admin/ledger.csv", self._csv)]

    async def _show(self, request: Request, session: Session) -> Response:
        return await self._page(request, session)

    async def _page(self, request: Request, session: Session, *, problem: str = "") -> Response:
        """Show the months and the calls. `problem`: why there is no export; the form keeps its values."""
        now_at = time.time()
        query, parser = request.query_params, QueryParser()
        day = parser.read("Day", query.get("day", ""), parse_day, "")
        today = day_of(now_at, self._zone)
        months = [month_of(now_at, self._zone)]
        while len(months) < MONTHS_SHOWN:
            months.append(month_before(months[-1]))
        before_id = parse_number(query.get("before", "")) or ID_MAX
        lines = await self._statement.newest(limit=SHOWN, before_id=before_id, day=day) if not parser.problems else []
        return await self._renderer.show(
            request,
            "ledger.html",
            session=session,
            status_code=400 if problem else 200,
            problem=problem,
            problems=parser.problems,
            day=day,
            label=label,
            of_day=(await self._trends.periods([day]))[0] if day else None,
            first=query.get("from") or f"{today[:8]}01",
            last=query.get("to") or today,
            months=[one for one in await self._trends.periods(months) if one.microusd or one.period == months[0]],
            lines=lines,
            older=lines[-1].id if len(lines) == SHOWN else None,
        )

    async def _csv(self, request: Request, session: Session) -> Response:
        try:
            first, last = _range(request.query_params)
        except ValueError as error:
            return await self._page(request, session, problem=str(error))
        log.info("admin_acted", action="export", session=session.id, peer=peer_of(request))
        return StreamingResponse(
            self._rows(first, last, in_full=request.query_params.get("ids") != "short"),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="easel-ledger-{first}-{last}.csv"'},
        )

    async def _rows(self, first: date, last: date, *, in_full: bool) -> AsyncIterator[str]:
        """Yield the ledger as CSV, day by day, `CHUNK` calls at a time."""
        yield BOM + _written([COLUMNS])
        for day in (first + timedelta(days=ago) for ago in range((last - first).days + 1)):
            after_id = 0
            while lines := await self._statement.of_day(day.isoformat(), after_id=after_id, limit=CHUNK):
                after_id = lines[-1].id
                yield _written([self._row(line, in_full=in_full) for line in lines])

    def _row(self, line: LedgerLine, *, in_full: bool) -> Sequence[object]:
        """Build one row. Ids are whole, as commands take them, or shortened, for a file that is passed on."""
        said = {name: getattr(line, name) for name in COLUMNS if name != "usd"}
        said |= {name: self._clock.plain(said[name]) for name in ("began_at", "ended_at") if said[name] is not None}
        if not in_full:
            said |= {name: formats.short(said[name]) for name in ("chat_id", "user_id") if said[name]}
        said["usd"] = usd(line.microusd, digits=6).replace(",", "")
        said["is_estimate"] = int(line.is_estimate)
        return [escape_formula(said[name]) for name in COLUMNS]


def _range(query: Mapping[str, str]) -> tuple[date, date]:
    """Parse the first and the last day: of a month, or as they are given.

    Raises:
        ValueError: They are not a valid range; the message is for the operator.
    """
    month = query.get("month", "")
    first, last = (f"{month}-01", "") if month else (query.get("from", ""), query.get("to", ""))
    if month and is_day(first):
        in_next = date.fromisoformat(first) + timedelta(days=31)
        last = (in_next.replace(day=1) - timedelta(days=1)).isoformat()
    if not (is_day(first) and is_day(last) and first <= last):
        raise ValueError("Nothing was exported: name a first and a last day that is not before it, as YYYY-MM-DD.")
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    if (end - begin).days >= DAYS_MAX:
        raise ValueError(f"Nothing was exported: at most {DAYS_MAX} days at once.")
    return begin, end


def _written(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def escape_formula(value: object) -> object:
    """Keep spreadsheets from taking a text for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value

"""The first page: how things are now, and how the last weeks or months went."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.admin import charts
from app.admin.auth import Auth, Form
from app.admin.queries import QueryParser, parse_choice
from app.admin.rendering import Renderer, href
from app.admin.session import Session
from app.days import begins_at, day_of, days_left, month_of
from app.flows.conversation.admins import Admins
from app.health import Health
from app.line.client import LineClient
from app.line.quota import Quota
from app.prices.dollars import dollars, usd_as_read
from app.reports import wording
from app.reports.cached import Cached
from app.reports.gauges import EndedCount, Gauges, StoreState
from app.reports.trends import Period, StageDurations, Trends
from app.reports.troubles import Troubles, headline
from app.store.requests import State

RANGES = (7, 31, 90)  # days
STAGES_WITHIN_S = 7 * 86_400.0
QUOTA_FRESH_S, QUOTA_PATIENCE_S = 60.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of a budget or quota is used. `percent` None: there is no limit."""

    name: str
    value: str
    of: str
    percent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One of the models, which are in the order in which they are asked. `days` until its shutdown; None: not known."""

    name: str
    is_gone: bool
    in_use: bool
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureCause:
    """Why pictures were not drawn, and how often. `percent` is relative to the most frequent cause."""

    words: str
    count: int
    percent: int


class OverviewPage:
    """The page, and pausing and resuming on it."""

    def __init__(
        self,
        *,
        renderer: Renderer,
        gauges: Gauges,
        trends: Trends,
        troubles: Troubles,
        line: LineClient,
        health: Health,
        admins: Admins,
        models: Sequence[str],
        zone: ZoneInfo,
    ) -> None:
        """`models` are in the order in which they are asked."""
        self._renderer = renderer
        self._gauges = gauges
        self._trends = trends
        self._troubles = troubles
        self._health = health
        self._admins = admins
        self._models = models
        self._zone = zone
        self._quota = Cached(line.push_quota, fresh_s=QUOTA_FRESH_S, patience_s=QUOTA_PATIENCE_S)

    def routes(self, auth: Auth) -> list[Route]:
        """Return the routes of this page."""
        return [
            auth.page("/admin", self._show),
            auth.page("/admin/", self._show),
            auth.action("/admin/pause", self._pause),
            auth.action("/admin/resume", self._resume),
        ]

    async def _show(self, request: Request, session: Session) -> Response:
        now_at = time.time()
        parser, today = QueryParser(), day_of(now_at, self._zone)
        count = int(parser.read("Days", request.query_params.get("days", ""), _range_of, str(RANGES[0])))
        days = await self._trends.periods(_days_until(today, count))
        first = days[0].period
        store, ended = await self._gauges.store_state(), await self._gauges.ended_counts(begins_at(first, self._zone))
        month = month_of(now_at, self._zone)
        months = await self._trends.periods([month_before(month), month])
        stages = await self._trends.stages(since=now_at - STAGES_WITHIN_S)
        saved = await self._trends.pushes_saved(month)
        caps = {budget.period: budget.cap_microusd for budget in store.budgets}
        models, troubles, problems = self._model_rows(store), await self._troubles.last(), self._health.problems
        has_model = any(model.in_use for model in models)
        longest_s = max((stage.p99_s or 0 for stage in stages), default=0)
        return await self._renderer.show(
            request,
            "overview.html",
            session=session,
            store=store,
            now_at=now_at,
            headline=headline(store, is_ready=not problems, has_model=has_model, troubles=troubles),
            problems=problems,
            troubles=troubles,
            query_problems=parser.problems,
            ranges=RANGES,
            count=count,
            since=first,
            today=today,
            days=days,
            months=months,
            budgets=[_budget(days[-1], "Today", caps["day"]), _budget(months[-1], "This month", caps["month"])],
            **_by_day(days, cap_microusd=caps["day"]),
            stages=[(stage, _reach(stage, longest_s)) for stage in stages],
            decades=charts.decades(longest_s),
            failures=causes([one for one in ended if one.state in {State.FAILED, State.REFUSED}]),
            declined=causes([one for one in ended if one.words in wording.DECLINED]),
            models=models,
            pushes=_pushes(await self._quota.get()),
            saved=saved,
            label=label,
        )

    async def _pause(self, _request: Request, _form: Form) -> str:
        await self._admins.pause()
        return "paused"

    async def _resume(self, _request: Request, _form: Form) -> str:
        await self._admins.resume()
        return "resumed"

    def _model_rows(self, store: StoreState) -> list[ModelRow]:
        today = datetime.now(UTC).date()
        used = next((name for name in self._models if name not in store.gone), None)
        return [
            ModelRow(
                name=name,
                is_gone=name in store.gone,
                in_use=name == used,
                days=days_left(store.ends_on.get(name), today),
            )
            for name in self._models
        ]


def _by_day(days: Sequence[Period], *, cap_microusd: int) -> dict[str, Any]:
    """Return both charts, with the links of each day's bars: to its calls, and to its pictures."""
    return {
        "money": charts.bar_chart(
            [(label(day.period), dollars(day.microusd)) for day in days],
            say=lambda usd: usd_as_read(round(usd * 1e6)),
            cap=dollars(cap_microusd),
            least=0.01,
        ),
        "to_money": [href("/admin/ledger", day=day.period) for day in days],
        "drawn": charts.bar_chart(
            [(label(day.period), day.pictures) for day in days], say=lambda count: f"{count:,.0f}", least=4
        ),
        "to_pictures": [href("/admin/requests", day=day.period, state=State.READY) for day in days],
    }


def label(day: str) -> str:
    """Format a day YYYY-MM-DD as a chart's label: "3 Nov"."""
    return f"{date.fromisoformat(day):%d %b}".removeprefix("0")


def month_before(month: str) -> str:
    """Return the month before a month YYYY-MM."""
    return (date.fromisoformat(f"{month}-01") - timedelta(days=1)).isoformat()[:7]


def causes(ended: Sequence[EndedCount]) -> list[FailureCause]:
    """Add up counts by reason, the most frequent first."""
    counts: dict[str, int] = {}
    for one in ended:
        counts[one.words] = counts.get(one.words, 0) + one.count
    most = max(counts.values(), default=0)
    ordered = sorted(counts.items(), key=lambda item: item[1], reverse=True)
    return [FailureCause(words=key, count=count, percent=round(100 * count / most)) for key, count in ordered]


def _range_of(text: str) -> str:
    return parse_choice([str(days) for days in RANGES], text) or str(RANGES[0])


def _days_until(today: str, count: int) -> list[str]:
    last = date.fromisoformat(today)
    return [(last - timedelta(days=ago)).isoformat() for ago in reversed(range(count))]


def _budget(period: Period, name: str, cap_microusd: int) -> Share:
    return Share(
        name=name,
        value=usd_as_read(period.microusd),
        of=usd_as_read(cap_microusd) if cap_microusd else "",
        percent=min(100, 100 * period.microusd // cap_microusd) if cap_microusd else None,
    )


def _pushes(quota: Quota | None) -> Share | None:
    if quota is None:
        return None
    limit = quota.limit
    return Share(
        name="Pushes this month",
        value=f"{quota.used:,}",
        of="" if limit is None else f"{limit:,}",
        percent=None if limit is None else min(100, 100 * quota.used // max(1, limit)),
    )


def _reach(stage: StageDurations, longest_s: float) -> charts.Reach | None:
    if stage.p50_s is None or stage.p95_s is None or stage.p99_s is None:
        return None
    return charts.reach(stage.p50_s, stage.p95_s, stage.p99_s, longest_s=longest_s)

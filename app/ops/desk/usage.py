"""`easel usage`: money and pictures of a month."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.caps import caps_of
from app.days import day_of, month_bounds_at, month_of
from app.ops.desk.open_store import opened
from app.ops.desk.spelling import percent, shown_id
from app.ops.desk.text_tables import table
from app.prices.dollars import usd
from app.reports.spending import Month, Spender, Spending, SpentGroup
from app.settings import Settings
from app.store.money.budgets import Caps

DEAREST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTotals:
    """Totals of some calls. `estimated_microusd` and `refunded_microusd` are included in `microusd`."""

    calls: int
    pictures: int
    microusd: int
    estimated_microusd: int
    refunded_microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A cap on money. `spent_microusd` is None if it is per chat, `left_microusd` also if there is none."""

    name: str
    spent_microusd: int | None
    cap_microusd: int
    left_microusd: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUsage:
    """The usage of a month. `by_outcome` is keyed by how calls ended, `failures` by why requests have no picture."""

    month: str
    timezone: str
    total: CallTotals
    by_day: Mapping[str, CallTotals]
    by_model: Mapping[str, CallTotals]
    by_quality: Mapping[str, CallTotals]
    by_outcome: Mapping[str, CallTotals]
    failures: Mapping[str, int]
    people: Sequence[Spender]
    chats: Sequence[Spender]
    limits: Sequence[Limit]
    user_daily_pictures: int


async def usage(settings: Settings, month: str | None) -> MonthUsage:
    """Return the usage of a month, by default of this one."""
    now, zone = time.time(), settings.zone
    chosen = month or month_of(now, zone)
    from_at, until_at = month_bounds_at(chosen, zone)
    async with opened(settings.database_url) as database:
        found = await Spending(database).of_month(chosen, from_at=from_at, until_at=until_at, dearest=DEAREST)
    return summed(found, month=chosen, today=day_of(now, zone), timezone=settings.timezone, caps=caps_of(settings))


def summed(found: Month, *, month: str, today: str, timezone: str, caps: Caps) -> MonthUsage:
    """Add up a month's ledger by day, model, quality and outcome, and compare it with the caps."""
    by_day = _by(found.spent, lambda one: one.day)
    total = _sum(found.spent)
    spent_today = by_day[today].microusd if today in by_day else 0
    limits = [_limit("month", total.microusd, caps.bot_monthly_microusd)]
    if today.startswith(month):
        limits = [_limit("today", spent_today, caps.bot_daily_microusd), *limits]
    return MonthUsage(
        month=month,
        timezone=timezone,
        total=total,
        by_day=by_day,
        by_model=_by(found.spent, lambda one: one.model),
        by_quality=_by(found.spent, lambda one: one.quality or "text"),
        by_outcome=_by(found.spent, lambda one: one.outcome),
        failures=found.failures,
        people=found.people,
        chats=found.chats,
        limits=[*limits, _limit("each chat's month", None, caps.chat_monthly_microusd)],
        user_daily_pictures=caps.user_daily_pictures,
    )


def as_data(one: MonthUsage) -> dict[str, Any]:
    """Return it ready for JSON, with whole ids."""
    return asdict(one)


def text(one: MonthUsage, *, full: bool, width: int | None) -> str:
    """Format it for people."""
    lines = [*_totals(one), "", *_limits(one, width)]
    for title, sums in (
        ("day", one.by_day),
        ("model", one.by_model),
        ("quality", one.by_quality),
        ("call ended", one.by_outcome),
    ):
        lines += _sums(title, sums, width)
    if one.failures:
        rows = [[reason or "-", f"{count:,}"] for reason, count in one.failures.items()]
        lines += ["", *table(["no picture because", "requests"], rows, right={"requests"}, width=width)]
    lines += _spenders("dearest people", one.people, full=full, width=width)
    lines += _spenders("dearest chats", one.chats, full=full, width=width, cap=one.limits[-1].cap_microusd)
    return "\n".join(lines)


def _limit(name: str, spent: int | None, cap: int) -> Limit:
    left = max(0, cap - spent) if cap and spent is not None else None
    return Limit(name=name, spent_microusd=spent, cap_microusd=cap, left_microusd=left)


def _by(spent: Sequence[SpentGroup], key: Callable[[SpentGroup], str]) -> dict[str, CallTotals]:
    names = sorted({key(one) for one in spent})
    return {name: _sum([one for one in spent if key(one) == name]) for name in names}


def _sum(spent: Sequence[SpentGroup]) -> CallTotals:
    return CallTotals(
        calls=sum(one.calls for one in spent),
        pictures=sum(one.pictures for one in spent),
        microusd=sum(one.microusd for one in spent),
        estimated_microusd=sum(one.microusd for one in spent if one.is_estimate),
        refunded_microusd=sum(one.microusd for one in spent if one.refunded),
    )


def _totals(one: MonthUsage) -> list[str]:
    total = one.total
    share = percent(total.estimated_microusd, total.microusd)
    return [
        f"Usage of {one.month} by days of {one.timezone}, money in USD",
        "",
        f"  spent      {usd(total.microusd)}",
        f"  estimated  {usd(total.estimated_microusd)} of it ({share})",
        f"  refunded   {usd(total.refunded_microusd)} of it",
        f"  pictures   {total.pictures:,} from {total.calls:,} calls",
    ]


def _limits(one: MonthUsage, width: int | None) -> list[str]:
    titles = ["limit", "spent", "cap", "left"]
    rows = []
    for limit in one.limits:
        cap = usd(limit.cap_microusd) if limit.cap_microusd else "no limit"
        rows.append([limit.name, _usd_or_none(limit.spent_microusd), cap, _usd_or_none(limit.left_microusd)])
    rows.append(["each person's pictures a day", "-", str(one.user_daily_pictures or "no limit"), "-"])
    return table(titles, rows, right=set(titles[1:]), width=width)


def _sums(title: str, sums: Mapping[str, CallTotals], width: int | None) -> list[str]:
    if not sums:
        return []
    titles = [title, "pictures", "calls", "USD", "estimated"]
    rows = []
    for name, one in sums.items():
        share = percent(one.estimated_microusd, one.microusd)
        rows.append([name or "-", f"{one.pictures:,}", f"{one.calls:,}", usd(one.microusd), share])
    return ["", *table(titles, rows, right=set(titles[1:]), width=width)]


def _spenders(title: str, spenders: Sequence[Spender], *, full: bool, width: int | None, cap: int = 0) -> list[str]:
    if not spenders:
        return []
    titles = [title, "pictures", "USD", "refunded", *(["left"] if cap else [])]
    rows = []
    for one in spenders:
        left = [usd(max(0, cap - one.microusd + one.refunded_microusd))] if cap else []
        name = shown_id(one.id, full=full) if one.id else "(no name)"
        rows.append([name, f"{one.pictures:,}", usd(one.microusd), usd(one.refunded_microusd), *left])
    return ["", *table(titles, rows, right=set(titles[1:]), width=width)]


def _usd_or_none(microusd: int | None) -> str:
    return "-" if microusd is None else usd(microusd)

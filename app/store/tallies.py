"""Daily counts for reports, without names: the pushes that were saved."""

import time
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.days import day_of
from app.store.money.counters import add
from app.store.tables import tallies

PUSH_SAVED = "push_saved"


def count_today(connection: sa.Connection, name: str, count: int, *, zone: ZoneInfo) -> None:
    """Add to today's count of this name, of at most 32 characters."""
    key = {"day": day_of(time.time(), zone), "name": name}
    add(connection, tallies, key, {"count": count})


def counted_in(connection: sa.Connection, name: str, *, month: str) -> int:
    """Return the count of this name in a month (YYYY-MM)."""
    total = sa.select(sa.func.coalesce(sa.func.sum(tallies.c.count), 0))
    of_month = total.where(tallies.c.day.between(f"{month}-01", f"{month}-31"), tallies.c.name == name)
    return int(connection.execute(of_month).scalar_one())

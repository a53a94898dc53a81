"""Days and months in a time zone, by which money and pictures are counted. Times are Unix seconds. No I/O."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(at: float, zone: ZoneInfo) -> str:
    """Return the day of a time, "YYYY-MM-DD"."""
    return _date(at, zone).isoformat()


def month_of(at: float, zone: ZoneInfo) -> str:
    """Return the month of a time, "YYYY-MM"."""
    return day_of(at, zone)[:7]


def next_day_at(at: float, zone: ZoneInfo) -> float:
    """Return when the next day begins. Where a clock change skips midnight, that is the moment of the change."""
    return _begins_at(_date(at, zone) + timedelta(days=1), zone)


def next_month_at(at: float, zone: ZoneInfo) -> float:
    """Return when the next month begins."""
    in_next = _date(at, zone).replace(day=1) + timedelta(days=31)
    return _begins_at(in_next.replace(day=1), zone)


def begins_at(day: str, zone: ZoneInfo) -> float:
    """Return when a day "YYYY-MM-DD" begins."""
    return _begins_at(date.fromisoformat(day), zone)


def month_bounds_at(month: str, zone: ZoneInfo) -> tuple[float, float]:
    """Return when a month "YYYY-MM" begins, and when the next one does."""
    begins_at = _begins_at(date.fromisoformat(f"{month}-01"), zone)
    return begins_at, next_month_at(begins_at, zone)


def days_left(ends_on: date | None, today: date) -> int | None:
    """Count the days until something ends; None when no end is known."""
    return (ends_on - today).days if ends_on else None


def _date(at: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, zone).date()


def _begins_at(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, time(), tzinfo=zone).timestamp()

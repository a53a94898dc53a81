from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.days import day_of, month_of, next_day_at, next_month_at

TAIPEI = ZoneInfo("Asia/Taipei")
ZONES = (
    "UTC",
    "Asia/Taipei",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "Africa/Cairo",  # clocks skip midnight
    "America/Havana",  # midnight comes twice
    "America/Santiago",  # both
    "Pacific/Apia",
    "Pacific/Kiritimati",
)
CALM = settings(derandomize=True, deadline=None)  # the same on every machine, however slow
FROM_2012, UNTIL_2037 = 1_325_376_000, 2_114_380_800


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("time", "day", "next_day", "next_month"),
    [
        ("2026-11-22T15:59:59", "2026-11-22", "2026-11-22T16:00:00", "2026-11-30T16:00:00"),
        ("2026-11-22T16:00:00", "2026-11-23", "2026-11-23T16:00:00", "2026-11-30T16:00:00"),
        ("2026-12-31T15:59:59", "2026-12-31", "2026-12-31T16:00:00", "2026-12-31T16:00:00"),
        ("2028-02-28T16:00:00", "2028-02-29", "2028-02-29T16:00:00", "2028-02-29T16:00:00"),
    ],
)
def test_days_begin_at_midnight_in_taipei(time, day, next_day, next_month):
    """Not at midnight in Greenwich."""
    assert day_of(at(time), TAIPEI) == day
    assert month_of(at(time), TAIPEI) == day[:7]
    assert next_day_at(at(time), TAIPEI) == at(next_day)
    assert next_month_at(at(time), TAIPEI) == at(next_month)


def test_a_day_without_midnight_begins_when_the_clocks_change():
    """In Cairo 23:59:59 of 2026-04-23 is followed by 01:00."""
    assert next_day_at(at("2026-04-23T12:00:00"), ZoneInfo("Africa/Cairo")) == at("2026-04-23T22:00:00")


@CALM
@given(time=st.integers(FROM_2012, UNTIL_2037), zone=st.sampled_from(ZONES).map(ZoneInfo))
def test_the_next_day_and_month_begin_at_their_first_second(time, zone):
    """Whatever clocks do, a second before it is still the day or month before, and they are in the future."""
    for name_of, begins_at in ((day_of, next_day_at(time, zone)), (month_of, next_month_at(time, zone))):
        assert begins_at > time
        assert name_of(begins_at - 1, zone) == name_of(time, zone) < name_of(begins_at, zone)

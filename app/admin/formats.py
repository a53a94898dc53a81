"""Formats durations, times and ids for the pages. No I/O."""

from datetime import datetime
from zoneinfo import ZoneInfo

ID_SHOWN = 5
NONE = "\u2013"


def seconds(value_s: float | None) -> str:
    """Format a duration in the unit that suits it, such as "420 ms", "12.5 s" or "3 min 05 s"."""
    if value_s is None:
        return NONE
    if value_s < 0.9995:  # noqa: PLR2004 - a second
        return f"{value_s * 1000:.0f} ms"
    if value_s < 99.95:  # noqa: PLR2004 - more is read in minutes
        return f"{value_s:.1f} s"
    minutes, rest = divmod(round(value_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def short(line_id: str | None) -> str:
    """Shorten a LINE id: enough to tell it from others, but of no use to somebody looking over a shoulder."""
    return f"{line_id[:ID_SHOWN]}…{line_id[-3:]}" if line_id and len(line_id) > 2 * ID_SHOWN else line_id or NONE


class Clock:
    """Formats times in TIMEZONE."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def moment(self, at: float) -> str:
        """Format a day and a time: "25 Nov, 14:05:09"."""
        return f"{self._at(at):%d %b, %H:%M:%S}".removeprefix("0")

    def dated(self, at: float) -> str:
        """Format a time with its year and zone: "25 Nov 2026, 14:05:09, Asia/Taipei (UTC+08:00)"."""
        offset = self._at(at).isoformat()[-6:]
        return f"{self._at(at):%d %b %Y, %H:%M:%S}, {self._zone.key} (UTC{offset})".removeprefix("0")

    def plain(self, at: float) -> str:
        """Format a time as spreadsheets read it: "2026-11-25 14:05:09"."""
        return f"{self._at(at):%Y-%m-%d %H:%M:%S}"

    def fine(self, at: float) -> str:
        """Format a time with milliseconds."""
        return f"{self._at(at):%H:%M:%S.%f}"[:-3]

    def iso(self, at: float) -> str:
        """Format a time for programs: ISO 8601 with milliseconds."""
        return self._at(at).isoformat(timespec="milliseconds")

    def _at(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self._zone)

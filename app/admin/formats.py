"""How numbers, times, ids and keys are written on the pages. No I/O."""

from datetime import datetime
from zoneinfo import ZoneInfo

ID_SHOWN = 5
NONE = "\u2013"


def seconds(value_s: float | None) -> str:
    """Write a duration with two or three digits."""
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
    """Shorten an id of LINE so that it is told from others, and is of no use to who looks over a shoulder."""
    return f"{line_id[:ID_SHOWN]}…{line_id[-3:]}" if line_id and len(line_id) > 2 * ID_SHOWN else line_id or NONE


class Clock:
    """Writes times in TIMEZONE."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def moment(self, at: float) -> str:
        """Write a day and a time: "25 Nov, 14:05:09"."""
        return f"{self._at(at):%d %b, %H:%M:%S}".removeprefix("0")

    def dated(self, at: float) -> str:
        """Write a time with its year and zone: "25 Nov 2026, 14:05:09, Asia/Taipei (UTC+08:00)"."""
        offset = self._at(at).isoformat()[-6:]
        return f"{self._at(at):%d %b %Y, %H:%M:%S}, {self._zone.key} (UTC{offset})".removeprefix("0")

    def plain(self, at: float) -> str:
        """Write a time as spreadsheets read it: "2026-11-25 14:05:09"."""
        return f"{self._at(at):%Y-%m-%d %H:%M:%S}"

    def fine(self, at: float) -> str:
        """Write a time with milliseconds."""
        return f"{self._at(at):%H:%M:%S.%f}"[:-3]

    def iso(self, at: float) -> str:
        """Write a time for programs."""
        return self._at(at).isoformat(timespec="milliseconds")

    def _at(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self._zone)

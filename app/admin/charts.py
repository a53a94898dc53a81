"""The geometry of the charts, which the templates draw. No I/O.

Horizontal positions are in percent, so that a chart fits every screen and its text keeps its size; vertical ones in px.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PLOT_PX = 150
TICKS = 4
BAR_PERCENT = 68  # of its slot; the rest is the gap
LABELS_WIDE, LABELS_NARROW = 8, 4
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, with its label and value as text. `x` and `width` are in percent, `y` and `height` in px."""

    x: float
    width: float
    y: float
    height: float
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A grid line, `at` px from the top, or a label, `at` percent from the left. `narrow`: shown on phones, too."""

    at: float
    text: str
    narrow: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """A bar chart. `cap_y` is where the limit is drawn; None: there is none, or it is far above all bars."""

    height_px: int
    bars: Sequence[Bar]
    across: Sequence[Tick]
    below: Sequence[Tick]
    cap_y: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where the 50th, 95th and 99th percentiles are drawn, in percent of the width."""

    p50: float
    p95: float
    p99: float


def bar_chart(
    points: Sequence[tuple[str, float]], *, say: Callable[[float], str], cap: float = 0.0, least: float = 1.0
) -> BarChart:
    """Lay out labelled values, the first on the left. The scale reaches to `least` or higher; `say` formats values."""
    most = max([least, *(value for _, value in points)])
    shows_cap = 0 < cap <= 3 * most
    top, step = _scale(max(most, cap if shows_cap else 0))
    place = 100 / max(1, len(points))
    bars = [
        Bar(
            x=_tidy(place * at + place * (100 - BAR_PERCENT) / 200),
            width=_tidy(place * BAR_PERCENT / 100),
            y=_tidy(PLOT_PX * (1 - value / top)),
            height=_tidy(PLOT_PX * value / top),
            label=label,
            value=say(value),
        )
        for at, (label, value) in enumerate(points)
    ]
    return BarChart(
        height_px=PLOT_PX,
        bars=bars,
        across=[
            Tick(at=_tidy(PLOT_PX * (1 - step * n / top)), text=say(step * n)) for n in range(round(top / step) + 1)
        ],
        below=_labels(bars),
        cap_y=_tidy(PLOT_PX * (1 - cap / top)) if shows_cap else None,
    )


def reach(p50_s: float, p95_s: float, p99_s: float, *, longest_s: float) -> Reach:
    """Place three durations on a logarithmic scale from 1 ms on the left to `longest_s`, at least 1 s, on the right."""
    decades = math.log10(max(longest_s, 1.0) / 0.001)
    p50, p95, p99 = (
        _tidy(2 + 96 * max(0.0, math.log10(max(at, 0.001) / 0.001)) / decades) for at in (p50_s, p95_s, p99_s)
    )
    return Reach(p50=p50, p95=p95, p99=p99)


def decades(longest_s: float) -> list[Tick]:
    """Mark 10 ms, 100 ms, 1 s, ... on the scale of `reach`."""
    names = {0.01: "10 ms", 0.1: "0.1 s", 1.0: "1 s", 10.0: "10 s", 100.0: "100 s", 1000.0: "1,000 s"}
    return [
        Tick(at=reach(at, at, at, longest_s=longest_s).p50, text=text)
        for at, text in names.items()
        if at <= max(longest_s, 1.0)
    ]


def _scale(most: float) -> tuple[float, float]:
    """Return a round upper end of at least `most`, and the step between grid lines."""
    rough = most / TICKS
    size = 10 ** math.floor(math.log10(rough))
    step = next(step for step in STEPS if step * size >= rough * (1 - 1e-9)) * size
    return math.ceil(most / step - 1e-9) * step, step


def _labels(bars: Sequence[Bar]) -> list[Tick]:
    """Label some of the bars, and always the last one."""
    wide, narrow = (max(1, math.ceil(len(bars) / count)) for count in (LABELS_WIDE, LABELS_NARROW))
    narrow = math.ceil(narrow / wide) * wide
    last = len(bars) - 1
    return [
        Tick(at=_tidy(bar.x + bar.width / 2), text=bar.label, narrow=(last - at) % narrow == 0)
        for at, bar in enumerate(bars)
        if (last - at) % wide == 0
    ]


def _tidy(value: float) -> float:
    return round(value, 2)

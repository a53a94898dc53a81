"""Who is told how the work goes: admins of what only they can mend, Prometheus, and the collector of traces."""

from dataclasses import dataclass

from app.flows.upkeep.alerts import Alarm
from app.metrics import Metrics
from app.traces import Traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Observers:
    """Handed to the flows together."""

    alarm: Alarm
    metrics: Metrics
    traces: Traces

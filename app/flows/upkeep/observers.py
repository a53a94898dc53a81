"""Where the flows report: to admins what only they can fix, to Prometheus, and to the collector of traces."""

from dataclasses import dataclass

from app.flows.upkeep.admin_alerts import AdminAlerts
from app.metrics import Metrics
from app.traces import Traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Observers:
    """Handed to the flows together."""

    alarm: AdminAlerts
    metrics: Metrics
    traces: Traces

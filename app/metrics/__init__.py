"""Metrics for Prometheus: what a process sees is counted in `Metrics`, what the store knows is read at each scrape.

`docs/metrics.md` names every metric; tests check that it, the dashboard and the alerts match the code.
"""

from app.metrics.exposition import Exposition, routes
from app.metrics.observed import Metrics, outcome_of

__all__ = ["Exposition", "Metrics", "outcome_of", "routes"]

"""GET /metrics, in Prometheus' text format or as OpenMetrics, as the scraper prefers."""

import asyncio
import hmac
import time
from collections.abc import Callable, Iterator, Sequence

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from app.health import Health
from app.metrics import scraped
from app.metrics.observed import Metrics
from app.reports.cached import Cached
from app.reports.gauges import Gauges

FRESH_S = 5.0
LAST_DAY_FRESH_S = 60.0  # the query takes 16 ms with a million requests
PATIENCE_S = 2.0  # Prometheus waits 10 s for a scrape by default


class Exposition:
    """Everything that a scrape gets. If the store cannot be read, its metrics are left out."""

    def __init__(
        self,
        *,
        metrics: Metrics,
        gauges: Gauges,
        health: Health,
        lines_dropped: Callable[[], int],
        models: Sequence[str],
    ) -> None:
        """`models` are those of IMAGE_MODELS."""
        self._metrics = metrics
        self._health = health
        self._lines_dropped = lines_dropped
        self._models = models
        self._store = Cached(gauges.store_state, fresh_s=FRESH_S, patience_s=PATIENCE_S)
        self._last_day = Cached(gauges.last_day, fresh_s=LAST_DAY_FRESH_S, patience_s=PATIENCE_S)
        self._process = CollectorRegistry()
        for make in (ProcessCollector, PlatformCollector, GCCollector):
            make(registry=self._process)

    async def render(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics in the format that the Accept header asks for, and its content type."""
        store, last_day = await asyncio.gather(self._store.get(), self._last_day.get())
        families = [*scraped.of_health(self._health.problems), scraped.of_log(self._lines_dropped())]
        if store is not None:
            families += scraped.of_store(store, models=self._models, at=time.time())
        if last_day is not None:
            families += scraped.of_last_day(last_day)
        encode, content_type = choose_encoder(accept)
        everything = _Families(families, self._metrics.registry, self._process)
        return await asyncio.to_thread(encode, everything), content_type


class _Families(Collector):
    """One scrape, without the time at which each series was created: a third of all lines, and of use to nobody."""

    def __init__(self, read: Sequence[Metric], *registries: CollectorRegistry) -> None:
        self._read = read
        self._registries = registries

    def collect(self) -> Iterator[Metric]:
        yield from self._read
        for registry in self._registries:
            for family in registry.collect():
                family.samples = [one for one in family.samples if not one.name.endswith("_created")]
                yield family


def routes(exposition: Exposition, *, token: str | None) -> APIRouter:
    """Build the route. With a token, only requests that carry it as a bearer token are answered."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if token and not _brings(request.headers.get("authorization", ""), token):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        body, content_type = await exposition.render(request.headers.get("accept", ""))
        return Response(body, headers={"Content-Type": content_type})

    return router


def _brings(authorization: str, token: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    # Bytes, since compare_digest rejects text beyond ASCII, and strangers may send any.
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())

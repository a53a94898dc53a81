"""Builds metric families from what is read at each scrape. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from app.prices.dollars import dollars
from app.reports.gauges import EndedCount, StoreState

PARTS = ("store", "engine", "inbox")


def of_health(problems: Mapping[str, str]) -> Iterator[Metric]:
    """Yield what `/readyz` reports: whether we are ready, and which part is not."""
    yield GaugeMetricFamily("easel_ready", "1: takes webhooks; 0: answers them with 500", value=int(not problems))
    parts = dict.fromkeys(PARTS, 1) | dict.fromkeys(problems, 0)
    yield _family("easel_healthy", "1: this part works; 0: it does not", "part", parts)


def of_log(lines_dropped: int) -> Metric:
    """Return how many lines the log has lost."""
    return CounterMetricFamily("easel_log_lines_dropped", "Log lines that nobody took in time", value=lines_dropped)


def of_store(store: StoreState, *, models: Sequence[str], at: float) -> Iterator[Metric]:
    """Yield the state of the store. `models` are those of IMAGE_MODELS."""
    yield _family("easel_requests", "Wishes that are under way, by state", "state", store.unfinished)
    yield GaugeMetricFamily("easel_queue_depth", "Wishes that wait for a model", value=store.unfinished["queued"])
    yield _age("easel_queue_oldest_seconds", "Age of the oldest of them", store.queued_since, at)
    yield GaugeMetricFamily("easel_inbox_backlog", "Events that are not read, up to 10,000", value=store.backlog)
    yield _age("easel_inbox_oldest_seconds", "Age of the oldest of them", store.backlog_since, at)
    spent = {budget.period: dollars(budget.spent_microusd) for budget in store.budgets}
    yield _family("easel_budget_spent_usd", "Spent or reserved in the day or month that runs", "period", spent)
    caps = {budget.period: dollars(budget.cap_microusd) for budget in store.budgets}
    yield _family("easel_budget_cap_usd", "What may be spent in it; 0: no limit", "period", caps)
    today = datetime.fromtimestamp(at, UTC).date()
    left = {model: (store.ends_on[model] - today).days for model in models if model in store.ends_on}
    yield _family("easel_model_days_left", "Days until the maker ends a model, where it is known", "model", left)
    gone = {model: int(model in store.gone) for model in models}
    yield _family("easel_model_gone", "1: the model is shut down and not asked for now", "model", gone)
    yield GaugeMetricFamily("easel_paused", "1: an admin has paused drawing", value=int(store.paused))
    said = "1: LINE refuses our token, so nothing is drawn"
    yield GaugeMetricFamily("easel_line_token_refused", said, value=int(store.line_refuses))
    said = "1: the bucket's public address does not serve pictures"
    yield GaugeMetricFamily("easel_pictures_unserved", said, value=int(store.unserved))
    yield GaugeMetricFamily("easel_store_read_seconds", "How long the last reading of these took", value=store.read_s)


def of_last_day(ended: Sequence[EndedCount]) -> Iterator[Metric]:
    """Yield what became of the requests of the last 24 hours."""
    family = GaugeMetricFamily(
        "easel_requests_last_day",
        "The newest 20,000 requests of the last 24 hours; reason is a key of the sentences",
        labels=["state", "reason"],
    )
    for one in ended:
        family.add_metric([one.state, one.words], one.count)
    yield family


def _family(name: str, said: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _age(name: str, said: str, since: float | None, at: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, f"{said}, 0 without one", value=0 if since is None else max(0.0, at - since))

"""What operators see: what is counted comes out, and dashboard, alerts and page name what exists."""

import asyncio
import json
import re
import time
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa
import yaml
from fastapi import FastAPI
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from app.engine import Engine, QueueLimits
from app.errors import EaselError, RateLimited, VendorFault
from app.health import Health
from app.metrics import Exposition, Metrics, outcome_of, routes
from app.metrics.observed import ANSWERS, CALL_ERRORS
from app.metrics.scraped import of_store
from app.reports.cached import Cached
from app.reports.gauges import Gauges, StoreState
from app.store.housekeeping import Upkeep
from app.store.inbox import Inbox
from app.store.models import Models
from app.store.money.allowances import Allowances
from app.store.money.budgets import Caps
from app.store.money.ledger import Booking, Ledger, Tokens
from app.store.receiving import NewRequest, Receiving, Sender
from app.store.requests import Requests, drawing

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "deploy/grafana/easel.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
PROMETHEUS = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]

MODELS = ("gpt-image-1", "gpt-image-2")
ZONE = ZoneInfo("Asia/Taipei")
CAPS = Caps(bot_daily_microusd=2_000_000)
ALICE = Sender(chat_id="U" + "a" * 32, chat_kind="user", user_id="U" + "a" * 32)
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


@pytest.fixture
def metrics():
    return Metrics(version="1.2.3", models=MODELS)


@pytest.fixture
def exposition(database, metrics):
    """All that a scrape gets, from real parts that are not started."""
    engine = Engine(
        database_url=str(database.url),
        executor_id="us",
        limits=QueueLimits(at_once=1, at_once_per_user=1, per_minute=0),
    )
    health = Health(upkeep=Upkeep(database, owner="us"), inbox=Inbox(database, owner="us"), engine=engine)
    gauges = Gauges(database, zone=ZONE, caps=CAPS)
    return Exposition(metrics=metrics, lines_dropped=lambda: 0, gauges=gauges, health=health, models=MODELS)


def scraping(exposition: Exposition, *, token: str | None = None) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(routes(exposition, token=token))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://easel")


async def scraped(exposition: Exposition) -> dict[tuple[str, ...], float]:
    """Scrape once. Return the samples by name and label values, these in order."""
    body, _ = await exposition.render("")
    samples = [sample for family in read_text(body.decode()) for sample in family.samples]
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}


def told(samples: dict[tuple[str, ...], float], wanted: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    return {key: samples.get((key[0], *sorted(key[1:])), float("nan")) for key in wanted}


async def names(exposition: Exposition) -> dict[str, str]:
    """Return every metric of ours, as it is spelled in a query, with the metric as the page spells it."""
    body, _ = await exposition.render("")
    found: dict[str, str] = {}
    for name, kind in re.findall(r"^# TYPE (easel_\w+) (\w+)$", body.decode(), flags=re.MULTILINE):
        bare = name.removesuffix("_total")
        shown = name if kind == "counter" else bare
        found |= {f"{bare}{suffix}": shown for suffix in SUFFIXES[kind]}
    return found


def named(text: str) -> set[str]:
    return set(re.findall(r"\beasel_\w+", text))


async def test_the_dashboard_asks_for_what_exists(exposition):
    """Each metric in a panel or a variable is one that Easel has."""
    assert named(json.dumps(DASHBOARD)) <= set(await names(exposition))


async def test_the_alerts_ask_for_what_exists(exposition):
    """Each metric in a rule's expression is one that Easel has; in its words at least the page's spelling."""
    known = await names(exposition)
    assert named(" ".join(rule["expr"] for rule in RULES)) <= set(known)
    assert named(yaml.dump(ALERTS)) <= set(known)


async def test_every_metric_has_a_row_on_the_page(exposition):
    """The page tells of every metric, and of none that is not there."""
    known = set((await names(exposition)).values())
    rows = set(re.findall(r"^\| `(easel_\w+)` \|", PAGE, flags=re.MULTILINE))
    assert rows == known
    assert named(PAGE) == known


def test_the_page_names_every_kind_of_token():
    """The kinds are what a call is booked with."""
    row = re.search(r"^\| `easel_model_tokens_total` .*$", PAGE, flags=re.MULTILINE)[0]
    assert re.findall(r"`(\w+_(?:in|out))`", row) == [field.name for field in fields(Tokens)]


async def test_every_metric_is_looked_at(exposition):
    """A metric that no panel shows would be counted for nobody."""
    known = await names(exposition)
    shown = {known[name] for name in named(json.dumps(DASHBOARD))}
    assert shown == set(known.values())


def test_every_easel_is_asked():
    """Each has counters of its own: a name that is asked once is answered by one of several."""
    [job] = PROMETHEUS["scrape_configs"]
    [found] = job["dns_sd_configs"]
    assert (job["job_name"], found["names"], found["type"], found["port"]) == ("easel", ["easel"], "A", 8000)
    assert "static_configs" not in job


def test_every_alert_says_how_bad_it_is():
    """Each rule has a name of its own, says how bad it is and what is wrong, and leads to what to do."""
    alerts = [rule["alert"] for rule in RULES]
    assert len(set(alerts)) == len(alerts)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}
        assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
        assert 'job="easel"' in rule["expr"]


def test_an_alert_rings_for_every_webhook_that_is_lost():
    """LINE may send again what got one of these, and need not."""
    [rule] = [rule for rule in RULES if rule["alert"] == "EaselWebhooksNotStored"]
    asked = re.search(r'status=~"([^"]+)"', rule["expr"])[1]
    assert {str(status) for status in ANSWERS if status >= 500} == set(asked.split("|")) == {"500", "503"}


def test_the_dashboard_is_whole():
    """Grafana could show it: ids are unique, no panel covers another, each query has its data source and its name."""
    assert DASHBOARD["schemaVersion"] == 42
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    covered: set[str] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & covered, panel["title"]
        assert max(x for x, _ in cells) < 24, panel["title"]
        covered |= cells
    for panel in PANELS:
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        assert all('instance=~"$instance"' in target["expr"] for target in panel["targets"]), panel["title"]


async def test_what_was_counted_comes_out(exposition, metrics):
    """Each verb moves its series."""
    metrics.webhook(200, 0.004)
    metrics.event("message")
    metrics.event("somethingNew")
    metrics.queued(2.0)
    metrics.drew("gpt-image-2", "paid", 9.0, Tokens(text_in=10, image_in=0, image_out=400), 12_500, pictures=2)
    metrics.drew("gpt-image-2", outcome_of(RateLimited("429")), 0.1)
    metrics.stored(0.5)
    metrics.uploaded("refused")
    metrics.ended("failed", "busy")
    metrics.delivered("push", "landed", 0.2)
    metrics.answered("reply", 12.0)
    metrics.token("promised")
    metrics.push_saved(1)
    metrics.fetched("line", "read")
    samples = await scraped(exposition)
    assert told(samples, COUNTED) == COUNTED


COUNTED = {
    ("easel_build_info", "1.2.3"): 1,
    ("easel_webhooks_total", "200"): 1,
    ("easel_webhooks_total", "500"): 0,
    ("easel_webhooks_total", "503"): 0,
    ("easel_webhook_seconds_bucket", "0.005"): 1,
    ("easel_webhook_seconds_bucket", "0.0025"): 0,
    ("easel_events_total", "message"): 1,
    ("easel_events_total", "other"): 1,
    ("easel_queue_seconds_sum",): 2.0,
    ("easel_model_calls_total", "gpt-image-2", "paid"): 1,
    ("easel_model_calls_total", "gpt-image-2", "rate_limited"): 1,
    ("easel_model_calls_total", "gpt-image-1", "not_permitted"): 0,
    ("easel_model_call_seconds_count", "gpt-image-2"): 2,
    ("easel_pictures_total", "gpt-image-2"): 2,
    ("easel_model_tokens_total", "gpt-image-2", "image_out"): 400,
    ("easel_spent_usd_total", "gpt-image-2"): 0.0125,
    ("easel_store_seconds_count",): 1,
    ("easel_uploads_total", "refused"): 1,
    ("easel_requests_ended_total", "failed", "busy"): 1,
    ("easel_deliveries_total", "push", "landed"): 1,
    ("easel_deliveries_total", "reply", "unknown"): 0,
    ("easel_delivery_seconds_count", "push"): 1,
    ("easel_answer_seconds_sum", "reply"): 12.0,
    ("easel_reply_tokens_total", "promised"): 1,
    ("easel_pushes_saved_total",): 1,
    ("easel_sources_total", "line", "read"): 1,
}


async def test_what_the_store_knows_comes_out(exposition, database):
    """Requests by state and reason, queue, backlog, caps, models, the pause and health."""
    receiving, requests, models = Receiving(database), Requests(database), Models(database)
    for name in ("R1", "R2", "R3"):
        await receiving.receive(name, sender=ALICE, request=NewRequest(prompt="a cat", draws=True))
    await database.run(lambda connection: drawing(connection, "R2"))
    await requests.fail("R3", reason="busy")
    await models.mark_gone("gpt-image-1", for_s=60)
    await models.ends("gpt-image-2", date(2026, 1, 31))
    await Allowances(database).pause()
    samples = await scraped(exposition)
    assert told(samples, KNOWN) == KNOWN
    assert samples["easel_queue_oldest_seconds",] >= 0
    assert ("easel_model_days_left", "gpt-image-2") in samples
    assert ("easel_model_days_left", "gpt-image-1") not in samples
    assert samples["process_resident_memory_bytes",] > 0


KNOWN = {
    ("easel_requests", "queued"): 1,
    ("easel_requests", "drawing"): 1,
    ("easel_requests", "kept"): 0,
    ("easel_requests_last_day", "failed", "busy"): 1,
    ("easel_requests_last_day", "queued", ""): 1,
    ("easel_queue_depth",): 1,
    ("easel_inbox_backlog",): 0,
    ("easel_inbox_oldest_seconds",): 0,
    ("easel_budget_spent_usd", "day"): 0,
    ("easel_budget_cap_usd", "day"): 2,
    ("easel_budget_cap_usd", "month"): 0,
    ("easel_model_gone", "gpt-image-1"): 1,
    ("easel_model_gone", "gpt-image-2"): 0,
    ("easel_paused",): 1,
    ("easel_line_token_refused",): 0,
    ("easel_pictures_unserved",): 0,
    ("easel_ready",): 0,  # nothing was started
    ("easel_healthy", "store"): 1,
}


async def test_money_is_told_by_the_operators_day_and_month(database):
    """What is reserved shows under the day and the month that run in TIMEZONE."""
    at = datetime(2026, 12, 1, 0, 30, tzinfo=ZONE).timestamp()  # in UTC it is still November
    ledger, gauges = Ledger(database, zone=ZONE, caps=CAPS), Gauges(database, zone=ZONE, caps=CAPS)
    await ledger.begin(booking("R1", microusd=40_000), now_at=at - 3600)
    await ledger.begin(booking("R2", microusd=50_000), now_at=at)
    store = await gauges.store_state(now_at=at)
    spent = {(budget.period, budget.spent_microusd, budget.cap_microusd) for budget in store.budgets}
    assert spent == {("day", 50_000, 2_000_000), ("month", 50_000, 0)}


def test_days_left_are_counted_to_the_makers_date():
    """Today is 0, yesterday is less, and a model that is not in use is left out."""
    days = {"gpt-image-1": date(2026, 10, 23), "gpt-image-2": date(2026, 12, 1), "old": date(2026, 1, 1)}
    store = StoreState(
        unfinished={"queued": 0},
        queued_since=None,
        backlog=0,
        backlog_since=None,
        budgets=(),
        ends_on=days,
        gone=frozenset(),
        paused=False,
        line_refuses=False,
        unserved=False,
        read_s=0.0,
    )
    at = datetime(2026, 12, 1, 23, 59, tzinfo=UTC).timestamp()
    [left] = [one for one in of_store(store, models=MODELS, at=at) if one.name == "easel_model_days_left"]
    assert {one.labels["model"]: one.value for one in left.samples} == {"gpt-image-1": -39, "gpt-image-2": 0}


async def test_a_backlog_is_told_with_its_age(exposition, database):
    """Events that nobody has read show, however many they are."""
    with database.transaction() as connection:
        row = {"raw": "{}", "arrived_at": time.time() - 100, "owner": "us", "begun": False}
        connection.execute(sa.text(INSERT), [row | {"event_id": f"E{number}"} for number in range(3)])
    samples = await scraped(exposition)
    assert samples["easel_inbox_backlog",] == 3
    assert samples["easel_inbox_oldest_seconds",] >= 100


INSERT = (
    "INSERT INTO inbox (event_id, raw, arrived_at, owner, begun) VALUES (:event_id, :raw, :arrived_at, :owner, :begun)"
)


async def test_a_store_that_is_away_costs_only_what_it_knows(exposition, database):
    """What the process counted still comes out, and nothing old is told of the store."""
    database.close()
    samples = await scraped(exposition)
    assert ("easel_webhooks_total", "200") in samples
    assert ("easel_ready",) in samples
    assert ("easel_queue_depth",) not in samples
    assert not [key for key in samples if key[0] == "easel_requests_last_day"]


async def test_no_statement_reads_a_whole_table_that_grows(database):
    """Each look at requests, events and money goes by an index, so that it stays quick in old databases."""
    statements = []

    def remember(_connection, _cursor, statement, parameters, *_):
        statements.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", remember)
    gauges = Gauges(database, zone=ZONE, caps=CAPS)
    await gauges.store_state()
    await gauges.last_day()
    sa.event.remove(sa.Engine, "before_cursor_execute", remember)
    asked = [(statement, parameters) for statement, parameters in statements if statement.startswith("SELECT")]
    assert len(asked) >= 8
    with database.transaction() as connection:
        plans = [
            row.detail
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert not [plan for plan in plans if re.fullmatch(r"SCAN (requests|inbox|purses)", plan)]


async def test_a_reading_is_made_once_for_all():
    """Many scrapes at once, and those that come soon after, share one reading."""
    begun, go_on = 0, asyncio.Event()

    async def read() -> int:
        nonlocal begun
        begun += 1
        await go_on.wait()
        return begun

    cached = Cached(read, fresh_s=600, patience_s=60)
    asking = [asyncio.create_task(cached.get()) for _ in range(5)]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(*asking) == [1] * 5
    assert await cached.get() == 1


async def test_a_reading_that_hangs_is_waited_for_once():
    """A scrape does not wait longer than its patience, and does not ask a second time meanwhile."""
    begun, never = 0, asyncio.Event()

    async def read() -> int:
        nonlocal begun
        begun += 1
        return await never.wait()

    cached = Cached(read, fresh_s=600, patience_s=0)
    assert [await cached.get() for _ in range(3)] == [None] * 3
    never.set()
    assert begun == 1


async def test_the_scraper_chooses_the_format(exposition):
    """Text for whoever says nothing, OpenMetrics for whoever asks for it; both can be read."""
    async with scraping(exposition) as client:
        plain = await client.get("/metrics")
        modern = await client.get("/metrics", headers={"Accept": OPENMETRICS})
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert modern.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert len(list(read_text(plain.text))) > 30
    assert len(list(read_openmetrics(modern.text))) > 30
    assert "_created" not in plain.text + modern.text


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong", "Basic sesame-sesame", "sesame-sesame", "Bearer é"]
)
async def test_without_the_token_nothing_is_told(exposition, given):
    """Whoever does not bring the token gets 401 and nothing else."""
    headers = {} if given is None else {"Authorization": given.encode()}
    async with scraping(exposition, token="sesame-sesame") as client:
        answer = await client.get("/metrics", headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_token_opens(exposition):
    """Whoever brings it is let in, however the scheme is written."""
    async with scraping(exposition, token="sesame-sesame") as client:
        for scheme in ("Bearer", "bearer"):
            answer = await client.get("/metrics", headers={"Authorization": f"{scheme} sesame-sesame"})
            assert answer.status_code == 200


def test_every_end_of_a_call_is_on_the_page():
    """The page explains each outcome of a call, as it is spelled in the label."""
    outcomes = [outcome_of(error("")) for error in CALL_ERRORS]
    assert outcome_of(VendorFault("")) == "vendor_fault"
    assert all(f"`{outcome}`" in PAGE for outcome in ["paid", *outcomes])


def test_no_error_of_a_call_is_without_a_series():
    """Whatever the client of the Images API raises begins at 0."""
    files = ("faults.py", "images.py", "url_pictures.py")
    code = "".join((ROOT / "app/openai" / name).read_text(encoding="utf-8") for name in files)
    leaves = {one for one in leaves_of(EaselError) if re.search(rf"\b{one.__name__}\b", code)}
    assert leaves == set(CALL_ERRORS)


def leaves_of(error: type[EaselError]) -> set[type[EaselError]]:
    below = error.__subclasses__()
    return set().union(*(leaves_of(one) for one in below)) if below else {error}


def booking(request_id: str, *, microusd: int) -> Booking:
    return Booking(
        request_id=request_id,
        chat_id=ALICE.chat_id,
        chat_kind=ALICE.chat_kind,
        user_id=ALICE.user_id,
        model="gpt-image-2",
        kind="draw",
        size="1024x1024",
        quality="low",
        count=1,
        estimate_microusd=microusd,
    )

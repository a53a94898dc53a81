"""What a collector gets: one trace for each request, and nothing that gives anybody away."""

import asyncio
import hashlib
import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from app.traces import Traces

ROOT = Path(__file__).parents[2]
REQUEST = "01HXYZTESTEVENT00000000000"
PATIENCE_S = 60


class Collector(http.server.ThreadingHTTPServer):
    """Takes traces over OTLP/HTTP on loopback."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Door)
        self.requests: list[tuple[str, str, ExportTraceServiceRequest]] = []
        self.news = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def spans(self) -> list[SentSpan]:
        sent = (body for _, _, body in self.requests)
        return [
            one
            for body in sent
            for resource in body.resource_spans
            for scope in resource.scope_spans
            for one in scope.spans
        ]

    def got(self, count: int) -> dict[str, SentSpan]:
        """Wait for so many spans. Return them by name."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.spans) >= count, PATIENCE_S)
            return {span.name: span for span in self.spans}


class Door(http.server.BaseHTTPRequestHandler):
    """Reads what comes, as the protocol says: a protobuf, answered by one."""

    server: "Collector"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sent = ExportTraceServiceRequest.FromString(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()
        with self.server.news:
            self.server.requests.append((self.path, self.headers["Content-Type"], sent))
            self.server.news.notify_all()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def collector():
    """A collector that takes everything."""
    with Collector() as opened:
        serving = threading.Thread(target=opened.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield opened
        opened.shutdown()
        serving.join()


@pytest.fixture
def traces(collector):
    opened = Traces(collector.url, service_version="1.2.3")
    yield opened
    opened.close()


def attributes(span: SentSpan) -> dict[str, object]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def ran(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run some Python as another process."""
    given = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


ELSEWHERE = """
import sys
from app.traces import Traces
traces = Traces(sys.argv[1], service_version="1.2.3")
with traces.span("reply", request_id=sys.argv[2], way="reply"):
    pass
traces.close()
"""


@pytest.mark.slow
def test_processes_share_the_trace_of_a_request(collector, traces):
    """The webhook is the first span; what another process does hangs on it, with nothing handed over but the id."""
    traces.arrived(REQUEST, began_at=1_800_000_000.0, seconds=0.004, type="message")
    done = ran(ELSEWHERE, collector.url, REQUEST)
    assert (done.returncode, done.stderr) == (0, "")
    traces.close()
    spans = collector.got(2)
    webhook, reply = spans["webhook"], spans["reply"]
    assert webhook.trace_id == reply.trace_id == hashlib.sha256(REQUEST.encode()).digest()[:16]
    assert webhook.parent_span_id == b""
    assert reply.parent_span_id == webhook.span_id
    assert webhook.start_time_unix_nano == 1_800_000_000_000_000_000
    assert webhook.end_time_unix_nano - webhook.start_time_unix_nano == 4_000_000
    assert webhook.kind == SentSpan.SPAN_KIND_SERVER


def test_the_collector_learns_who_speaks(collector, traces):
    """Spans come as the protocol says, from the service and version that they belong to."""
    traces.arrived(REQUEST, began_at=1.0, seconds=0.0)
    traces.close()
    collector.got(1)
    path, content_type, sent = collector.requests[0]
    assert (path, content_type) == ("/v1/traces", "application/x-protobuf")
    who = {one.key: one.value.string_value for one in sent.resource_spans[0].resource.attributes}
    assert (who["service.name"], who["service.version"]) == ("easel", "1.2.3")


def test_spans_inside_spans_hang_on_them(collector, traces):
    """Work within work of the same request hangs on it; of another request it does not."""
    with traces.span("draw", request_id=REQUEST):
        with traces.span("model", request_id=REQUEST):
            pass
        with traces.span("other", request_id="another"):
            pass
    with traces.span("after", request_id=REQUEST):
        pass
    traces.close()
    spans = collector.got(4)
    root = hashlib.sha256(REQUEST.encode()).digest()[16:24]
    assert spans["model"].parent_span_id == spans["draw"].span_id
    assert spans["draw"].parent_span_id == spans["after"].parent_span_id == root
    assert spans["other"].trace_id != spans["draw"].trace_id
    assert spans["draw"].start_time_unix_nano <= spans["model"].start_time_unix_nano


async def test_tasks_do_not_mix_their_spans(collector, traces):
    """Two requests that are worked on at once keep apart, whoever ends first."""
    both = asyncio.Barrier(2)

    async def work(request_id: str) -> None:
        with traces.span(f"draw {request_id}", request_id=request_id):
            await both.wait()
            with traces.span(f"model {request_id}", request_id=request_id):
                await both.wait()

    await asyncio.gather(work("A"), work("B"))
    await asyncio.to_thread(traces.close)
    spans = await asyncio.to_thread(collector.got, 4)
    for request_id in ("A", "B"):
        assert spans[f"model {request_id}"].parent_span_id == spans[f"draw {request_id}"].span_id


def test_only_harmless_attributes_go_out(collector, traces):
    """Prompts, ids of people, secrets and whatever is no plain value stay here; long texts are cut."""
    with traces.span("model", request_id=REQUEST, model="gpt-image-2", prompt="a secret wish", user_id="U1") as span:
        span.set(outcome="paid", pictures=2, token="t0ken", message="words", code={"a": 1}, reason="x" * 500)
    traces.close()
    assert attributes(collector.got(1)["model"]) == {
        "easel.request": REQUEST,
        "easel.model": "gpt-image-2",
        "easel.outcome": "paid",
        "easel.pictures": 2,
        "easel.reason": "x" * 100,
    }


def test_an_error_is_named_and_not_quoted(collector, traces):
    """A span that ends by an error says which, without its words or its traceback."""

    def fail() -> None:
        with traces.span("store", request_id=REQUEST):
            raise ValueError("a secret wish")

    with pytest.raises(ValueError, match="a secret wish"):
        fail()
    traces.close()
    span = collector.got(1)["store"]
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert attributes(span)["error.type"] == "ValueError"
    assert b"secret" not in span.SerializeToString()


def test_work_that_is_over_can_be_told(collector, traces):
    """A wait that nobody held open is a span as well."""
    traces.record("queue", request_id=REQUEST, began_at=100.0, seconds=2.5, attempt=1)
    traces.record("clock", request_id=REQUEST, began_at=100.0, seconds=-1.0)
    traces.close()
    spans = collector.got(2)
    assert spans["queue"].end_time_unix_nano - spans["queue"].start_time_unix_nano == 2_500_000_000
    assert spans["clock"].end_time_unix_nano == spans["clock"].start_time_unix_nano


NOTHING = """
import sys
from app.traces import Traces
traces = Traces(None, service_version="1.2.3")
traces.arrived("E", began_at=1.0, seconds=1.0)
traces.record("queue", request_id="E", began_at=1.0, seconds=1.0)
with traces.span("draw", request_id="E", model="m") as span:
    span.set(outcome="paid")
traces.close()
print([name for name in sys.modules if name.startswith(("opentelemetry", "requests", "google"))])
print(span.attributes)
"""


@pytest.mark.slow
def test_without_an_endpoint_nothing_is_loaded_or_kept():
    """Whoever wants no traces pays nothing for them."""
    assert ran(NOTHING).stdout.split("\n") == ["[]", "{}", ""]


AWAY = """
import sys
from app.traces import Traces
traces = Traces(sys.argv[1], service_version="1.2.3")
traces.arrived("E", began_at=1.0, seconds=1.0)
traces.close()
print("stopped")
"""


@pytest.mark.slow
def test_a_collector_that_is_away_holds_nobody_up():
    """The stop comes, and the process ends; what the collector did not take is lost."""
    with Collector() as gone:
        url = gone.url
    done = ran(AWAY, url)
    assert done.returncode == 0, done.stderr
    assert "stopped" in done.stdout.splitlines()
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
async def test_one_trace_from_the_webhook_to_the_reply(stage, tmp_path, collector):
    """What a real Easel sends of one picture: every stage, under the id that the log leads to, and nobody's words."""
    person = stage.person()
    event = stage.line.text(person, "a traced cat")
    async with stage.easel(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url):
        await stage.line.deliver(event)
        await stage.picture(person)
    named = {span.name for span in collector.spans}
    assert {"webhook", "understand", "queue", "model", "store", "reply"} <= named
    trace_id = hashlib.sha256(event["webhookEventId"].encode()).digest()[:16]
    assert {span.trace_id for span in collector.spans} == {trace_id}
    told = str([body for _, _, body in collector.requests])
    assert not [private for private in ("a traced cat", person, event["replyToken"]) if private in told]

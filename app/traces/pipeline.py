"""Sends our spans to a collector with OpenTelemetry's own SDK: in batches, from a thread of its own.

https://opentelemetry.io/docs/specs/otlp/#otlphttp (read 2026-11-22)
"""

import contextvars
import logging
import threading
from collections.abc import Sequence

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from app.traces.spans import Ids, Span

log = structlog.get_logger()

SEND_TIMEOUT_S = 5.0  # of one batch, its retries included
CLOSE_S = 2.0
KEPT_MAX = 2048  # spans: while the collector is away they take up to 7 MB, then the oldest are dropped
BATCH = 512
EVERY_MS = 2000.0
SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class Pipeline:
    """Sends the spans of this process to a collector, in batches, from a thread of its own."""

    def __init__(self, endpoint: str, *, service_version: str) -> None:
        """Start the thread. Credentials come from OpenTelemetry's own variables, such as OTEL_EXPORTER_OTLP_HEADERS."""
        # The library logs a failure several times for each batch; `_Exporter` logs it once.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        exporter = _Exporter(f"{endpoint.rstrip('/')}/v1/traces")
        self._processor = BatchSpanProcessor(
            exporter, max_queue_size=KEPT_MAX, max_export_batch_size=BATCH, schedule_delay_millis=EVERY_MS
        )
        self._ids = _Ids()
        provider = TracerProvider(
            sampler=ALWAYS_ON,  # a collector can sample whole traces, a single process cannot
            resource=Resource.create({"service.name": "easel", "service.version": service_version}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("easel", service_version)

    def send(self, span: Span) -> None:
        """Queue a finished span. Does not wait for the collector."""
        self._ids.are(span.ids)
        sent = self._tracer.start_span(
            span.name,
            context=_parent_context(span.ids),
            kind=SpanKind.SERVER if span.ids.parent_id is None else SpanKind.INTERNAL,
            attributes={f"easel.{name}": value for name, value in span.attributes.items()},
            start_time=span.began_at_ns,
        )
        if span.failed_by:
            sent.set_attribute("error.type", span.failed_by)
            sent.set_status(Status(StatusCode.ERROR))
        sent.end(end_time=span.ended_at_ns)

    def close(self) -> None:
        """Send what is left, within `CLOSE_S`; what the collector does not take by then is lost."""
        # The processor would block for 30 s; a daemon thread does not keep the process alive.
        last = threading.Thread(target=self._processor.shutdown, name="traces", daemon=True)
        last.start()
        last.join(CLOSE_S)


class _Ids(IdGenerator):
    """Gives the SDK the ids that a span already has, when it asks for them within `start_span`."""

    def __init__(self) -> None:
        self._next: contextvars.ContextVar[Ids] = contextvars.ContextVar("ids")

    def are(self, ids: Ids) -> None:
        self._next.set(ids)

    def generate_span_id(self) -> int:
        return self._next.get().span_id

    def generate_trace_id(self) -> int:
        return self._next.get().trace_id


class _Exporter(SpanExporter):
    """Logs once that the collector does not answer, and once that it does again."""

    def __init__(self, url: str) -> None:
        self._otlp = OTLPSpanExporter(url, timeout=SEND_TIMEOUT_S)
        self._works = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._otlp.export(spans)
        works = result is SpanExportResult.SUCCESS
        if works != self._works:
            say = log.info if works else log.warning
            say("traces_sent_again" if works else "traces_not_sent", spans=len(spans))
        self._works = works
        return result

    def shutdown(self) -> None:
        self._otlp.shutdown()  # type: ignore[no-untyped-call]  # the library's


def _parent_context(ids: Ids) -> Context:
    if ids.parent_id is None:
        return Context()
    parent = SpanContext(ids.trace_id, ids.parent_id, is_remote=True, trace_flags=SAMPLED)
    return trace.set_span_in_context(NonRecordingSpan(parent), Context())

"""The spans of a request's way, whose names and attributes cannot identify anybody.

No I/O here; `pipeline` sends them.
"""

import contextlib
import contextvars
import hashlib
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

# All other attributes are dropped, so that prompts, ids of people and secrets cannot leave.
ATTRIBUTES = frozenset(
    {"attempt", "bytes", "code", "edit", "events", "messages", "model", "outcome", "pictures", "reason"}
    | {"redelivered", "status", "type", "vendor_request", "way", "words"}
)
TEXT_MAX = 100  # characters

Value = str | bool | int | float


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of one span. `parent_id` None: it is the root of its trace."""

    trace_id: int
    span_id: int
    parent_id: int | None


@dataclass(slots=True, kw_only=True)
class Span:
    """One piece of work. Times are Unix nanoseconds; `failed_by` is the class name of an error."""

    name: str
    ids: Ids
    began_at_ns: int
    ended_at_ns: int = 0
    attributes: dict[str, Value] = field(default_factory=dict)
    failed_by: str | None = None

    def set(self, **attributes: object) -> None:
        """Add attributes. Those that are not in `ATTRIBUTES` are dropped."""
        self.attributes |= _allowed(attributes)


class Traces:
    """Records spans, one object per process. Without an endpoint methods do nothing; with one, only `close` blocks."""

    def __init__(self, endpoint: str | None, *, service_version: str) -> None:
        """Send to `endpoint`/v1/traces. None: send nothing."""
        self._pipeline = None
        self._current: contextvars.ContextVar[Ids | None] = contextvars.ContextVar("span", default=None)
        self._noop = contextlib.nullcontext(_NOOP_SPAN)
        if endpoint:
            from app.traces.pipeline import Pipeline  # noqa: PLC0415 - 0.25 s and 5 MB that most operators do not need

            self._pipeline = Pipeline(endpoint, service_version=service_version)

    def arrived(self, request_id: str, *, began_at: float, seconds: float, **attributes: object) -> None:
        """Record the webhook that brought a request: the root span, under which all others are."""
        if self._pipeline:
            trace_id, root_id = _ids_of(request_id)
            self._tell("webhook", Ids(trace_id, root_id, None), request_id, began_at, seconds, attributes)

    def record(self, name: str, *, request_id: str, began_at: float, seconds: float, **attributes: object) -> None:
        """Record work that is over. `began_at` is Unix seconds."""
        if self._pipeline:
            self._tell(name, self._child_ids(request_id), request_id, began_at, seconds, attributes)

    def span(self, name: str, *, request_id: str, **attributes: object) -> AbstractContextManager[Span]:
        """Record the work inside the `with` block. Of an error only the class name is recorded."""
        return self._spanned(name, request_id, attributes) if self._pipeline else self._noop

    def close(self) -> None:
        """Send what is left, for at most 2 s. Blocks: call it in a thread."""
        if self._pipeline:
            self._pipeline.close()

    @contextlib.contextmanager
    def _spanned(self, name: str, request_id: str, attributes: Mapping[str, object]) -> Iterator[Span]:
        ids = self._child_ids(request_id)
        span = Span(name=name, ids=ids, began_at_ns=time.time_ns(), attributes=_about(request_id, attributes))
        began_ns = time.perf_counter_ns()
        before = self._current.set(ids)
        try:
            yield span
        except BaseException as error:
            span.failed_by = type(error).__name__
            raise
        finally:
            self._current.reset(before)
            span.ended_at_ns = span.began_at_ns + time.perf_counter_ns() - began_ns
            self._send(span)

    def _tell(
        self, name: str, ids: Ids, request_id: str, began_at: float, seconds: float, attributes: Mapping[str, object]
    ) -> None:
        began_at_ns = int(began_at * 1e9)
        ended_at_ns = began_at_ns + max(0, int(seconds * 1e9))
        about = _about(request_id, attributes)
        self._send(Span(name=name, ids=ids, began_at_ns=began_at_ns, ended_at_ns=ended_at_ns, attributes=about))

    def _send(self, span: Span) -> None:
        if self._pipeline:
            self._pipeline.send(span)

    def _child_ids(self, request_id: str) -> Ids:
        """Return ids for a new span under the current one, if that is of the same request, else under the webhook's."""
        trace_id, root_id = _ids_of(request_id)
        current = self._current.get()
        parent_id = current.span_id if current and current.trace_id == trace_id else root_id
        return Ids(trace_id, secrets.randbits(64) or 1, parent_id)


class _NoopSpan(Span):
    """The span that a `with` block gets when nothing is sent: shared by all, so it keeps nothing."""

    def set(self, **attributes: object) -> None:
        """Ignore the attributes."""


_NOOP_SPAN = _NoopSpan(name="", ids=Ids(0, 0, None), began_at_ns=0)


def _ids_of(request_id: str) -> tuple[int, int]:
    """Return the ids of the trace and of its root span, the same in every process."""
    digest = hashlib.sha256(request_id.encode()).digest()
    return int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:24], "big")


def _about(request_id: str, attributes: Mapping[str, object]) -> dict[str, Value]:
    return {"request": request_id, **_allowed(attributes)}


def _allowed(attributes: Mapping[str, object]) -> dict[str, Value]:
    known = {name: value for name, value in attributes.items() if name in ATTRIBUTES}
    return {
        name: value[:TEXT_MAX] if isinstance(value, str) else value
        for name, value in known.items()
        if isinstance(value, Value)
    }

"""Traces over OTLP/HTTP: one for each request, from its webhook to its reply, whichever processes worked on it.

The ids of a trace are derived from the `webhookEventId`, so nothing has to be passed from step to step. Without an
endpoint nothing is imported, kept or sent.
"""

from app.traces.spans import Span, Traces

__all__ = ["Span", "Traces"]

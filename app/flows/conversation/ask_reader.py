"""Asks a small text model what a message means. If that fails there is no verdict, and the person is asked."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import structlog

from app.errors import (
    Again,
    BadRequest,
    Cause,
    EaselError,
    ModelGone,
    NotPermitted,
    OutcomeUnknown,
)
from app.flows.drawing.booking import outcome_of_call, safety_identifier
from app.flows.upkeep.admin_alerts import AdminAlerts
from app.line.events import Event
from app.metrics import Metrics, outcome_of
from app.openai import NOT_OFFERED, READ_TIMEOUT_S, Completion, OpenAIReader, TextQuestion
from app.prices import text_cost, text_estimate
from app.reading.asking import CHOICES, RULES, message_of, verdict_of
from app.reading.meaning import Moment, Verdict
from app.reading.plan import Question
from app.store.models import Models
from app.store.money.budgets import Capped
from app.store.money.call_outcome import READ, CallOutcome
from app.store.money.ledger import Booking, Ledger, ReadTokens

log = structlog.get_logger()

FAILURES_MAX: Final = 3  # in a row; then the reader is paused, so that nobody waits for an answer that will not come
PAUSE_S: Final = 60.0
OFF_S: Final = (60.0, 600.0, 3600.0)  # a right may be granted later, and one odd answer of a proxy proves nothing
GONE_FOR_S: Final = 600.0  # how long a model that is gone is not asked; asking in vain costs nothing
OF_EVERYTHING: Final = {Cause.KEY, Cause.BILLING}  # these stop drawing, too, so the operator must know


class MessageReader:
    """One for each process. A pause ends with it; which models are gone is in the store."""

    def __init__(
        self,
        *,
        client: OpenAIReader,
        models: Models,
        ledger: Ledger,
        alarm: AdminAlerts,
        metrics: Metrics,
        names: Sequence[str],
    ) -> None:
        """`names`: the models, in the order in which they are asked."""
        self._client = client
        self._models = models
        self._ledger = ledger
        self._alarm = alarm
        self._metrics = metrics
        self._names = names
        self._times_off = 0
        self._failures = 0
        self._paused_until = 0.0

    async def read(self, left_open: Question, event: Event) -> Verdict | None:
        """Ask what the text of an event means. None: no model answered in time, or none may be asked."""
        if time.monotonic() < self._paused_until:
            return None
        asker = event.user_id or (event.chat.id if event.chat else "")
        question = _question(left_open, asker=asker)
        until = time.monotonic() + READ_TIMEOUT_S
        gone = await self._models.gone()
        for name in self._names:
            within_s = until - time.monotonic()
            if name in gone or within_s <= 0:
                continue
            try:
                answer = await self._one_model(name, question, event, within_s=within_s)
            except ModelGone:
                await self._models.mark_gone(name, for_s=GONE_FOR_S)
                log.warning("reader_model_gone", model=name, not_asked_for_s=GONE_FOR_S, cure="change READER_MODELS")
            except EaselError as error:
                await self._tell(error, name, event)
                return None
            else:
                return verdict_of(answer.words) if answer and answer.words else None
        return None

    async def _one_model(
        self, name: str, question: TextQuestion, event: Event, *, within_s: float
    ) -> Completion | None:
        booking = _booking(name, question, event)
        call = await self._ledger.begin(booking)
        if isinstance(call, Capped):
            log.info("message_not_read", request=event.id, code=f"limit_{call.cap}")
            return None
        began = time.perf_counter()
        try:
            answer = await self._client.read(question, model=name, within_s=within_s)
        except EaselError as error:
            outcome = outcome_of_call(error)
            await self._ledger.end(call, outcome, vendor_request_id=error.vendor_request_id)
            charged = 0 if outcome is CallOutcome.FAILED else booking.estimate_microusd
            self._metrics.read(name, outcome_of(error), time.perf_counter() - began, microusd=charged)
            raise
        self._failures = self._times_off = 0
        took_s = time.perf_counter() - began
        tokens = ReadTokens(**asdict(answer.usage)) if answer.usage else None
        charged = text_cost(name, **asdict(tokens)) if tokens else booking.estimate_microusd
        await self._ledger.read(call, tokens, vendor_request_id=answer.request_id)
        self._metrics.read(name, answer.ended, took_s, microusd=charged)
        duration_ms = round(took_s * 1000)
        log.info("message_read", request=event.id, model=name, ended=answer.ended, duration_ms=duration_ms)
        return answer

    async def _tell(self, error: EaselError, name: str, event: Event) -> None:
        """Log a failure, and pause the reader if it is likely to last. Alert admins only to what stops drawing, too."""
        is_lasting = isinstance(error, NotPermitted) and error.cause is Cause.RIGHT
        if is_lasting or (isinstance(error, BadRequest) and error.code == NOT_OFFERED):
            off_s = OFF_S[min(self._times_off, len(OFF_S) - 1)]
            self._times_off, self._paused_until = self._times_off + 1, time.monotonic() + off_s
            cure = "let the key use Chat Completions, or set READER_MODELS= to nothing"
            log.warning("reader_off", model=name, code=error.code, message=str(error), for_s=off_s, cure=cure)
            return
        log.warning("message_not_read", request=event.id, model=name, error=type(error).__name__, code=error.code)
        if isinstance(error, NotPermitted) and error.cause in OF_EVERYTHING:
            await self._alarm.ring_for(error)
        self._failures += isinstance(error, Again | OutcomeUnknown | NotPermitted)
        if self._failures >= FAILURES_MAX:
            self._failures, self._paused_until = 0, time.monotonic() + PAUSE_S
            log.warning("reader_paused", for_s=PAUSE_S)


def trial_question() -> TextQuestion:
    """Make a question that nobody asked, to test whether a model reads."""
    return _question(Question(text="good morning, Easel", moment=Moment()), asker="doctor")


def _question(left_open: Question, *, asker: str) -> TextQuestion:
    """Put what was left open to a model. `asker`: id of a person or chat."""
    return TextQuestion(
        rules=RULES,
        message=message_of(left_open.text, left_open.moment),
        choices=CHOICES,
        asker=safety_identifier(asker),
    )


def _booking(name: str, question: TextQuestion, event: Event) -> Booking:
    if event.chat is None:
        raise ValueError("a message without a chat is nobody's")
    schema_chars = sum(len(word) + 1 for words in question.choices.values() for word in words)
    return Booking(
        request_id=event.id,
        chat_id=event.chat.id,
        chat_kind=event.chat.kind,
        user_id=event.user_id,
        model=name,
        kind=READ,
        size="",
        quality="",
        count=0,
        estimate_microusd=text_estimate(name, chars=len(question.rules) + len(question.message) + schema_chars),
    )

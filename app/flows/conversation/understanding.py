"""What an event means: the rules and the moment first, then the gate and the reader for what they leave open."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from app.line.contents import Edited, Text
from app.line.events import Event
from app.reading.decide import Rules, decide
from app.reading.gate import SURE, Gate, is_sure
from app.reading.meaning import Meaning, ReadingStep, Verdict
from app.reading.mentions import AT
from app.reading.plan import Plan, Question
from app.reading.rules import DRAWN_AGAIN
from app.store.context import Context

log = structlog.get_logger()

AskReader = Callable[[Question, Event], Awaitable[Verdict | None]]
READER_SURE = 0.9
SURELY_DRAWN = 0.9  # of a wish, from which on its praise and its but are part of it


class Understanding:
    """Asks one step after another, cheapest first, and only as many as are needed."""

    def __init__(
        self, *, rules: Rules, gate: Gate, reader: AskReader | None, bot_name: Callable[[], Awaitable[str]]
    ) -> None:
        """`reader` None: no text model is asked. `bot_name` finds our display name in LINE."""
        self._rules = rules
        self._gate = gate
        self._reader = reader
        self._bot_name = bot_name

    async def plan(self, event: Event, context: Context) -> Plan:
        """Return what to do with an event: the rules' plan, or what later steps make of what the rules leave open."""
        rules = await self._rules_for(event)
        plan = decide(event, rules, context)
        if plan.open:
            verdict = self._verdict(plan.open)
            plan = decide(event, rules, context, verdict, by=ReadingStep.GATE, is_sure=is_sure(verdict))
        if plan.open and self._reader:
            read = await self._reader(plan.open, event)
            if read:
                plan = decide(
                    event, rules, context, read, by=ReadingStep.READER, is_sure=read.confidence >= READER_SURE
                )
        return plan

    def _verdict(self, question: Question) -> Verdict:
        """Ask the gate; if it is unsure, ask again without options such as "x4": the rest may plainly be a wish.

        So it is if it takes "a wide bay, 3:2" for the command to draw again, wide; then the surer verdict counts.
        """
        verdict = self._gate.read(question.text, question.moment)
        least = verdict.confidence if is_sure(verdict) else 0.0
        if question.bare and question.bare != question.text and (not least or verdict.kind in DRAWN_AGAIN):
            bare = self._gate.read(question.bare, question.moment)
            if bare.meaning is Meaning.DRAW and is_sure(bare) and bare.confidence > least:
                return bare
        return self._of_behind(question, verdict) or verdict

    def _of_behind(self, question: Question, verdict: Verdict) -> Verdict | None:
        """Ask about what stands behind thanks where the whole is taken for them; None where that tells nothing else."""
        behind = question.behind
        if behind is None or verdict.meaning is behind.meaning:
            return None
        if verdict.meaning is Meaning.DRAW and verdict.confidence >= SURELY_DRAWN:
            return None
        read = self._gate.read(behind.text, question.moment)
        if read.meaning is not behind.meaning and behind.is_one and not is_sure(read):
            read = Verdict(meaning=behind.meaning, confidence=SURE[behind.meaning])
        return replace(read, of_behind=True) if read.meaning is behind.meaning and is_sure(read) else None

    async def _rules_for(self, event: Event) -> Rules:
        """Return the rules, with our name only where somebody may have typed it."""
        text = event.content.text if isinstance(event.content, Edited) else event.content
        if isinstance(text, Text) and any(one in text.text for one in AT):
            return replace(self._rules, bot_name=await self._bot_name())
        return self._rules

"""Which models to ask now. One counts as gone once it has said so twice and a cheap probe agrees."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from app.errors import EaselError, ModelGone
from app.openai import SHUT_DOWN, OpenAIImages
from app.store.models import Models

log = structlog.get_logger()

GONE_READ_EVERY_S = 1.0  # another process may have found out
GONE_FOR_S = 6 * 3600.0  # how long a model that is gone is not asked
PAUSES_S = (2.0, 30.0, 120.0, 600.0)  # after each refusal; it may pass: a right just granted, a gateway reloading
NONE_LEFT_S = 60.0  # how often all are asked again when none is left


@dataclass(frozen=True, slots=True)
class Pause:
    """How often a model has said that it does not exist, and until when it is left alone, by the monotonic clock."""

    times: int
    until: float


class Availability:
    """One for each process. Pauses end with it; what is known for certain is in the store."""

    def __init__(self, *, models: Models, images: OpenAIImages, names: Sequence[str]) -> None:
        """`names`: in the order in which they are asked."""
        self._models = models
        self._images = images
        self._names = names
        self._pauses: dict[str, Pause] = {}
        self._all_again_at = 0.0
        self._known_gone: set[str] = set()
        self._read_at = -math.inf

    async def models(self) -> Sequence[str]:
        """Return the models to ask, in order. If all are known to be gone: all of them once a minute, else none."""
        now, gone = time.monotonic(), await self._gone()
        left = [name for name in self._names if name not in gone]
        if left:
            return [name for name in left if not (pause := self._pauses.get(name)) or pause.until <= now]
        if now < self._all_again_at:
            return []
        self._all_again_at = now + NONE_LEFT_S
        return self._names

    async def next_in_s(self) -> float | None:
        """Return in how many seconds the next paused model may be asked; None: all that are left are gone."""
        gone, now = await self._models.gone(), time.monotonic()
        waits = [pause.until - now for name, pause in self._pauses.items() if name not in gone]
        return max(0.0, min(waits)) if waits else None

    async def refused(self, model: str) -> None:
        """Note that a model has said that it does not exist."""
        now, before = time.monotonic(), self._pauses.get(model)
        if before and now < before.until:
            return  # refusals of calls made at the same time are one sign, not many
        times = before.times + 1 if before else 1
        if model in SHUT_DOWN or (times > 1 and await self._probe_agrees(model)):
            await self._models.mark_gone(model, for_s=GONE_FOR_S)
            self._read_at = -math.inf
            self._all_again_at = now + NONE_LEFT_S
            log.error("model_gone", model=model, not_asked_for_s=GONE_FOR_S, cure="change IMAGE_MODELS")
            return
        wait_s = PAUSES_S[min(times, len(PAUSES_S)) - 1]
        self._pauses[model] = Pause(times, now + wait_s)
        log.warning("model_refused", model=model, times=times, not_asked_for_s=wait_s)

    def drew(self, model: str) -> None:
        """Forget a model's refusals: it has drawn."""
        self._pauses.pop(model, None)

    async def _gone(self) -> set[str]:
        """Return the models that are gone, read once for many wishes that begin together."""
        if time.monotonic() - self._read_at > GONE_READ_EVERY_S:
            self._known_gone = await self._models.gone()
            self._read_at = time.monotonic()
        return self._known_gone

    async def _probe_agrees(self, model: str) -> bool:
        """Whether the vendor, asked about the model, says that it does not exist. No clear answer means no."""
        try:
            await self._images.model(model)
        except ModelGone:
            return True
        except EaselError as error:
            log.info("model_not_read", model=model, code=error.code)
        return False

"""Finds open wishes that no live workflow is working on, and begins them again: the store is the truth.

Such wishes are left behind when the engine's file is lost or an older copy is restored, when the engine gives up a
workflow, when the answer to one of its commits is lost, or when an outage ends a workflow. Beginning again is safe:
each step checks in the store what has been done, so nothing is paid for or sent twice.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.engine import Engine, WorkflowState
from app.errors import Reason
from app.flows.drawing.queue import DRAW, enqueue, generation_of, request_of, turn_of, workflow_id
from app.line.events import Chat, ChatKind
from app.metrics import Metrics
from app.store.broken_off import BrokenOff
from app.store.requests import OpenWish, Requests

log = structlog.get_logger()

LOOK_EVERY_S = 10.0
GRACE_S = 10.0  # for a wish that was just received, and is about to be handed to the engine
# A wish that keeps ending without a result, as a fault of ours may cause, is begun again less and less often, since it
# may be paid for. After a day it is broken off: its person is told, its bytes stay, and `easel resend` takes them up
# once the fault is fixed.
PAUSE_S = 30.0
PAUSE_MAX_S = 1800.0
GENERATIONS_MAX = 54


class Reconciler:
    """One for each process; several may look at once."""

    def __init__(
        self,
        *,
        requests: Requests,
        broken_off: BrokenOff,
        engine: Engine,
        metrics: Metrics,
        attend: Callable[[Chat], None],
    ) -> None:
        """`attend` says in a chat what can be said there."""
        self._attend = attend
        self._broken_off = broken_off
        self._requests = requests
        self._engine = engine
        self._metrics = metrics
        self._unseen: set[str] = set()

    async def keep(self) -> None:
        """Look until cancelled, the first time without a grace period."""
        grace_s = 0.0
        while True:
            try:
                await self.look(grace_s=grace_s)
            except SQLAlchemyError as error:
                log.warning("open_wishes_not_read", error=type(error).__name__)
            else:
                grace_s = GRACE_S
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, *, grace_s: float) -> int:
        """Look once for wishes that are older than `grace_s`. Return how many were begun again or taken up."""
        wishes = await self._requests.open_wishes(before=time.time() - grace_s)
        if not wishes:
            return 0
        at_work = {request_of(one.workflow_id): one for one in await self._engine.unfinished(DRAW)}
        begun = [wish.id for wish in wishes if wish.id not in at_work and await self._begin_again(wish)]
        taken = await self._take_up([at_work[wish.id] for wish in wishes if wish.id in at_work])
        self._metrics.begun_again(len(begun) + len(taken))
        return len(begun) + len(taken)

    async def _begin_again(self, wish: OpenWish) -> bool:
        generation = next_generation(await self._engine.with_id_prefix(workflow_id(wish.id)), wish.id)
        if generation is None or not await self._requests.is_open(wish.id):
            return False
        if generation > GENERATIONS_MAX:
            await self._break_off(wish)
            return False
        turn = turn_of(wish.user_id or wish.chat_id)
        await enqueue(self._engine, wish.id, turn=turn, generation=generation)
        log.warning("wish_begun_again", request=wish.id, state=wish.state, generation=generation)
        return True

    async def _break_off(self, wish: OpenWish) -> None:
        if await self._broken_off.end(wish.id):
            cure = "look for workflow_broke; when it is mended, `easel resend` brings what was paid"
            log.error("wish_broken_off", request=wish.id, state=wish.state, cure=cure)
            self._metrics.ended("failed", Reason.BROKE)
            self._attend(Chat(kind=ChatKind(wish.chat_kind), id=wish.chat_id))

    async def _take_up(self, works: Sequence[WorkflowState]) -> list[str]:
        """Resume workflows that are ours by their rows but were not running here at two looks in a row.

        One look is not enough: it may come just before they begin.
        """
        unseen = {
            one.workflow_id
            for one in works
            if one.running_on == self._engine.executor_id and not self._engine.is_running(one.workflow_id)
        }
        lost, self._unseen = unseen & self._unseen, unseen
        taken = [one for one in sorted(lost) if await self._engine.resume(one)]
        for one in taken:
            log.warning("wish_taken_up", request=request_of(one))
        return taken


def next_generation(known: Sequence[WorkflowState], request_id: str, *, at_once: bool = False) -> int | None:
    """Return the generation in which to begin a wish again. None: its last one is alive, or ended too recently.

    `at_once`: an operator asks for it, however recently the last one ended.
    """
    mine = [one for one in known if request_of(one.workflow_id) == request_id]
    if any(one.is_unfinished for one in mine):
        return None
    if not mine:
        return 1
    last = max(mine, key=lambda one: generation_of(one.workflow_id))
    done = generation_of(last.workflow_id)
    return done + 1 if at_once or time.time() - last.changed_at >= pause_s(done) else None


def pause_s(done: int) -> float:
    """Return how long to wait once a wish has ended that many times."""
    return min(PAUSE_S * 2 ** (done - 2), PAUSE_MAX_S) if done > 1 else 0.0

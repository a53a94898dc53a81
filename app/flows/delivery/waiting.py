"""Watches a chat while it waits: spends tokens in time, keeps the loading animation going."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from app.flows.delivery.deliver import Deliver
from app.flows.delivery.loading_animation import LoadingAnimation
from app.line.events import Chat, ChatKind

log = structlog.get_logger()

LOOK_AGAIN_S = 5.0  # for news from other processes, and after a fault
LONG_S = 3600.0  # news within this process arrives at once
PUSH_AGAIN_S = 30.0  # when a push could not be sent, or its quota not read
PUSH_PATIENCE_S = 3600.0
ENDS_WITHIN_S = 1.0  # how long a delivery that is under way may take to end when we stop
SILENCE_S = 5.0  # as long as LINE may take for one reply; then a quote is read without what is still under way


@dataclass(slots=True, kw_only=True, eq=False)
class _Watched:
    """A chat's watcher. `is_speaking`: it is delivering, not waiting."""

    task: "asyncio.Task[None] | None" = None
    rang: asyncio.Event = field(default_factory=asyncio.Event)
    lookers: "list[asyncio.Future[None]]" = field(default_factory=list)
    is_speaking: bool = False


class Waiting:
    """One for each process, with a watcher for each chat that waits. The next process finds them in the store."""

    def __init__(self, *, deliver: Deliver, loading: LoadingAnimation, several_processes: bool, pushes: bool) -> None:
        """`pushes`: late answers may be pushed, so it is worth trying again without a token."""
        self._deliver = deliver
        self._loading = loading
        self._several_processes = several_processes
        self._pushes = pushes
        self._watched: dict[str, _Watched] = {}

    def attend(self, chat: Chat) -> None:
        """Say what can be said in this chat now that something is new, and watch it while it waits."""
        self._attended(chat)

    def expect(self, chat: Chat, *, arrived_at: float) -> None:
        """Watch a 1:1 chat whose one open wish is being drawn: act on news, or when its token nears its end.

        `arrived_at`: when the wish's token came, Unix seconds.
        """
        if chat.id in self._watched:
            self.attend(chat)
            return
        watched = self._watched[chat.id] = _Watched()
        watched.task = asyncio.create_task(self._stay(chat, watched, token_at=arrived_at), name=f"watch {chat.kind}")

    async def look(self, chat: Chat) -> None:
        """Do the same as `attend`, and return when what can be said now is said."""
        looked = asyncio.get_running_loop().create_future()
        self._attended(chat).lookers.append(looked)
        await looked

    def shown(self, chat: Chat) -> AbstractAsyncContextManager[None]:
        """Show the loading animation in a 1:1 chat if the body takes long."""
        return self._loading.beside(chat.id) if chat.kind is ChatKind.USER else nullcontext()

    async def silence(self, chat: Chat) -> None:
        """Wait a moment for what is on its way to this chat: LINE shows a message before we learn its id."""
        await self._deliver.silence(chat.id, within_s=SILENCE_S)

    async def stop(self) -> None:
        """Let deliveries that are under way end, and leave the chats to the next process."""
        for watched in self._watched.values():
            if watched.task and not watched.is_speaking:
                watched.task.cancel()
        tasks = [one.task for one in self._watched.values() if one.task]
        if tasks:
            await asyncio.wait(tasks, timeout=ENDS_WITHIN_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _attended(self, chat: Chat) -> _Watched:
        watched = self._watched.get(chat.id)
        if watched is None:
            watched = self._watched[chat.id] = _Watched()
            watched.task = asyncio.create_task(self._stay(chat, watched), name=f"watch {chat.kind}")
        watched.rang.set()
        return watched

    async def _stay(self, chat: Chat, watched: _Watched, *, token_at: float | None = None) -> None:
        give_up_at = time.monotonic() + PUSH_PATIENCE_S
        try:
            if token_at is not None:
                animated_s = await self._loading.keep_up(chat.id)
                first_s = min(self._deliver.deadline_in_s(token_at), animated_s)
                await set_or_time(watched.rang, min(first_s, LOOK_AGAIN_S) if self._several_processes else first_s)
            while True:
                watched.rang.clear()
                pause_s = await self._speak(chat, watched, give_up_at=give_up_at)
                if pause_s is None and not watched.rang.is_set():
                    return
                await set_or_time(watched.rang, pause_s)
        except Exception:
            log.exception("watch_broke", kind=chat.kind)
        finally:
            del self._watched[chat.id]
            self._loading.ended(chat.id)
            _release(watched.lookers)

    async def _speak(self, chat: Chat, watched: _Watched, *, give_up_at: float) -> float | None:
        """Say what can be said. Return how many seconds to wait then; None: the chat waits for nothing."""
        lookers, watched.lookers = watched.lookers, []
        watched.is_speaking = True
        try:
            left = await self._deliver.now(chat.id)
        except (OperationalError, InterfaceError) as error:  # the database has been away for a while
            log.warning("chat_not_read", error=type(error).__name__)
            return LOOK_AGAIN_S
        finally:
            watched.is_speaking = False
            _release(lookers)
        push_again = self._pushes and (left.due or left.intents) and time.monotonic() < give_up_at
        if not left.waiting and not push_again:
            return None
        waits = [PUSH_AGAIN_S if push_again else None]
        if chat.kind is ChatKind.USER and left.waiting:
            waits.append(await self._loading.keep_up(chat.id))
        waits.append(self._deliver.next_deadline_s(left))
        if self._several_processes:
            waits.append(LOOK_AGAIN_S)
        return min((one for one in waits if one is not None), default=LONG_S)


def _release(lookers: "list[asyncio.Future[None]]") -> None:
    for one in lookers:
        if not one.done():
            one.set_result(None)


async def set_or_time(event: asyncio.Event, seconds: float | None) -> None:
    """Return when the event is set, or after so many seconds; None: however long that takes."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass

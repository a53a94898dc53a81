"""Stays with a chat while it waits: spends tokens in time, keeps the loading animation going."""

import asyncio
import time

from app.flows.delivery.deliver import Deliver
from app.flows.delivery.loading import Loading
from app.flows.delivery.signals import Bell
from app.line.events import Chat, ChatKind

LOOK_AGAIN_S = 5.0  # news of other processes do not ring our bell
PUSH_AGAIN_S = 30.0  # when a push could not be sent or its quota not be read
PUSH_PATIENCE_S = 3600.0


class Watch:
    """One for each process; one watcher for each event that waits."""

    def __init__(
        self, *, deliver: Deliver, loading: Loading, bell: Bell, several_processes: bool, pushes: bool
    ) -> None:
        """Keep the parts. `pushes`: late answers may be pushed, so it is worth trying again."""
        self._deliver = deliver
        self._loading = loading
        self._bell = bell
        self._several_processes = several_processes
        self._pushes = pushes

    async def until_answered(self, chat: Chat) -> None:
        """Return when the chat waits for nothing any more, or when only its next event can bring a token."""
        with self._bell.listening(chat.id) as rang:
            give_up_at = time.monotonic() + PUSH_PATIENCE_S
            while True:
                rang.clear()
                left = await self._deliver.now(chat.id)
                push_again = self._pushes and (left.due or left.intents) and time.monotonic() < give_up_at
                if not left.waiting and not push_again:
                    self._loading.ended(chat.id)
                    return
                waits = [PUSH_AGAIN_S if push_again else None, self._deliver.next_deadline_s(left)]
                if chat.kind is ChatKind.USER and left.waiting:
                    waits.append(await self._loading.keep_up(chat.id))
                if self._several_processes:
                    waits.append(LOOK_AGAIN_S)
                await _ring_or_time(rang, min((one for one in waits if one is not None), default=None))


async def _ring_or_time(rang: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await rang.wait()
    except TimeoutError:
        pass

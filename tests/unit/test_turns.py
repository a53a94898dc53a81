"""The events of one chat are understood in the order in which they came."""

import asyncio
import time

from app.flows.conversation.ordering import PATIENCE_S, Turns


async def test_each_waits_for_those_before_it_in_its_chat():
    """However the workflows start; another chat waits for nobody."""
    turns, order = Turns(), []
    for chat, event in (("A", "1"), ("A", "2"), ("B", "3"), ("A", "4")):
        turns.arrived(chat, event)

    async def understand(event: str) -> None:
        async with turns.of(event):
            order.append(event)

    async with asyncio.timeout(PATIENCE_S / 2):
        await asyncio.gather(*(understand(event) for event in ("4", "3", "2", "1")))
    assert order == ["3", "1", "2", "4"]


async def test_an_event_that_comes_again_holds_nobody_up():
    """Repeats have had their turn, and what is not known, as after a restart, has none."""
    turns = Turns()
    turns.arrived("A", "1")
    async with turns.of("1"):
        turns.arrived("A", "1")
    turns.arrived("A", "1")
    turns.arrived("A", "2")
    async with asyncio.timeout(PATIENCE_S / 2), turns.of("2"), turns.of("unknown"):
        pass


async def test_an_event_that_never_begins_is_not_waited_for_for_long():
    """Order is worth a moment, not an answer."""
    turns, began = Turns(patience_s=0.05), time.monotonic()
    turns.arrived("A", "1")
    turns.arrived("A", "2")
    async with asyncio.timeout(PATIENCE_S), turns.of("2"):
        assert time.monotonic() - began >= 0.05


async def test_events_that_never_begin_are_forgotten():
    """Such as repeats of what a process before us has understood: nobody waits for them, and they take no room."""
    turns = Turns(patience_s=0.0)
    for event in ("1", "2", "3"):
        turns.arrived("A", event)
    assert len(turns) == 1

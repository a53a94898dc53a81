"""The events of one chat are understood in the order in which they came."""

import asyncio
import time

import pytest

from app.flows.conversation.ordering import PATIENCE_S, ChatOrder


async def test_each_waits_for_those_before_it_in_its_chat():
    """However long they take; another chat waits for nobody."""
    turns, order, release = ChatOrder(), [], asyncio.Event()
    waiting = [(event, chat, turns.of(chat)) for chat, event in (("A", "1"), ("A", "2"), ("B", "3"), ("A", "4"))]

    async def understand(event, chat, turn):
        async with turn:
            order.append(event)
            if event == "1":
                await release.wait()
            if event == "3":
                release.set()
        turns.had(chat, turn)

    async with asyncio.timeout(PATIENCE_S / 2):
        await asyncio.gather(*(understand(*one) for one in waiting))
    assert order == ["1", "3", "2", "4"]
    assert len(turns) == 0


async def test_an_event_that_never_ends_is_not_waited_for_for_long():
    """Order is worth a moment, not an answer."""
    turns, began = ChatOrder(patience_s=0.05), time.monotonic()
    turns.of("A")
    async with asyncio.timeout(PATIENCE_S), turns.of("A"):
        assert time.monotonic() - began >= 0.05


async def test_an_event_that_breaks_holds_nobody_up():
    """Its turn is over, too."""
    turns = ChatOrder()
    first, second = turns.of("A"), turns.of("A")
    with pytest.raises(ZeroDivisionError):
        await breaks(first)
    async with asyncio.timeout(PATIENCE_S / 2), second:
        assert first.over.is_set()


async def breaks(turn):
    """Have a turn and break."""
    async with turn:
        raise ZeroDivisionError

"""How often a wish is begun again that a fault of ours ends every time, and what is left of it then."""

import time
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.engine import WorkflowState
from app.flows.drawing.queue import workflow_id
from app.flows.drawing.reconciler import GENERATIONS_MAX, next_generation, pause_s
from app.store import tables
from app.store.broken_off import BrokenOff
from app.store.deliveries import Deliveries
from app.store.forgetting import Forgetting
from app.store.housekeeping import BROKEN_OFF_KEPT_S, Upkeep
from app.store.pending_uploads import PaidPicture, PendingUploads, StoredPicture
from app.store.receiving import NewRequest, Receiving, Sender
from app.store.requests import AnswerState, Requests, State

DAY_S = 86_400.0
ALICE = Sender(chat_id="U" + "a" * 32, chat_kind="user", user_id="U" + "a" * 32)


def test_it_is_begun_again_for_about_a_day():
    """The pauses add up to it."""
    tried_s = sum(pause_s(done) for done in range(1, GENERATIONS_MAX + 1))
    assert DAY_S <= tried_s < 1.1 * DAY_S


def test_an_operator_does_not_wait_for_the_pause():
    """Nor is what is unfinished begun twice."""
    known = {"workflow_id": workflow_id("R", generation=9), "running_on": None, "changed_at": time.time()}
    ended, unfinished = (WorkflowState(is_unfinished=one, **known) for one in (False, True))
    assert next_generation([ended], "R") is None
    assert next_generation([ended], "R", at_once=True) == 10
    assert next_generation([unfinished], "R", at_once=True) is None


@pytest.fixture
async def broken_off(database):
    """A wish whose bytes are paid, and which was broken off."""
    wish = NewRequest(prompt="a cat", draws=True, message_id="M")
    await Receiving(database).receive("R", sender=ALICE, request=wish)
    store = PendingUploads(database, notes_beside=lambda *_: [])
    paid = [PaidPicture(position=0, data=b"paid")]
    await store.keep("R", paid=paid, model="m", vendor_request_id=None, settle=lambda _: None)
    ended = BrokenOff(database)
    assert await ended.end("R")
    return ended


async def test_what_was_paid_outlives_the_end_of_its_wish(database, broken_off):
    """The person is told that something broke; the bytes are stored when an operator has mended it."""
    wish = await Requests(database).get("R")
    assert (wish.state, wish.answer, wish.words) == (State.FAILED, AnswerState.DUE, "broke")
    assert await broken_off.take_up("R")
    wish = await Requests(database).get("R")
    assert (wish.state, wish.answer, wish.words) == (State.KEPT, AnswerState.WAITING, None)
    assert not await broken_off.take_up("R")


async def test_a_wish_without_bytes_is_not_taken_up(database):
    """There is nothing to store: the person may ask again."""
    await Receiving(database).receive("R", sender=ALICE, request=NewRequest(prompt="a cat", draws=True))
    assert await BrokenOff(database).end("R")
    assert not await BrokenOff(database).take_up("R")


@pytest.mark.parametrize("way", ["chat", "person", "message"])
async def test_bytes_that_were_broken_off_are_forgotten_with_their_person(database, broken_off, way):
    """Whatever is forgotten takes them along."""
    forgetting = Forgetting(database)
    match way:
        case "chat":
            await forgetting.chat(ALICE.chat_id)
        case "person":
            await forgetting.person(ALICE.user_id)
        case "message":
            await forgetting.message("M", chat_id=ALICE.chat_id)
    assert bytes_kept(database) == 0
    assert not await broken_off.take_up("R")


@pytest.mark.usefixtures("broken_off")
async def test_bytes_that_nobody_brings_are_not_kept_for_ever(database):
    """A month is enough to mend a fault."""
    upkeep = Upkeep(database, owner="us")
    await upkeep.prune()
    assert bytes_kept(database) == 1
    with database.transaction() as connection:
        older = {"ready_at": time.time() - BROKEN_OFF_KEPT_S - 1}
        connection.execute(sa.update(tables.requests).values(**older))
    await upkeep.prune()
    assert bytes_kept(database) == 0


def bytes_kept(database) -> int:
    with database.transaction() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(tables.pending_uploads)).scalar_one()


async def test_what_was_taken_up_is_sent_when_it_is_stored(database, broken_off):
    """Like any picture that is late."""
    await broken_off.take_up("R")
    store = PendingUploads(database, notes_beside=lambda *_: [])
    assert await store.ready("R", [StoredPicture(position=0, object_key="i/a", preview_key="i/a", size="1x1")])
    deliveries = Deliveries(database, owner="us", zone=ZoneInfo("Asia/Taipei"), late_after_s=45.0)
    assert [one.id for one in (await deliveries.chat(ALICE.chat_id)).due] == ["R"]

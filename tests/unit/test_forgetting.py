"""What people and operators have forgotten is gone from every table, on both databases."""

import json
import time
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.store.chats import Chats, Expected
from app.store.data_inventory import belongings_of
from app.store.database import Database
from app.store.deliveries import Deliveries, Way
from app.store.done_once import DoneOnce
from app.store.forgetting import Forgetting, OwnData
from app.store.inbox import Arrival, Inbox, Rank
from app.store.money.allowances import Allowances
from app.store.money.budgets import Caps
from app.store.money.call_outcome import CallOutcome
from app.store.money.ledger import Ledger
from app.store.pending_uploads import PaidPicture, PendingUploads, StoredPicture
from app.store.photos import NewPhoto, Photos
from app.store.receiving import NewRequest, NewToken, Receiving, Sender
from app.store.requests import Requests, State
from app.store.settling import Settling
from app.store.tables import calls, metadata, requests
from tests.ledger_process import NOON, booking

ALICE, BOB, GROUP = "U" + "a" * 32, "U" + "b" * 32, "C" + "d" * 32
TAIPEI = ZoneInfo("Asia/Taipei")
SECRET = "a most unusual word"


@pytest.fixture(params=["sqlite", "postgres"])
def shared(request, tmp_path):
    """Open a fresh database of each kind."""
    is_postgres = request.param == "postgres"
    opened = Database(request.getfixturevalue("postgres_url") if is_postgres else f"sqlite:///{tmp_path}/shared.db")
    opened.migrate()
    yield opened
    opened.close()


def rows_with(database, words: str) -> list[str]:
    """Find these words in all tables."""
    with database.transaction() as connection:
        rows = [
            f"{table.name} {row}" for table in metadata.sorted_tables for row in connection.execute(sa.select(table))
        ]
    return [row for row in rows if words in row]


async def filled(database, user_id: str, *, chat_id: str) -> None:
    """Let a person have one of each in a chat: a picture, a refused wish, one that is drawn, an offer, a photo."""
    sender = Sender(chat_id=chat_id, chat_kind="user" if chat_id == user_id else "group", user_id=user_id)
    receiving, name = Receiving(database), user_id[:2] if chat_id == user_id else f"{user_id[:2]} there"
    for state in ("ready", "refused", "open"):
        wish = NewRequest(draws=True, prompt=f"{state}: {SECRET}", message_id=f"M {name} {state}")
        await receiving.receive(f"{name} {state}", sender=sender, request=wish)
    await Requests(database).fail(f"{name} refused", reason="moderation", refused=True)
    uploads = PendingUploads(database)
    paid = [PaidPicture(position=0, data=b"paid")]
    await uploads.keep(f"{name} ready", paid=paid, model="m", vendor_request_id=None, settle=lambda _: None)
    await uploads.ready(
        f"{name} ready", [StoredPicture(position=0, object_key=f"{name}/a", preview_key="b", size="8x8")]
    )
    await receiving.receive(f"{name} offer", sender=sender, request=NewRequest(words="offer", prompt=SECRET))
    await Photos(database).seen(NewPhoto(message_id=f"P {name}", chat_id=chat_id, user_id=user_id), waits=True)
    expected = Expected(what="photo", prompt=SECRET, user_id=user_id)
    await Chats(database).expect(chat_id, sender.chat_kind, expected, for_s=600)


async def test_all_of_a_chat_is_every_picture_word_and_photo(shared):
    """Also of what was refused, is being drawn, was offered or is waited for; then nothing is there."""
    await filled(shared, ALICE, chat_id=ALICE)
    forgetting = Forgetting(shared)
    assert await forgetting.own_data(ALICE) == OwnData(pictures=1, more=True)
    gone = await shared.run(lambda connection: forgetting.all_of(connection, ALICE))
    assert gone == OwnData(pictures=1, more=True)
    assert rows_with(shared, SECRET) == []
    assert (await Requests(shared).get("Ua open")).state is State.CANCELLED
    assert not (await forgetting.own_data(ALICE)).any


async def test_all_of_a_person_in_a_group_leaves_the_others_theirs(shared):
    """Each has the same there: one loses it, the other does not."""
    for user_id in (ALICE, BOB):
        await filled(shared, user_id, chat_id=GROUP)
    forgetting = Forgetting(shared)
    await shared.run(lambda connection: forgetting.all_of(connection, GROUP, user_id=ALICE))
    assert not (await forgetting.own_data(GROUP, user_id=ALICE)).any
    assert await forgetting.own_data(GROUP, user_id=BOB) == OwnData(pictures=1, more=True)
    assert (await Requests(shared).get("Ub there open")).state is State.QUEUED
    assert rows_with(shared, ALICE)  # that there were requests


async def test_what_is_done_once_finds_the_words(shared):
    """The second reading of its event changes nothing, nor does another event of the same message."""
    done: list[str] = []

    def delete(_connection: sa.Connection) -> tuple[str, None]:
        done.append("once")
        return "deleted_rest", None

    once = DoneOnce(do=delete, then=lambda: done.append("then"))
    sender = Sender(chat_id=ALICE, chat_kind="user", user_id=ALICE)
    asked = NewRequest(words="delete_none", message_id="M1", once=once)
    for event in ("E1", "E1", "E2"):
        await Receiving(shared).receive(event, sender=sender, request=asked)
    assert done == ["once", "then", "then", "then"]
    with shared.transaction() as connection:
        assert connection.execute(sa.select(requests.c.id, requests.c.words)).all() == [("E1", "deleted_rest")]


@pytest.mark.parametrize(
    "sources", [[{"message": "M1"}], [], [{"message": "M2"}]], ids=["its", "not told", "another's"]
)
async def test_words_that_are_taken_back_wait_for_no_photo(shared, sources):
    """Nor do those of which an earlier release has not told whose message they are; others wait on."""
    chats = Chats(shared)
    await chats.expect(ALICE, "user", Expected(what="photo", prompt=SECRET, sources=sources), for_s=600)
    await Forgetting(shared).message("M1", chat_id=ALICE)
    assert bool(rows_with(shared, SECRET)) is (sources == [{"message": "M2"}])


@pytest.mark.parametrize("is_first", [True, False])
async def test_words_taken_back_as_their_photo_comes_are_not_drawn(shared, is_first):
    """Whichever is written down first, by whichever process."""
    forgetting, receiving = Forgetting(shared), Receiving(shared)
    sender = Sender(chat_id=ALICE, chat_kind="user", user_id=ALICE)
    wish = NewRequest(draws=True, prompt=SECRET, message_id="P1", words_of="M1", sources=[{"photo": "P1"}])
    if is_first:
        assert await receiving.receive("E1", sender=sender, request=wish)
    await forgetting.message("M1", chat_id=ALICE)
    await forgetting.made_from_photo("M1", chat_id=ALICE)
    if not is_first:
        assert not await receiving.receive("E1", sender=sender, request=wish)
    assert rows_with(shared, SECRET) == []


async def test_forgetting_a_person_leaves_their_id_nowhere(shared):
    """Not with what they sent to groups, not in an event that waits, not in what an admin gave them."""
    inbox = Inbox(shared, owner="us")
    inbox.start()
    said = {"source": {"type": "group", "groupId": GROUP, "userId": ALICE}, "message": {"text": SECRET}}
    await inbox.take([Arrival("unread", json.dumps(said))])
    inbox.stop()
    for user_id, chat_id in ((ALICE, ALICE), (ALICE, GROUP)):
        await filled(shared, user_id, chat_id=chat_id)
    wish = NewRequest(draws=True, prompt=SECRET, sources=[{"photo": "P of Bob"}])
    group = Sender(chat_id=GROUP, chat_kind="group", user_id=ALICE)
    token = NewToken(token="token", arrived_at=time.time(), addressed=True)
    await Receiving(shared).receive("edit", sender=group, token=token, request=wish)
    await Requests(shared).fail("edit", reason="busy")
    deliveries = Deliveries(shared, owner="us", zone=TAIPEI, late_after_s=45.0)
    reply = await deliveries.claim(
        GROUP, way=Way.REPLY, token=(await deliveries.chat(GROUP)).tokens[0], request_ids=["edit"], messages=[{}]
    )
    await deliveries.landed(reply, [("sent", "quote")])
    await Allowances(shared).give(ALICE, count=3, day="2026-11-22")
    there = await belongings_of(shared, ALICE)
    assert (there.messages, there.budgets) == (1, 1)
    await Forgetting(shared).person(ALICE)
    await Forgetting(shared).counts(ALICE)
    assert rows_with(shared, ALICE) == rows_with(shared, SECRET) == []
    assert {row.split()[0] for row in rows_with(shared, "edit")} == {"tokens", "deliveries"}  # for some days more
    assert not (await belongings_of(shared, ALICE)).any


async def test_an_event_of_somebody_else_stays_and_so_does_a_block(shared):
    """Though it speaks of who is forgotten."""
    inbox = Inbox(shared, owner="us")
    inbox.start()
    said = {"source": {"type": "user", "userId": BOB}, "message": {"text": f"/block {ALICE}"}}
    await inbox.take([Arrival("of Bob", json.dumps(said)), Arrival("unreadable", f"{ALICE}")])
    inbox.stop()
    await Allowances(shared).block(ALICE)
    await Forgetting(shared).person(ALICE)
    await Forgetting(shared).counts(ALICE)
    assert (await Allowances(shared).of(ALICE)).blocked
    assert [one.event_id for one in await Settling(shared, owner="us").unsettled(Rank.ASKS, limit=9)] == [
        "of Bob",
        "unreadable",
    ]


@pytest.mark.parametrize("chat_id", [ALICE, GROUP])
@pytest.mark.parametrize("end", ["settled", "failed", "cut off"])
async def test_a_call_that_was_open_is_nobodys_once_it_has_ended(shared, chat_id, end):
    """It finds its budgets, and then names nobody; the bot's money is right."""
    ledger, forgetting = Ledger(shared, zone=TAIPEI, caps=Caps()), Forgetting(shared)
    kind = "user" if chat_id == ALICE else "group"
    whose = {"request_id": "R1", "chat_id": chat_id, "chat_kind": kind, "user_id": ALICE}
    sender = Sender(chat_id=chat_id, chat_kind=kind, user_id=ALICE)
    await Receiving(shared).receive("R1", sender=sender, request=NewRequest(draws=True, prompt="a cat"))
    call = await ledger.begin(replace(booking("", 0), **whose, estimate_microusd=100), now_at=NOON)
    await forgetting.person(ALICE)
    await forgetting.counts(ALICE)
    assert rows_with(shared, f":{ALICE}")
    match end:
        case "settled":
            await shared.run(ledger.settlement(call, None, vendor_request_id="req"))
        case "failed":
            await ledger.end(call, CallOutcome.FAILED, vendor_request_id=None)
        case "cut off":
            await ledger.close_cut_off("R1")
    assert rows_with(shared, ALICE) == []
    assert await ledger.spent("2026-11-22") == (0 if end == "failed" else 100)


async def test_a_call_that_an_earlier_release_left_named_is_forgotten_the_second_time(shared):
    """Its person is in its budgets alone."""
    with shared.transaction() as connection:
        left = {"request_id": "R", "model": "m", "began_at": 1.0, "outcome": "paid", "chat_id": GROUP}
        connection.execute(sa.insert(calls).values(**left, purses=[[f"member:{GROUP}:{ALICE}", "2026-11"]]))
    assert (await belongings_of(shared, ALICE)).calls == 1
    await Forgetting(shared).person(ALICE)
    assert not (await belongings_of(shared, ALICE)).any


@pytest.mark.parametrize(("events", "is_left"), [("left came", False), ("came left", True), ("left came left", True)])
@pytest.mark.parametrize("crossed", [False, True])
async def test_a_chat_is_left_by_the_time_of_its_events(shared, events, is_left, crossed):
    """In whichever order they come: what happened last counts, but a return that is told first waits for more."""
    chats, happened = Chats(shared), list(enumerate(events.split(), start=1))
    for at, event in reversed(happened) if crossed else happened:
        await (chats.left if event == "left" else chats.came)(ALICE, "user", at=float(at))
    if crossed and events == "left came":
        assert await chats.left_before(9.0, limit=1) == [ALICE]
        await chats.came(ALICE, "user", at=3.0)  # as with the next message
    assert await chats.left_before(9.0, limit=1) == [ALICE] * is_left


async def test_a_chat_that_was_come_back_to_is_not_forgotten(shared):
    """Though it was found as one that was left: it is looked at again in the transaction that forgets it."""
    chats, forgetting = Chats(shared), Forgetting(shared)
    await filled(shared, ALICE, chat_id=ALICE)
    await chats.left(ALICE, "user", at=1.0)
    assert await chats.left_before(2.0, limit=1) == [ALICE]
    await chats.came(ALICE, "user", at=1.5)
    assert await forgetting.left_chat(ALICE, before=2.0) is None
    assert (await forgetting.own_data(ALICE)).any
    await chats.left(ALICE, "user", at=1.7)
    assert await forgetting.left_chat(ALICE, before=2.0) == 1

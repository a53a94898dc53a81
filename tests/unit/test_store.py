"""The store on SQLite: what only shows below the stories."""

import asyncio
import errno
import re
import threading
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import alembic.autogenerate
import alembic.migration
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.days import month_of
from app.store import tables
from app.store.chat_pictures import Pictures
from app.store.chats import Chats, Expected
from app.store.context import context_of
from app.store.database import HEAD, Database, upgrade
from app.store.deletions import Deletions
from app.store.deliveries import Deliveries, Delivery, Way
from app.store.forgetting import Forgetting
from app.store.housekeeping import Upkeep
from app.store.inbox import Arrival, Inbox, Rank
from app.store.ownership import why_not_ours
from app.store.pending_uploads import PaidPicture, PendingUploads, StoredPicture
from app.store.receiving import NewRequest, NewToken, Receiving, Sender
from app.store.requests import AnswerState, Requests, State, drawing
from app.store.settling import Passed, Settling
from app.store.tables import metadata, requests
from app.store.tallies import PUSH_SAVED, counted_in

TAIPEI = ZoneInfo("Asia/Taipei")
ALICE = Sender(chat_id="U" + "a" * 32, chat_kind="user", user_id="U" + "a" * 32)


async def received(database, *names: str) -> tuple[Requests, Deliveries]:
    """Receive a wish for each name, with a token, from Alice."""
    receiving = Receiving(database)
    for number, name in enumerate(names):
        token = NewToken(token=f"token of {name}", arrived_at=1000.0 + number, addressed=True)
        await receiving.receive(name, sender=ALICE, token=token, request=NewRequest(prompt="a cat", draws=True))
    return Requests(database), Deliveries(database, owner="us", zone=TAIPEI, late_after_s=45.0)


@pytest.mark.parametrize("way", ["created", "migrated"])
def test_both_ways_make_the_tables_of_the_code(tmp_path, way):
    """An empty database gets all tables at once, an old one step by step: they end up the same."""
    database = Database(f"sqlite:///{tmp_path}/{way}.db")
    if way == "created":
        database.migrate()
    else:
        with database.transaction() as connection:
            upgrade(connection)
    with database.transaction() as connection:
        context = alembic.migration.MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert alembic.autogenerate.compare_metadata(context, metadata) == []
    database.close()


def test_migrating_again_changes_nothing(database):
    """Every start migrates; only the first does something."""

    def tables_made() -> list[tuple[str, str | None]]:
        with database.transaction() as connection:
            return [tuple(row) for row in connection.exec_driver_sql("SELECT name, sql FROM sqlite_master")]

    before = tables_made()
    database.migrate()
    assert tables_made() == before


def test_an_older_release_goes_on_with_a_newer_database(database):
    """During a rolling upgrade a process of the version before may be restarted."""
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.migrate()


def test_the_second_migration_adds_to_a_database_in_use(tmp_path):
    """What the first release wrote is still there, and what it goes on writing still fits."""
    database = Database(f"sqlite:///{tmp_path}/old.db")
    with database.transaction() as connection:
        upgrade(connection, "0001")
        call = "INSERT INTO calls (request_id, model, began_at, outcome) VALUES ('R1', 'm', 1.0, 'paid')"
        connection.exec_driver_sql(call)
    database.migrate()
    with database.transaction() as connection:
        connection.exec_driver_sql(call)
        assert connection.exec_driver_sql("SELECT count(*) FROM calls WHERE microusd = 0").scalar() == 2
    database.close()


async def test_an_event_is_taken_once(database):
    """The inbox keeps the first copy of an event, whatever comes later."""
    inbox = Inbox(database, owner="us")
    inbox.start()
    await asyncio.gather(*(inbox.take([Arrival("E1", f"copy {number}")]) for number in range(20)))
    assert len(await unsettled(database)) == 1
    await Settling(database, owner="us").settle("E1")
    await inbox.take([Arrival("E1", "a repeat")])
    assert await unsettled(database) == []
    inbox.stop()


async def unsettled(database, rank=Rank.ASKS):
    """Which events are to be read."""
    return [one.event_id for one in await Settling(database, owner="us").unsettled(rank, limit=1000)]


async def test_events_stand_in_the_order_in_which_they_came(database):
    """Those of one webhook, too, after a restart and whatever their ids; those that ask before those that do not."""
    inbox, names = Inbox(database, owner="us"), [f"E{number * 7 % 100}" for number in range(100)]
    inbox.start()
    await inbox.take([Arrival("talk", "{}", Rank.CHATTER)])
    await inbox.take([Arrival(name, "{}") for name in names])
    inbox.stop()
    assert await unsettled(database) == names
    assert await unsettled(database, Rank.CHATTER) == ["talk"]


async def test_tokens_of_chatter_are_kept_where_a_chat_waits(database):
    """Many events in one transaction; the next one of a chat brings its late picture along."""
    settling, receiving = Settling(database, owner="us"), Receiving(database)
    waits, idle = (
        Sender(chat_id="C1", chat_kind="group", user_id=None),
        Sender(chat_id="C2", chat_kind="group", user_id=None),
    )
    await receiving.receive("wish", sender=waits, request=NewRequest(prompt="an otter", draws=True))
    passed = [
        Passed(event_id=name, sender=sender, token=NewToken(token=f"token of {name}", arrived_at=1.0, addressed=False))
        for name, sender in (("talk 1", waits), ("talk 2", idle))
    ]
    assert await settling.settle_all([*passed, Passed(event_id="news")]) == {"C1"}
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT event_id FROM tokens").scalars().all() == ["talk 1"]


async def test_what_a_process_leaves_is_taken_over(database):
    """Its events are read again, and are counted as tried; who waits is known with them."""
    inbox, them, us = Inbox(database, owner="they"), Settling(database, owner="they"), Settling(database, owner="us")
    inbox.start()
    await inbox.take([Arrival("read", "{}"), Arrival("unread", "{}")])
    inbox.stop()
    sender = Sender(chat_id="U1", chat_kind="user", user_id="U1")
    await Receiving(database).receive("read", sender=sender, request=NewRequest(prompt="an otter", draws=True))
    assert await us.owners() == {"they"}
    (left,) = await us.adopt(["they"])
    assert (left.id, left.chat_id, left.queued) == ("read", "U1", True)
    (found,) = await us.unsettled(Rank.ASKS, limit=10)
    assert (found.event_id, found.tries) == ("unread", 1)
    assert await us.owners() == {"us"}
    assert await them.unsettled(Rank.ASKS, limit=10) == []


async def test_what_a_process_leaves_half_said_is_taken_over(database):
    """It had neither the event nor the wish, which are of somebody who lives; the chat waits for its outcome."""
    inbox, us = Inbox(database, owner="us"), Settling(database, owner="us")
    inbox.start()
    await inbox.take([Arrival("R1", "{}")])
    inbox.stop()
    requests, _ = await received(database, "R1")
    await requests.fail("R1", reason="busy")
    theirs = Deliveries(database, owner="they", zone=TAIPEI, late_after_s=45.0)
    (token,) = (await theirs.chat(ALICE.chat_id)).tokens
    said = await theirs.claim(ALICE.chat_id, way=Way.REPLY, token=token, request_ids=["R1"], messages=[{}])
    assert await us.owners() == {"us", "they"}
    (left,) = await us.adopt(["they"])
    assert (left.id, left.chat_id, left.queued) == ("R1", ALICE.chat_id, False)
    assert await us.owners() == {"us"}
    assert await us.adopt(["they"]) == []
    assert not await theirs.is_mine(said)


async def test_concurrent_webhooks_share_a_commit(database):
    """A hundred webhooks at once cost far fewer transactions than a hundred."""
    commits = 0

    def count(_connection: sa.Connection) -> None:
        nonlocal commits
        commits += 1

    sa.event.listen(sa.Engine, "commit", count)
    inbox = Inbox(database, owner="us")
    inbox.start()
    await asyncio.gather(*(inbox.take([Arrival(f"E{number}", "{}")]) for number in range(100)))
    inbox.stop()
    sa.event.remove(sa.Engine, "commit", count)
    assert len(await unsettled(database)) == 100
    assert commits < 50


async def test_a_failed_commit_is_told_to_every_webhook(database):
    """When nothing could be stored nobody is told otherwise."""
    inbox = Inbox(database, owner="us")
    with database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO lost")
    inbox.start()
    results = await asyncio.gather(*(inbox.take([Arrival("E", "{}")]) for _ in range(3)), return_exceptions=True)
    inbox.stop()
    assert all(isinstance(result, sa.exc.OperationalError) for result in results)


async def test_two_claims_never_share_a_token_or_an_answer(database):
    """Of many that want to speak at once exactly one may."""
    requests, deliveries = await received(database, "R1")
    await requests.fail("R1", reason="busy")
    chat = await deliveries.chat(ALICE.chat_id)
    claims = await asyncio.gather(
        *(
            deliveries.claim(
                ALICE.chat_id, way=Way.REPLY, token=chat.tokens[0], request_ids=["R1"], messages=[{"type": "text"}]
            )
            for _ in range(8)
        )
    )
    assert sum(1 for claim in claims if claim) == 1


async def test_a_claim_that_comes_too_late_takes_nothing(database):
    """When the answer is taken, the token stays open for others."""
    requests, deliveries = await received(database, "R1", "R2")
    await requests.fail("R1", reason="busy")
    first, second = (await deliveries.chat(ALICE.chat_id)).tokens
    said = {"way": Way.REPLY, "request_ids": ["R1"], "messages": [{"type": "text"}]}
    assert await deliveries.claim(ALICE.chat_id, token=first, **said)
    assert await deliveries.claim(ALICE.chat_id, token=second, **said) is None
    assert [token.event_id for token in (await deliveries.chat(ALICE.chat_id)).tokens] == ["R2"]


@pytest.mark.parametrize("way", [Way.PROMISE, Way.REPLY])
async def test_a_promise_that_did_not_land_was_made_to_nobody(database, way):
    """It spoke of all who wait, whatever it came with: the next token buys it for each of them."""
    requests, deliveries = await received(database, "R1", "R2", "R3")
    if way is Way.REPLY:
        await requests.fail("R1", reason="busy")
    chat = await deliveries.chat(ALICE.chat_id)
    waiting = [one.id for one in chat.waiting]
    said = {"token": chat.tokens[0], "request_ids": ["R1"], "messages": [{"type": "text"}], "promised": waiting}
    await deliveries.not_landed(await deliveries.claim(ALICE.chat_id, way=way, **said))
    assert {one.promised_at for one in (await deliveries.chat(ALICE.chat_id)).waiting} == {None}


async def test_what_landed_is_sent_and_its_words_are_forgotten(database):
    """After the outcome is known the message texts and the token are gone from the delivery."""
    requests, deliveries = await received(database, "R1")
    await requests.fail("R1", reason="busy")
    (token,) = (await deliveries.chat(ALICE.chat_id)).tokens
    delivery = await deliveries.claim(
        ALICE.chat_id, way=Way.REPLY, token=token, request_ids=["R1"], messages=[{"type": "text", "text": "private"}]
    )
    await deliveries.landed(delivery, [("message 1", "quote 1")])
    request = await requests.get("R1")
    assert (request.answer, request.sent_quote_token) == (AnswerState.SENT, "quote 1")
    for chat_id, ours in ((ALICE.chat_id, True), ("another chat", False)):
        around = await context_of(database, chat_id, message_id="2", quoted_message_id="message 1")
        assert (around.quote.ours, around.quote.is_unknown) == (ours, not ours)
    with database.transaction() as connection:
        assert "private" not in str(connection.execute(sa.text("SELECT * FROM deliveries")).all())


async def test_a_quote_that_becomes_known_while_it_is_looked_up_is_still_unknown(database):
    """LINE acknowledges between two statements of one look: who asked says nothing of what is quoted."""
    requests, deliveries = await received(database, "R1")
    await requests.fail("R1", reason="busy")
    (token,) = (await deliveries.chat(ALICE.chat_id)).tokens
    said = {"token": token, "request_ids": ["R1"], "messages": [{"type": "text"}]}
    delivery = await deliveries.claim(ALICE.chat_id, way=Way.REPLY, **said)
    loop, landed = asyncio.get_running_loop(), list[str]()

    def acknowledges(_connection, _cursor, statement, *_):
        if "FROM sent" in statement and not landed:
            landed.append("once")
            landing = deliveries.landed(delivery, [("message 1", "quote 1")])
            asyncio.run_coroutine_threadsafe(landing, loop).result()

    sa.event.listen(sa.Engine, "after_cursor_execute", acknowledges)
    try:
        around = await context_of(database, ALICE.chat_id, message_id="2", quoted_message_id="message 1")
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", acknowledges)
    assert (around.quote.asked_by, around.quote.is_unknown) == (ALICE.user_id, True)


@pytest.mark.parametrize("outcome", ["not_landed", "doubtful", "landed"])
async def test_who_comes_back_ends_no_delivery_that_others_took_over(database, outcome):
    """Cut off for a while, it still believes that LINE refused: what the other has sent is not sent again."""
    requests, slow = await received(database, "R1")
    quick = Deliveries(database, owner="quick", zone=TAIPEI, late_after_s=45)
    await requests.fail("R1", reason="busy")
    (token,) = (await slow.chat(ALICE.chat_id)).tokens
    said = {"request_ids": ["R1"], "messages": [{"type": "text"}]}
    begun = await slow.claim(ALICE.chat_id, way=Way.REPLY, token=token, **said)
    (found,) = (await quick.chat(ALICE.chat_id)).intents
    assert [await quick.take_over(found), await quick.take_over(found)] == [True, True]
    assert not await slow.is_mine(begun)
    assert await quick.is_mine(found)
    await quick.landed(found, [("message 1", "quote 1")])
    assert not await slow.take_over(found)
    ending: dict[str, Any] = {
        "not_landed": slow.not_landed,
        "doubtful": slow.doubtful,
        "landed": lambda one: slow.landed(one, []),
    }
    assert not await ending[outcome](begun)
    request = await requests.get("R1")
    assert (request.answer, request.sent_quote_token) == (AnswerState.SENT, "quote 1")


async def answer_on_a_token(database, deliveries, request_id: str, event_id: str) -> Delivery:
    """Another event brings a token, which carries the answer of a request."""
    token = NewToken(token=f"token of {event_id}", arrived_at=time.time(), addressed=True)
    await Receiving(database).receive(event_id, sender=ALICE, token=token)
    brought = next(one for one in (await deliveries.chat(ALICE.chat_id)).tokens if one.event_id == event_id)
    return await deliveries.claim(
        ALICE.chat_id, way=Way.REPLY, token=brought, request_ids=[request_id], messages=[{"type": "text"}]
    )


async def test_a_push_that_was_saved_is_counted_once(database):
    """Late for its own event's token, carried by a later one; not again by a lost commit, nor when it is resent."""
    requests, deliveries = await received(database, "R1", "R2")
    for name in ("R1", "R2"):
        await requests.fail(name, reason="busy")
    own = (await deliveries.chat(ALICE.chat_id)).tokens[1]
    on_its_own = await deliveries.claim(
        ALICE.chat_id, way=Way.REPLY, token=own, request_ids=["R2"], messages=[{"type": "text"}]
    )
    late = await answer_on_a_token(database, deliveries, "R1", "a tap")
    saved = [(await deliveries.landed(one, [])).pushes_saved for one in (on_its_own, late, late)]
    await requests.send_again("R1")
    again = await answer_on_a_token(database, deliveries, "R1", "another tap")
    assert [*saved, (await deliveries.landed(again, [])).pushes_saved] == [0, 1, 0, 0]
    with database.transaction() as connection:
        assert counted_in(connection, PUSH_SAVED, month=month_of(time.time(), TAIPEI)) == 1


async def test_an_answer_in_time_saves_no_push(database):
    """A later token that happens to carry it is no merit."""
    requests, deliveries = await received(database)
    token = NewToken(token="its own", arrived_at=time.time(), addressed=True)
    await Receiving(database).receive("R1", sender=ALICE, token=token, request=NewRequest(prompt="a cat", draws=True))
    await requests.fail("R1", reason="busy")
    delivery = await answer_on_a_token(database, deliveries, "R1", "a tap")
    assert (await deliveries.landed(delivery, [])).pushes_saved == 0


async def kept(store: PendingUploads, data: bytes, *, name: str | None = None, notes=()) -> bool:
    """Keep a picture of R1 whose cost somebody else books."""
    paid = [PaidPicture(position=0, data=data, object_key=name, preview_key=name and f"{name} preview")]
    return await store.keep("R1", paid=paid, model="m", vendor_request_id=None, settle=lambda _: None, notes=notes)


async def test_kept_bytes_outlive_everything_but_the_upload(database):
    """Keeping wins over a second answer of the same step, and the bytes go when the bucket has them."""
    requests, _ = await received(database, "R1")
    store = PendingUploads(database)
    assert await kept(store, b"first")
    assert not await kept(store, b"second")
    assert [one.data for one in await store.waiting("R1")] == [b"first"]
    assert (await requests.get("R1")).state is State.KEPT
    assert await store.ready("R1", [StoredPicture(position=0, object_key="a", preview_key="b", size="8x8")])
    assert await store.waiting("R1") == []
    (picture,) = await Pictures(database).of_request("R1")
    assert (picture.object_key, picture.size) == ("a", "8x8")


async def test_names_in_the_bucket_are_fixed_once(database):
    """A second try uploads to the same names, so nothing is stored twice."""
    await received(database, "R1")
    store = PendingUploads(database)
    await kept(store, b"data", name="first")
    (paid,) = await store.waiting("R1")
    assert (paid.object_key, paid.preview_key) == ("first", "first preview")
    other = await store.name("R1", paid, object_key="a", preview_key="b")
    assert await store.name("R1", paid, object_key="c", preview_key="d") == other == ("a", "b")


async def test_what_was_taken_back_while_it_was_stored_is_deleted(database):
    """A picture that nobody wants any more does not stay in the bucket."""
    await received(database, "R1")
    store = PendingUploads(database)
    await kept(store, b"data", name="a")
    await Forgetting(database).chat(ALICE.chat_id)
    assert not await store.ready("R1", [StoredPicture(position=0, object_key="a", preview_key="a preview", size="8x8")])
    assert set(await Deletions(database).some()) == {"a", "a preview"}
    assert await Pictures(database).latest(ALICE.chat_id, limit=1) == []


async def test_errors_of_the_store_hold_no_words_of_people(database):
    """A failing statement does not print what it was given."""
    with database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE languages")

    def write(connection: sa.Connection) -> None:
        connection.execute(sa.text("INSERT INTO languages VALUES (:who)"), {"who": "private"})

    with pytest.raises(sa.exc.OperationalError) as caught:
        await database.run_once(write)
    assert "private" not in str(caught.value)


async def test_what_is_drawn_waits_no_more(database):
    """The place in the queue counts those before who wait, not those whose pictures are being drawn."""
    requests, _ = await received(database, "R1", "R2", "R3")
    await database.run(lambda connection: drawing(connection, "R1"))
    third = await requests.get("R3")
    assert await requests.queue_place(third.created_at) == 2


async def test_what_was_made_of_a_photo_is_found_among_thousands(database):
    """By an index, however much a chat has asked for."""
    receiving, forgetting = Receiving(database), Forgetting(database)
    for number in range(3):
        wish = NewRequest(prompt="a cat", draws=True, sources=[{"photo": f"M{number}"}])
        await receiving.receive(f"R{number}", sender=ALICE, request=wish)
    await forgetting.made_from_photo("M1", chat_id=ALICE.chat_id)
    states = [(await Requests(database).get(f"R{number}")).state for number in range(3)]
    assert states == [State.QUEUED, State.CANCELLED, State.QUEUED]
    with database.transaction() as connection:
        plan = str(
            connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT id FROM requests WHERE chat_id = 'c' AND id IN "
                "(SELECT request_id FROM photo_uses WHERE message_id = 'M1')"
            ).all()
        )
    assert "SCAN" not in plan


async def test_the_third_migration_finds_what_was_made_of_photos(tmp_path):
    """Requests of the releases before are found as well."""
    database = Database(f"sqlite:///{tmp_path}/old.db")
    with database.transaction() as connection:
        upgrade(connection, "0002")
        connection.exec_driver_sql(
            "INSERT INTO requests (id, chat_id, chat_kind, draws, sources, state, answer, created_at) VALUES "
            """('R1', 'U1', 'user', 1, '[{"photo": "M1"}, {"picture": "P1"}]', 'ready', 'sent', 1.0)"""
        )
    database.migrate()
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT * FROM photo_uses").all() == [("M1", "R1")]
    database.close()


async def test_what_is_waited_for_is_forgotten_with_its_time(database):
    """Words that waited for a photo which never came are not kept."""
    chats = Chats(database)
    await chats.expect("U1", "user", Expected(what="photo", prompt="a most private wish"), for_s=-1)
    await Upkeep(database, owner="us").prune()
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT expects_prompt FROM chats").scalar() is None


async def test_pruning_keeps_what_is_not_settled(database):
    """An event that nobody has handled yet is not old enough to forget, whatever its age."""
    inbox, upkeep = Inbox(database, owner="us"), Upkeep(database, owner="us")
    inbox.start()
    await inbox.take([Arrival("old", "{}"), Arrival("settled", "{}")])
    inbox.stop()
    await Settling(database, owner="us").settle("settled")
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE inbox SET arrived_at = 1")
    await upkeep.prune()
    assert await unsettled(database) == ["old"]
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT event_id FROM inbox").scalars().all() == ["old"]


async def test_a_delivery_that_never_ends_is_let_go(database):
    """A process died over it and its request was forgotten: what it would have said is nobody's any more."""
    open_one = {
        "chat_id": "C",
        "way": "reply",
        "request_ids": ["R"],
        "picture_ids": [],
        "messages": [{"text": "a cat"}],
    }
    open_one |= {"owner": "dead", "outcome": "intent"}
    days = {"old": 31, "young": 29}
    rows = [open_one | {"id": name, "created_at": time.time() - 86_400 * ago} for name, ago in days.items()]
    with database.transaction() as connection:
        connection.execute(sa.insert(tables.deliveries), rows)
    await Upkeep(database, owner="us").prune()
    with database.transaction() as connection:
        assert connection.execute(sa.select(tables.deliveries.c.id)).scalars().all() == ["young"]


@pytest.mark.slow
async def test_a_file_that_was_large_gets_small_again(database):
    """What a dead bucket has piled up does not stay on the disk for ever."""

    def pages() -> int:
        with database.transaction() as connection:
            return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())

    with database.transaction() as connection:
        row = {"request_id": "R1", "data": bytes(12_000_000)}
        connection.execute(sa.insert(tables.pending_uploads), [row | {"position": position} for position in range(2)])
    large = pages()
    with database.transaction() as connection:
        connection.execute(sa.delete(tables.pending_uploads))
    assert pages() == large
    await Upkeep(database, owner="us").prune()
    assert pages() < large / 2


async def test_what_grows_ends(database):
    """Answers in words go after a month, requests without pictures after a year and a month, with what was sent."""
    await received(database, "words", "old", "old with a picture", "young")
    with database.transaction() as connection:
        age = {"words": 31, "old": 401, "old with a picture": 401, "young": 31}
        for name, days in age.items():
            change = sa.update(tables.requests).where(tables.requests.c.id == name)
            connection.execute(change.values(created_at=time.time() - days * 86_400, draws=name != "words"))
            row = {"message_id": f"sent of {name}", "chat_id": "C", "request_id": name}
            connection.execute(sa.insert(tables.sent).values(row))
        names = dict.fromkeys(("id", "chat_id", "object_key", "preview_key", "size"), "x")
        picture: dict[str, Any] = names | {"request_id": "old with a picture", "position": 0, "created_at": 0.0}
        connection.execute(sa.insert(tables.pictures).values(picture))
    await Upkeep(database, owner="us").prune()
    with database.transaction() as connection:
        left = {*connection.execute(sa.select(tables.requests.c.id)).scalars()}
        sent = {*connection.execute(sa.select(tables.sent.c.request_id)).scalars()}
    assert left == sent == {"old with a picture", "young"}


def test_the_page_tells_what_bounds_each_table():
    """A table that nobody thought of would grow for ever."""
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(metadata.tables)


async def test_a_long_read_holds_up_no_writer(database):
    """While a report is read, the store takes writes, and the report sees one moment."""
    await received(database, "R1")
    reading, go_on = threading.Event(), threading.Event()
    count = sa.select(sa.func.count()).select_from(requests)

    def slowly(connection: sa.Connection) -> tuple[int, int]:
        first = connection.execute(count).scalar_one()
        reading.set()
        assert go_on.wait(10)
        return first, connection.execute(count).scalar_one()

    read = asyncio.create_task(database.read(slowly))
    await asyncio.to_thread(reading.wait, 60)
    async with asyncio.timeout(60):
        await database.run(lambda connection: connection.execute(sa.delete(requests)))
    go_on.set()
    assert await read == (1, 1)
    assert await database.read(lambda connection: connection.execute(count).scalar_one()) == 0


def test_what_is_deleted_is_gone_from_the_file(tmp_path, database):
    """Whatever SQLite's builder chose, no deleted words stay in pages that are free."""
    with database.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
        connection.execute(sa.insert(tables.unsent).values(message_id="words that were taken back", at=0.0))
    with database.transaction() as connection:
        connection.execute(sa.delete(tables.unsent))
    database.close()
    assert b"words that were taken back" not in (tmp_path / "easel.db").read_bytes()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.EWOULDBLOCK, "another Easel uses"),
        (errno.ENOLCK, "knows no locks"),
        (errno.EOPNOTSUPP, "knows no locks"),
    ],
)
def test_a_file_system_without_locks_is_not_another_easel(code, said):
    """Nobody looks for a process that is not there."""
    assert said in why_not_ours(Path("/data/easel.db"), OSError(code, "as the system says it"))


async def test_a_wrong_table_is_said_and_not_waited_for(database):
    """Absent is one thing, wrong another: what has no such column is raised at once, with the database's own words."""
    with database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE requests RENAME COLUMN prompt TO words_of_somebody")
    with pytest.raises(OperationalError, match="no such column"):
        await Requests(database).get("R1")


async def test_kept_bytes_never_fail(database):
    """Whatever breaks later, nobody hears of a fault, and the bytes stay."""
    requests, _ = await received(database, "R1")
    store = PendingUploads(database)
    await kept(store, b"paid")
    assert not await requests.fail("R1", reason="broke")
    assert (await requests.get("R1")).state is State.KEPT
    assert [one.data for one in await store.waiting("R1")] == [b"paid"]


async def test_bytes_in_hand_wait_for_a_database_that_is_wrong(database):
    """Its table is gone for a while: they are paid for, so they wait, and are kept in the end."""
    await received(database, "R1")
    with database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE kept RENAME TO lost")
    keeping = asyncio.create_task(kept(PendingUploads(database), b"paid"))
    with capture_logs() as lines:
        while not lines:  # noqa: ASYNC110 - the log tells nobody
            await asyncio.sleep(0.01)
    assert (lines[0]["event"], "no such table" in lines[0]["said"]) == ("paid_bytes_wait", True)
    with database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE lost RENAME TO kept")
    assert await keeping


async def test_what_is_said_beside_a_picture_is_kept_with_it(database):
    """Behind what was noted before, and once."""
    requests, _ = await received(database, "R1")
    await requests.note("R1", "early", {"got": "a"})
    for _ in range(2):
        await kept(PendingUploads(database), b"paid", notes=[("option_size", {"got": "b"})])
    assert (await requests.get("R1")).notes == [["early", {"got": "a"}], ["option_size", {"got": "b"}]]


async def test_no_file_is_made_where_ours_was_taken_away(database, tmp_path):
    """Whoever opened that would find no table, and would not see ours when it is back: what is amiss is named."""
    path, elsewhere = tmp_path / "easel.db", tmp_path / "elsewhere.db"
    is_held, let_go = threading.Event(), threading.Event()

    def hold(_connection):
        is_held.set()
        let_go.wait()

    def all_of_them(connection):
        return connection.execute(sa.select(requests)).all()

    holding = asyncio.create_task(database.read(hold))  # the connection that is there is in use
    await asyncio.to_thread(is_held.wait)
    path.rename(elsewhere)
    try:
        with pytest.raises(OperationalError, match="was deleted, moved or replaced"):
            await database.read(all_of_them)
        assert not path.exists()
        elsewhere.rename(path)
        assert await database.read(all_of_them) == []
    finally:
        let_go.set()
        await holding

"""The store on SQLite: what only shows below the stories."""

import asyncio

import alembic.autogenerate
import alembic.migration
import pytest
import sqlalchemy as sa

from app.store.database import HEAD, Database, upgrade
from app.store.deliveries import Deliveries, Way
from app.store.inbox import Arrival, Inbox
from app.store.requests import Answer, NewRequest, NewToken, Requests, Sender, State
from app.store.tables import metadata
from app.store.upkeep import Upkeep

ALICE = Sender(chat_id="U" + "a" * 32, chat_kind="user", user_id="U" + "a" * 32)


@pytest.fixture
def database(tmp_path):
    """Open a fresh database with all tables."""
    opened = Database(f"sqlite:///{tmp_path}/easel.db")
    opened.migrate()
    yield opened
    opened.close()


async def received(database, *names: str) -> tuple[Requests, Deliveries]:
    """Receive a wish for each name, with a token, from Alice."""
    requests, deliveries = Requests(database), Deliveries(database, owner="us")
    for number, name in enumerate(names):
        token = NewToken(token=f"token of {name}", arrived_at=1000.0 + number, addressed=True)
        await requests.receive(name, sender=ALICE, token=token, request=NewRequest(prompt="a cat"))
    return requests, deliveries


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
    database.migrate()


async def test_an_event_is_taken_once(database):
    """The inbox keeps the first copy of an event, whatever comes later."""
    inbox = Inbox(database, owner="us")
    inbox.start()
    await asyncio.gather(*(inbox.take([Arrival("E1", f"copy {number}")]) for number in range(20)))
    assert await inbox.unbegun(limit=10) == ["E1"]
    await inbox.mark_begun(["E1"])
    assert await inbox.unbegun(limit=10) == []
    inbox.stop()


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
    assert len(await inbox.unbegun(limit=200)) == 100
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
    assert (request.answer, request.sent_quote_token) == (Answer.SENT, "quote 1")
    assert await deliveries.request_of_message("message 1", chat_id=ALICE.chat_id) == "R1"
    assert await deliveries.request_of_message("message 1", chat_id="another chat") is None
    with database.transaction() as connection:
        assert "private" not in str(connection.execute(sa.text("SELECT * FROM deliveries")).all())


async def test_kept_bytes_outlive_everything_but_the_upload(database):
    """Keeping wins over a later failure of the same step, and the bytes go when the bucket has them."""
    requests, _ = await received(database, "R1")
    paid = {"model": "m", "usage": None, "vendor_request_id": None}
    await requests.keep("R1", call_id=1, data=b"first", size=None, drawn=paid)
    await requests.keep("R1", call_id=2, data=b"second", size=None, drawn=paid)
    assert await requests.kept_bytes("R1") == b"first"
    assert (await requests.get("R1")).state is State.KEPT
    await requests.ready("R1", size="8x8")
    assert await requests.kept_bytes("R1") is None


async def test_names_in_the_bucket_are_fixed_once(database):
    """A second try uploads to the same names, so nothing is stored twice."""
    requests, _ = await received(database, "R1")
    first = await requests.name_objects("R1", object_key="a", preview_key="b")
    assert await requests.name_objects("R1", object_key="c", preview_key="d") == first == ("a", "b")


async def test_errors_of_the_store_hold_no_words_of_people(database):
    """A failing statement does not print what it was given."""
    with database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE languages")

    def write(connection: sa.Connection) -> None:
        connection.execute(sa.text("INSERT INTO languages VALUES (:who)"), {"who": "private"})

    with pytest.raises(sa.exc.OperationalError) as caught:
        await database.run_once(write)
    assert "private" not in str(caught.value)


async def test_pruning_keeps_what_is_not_begun(database):
    """An event that nobody has handled yet is not old enough to forget, whatever its age."""
    inbox, upkeep = Inbox(database, owner="us"), Upkeep(database, owner="us")
    inbox.start()
    await inbox.take([Arrival("old", "{}"), Arrival("begun", "{}")])
    inbox.stop()
    await inbox.mark_begun(["begun"])
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE inbox SET arrived_at = 1")
    await upkeep.prune()
    assert await inbox.read("begun") is None
    assert await inbox.unbegun(limit=5) == ["old"]

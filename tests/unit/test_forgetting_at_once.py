"""Somebody takes a wish back in the very moment in which another process hangs its picture."""

import asyncio
import threading
import time

import pytest
import pytest_asyncio
import sqlalchemy as sa

from app.store.chat_pictures import Pictures
from app.store.database import Database
from app.store.deletions import Deletions
from app.store.forgetting import Forgetting
from app.store.pending_uploads import PaidPicture, PendingUploads, StoredPicture
from app.store.receiving import NewRequest, NewToken, Receiving, Sender

ALICE = Sender(chat_id="U" + "a" * 32, chat_kind="user", user_id="U" + "a" * 32)
HELD_UP = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest_asyncio.fixture
async def postgres_store(postgres_url):
    """Open a fresh Postgres with a wish whose paid bytes wait for the bucket."""
    database = Database(postgres_url)
    database.migrate()
    token = NewToken(token="token", arrived_at=time.time(), addressed=True)
    wish = NewRequest(prompt="a cat", draws=True, message_id="M1")
    await Receiving(database).receive("R1", sender=ALICE, token=token, request=wish)
    paid = [PaidPicture(position=0, data=b"paid")]
    await PendingUploads(database).keep("R1", paid=paid, model="m", vendor_request_id=None, settle=lambda _: None)
    yield database
    database.close()


FORGETS = {
    "message": lambda forgetting, _: forgetting.message("M1", chat_id=ALICE.chat_id),
    "chat": lambda forgetting, _: forgetting.chat(ALICE.chat_id),
    "person": lambda forgetting, _: forgetting.person(ALICE.chat_id),
    "all": lambda forgetting, database: database.run(lambda it: forgetting.all_of(it, ALICE.chat_id)),
}


@pytest.mark.parametrize("forget", FORGETS.values(), ids=FORGETS)
async def test_a_picture_that_is_just_being_hung_is_forgotten_too(postgres_store, forget):
    """The forgetting waits for the hanging, and then takes what it hung."""
    hung, may_commit = threading.Event(), threading.Event()

    def holds(_connection, _request):
        hung.set()
        may_commit.wait()
        return ()

    stored = [StoredPicture(position=0, object_key="a", preview_key="b", size="8x8")]
    hanging = asyncio.create_task(PendingUploads(postgres_store, notes_beside=holds).ready("R1", stored))
    await asyncio.to_thread(hung.wait)
    forgetting = asyncio.ensure_future(forget(Forgetting(postgres_store), postgres_store))
    try:
        while not await postgres_store.look(lambda connection: connection.execute(HELD_UP).scalar()):
            pass
    finally:
        may_commit.set()
    await asyncio.gather(hanging, forgetting)
    assert await Pictures(postgres_store).latest(ALICE.chat_id, limit=1) == []
    assert set(await Deletions(postgres_store).some()) == {"a", "b"}

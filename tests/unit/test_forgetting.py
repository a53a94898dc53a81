"""What people and operators have forgotten is gone from every table, on both databases."""

import pytest
import sqlalchemy as sa

from app.store.chats import Chats, Expected
from app.store.database import Database
from app.store.done_once import DoneOnce
from app.store.forgetting import Forgetting, OwnData
from app.store.pending_uploads import PaidPicture, PendingUploads, StoredPicture
from app.store.photos import NewPhoto, Photos
from app.store.receiving import NewRequest, Receiving, Sender
from app.store.requests import Requests, State
from app.store.tables import metadata, requests

ALICE, BOB, GROUP = "U" + "a" * 32, "U" + "b" * 32, "C" + "d" * 32
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
    receiving, name = Receiving(database), user_id[:2]
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
    assert (await Requests(shared).get("Ub open")).state is State.QUEUED
    assert rows_with(shared, ALICE)  # that there were requests


async def test_what_is_done_once_finds_the_words(shared):
    """The second reading of its event changes nothing, nor does another event of the same message."""
    done: list[str] = []
    once = DoneOnce(do=lambda _connection: (f"words {done.append('once')}", None), then=lambda: done.append("then"))
    sender = Sender(chat_id=ALICE, chat_kind="user", user_id=ALICE)
    asked = NewRequest(words="delete_none", message_id="M1", once=once)
    for event in ("E1", "E1", "E2"):
        await Receiving(shared).receive(event, sender=sender, request=asked)
    assert done == ["once", "then", "then", "then"]
    with shared.transaction() as connection:
        assert connection.execute(sa.select(requests.c.id, requests.c.words)).all() == [("E1", "words None")]


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

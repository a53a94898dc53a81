"""Photos on disk: their order, what may be kept of a chat, and the mark of those that kill."""

import pytest

from app.store.database import Database
from app.store.photos import DEATHS_MAX, WAITING_MAX, NewPhoto, Photos, PhotoState
from app.store.receiving import NewRequest, Receiving, Sender

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/easel.db")
    database.migrate()
    yield database
    database.close()


def photo(message_id, **album):
    return NewPhoto(message_id=message_id, chat_id="U1", user_id="U1", **album)


async def test_an_album_keeps_the_order_of_its_sender(database):
    """Whatever order its events come in."""
    photos = Photos(database)
    album = [photo(f"m{index}", set_id="A", set_total=3, set_index=index) for index in (2, 3, 1)]
    for one in album:
        await photos.seen(one, waits=True)
    came = [await photos.keep(one, PhotoState.KEPT) for one in album]
    assert came[:2] == [None, None]
    assert [one.message_id for one in came[2]] == ["m1", "m2", "m3"]


@pytest.mark.parametrize("answered", [True, False])
async def test_an_album_is_spoken_of_once(database, answered):
    """A process ends while the first photo waits for the last, whose event is over, or is not: the next reads again."""
    photos = Photos(database)
    first, last = (photo(f"m{index}", set_id="A", set_total=2, set_index=index) for index in (1, 2))
    for one in (first, last):
        await photos.seen(one, waits=True)
        came = await photos.keep(one, PhotoState.KEPT)
    assert len(came) == 2
    if answered:
        sender = Sender(chat_id="U1", chat_kind="user", user_id="U1")
        await Receiving(database).receive("e2", sender=sender, request=NewRequest(words="photos", message_id="m2"))
    assert len(await photos.keep(first, PhotoState.KEPT)) == (0 if answered else 2)


async def test_a_chat_has_so_many_photos_waiting(database):
    """The next one is not fetched; those before it stay."""
    photos = Photos(database)
    sent = [photo(f"m{number:02}") for number in range(WAITING_MAX + 1)]
    for one in sent:
        await photos.seen(one, waits=True)
    assert [await photos.has_room_for(one) for one in sent] == [True] * WAITING_MAX + [False]


async def test_a_photo_that_two_processes_died_of_is_given_up(database):
    """Each process leaves its mark before it decodes; one that lives takes it back."""
    await Photos(database).seen(photo("m"))
    assert await Photos(database).begin_decoding("m") == 0
    lucky = Photos(database)
    assert await lucky.begin_decoding("m") == 1
    await lucky.end_decoding("m")
    deaths = [await Photos(database).begin_decoding("m") for _ in range(DEATHS_MAX + 1)]
    assert deaths == [0, 1, 2]
    last = Photos(database)
    assert await last.begin_decoding("m") > DEATHS_MAX
    await last.end_decoding("m")
    assert await Photos(database).begin_decoding("m") > DEATHS_MAX


async def test_the_oldest_bytes_of_a_chat_go(database):
    """A hundred megabytes of one chat are on our disk at most; LINE has the rest for a while."""
    photos = Photos(database)
    for number in range(6):
        await photos.seen(photo(f"m{number}"))
        await photos.keep(photo(f"m{number}"), PhotoState.KEPT, data=bytes(20_000_000), content_type="image/png")
    held = [await photos.bytes_of(f"m{number}", chat_id="U1") is not None for number in range(6)]
    assert held == [False, True, True, True, True, True]


async def test_the_oldest_bytes_of_all_chats_go(database):
    """However many people send photos, the disk is not theirs to fill; the newest stay, and each photo stays known."""
    photos = Photos(database, all_bytes_max=100)
    for number in range(6):
        one = NewPhoto(message_id=f"m{number}", chat_id=f"U{number}", user_id=f"U{number}")
        await photos.seen(one, waits=True)
        if number % 2:
            await photos.keep(one, PhotoState.KEPT, data=bytes(40), content_type="image/png")
        else:
            await photos.fetched(one.message_id, chat_id=one.chat_id, data=bytes(40), content_type="image/png")
    held = [await photos.bytes_of(f"m{number}", chat_id=f"U{number}") is not None for number in range(6)]
    assert held == [False, False, False, False, True, True]
    assert await photos.state_of("m0", chat_id="U0") is PhotoState.KEPT

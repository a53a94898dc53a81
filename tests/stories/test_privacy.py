"""What people take back disappears; nothing of one chat is shown in another. Stories over real sockets."""

import asyncio
import sqlite3

import pytest
from line_sandbox.faults import Fault

from app.store.database import Database
from app.store.housekeeping import Upkeep
from tests.stories.test_conversation import data_of, last_said
from tests.stories.test_edits import photo
from tests.world import PATIENCE_S

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]


def stored(vendors, message: dict) -> bool:
    """Whether the bucket still has the picture of this image message."""
    return message["originalContentUrl"].rsplit("/public/", 1)[1] in vendors.r2.objects


async def gone(vendors, *messages: dict) -> None:
    """Wait until the bucket has none of these pictures any more."""
    await vendors.r2.wait_for(lambda: not any(stored(vendors, one) for one in messages), PATIENCE_S)


async def test_unsending_a_wish_deletes_its_picture(vendors):
    """The message is taken back: original and preview leave the bucket."""
    person = vendors.person()
    await vendors.line.send_text(person, "a private picnic")
    (picture,) = await vendors.picture(person)
    assert stored(vendors, picture)
    wish = vendors.line.chat(person).messages[0]
    await vendors.line.deliver(vendors.line.unsend(person, wish.id))
    await gone(vendors, picture)


async def test_unsending_while_it_is_drawn_cancels_it(vendors):
    """A picture whose wish was taken back is not sent, and does not stay in the bucket."""
    person = vendors.person()
    release = asyncio.Event()
    vendors.openai.faults.add(Fault.held(release), match="/images/")
    before = set(vendors.r2.objects)
    await vendors.line.send_text(person, "a private regatta")
    await vendors.openai.wait_for(lambda: vendors.drawing("a private regatta") == 1, PATIENCE_S)
    wish = vendors.line.chat(person).messages[0]
    await vendors.line.deliver(vendors.line.unsend(person, wish.id))
    await vendors.line.send_text(person, "help")
    await vendors.said(person)
    release.set()
    await vendors.line.send_text(person, "a public regatta")
    await vendors.picture(person)
    assert len(vendors.line.chat(person).pictures) == 1
    await vendors.r2.wait_for(lambda: len(set(vendors.r2.objects) - before) == 1, PATIENCE_S)


async def test_unsending_what_is_drawn_but_not_shown_yet(vendors):
    """Nobody hears of a picture that was taken back before it could be sent, nor that something broke."""
    person = vendors.person()
    dead = vendors.line.faults.add(Fault.status(400, {"message": "Invalid reply token"}), match="/message/reply")
    await vendors.line.send_text(person, "a private eclipse")
    await vendors.line.wait_for(lambda: dead.hits == 1, PATIENCE_S)
    wish = vendors.line.chat(person).messages[0]
    before = len(vendors.r2.objects)
    await vendors.line.deliver(vendors.line.unsend(person, wish.id))
    await vendors.r2.wait_for(lambda: len(vendors.r2.objects) == before - 1, PATIENCE_S)
    await vendors.line.send_text(person, "help")
    (said,) = await vendors.said(person)
    assert said["text"].startswith("Tell me in a sentence")


async def test_unsending_a_photo_deletes_what_was_made_of_it(vendors):
    """The photo goes, and the pictures that were made from it."""
    person = vendors.person()
    shown = vendors.line.image(person, photo())
    await vendors.line.deliver(shown)
    await vendors.said(person)
    await vendors.line.send_text(person, "as a mosaic")
    (picture,) = await vendors.picture(person)
    await vendors.line.deliver(vendors.line.unsend(person, shown["message"]["id"]))
    await gone(vendors, picture)


async def test_words_that_wait_for_a_photo_can_be_taken_back(vendors):
    """Nothing is drawn from them: the photo that comes then is asked about."""
    person = vendors.person()
    await vendors.line.send_text(person, "turn this photo into a woodblock")
    await vendors.said(person)
    said = vendors.line.chat(person).messages[0]
    await vendors.line.deliver(vendors.line.unsend(person, said.id))
    await vendors.line.deliver(vendors.line.image(person, photo()))
    assert "photo" in (await vendors.said(person, count=2))[-1]["text"]
    assert not vendors.asked("woodblock")


async def test_taking_back_words_reaches_what_was_made_of_the_photo_after_them(vendors):
    """The picture came of the photo's event, and of the words all the same; a yes in between is not what said them."""
    person = vendors.person()
    await vendors.line.send_text(person, "turn this photo into a tapestry")
    await vendors.said(person)
    await vendors.line.send_text(person, "yes")
    await vendors.said(person, count=2)
    said = vendors.line.chat(person).messages[0]
    await vendors.line.deliver(vendors.line.image(person, photo()))
    (picture,) = await vendors.picture(person)
    await vendors.line.deliver(vendors.line.unsend(person, said.id))
    await gone(vendors, picture)


async def test_delete_by_a_tap_comes_with_a_receipt(vendors):
    """Delete takes one picture away, and says so; the other stays."""
    person = vendors.person()
    for number, words in enumerate(("a red lantern", "a blue teapot"), start=1):
        await vendors.line.send_text(person, words)
        await vendors.picture(person, count=number)
    kept, deleted = await vendors.picture(person, count=2)
    data = data_of(await last_said(vendors, person), "again").replace("again", "delete")
    await vendors.line.deliver(vendors.line.postback(person, data))
    await gone(vendors, deleted)
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].type == "text")
    assert stored(vendors, kept)


async def test_delete_all_asks_first(vendors):
    """All pictures of the chat go after a yes, and the receipt tells how many."""
    person = vendors.person()
    await vendors.line.send_text(person, "a pair of lamps x2")
    pictures = await vendors.picture(person, count=2)
    await vendors.line.send_text(person, "/delete all")
    await vendors.until(lambda: "do:delete_all_yes" in str(vendors.line.chat(person).from_bot[-1].body))
    assert all(stored(vendors, one) for one in pictures)
    await vendors.line.deliver(vendors.line.postback(person, "do:delete_all_yes"))
    await gone(vendors, *pictures)
    await vendors.until(lambda: "2" in str(vendors.line.chat(person).from_bot[-1].body.get("text")))


async def test_delete_all_takes_photos_and_what_is_being_drawn(vendors):
    """Nothing of a chat is left after a yes: no photo, no words, and no picture that came a moment later."""
    person, release = vendors.person(), asyncio.Event()
    vendors.openai.faults.add(Fault.held(release), match="/images/")
    before = set(vendors.r2.objects)
    await vendors.line.send_text(person, "a heron on a private pier")
    await vendors.openai.wait_for(lambda: vendors.drawing("a private pier") == 1, PATIENCE_S)
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person)
    await vendors.line.send_text(person, "delete all my data")
    asked = (await vendors.said(person, count=2))[-1]
    assert asked["template"]["text"].startswith("Delete all words and photos here?")
    await vendors.line.deliver(vendors.line.postback(person, "do:delete_all_yes"))
    assert (await vendors.said(person, count=3))[-1]["text"] == "Deleted all words and photos here."
    release.set()
    await vendors.line.send_text(person, "delete all my data")
    assert (await vendors.said(person, count=4))[-1]["text"] == "There is nothing to delete here."
    await vendors.line.send_text(person, "a heron on a public pier")
    await vendors.picture(person)
    assert len(vendors.line.chat(person).pictures) == 1
    await vendors.r2.wait_for(lambda: len(set(vendors.r2.objects) - before) == 1, PATIENCE_S)


async def test_in_a_group_only_the_asker_may_delete(vendors):
    """Anyone may use the buttons, but deleting is for who asked."""
    asker, other = vendors.person(), vendors.person()
    group = vendors.group(asker, other)
    await vendors.line.send_text(asker, "draw a shared picture", group=group)
    (picture,) = await vendors.picture(group)
    data = data_of(await last_said(vendors, group), "again").replace("again", "delete")
    count = len(vendors.line.chat(group).from_bot)
    await vendors.line.deliver(vendors.line.postback(other, data, group=group))
    await vendors.said(group, count=count + 1)
    assert stored(vendors, picture)
    await vendors.line.deliver(vendors.line.postback(asker, data, group=group))
    await gone(vendors, picture)


async def test_cancel_stops_what_is_being_drawn(vendors):
    """Whoever changes their mind gets a receipt and no picture."""
    person = vendors.person()
    release = asyncio.Event()
    vendors.openai.faults.add(Fault.held(release), match="/images/")
    await vendors.line.send_text(person, "a castle on an island")
    await vendors.openai.wait_for(lambda: vendors.drawing("a castle on an island") == 1, PATIENCE_S)
    await vendors.line.send_text(person, "cancel")
    (said,) = await vendors.said(person)
    release.set()
    await vendors.line.send_text(person, "a lighthouse on a cliff")
    await vendors.picture(person)
    assert said["type"] == "text"
    assert len(vendors.line.chat(person).pictures) == 1


async def test_what_people_wrote_is_not_kept_in_the_inbox(stage, tmp_path):
    """Once an event is answered its words are gone from the inbox, and after unsending from everywhere."""
    person = stage.person()
    async with stage.easel(tmp_path) as easel:
        await stage.line.send_text(person, "a most unusual word")
        (picture,) = await stage.picture(person)
        wish = stage.line.chat(person).messages[0]
        await stage.line.deliver(stage.line.unsend(person, wish.id))
        await gone(stage, picture)
        await easel.logged("event_understood", times=2)
    database = sqlite3.connect(tmp_path / "easel.db")
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = [str(row) for table in tables for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608 - our own names
    database.close()
    assert not [row for row in rows if "a most unusual word" in row]


async def test_unsending_a_wish_reaches_what_was_drawn_again(vendors):
    """Again, wider and finer are the same wish: none of them outlives the message."""
    person = vendors.person()
    await vendors.line.send_text(person, "a private balcony")
    await vendors.picture(person)
    for number, verb in enumerate(("again", "wide", "fine"), start=2):
        await vendors.line.deliver(vendors.line.postback(person, data_of(await last_said(vendors, person), verb)))
        await vendors.picture(person, count=number)
    wish = vendors.line.chat(person).messages[0]
    await vendors.line.deliver(vendors.line.unsend(person, wish.id))
    await gone(vendors, *await vendors.picture(person, count=4))


async def test_unsending_a_photo_reaches_later_versions(vendors):
    """A picture of a picture of a photo still shows the photo."""
    person = vendors.person()
    shown = vendors.line.image(person, photo())
    await vendors.line.deliver(shown)
    await vendors.said(person)
    await vendors.line.send_text(person, "as a fresco")
    await vendors.picture(person)
    for number, words in enumerate(("with cracks", "with gold"), start=2):
        quoted = vendors.line.chat(person).pictures[-1].id
        await vendors.line.deliver(vendors.line.text(person, words, quote=quoted))
        await vendors.picture(person, count=number)
    await vendors.line.deliver(vendors.line.unsend(person, shown["message"]["id"]))
    await gone(vendors, *await vendors.picture(person, count=3))


async def test_whoever_blocks_the_bot_is_not_drawn_for(vendors):
    """What was not drawn yet is cancelled: nobody would see it."""
    person = vendors.person()
    release = asyncio.Event()
    vendors.openai.faults.add(Fault.held(release), match="/images/", times=2)
    for number in range(3):
        await vendors.line.send_text(person, f"an unseen fox {number}")
    await vendors.openai.wait_for(lambda: vendors.drawing("unseen") == 2, PATIENCE_S)
    await vendors.line.deliver(vendors.line.unfollow(person))
    await vendors.line.deliver(vendors.line.follow(person, is_unblocked=True))
    await vendors.said(person)
    release.set()
    await vendors.line.send_text(person, "a fox at last")
    await vendors.picture(person)
    assert len(vendors.asked("unseen")) == 2
    assert len(vendors.line.chat(person).pictures) == 1


def aged(directory, days: float) -> None:
    """Let time pass in a store whose Easel has stopped."""
    database = sqlite3.connect(directory / "easel.db")
    with database:
        for table, columns in {
            "requests": ("created_at", "ready_at", "sent_at"),
            "pictures": ("created_at",),
            "photos": ("created_at",),
            "chats": ("left_at", "expects_until"),
            "deliveries": ("created_at", "ended_at"),
            "tokens": ("arrived_at",),
            "unsent": ("at",),
        }.items():
            for column in columns:
                database.execute(f"UPDATE {table} SET {column} = {column} - {days * 86_400}")  # noqa: S608 - our own names
    database.close()


async def pruned(directory) -> None:
    """Forget what is of no use any more, as Easel does every hour."""
    database = Database(f"sqlite:///{directory}/easel.db")
    await Upkeep(database, owner="the test").prune()
    database.close()


async def test_after_a_day_a_chat_that_was_left_is_forgotten(stage, tmp_path):
    """Whoever comes back within the day finds their pictures; whoever does not has none any more."""
    leaves, returns = stage.person(), stage.person()
    async with stage.easel(tmp_path):
        for person in (leaves, returns):
            await stage.line.send_text(person, "a picture of mine")
            await stage.picture(person)
            await stage.line.deliver(stage.line.unfollow(person))
        await stage.line.deliver(stage.line.follow(returns, is_unblocked=True))
        await stage.said(returns, count=2)
    (lost,), (kept,) = await stage.picture(leaves), await stage.picture(returns)
    assert stored(stage, lost)
    aged(tmp_path, days=1.1)
    async with stage.easel(tmp_path):
        await gone(stage, lost)
        assert stored(stage, kept)
        await stage.line.send_text(returns, "again")
        await stage.picture(returns, count=2)


async def test_whoever_comes_back_unheard_is_not_forgotten(stage, tmp_path):
    """LINE does not deliver a webhook twice unless it is told to: the next message tells as well as the lost follow."""
    person = stage.person()
    async with stage.easel(tmp_path):
        await stage.line.send_text(person, "a first heron of mine")
        (kept,) = await stage.picture(person)
        await stage.line.deliver(stage.line.unfollow(person))
        stage.line.follow(person, is_unblocked=True)  # lost on its way
        await stage.line.send_text(person, "a second heron of mine")
        await stage.picture(person, count=2)
    aged(tmp_path, days=1.1)
    async with stage.easel(tmp_path):
        await stage.line.send_text(person, "again")
        await stage.picture(person, count=3)
        assert stored(stage, kept)


async def test_retention_is_kept_by_easel_itself(stage, tmp_path):
    """Older pictures go from bucket and store, and with them what was asked for and the photos."""
    person = stage.person()
    async with stage.easel(tmp_path):
        await stage.line.deliver(stage.line.image(person, photo()))
        await stage.said(person)
        await stage.line.send_text(person, "as an old engraving --style raw")
        (picture,) = await stage.picture(person)
    aged(tmp_path, days=8)
    async with stage.easel(tmp_path, PICTURE_RETENTION_DAYS="7"):
        await gone(stage, picture)
        await stage.line.send_text(person, "my pictures")
        await stage.until(lambda: "no pictures" in str(stage.line.chat(person).from_bot[-1].body))
    database = sqlite3.connect(tmp_path / "easel.db")
    assert database.execute("SELECT prompt, sources, notes FROM requests WHERE draws").fetchall() == [
        (None, None, None)
    ]
    assert database.execute("SELECT count(*) FROM photos").fetchone() == (0,)
    database.close()


async def test_buttons_and_quotes_work_a_month_later(stage, tmp_path):
    """After restarts and pruning, the buttons under a picture and a quote of it still reach it."""
    person = stage.person()
    async with stage.easel(tmp_path):
        await stage.line.send_text(person, "a well kept secret")
        await stage.picture(person)
    under, shown = await last_said(stage, person), stage.line.chat(person).pictures[0]
    aged(tmp_path, days=31)
    await pruned(tmp_path)
    async with stage.easel(tmp_path):
        await stage.line.deliver(stage.line.postback(person, data_of(under, "wide")))
        await stage.picture(person, count=2)
        await stage.line.deliver(stage.line.text(person, "the same in spring", quote=shown.id))
        await stage.picture(person, count=3)
    assert len(stage.asked("a well kept secret")) == 2
    (edited,) = stage.asked("the same in spring")
    assert edited.path.endswith("/images/edits")

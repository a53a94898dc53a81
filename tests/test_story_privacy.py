"""What people take back disappears; nothing of one chat is shown in another. Stories over real sockets."""

import asyncio
import sqlite3

import pytest

from app.sandbox.faults import Fault
from tests.test_story_conversation import data_of, last_said
from tests.test_story_edits import photo
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
    vendors.openai.faults.add(Fault.held(release))
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
    await vendors.r2.wait_for(lambda: len(set(vendors.r2.objects) - before) == 2, PATIENCE_S)


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


async def test_delete_by_a_tap_comes_with_a_receipt(vendors):
    """Delete takes one picture away, and says so; the other stays."""
    person = vendors.person()
    for number, words in enumerate(("a kept picture", "a deleted picture"), start=1):
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
    await vendors.line.send_text(person, "two lamps x2")
    pictures = await vendors.picture(person, count=2)
    await vendors.line.send_text(person, "/delete all")
    await vendors.until(lambda: "do:delete_all_yes" in str(vendors.line.chat(person).from_bot[-1].body))
    assert all(stored(vendors, one) for one in pictures)
    await vendors.line.deliver(vendors.line.postback(person, "do:delete_all_yes"))
    await gone(vendors, *pictures)
    await vendors.until(lambda: "2" in str(vendors.line.chat(person).from_bot[-1].body.get("text")))


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
    vendors.openai.faults.add(Fault.held(release))
    await vendors.line.send_text(person, "a picture not wanted")
    await vendors.openai.wait_for(lambda: vendors.drawing("a picture not wanted") == 1, PATIENCE_S)
    await vendors.line.send_text(person, "cancel")
    (said,) = await vendors.said(person)
    release.set()
    await vendors.line.send_text(person, "a picture wanted")
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
    rows = [str(row) for table in tables for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608
    database.close()
    assert not [row for row in rows if "a most unusual word" in row]


async def test_a_group_that_is_not_allowed_is_left_politely(stage, tmp_path):
    """Where only some may use Easel, another group hears why, and is left."""
    friend = stage.person()
    group = stage.group(friend)
    async with stage.easel(tmp_path, ALLOWED_IDS=friend):
        await stage.line.deliver(stage.line.join(group))
        await stage.said(group)
        await stage.until(lambda: any(call.path.endswith(f"{group}/leave") for call in stage.line.calls))

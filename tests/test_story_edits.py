"""Pictures made from pictures: photos, albums, quotes, the edit button, versions. Stories over real sockets."""

import random
from io import BytesIO

import pytest
from PIL import Image

from tests.test_story_conversation import data_of, last_said

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]


def photo(colour: str = "teal", size: tuple[int, int] = (640, 480)) -> bytes:
    """A photo that says where it was taken."""
    image, out = Image.new("RGB", size, colour), BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (25.0, 2.0, 0.0)}
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


async def test_a_photo_and_then_words(vendors):
    """The photo is acknowledged; the next words are done to it."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person)
    await vendors.line.send_text(person, "add a paper crane in the sky")
    await vendors.picture(person)
    (call,) = vendors.asked("add a paper crane in the sky")
    assert call.path.endswith("/images/edits")


async def test_words_and_then_a_photo(vendors):
    """Words that speak of a photo wait for it, and cost nothing until it is there."""
    person = vendors.person()
    await vendors.line.send_text(person, "turn this photo into a woodcut")
    await vendors.said(person)
    assert not vendors.asked("woodcut")
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.picture(person)
    (call,) = vendors.asked("turn this photo into a woodcut")
    assert call.path.endswith("/images/edits")


async def test_an_album_in_any_order(vendors):
    """Three photos that come as three events are one album: asked about once, used together."""
    person = vendors.person()
    album = vendors.line.image_set(person, [photo("red"), photo("green"), photo("blue")])
    await vendors.line.deliver_each(*album, shuffled_by=random.Random(4))
    await vendors.said(person)
    await vendors.line.send_text(person, "put them on one poster")
    await vendors.picture(person)
    (call,) = vendors.asked("put them on one poster")
    assert call.path.endswith("/images/edits")
    assert sum(1 for message in vendors.line.chat(person).from_bot if message.type == "text") <= 1


async def test_quoting_a_picture_changes_it(vendors):
    """Quoting an earlier picture of ours edits that very one."""
    person = vendors.person()
    for number, words in enumerate(("an inn in the hills", "a train in the rain"), start=1):
        await vendors.line.send_text(person, words)
        await vendors.picture(person, count=number)
    first = vendors.line.chat(person).pictures[0]
    await vendors.line.deliver(vendors.line.text(person, "now in winter", quote=first.id))
    await vendors.picture(person, count=3)
    (call,) = vendors.asked("now in winter")
    assert call.path.endswith("/images/edits")


async def test_quoting_ones_own_words_changes_their_picture(vendors):
    """Whoever quotes their wish means what became of it."""
    person = vendors.person()
    await vendors.line.send_text(person, "a paper boat on a lake")
    await vendors.picture(person)
    wish = vendors.line.chat(person).messages[0]
    await vendors.line.deliver(vendors.line.text(person, "the same at night", quote=wish.id))
    await vendors.picture(person, count=2)
    (call,) = vendors.asked("the same at night")
    assert call.path.endswith("/images/edits")


async def test_a_photo_of_a_group_is_edited_when_it_is_quoted(vendors):
    """Photos among people are left alone; one that is quoted with a mention is fetched then."""
    asker, other = vendors.person(), vendors.person()
    group = vendors.group(asker, other)
    shown = vendors.line.image(other, photo(), group=group)
    await vendors.line.deliver(shown)
    message_id = shown["message"]["id"]
    bot = f"@{vendors.line.bot_name}"
    event = vendors.line.text(
        asker, f"{bot} make it a stamp", group=group, mentions=[vendors.line.bot_user_id], quote=message_id
    )
    assert not any(message_id in call.path for call in vendors.line.calls)
    await vendors.line.deliver(event)
    await vendors.picture(group)
    (call,) = vendors.asked("make it a stamp")
    assert call.path.endswith("/images/edits")


async def test_the_edit_button_and_then_words(vendors):
    """After Edit the next words change that picture, and only they."""
    person = vendors.person()
    await vendors.line.send_text(person, "a fox with a lantern")
    await vendors.picture(person)
    await vendors.line.deliver(vendors.line.postback(person, data_of(await last_said(vendors, person), "edit")))
    await vendors.said(person, count=2)
    await vendors.line.send_text(person, "give it a blue scarf")
    await vendors.picture(person, count=2)
    await vendors.line.send_text(person, "an unrelated whale")
    await vendors.picture(person, count=3)
    (edited,), (fresh,) = vendors.asked("give it a blue scarf"), vendors.asked("an unrelated whale")
    assert edited.path.endswith("/images/edits")
    assert fresh.path.endswith("/images/generations")


async def test_back_returns_to_the_version_before(vendors):
    """Back shows the earlier version for nothing, and again draws that one's wish."""
    person = vendors.person()
    await vendors.line.send_text(person, "a stone bridge")
    await vendors.picture(person)
    first = vendors.line.chat(person).pictures[0]
    await vendors.line.deliver(vendors.line.text(person, "with ivy on it", quote=first.id))
    await vendors.picture(person, count=2)
    before = vendors.picture_calls()
    await vendors.line.deliver(vendors.line.postback(person, data_of(await last_said(vendors, person), "back")))
    await vendors.picture(person, count=3)
    assert vendors.picture_calls() == before
    pictures = vendors.line.chat(person).pictures
    assert pictures[2].body["originalContentUrl"] == pictures[0].body["originalContentUrl"]
    await vendors.line.send_text(person, "again")
    await vendors.picture(person, count=4)
    assert len(vendors.asked("a stone bridge")) == 2


async def test_a_photo_that_is_none_is_told(vendors):
    """Bytes that are no picture cost nothing, and the person hears so."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.image(person, b"no picture at all"))
    (said,) = await vendors.said(person)
    assert said["type"] == "text"


async def test_a_photo_that_was_taken_back_is_told(vendors):
    """A quoted photo that its owner took back is not used."""
    asker = vendors.person()
    group = vendors.group(asker)
    shown = vendors.line.image(asker, photo(), group=group)
    await vendors.line.deliver(shown)
    message_id = shown["message"]["id"]
    vendors.line.unsend(asker, message_id, group=group)
    await vendors.line.deliver(vendors.line.text(asker, "draw it as a comic", group=group, quote=message_id))
    (said,) = await vendors.said(group)
    assert said["type"] == "text"
    assert not vendors.asked("it as a comic")


async def test_something_new_instead(vendors):
    """Somebody who only shared a photo can go on with words of their own."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person)
    await vendors.line.deliver(vendors.line.postback(person, "do:new"))
    await vendors.said(person, count=2)
    await vendors.line.send_text(person, "a plain teapot")
    await vendors.picture(person)
    (call,) = vendors.asked("a plain teapot")
    assert call.path.endswith("/images/generations")


async def test_an_edited_message_is_drawn_only_on_request(vendors):
    """Changing a message in a group offers a new picture, and draws it when somebody taps."""
    asker = vendors.person()
    group = vendors.group(asker)
    wish = vendors.line.text(asker, "draw a copper kettle", group=group)
    await vendors.line.deliver(wish)
    await vendors.picture(group)
    edit = vendors.line.edit(asker, wish["message"]["id"], "draw a silver kettle", group=group)
    await vendors.line.deliver(edit)
    await vendors.until(lambda: "draw:" in str(vendors.line.chat(group).from_bot[-1].body))
    assert not vendors.asked("a silver kettle")
    offer = f"draw:{edit['webhookEventId']}"
    await vendors.line.deliver(vendors.line.postback(asker, offer, group=group))
    await vendors.picture(group, count=2)
    assert len(vendors.asked("a silver kettle")) == 1

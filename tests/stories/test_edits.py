"""Pictures made from pictures: photos, albums, quotes, the edit button, versions. Stories over real sockets."""

import asyncio
import hashlib
import random
from io import BytesIO

import pytest
from line_sandbox.faults import Fault
from line_sandbox.openai.app import DIGEST_CHARS
from PIL import Image

from app.pictures.source import prepare_source
from tests.stories.test_conversation import data_of, last_said
from tests.world import PATIENCE_S

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]


def photo(colour: str = "teal", size: tuple[int, int] = (640, 480)) -> bytes:
    """A photo that says where it was taken."""
    image, out = Image.new("RGB", size, colour), BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (25.0, 2.0, 0.0)}
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def digests(*pictures: bytes) -> list[str]:
    """What the stand-in notes of these pictures, made fit to be changed."""
    return [hashlib.sha256(prepare_source(one).data).hexdigest()[:DIGEST_CHARS] for one in pictures]


async def test_a_photo_and_then_words(vendors):
    """The photo is acknowledged; the next words are done to it."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person)
    await vendors.line.send_text(person, "add a paper crane in the sky")
    await vendors.picture(person)
    (call,) = vendors.asked("add a paper crane in the sky")
    assert call.path.endswith("/images/edits")


@pytest.mark.parametrize("said", ["make it foggy", "加一隻穿山甲", "背景を砂漠にして", "เพิ่มนกฮูก"])
async def test_a_change_in_words_alone(vendors, said):
    """Right after a picture nobody has to tap or quote: the words change it."""
    person = vendors.person()
    await vendors.line.send_text(person, "a lighthouse keeper's hut")
    await vendors.picture(person)
    await vendors.line.send_text(person, said)
    await vendors.picture(person, count=2)
    (call,) = vendors.asked(said)
    assert call.path.endswith("/images/edits")


async def test_what_is_changed_keeps_its_shape(vendors):
    """A photo that lies stays so, and so does a wide picture that is quoted; a shape in words wins, as ever."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.postback(person, "set:size=9:16"), vendors.line.image(person, photo()))
    await vendors.said(person, count=2)
    await vendors.line.send_text(person, "hang a paper moon in it")
    await vendors.picture(person)
    moon = vendors.line.chat(person).pictures[-1].id
    await vendors.line.deliver(vendors.line.text(person, "add a comet, 16:9", quote=moon))
    await vendors.picture(person, count=2)
    comet = vendors.line.chat(person).pictures[-1].id
    await vendors.line.deliver(vendors.line.text(person, "add a kite", quote=comet))
    await vendors.picture(person, count=3)
    sizes = [
        call.body["size"].split("x") for words in ("paper moon", "a comet", "a kite") for call in vendors.asked(words)
    ]
    assert [round(int(across) / int(down), 1) for across, down in sizes] == [1.3, 1.8, 1.8]


async def test_a_photo_on_a_bad_day_of_line(vendors):
    """LINE cannot hand the photo out just now: it is acknowledged all the same, and fetched when it is drawn from."""
    person = vendors.person()
    vendors.line.faults.add(Fault.status(500), match="/content", times=4)
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person)
    await vendors.line.send_text(person, "hang a lantern in it")
    await vendors.picture(person)
    (call,) = vendors.asked("hang a lantern in it")
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


async def test_a_wish_that_begins_with_draw_me(vendors):
    """幫我畫一隻貓 asks for a new picture: no photo is asked for, and what was drawn before is left alone."""
    person = vendors.person(language="zh-TW")
    for number, wish in enumerate(("幫我畫一隻長頸鹿", "請幫我畫一張打鼓的食蟻獸"), start=1):
        await vendors.line.send_text(person, wish)
        await vendors.picture(person, count=number)
        (call,) = vendors.asked(wish)
        assert call.path.endswith("/images/generations")


async def test_words_that_wait_for_a_photo_are_drawn_once(vendors):
    """Two photos come at once: one is drawn as was said, of the other the person is asked."""
    person, release = vendors.person(), asyncio.Event()
    await vendors.line.send_text(person, "turn this photo into a linocut")
    await vendors.said(person)
    vendors.line.faults.add(Fault.held(release), match="/content", times=2)
    await vendors.line.deliver_each(*(vendors.line.image(person, photo(colour)) for colour in ("red", "blue")))
    await vendors.line.wait_for(lambda: fetching(vendors) == 2, PATIENCE_S)
    release.set()
    await vendors.said(person, count=3)
    assert sorted(one.type for one in vendors.line.chat(person).from_bot[1:]) == ["image", "text"]
    assert len(vendors.asked("a linocut")) == 1
    await vendors.line.send_text(person, "as an etching")
    await vendors.picture(person, count=2)
    assert len(vendors.asked("as an etching")) == 1


def fetching(vendors) -> int:
    return sum("/content" in call.path and call.is_open for call in vendors.line.calls)


async def test_an_album_in_any_order(vendors):
    """Three photos that come as three events are one album: asked about once, used together."""
    person = vendors.person()
    album = vendors.line.image_set(person, [photo("red"), photo("green"), photo("blue")])
    await vendors.line.deliver_each(*album, shuffled_by=random.Random(4))
    await vendors.said(person)
    await vendors.line.send_text(person, "put them on one poster")
    await vendors.picture(person)
    (call,) = vendors.asked("put them on one poster")
    assert sorted(call.notes["digests"]) == sorted(digests(photo("red"), photo("green"), photo("blue")))
    assert sum(1 for message in vendors.line.chat(person).from_bot if message.type == "text") <= 1


async def test_quoting_a_picture_changes_it(vendors):
    """Quoting an earlier picture of ours edits that very one."""
    person = vendors.person()
    for number, words in enumerate(("an inn in the hills, 16:9", "a train in the rain, 1:1"), start=1):
        await vendors.line.send_text(person, words)
        await vendors.picture(person, count=number)
    first = vendors.line.chat(person).pictures[0]
    await vendors.line.deliver(vendors.line.text(person, "now in winter", quote=first.id))
    await vendors.picture(person, count=3)
    (call,) = vendors.asked("now in winter")
    key = first.body["originalContentUrl"].rsplit("/public/", 1)[1]
    assert call.notes["digests"] == digests(vendors.r2.objects[key].body)


async def test_quoting_a_picture_that_line_has_not_acknowledged_yet_changes_it(vendors):
    """LINE shows a picture and takes its time to say so: whoever quotes it meanwhile means that picture."""
    asker, release = vendors.person(), asyncio.Event()
    group = vendors.group(asker)
    vendors.line.faults.add(Fault.held(release, after=True), match="/message/reply")
    await vendors.line.send_text(asker, "draw an inn by a river", group=group)
    await vendors.picture(group)
    shown = vendors.line.chat(group).pictures[0]
    await vendors.line.deliver(vendors.line.text(asker, "make it a bakery", group=group, quote=shown.id))
    release.set()
    await vendors.picture(group, count=2)
    (call,) = vendors.asked("make it a bakery")
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
    shown = vendors.line.image(other, photo("red"), group=group)
    await vendors.line.deliver(shown, vendors.line.image(other, photo("blue"), group=group))
    message_id = shown["message"]["id"]
    bot = f"@{vendors.line.bot_name}"
    event = vendors.line.text(
        asker, f"{bot} make it a stamp", group=group, mentions=[vendors.line.bot_user_id], quote=message_id
    )
    assert not any(message_id in call.path for call in vendors.line.calls)
    await vendors.line.deliver(event)
    await vendors.picture(group)
    (call,) = vendors.asked("make it a stamp")
    assert call.notes["digests"] == digests(photo("red"))


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


async def test_a_photo_and_words_in_one_breath(vendors):
    """A photo that is shared with a comment comes as two events at once: the words are done to it all the same."""
    person = vendors.person()
    shown = vendors.line.image(person, photo())
    await vendors.line.deliver(shown, vendors.line.text(person, "add a heron in one breath"))
    await vendors.picture(person)
    (call,) = vendors.asked("add a heron in one breath")
    assert call.path.endswith("/images/edits")


async def test_a_photo_words_and_another_photo(vendors):
    """The second photo is asked about anew; the first belongs to its words."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.image(person, photo("red")))
    await vendors.said(person)
    await vendors.line.send_text(person, "as a red stamp")
    await vendors.picture(person)
    await vendors.line.deliver(vendors.line.image(person, photo("blue")))
    await vendors.said(person, count=3)
    assert "photo" in (await last_said(vendors, person))["text"]
    await vendors.line.send_text(person, "as a blue stamp")
    await vendors.picture(person, count=2)
    (call,) = vendors.asked("as a blue stamp")
    assert call.notes["digests"] == digests(photo("blue"))


async def test_an_album_with_a_photo_that_never_comes(vendors):
    """After some seconds Easel asks about those that are there."""
    person = vendors.person()
    album = vendors.line.image_set(person, [photo("red"), photo("green"), photo("blue")])
    await vendors.line.deliver_each(album[2], album[0])
    (said,) = await vendors.said(person)
    assert "2" in said["text"]
    await vendors.line.send_text(person, "put both on a postcard")
    await vendors.picture(person)
    (call,) = vendors.asked("put both on a postcard")
    assert sorted(call.notes["digests"]) == sorted(digests(photo("red"), photo("blue")))


async def test_more_photos_than_an_edit_takes(vendors):
    """Of a large album as many are used as can be, and the answer says so."""
    person = vendors.person()
    await vendors.line.deliver(*vendors.line.image_set(person, [photo(size=(64, 64)) for _ in range(18)]))
    await vendors.said(person)
    await vendors.line.send_text(person, "put them all into one mosaic")
    await vendors.picture(person)
    (call,) = vendors.asked("put them all into one mosaic")
    assert call.notes["sources"] == 16
    assert "16" in str([message.get("text") for message in await vendors.said(person)])


@pytest.mark.parametrize(
    "words", ["make this picture darker", "這張圖改成晚上", "この絵を夜にして", "เปลี่ยนภาพนี้เป็นกลางคืน"]
)
async def test_words_about_the_last_picture(vendors, words):
    """Whoever says "this picture" behind a picture of ours means that one, and need not quote it."""
    person = vendors.person()
    await vendors.line.send_text(person, "a pier at noon")
    await vendors.picture(person)
    await vendors.line.send_text(person, words)
    await vendors.picture(person, count=2)
    assert vendors.asked(words)[-1].path.endswith("/images/edits")


async def test_quoting_what_was_deleted_is_told(vendors):
    """A picture that is gone is not drawn anew from the words about it: that would be another one, and paid."""
    person = vendors.person()
    await vendors.line.send_text(person, "a tower of cups")
    await vendors.picture(person)
    shown = vendors.line.chat(person).pictures[0]
    await vendors.line.deliver(
        vendors.line.postback(person, data_of(await last_said(vendors, person), "again").replace("again", "delete"))
    )
    await vendors.said(person, count=2)
    await vendors.line.deliver(vendors.line.text(person, "the tower at dusk", quote=shown.id))
    await vendors.said(person, count=3)
    assert "gone" in (await last_said(vendors, person))["text"]
    assert not vendors.asked("the tower at dusk")


async def test_quoting_the_card_of_a_picture(vendors):
    """The card speaks of a picture, and tells its wish; quoting it means that picture."""
    person = vendors.person()
    await vendors.line.send_text(person, "a clock without hands")
    await vendors.picture(person)
    await vendors.line.send_text(person, "menu")
    await vendors.said(person, count=2)
    assert "a clock without hands" in (await last_said(vendors, person))["template"]["text"]
    card = vendors.line.chat(person).from_bot[-1]
    await vendors.line.deliver(vendors.line.text(person, "with golden hands", quote=card.id))
    await vendors.picture(person, count=2)
    (call,) = vendors.asked("with golden hands")
    assert call.path.endswith("/images/edits")


async def test_other_words_for_an_edit_that_was_refused(vendors):
    """The words are ready to be changed, and the photo they were about is not lost."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person)
    vendors.openai.refused_words = {"gore": "violence"}
    await vendors.line.send_text(person, "add gore to it 3:2")
    await vendors.said(person, count=2)
    vendors.openai.refused_words = {}
    (item,) = (await last_said(vendors, person))["quickReply"]["items"]
    assert item["action"]["fillInText"] == "add gore to it 3:2"
    await vendors.line.deliver(vendors.line.postback(person, item["action"]["data"]))
    await vendors.line.send_text(person, "add flowers to it instead")
    await vendors.picture(person)
    (call,) = vendors.asked("add flowers to it instead")
    assert call.path.endswith("/images/edits")


async def test_a_changed_message_keeps_its_options(vendors):
    """What stands in the new words beside the wish counts as in any other message."""
    person = vendors.person()
    group = vendors.group(person)
    wish = vendors.line.text(person, "draw a golden bell", group=group)
    await vendors.line.deliver(wish)
    await vendors.picture(group)
    edit = vendors.line.edit(person, wish["message"]["id"], "draw a silver gong 16:9", group=group)
    await vendors.line.deliver(edit)
    await vendors.until(lambda: "draw:" in str(vendors.line.chat(group).from_bot[-1].body))
    await vendors.line.deliver(vendors.line.postback(person, f"draw:{edit['webhookEventId']}", group=group))
    await vendors.picture(group, count=2)
    (call,) = vendors.asked("a silver gong")
    width, height = call.body["size"].split("x")
    assert int(width) > int(height)

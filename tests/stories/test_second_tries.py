"""An edit that came to nothing is asked for again: the words are about what they were about. Stories over sockets."""

import asyncio

import pytest
from line_sandbox.faults import Fault

from app.words.sentences import sentences_for
from tests.stories.test_edits import photo

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]
WORDS = sentences_for("en", "en")


async def with_a_picture_and_a_photo(vendors, wish: str) -> str:
    """Somebody who has a picture of ours, and has sent a photo after it."""
    person = vendors.person()
    await vendors.line.send_text(person, wish)
    await vendors.picture(person)
    await vendors.line.deliver(vendors.line.image(person, photo("red", (900, 300))))
    await vendors.said(person, count=2)
    return person


async def text_said(vendors, person: str, text: str) -> None:
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].body.get("text") == text)


def shape_of(call) -> float:
    """Return how wide a picture was asked for: an edit keeps the shape of what it changes."""
    across, down = (int(edge) for edge in call.body["size"].split("x"))
    return across / down


async def test_a_photo_is_not_lost_when_its_edit_breaks(vendors):
    """Please send it again: the same words are about the photo again, not about the picture that was there before."""
    person = await with_a_picture_and_a_photo(vendors, "a moor in the mist")
    vendors.openai.faults.add(Fault.body(b"not json"), match="/images/")
    await vendors.line.send_text(person, "make it a lithograph")
    await text_said(vendors, person, WORDS.say("broke"))
    await vendors.line.send_text(person, "make it a lithograph")
    await vendors.picture(person, count=2)
    assert shape_of(vendors.asked("make it a lithograph")[-1]) > 2


async def test_a_photo_is_not_lost_when_its_edit_is_refused(vendors):
    """Other words, typed without the button: they are about the photo, too."""
    person = await with_a_picture_and_a_photo(vendors, "a moor in the dusk")
    vendors.openai.refused_words = {"gore": "violence"}
    await vendors.line.send_text(person, "add gore to it")
    await text_said(vendors, person, WORDS.say("moderation_violence"))
    vendors.openai.refused_words = {}
    await vendors.line.send_text(person, "add peonies to it")
    await vendors.picture(person, count=2)
    assert shape_of(vendors.asked("add peonies to it")[-1]) > 2


async def test_another_photo_after_an_edit_that_broke(vendors):
    """Whoever sends another photo means that one, not the one before."""
    person = await with_a_picture_and_a_photo(vendors, "a moor at noon")
    vendors.openai.faults.add(Fault.body(b"not json"), match="/images/")
    await vendors.line.send_text(person, "make it an etching")
    await text_said(vendors, person, WORDS.say("broke"))
    await vendors.line.deliver(vendors.line.image(person, photo("blue", (300, 900))))
    await text_said(vendors, person, WORDS.say("photo_got"))
    await vendors.line.send_text(person, "make it an etching")
    await vendors.picture(person, count=2)
    assert shape_of(vendors.asked("make it an etching")[-1]) < 0.5


async def test_a_new_wish_after_a_change_that_broke(vendors):
    """The picture that was to be changed is the last one still: a wish of its own stays one."""
    person = vendors.person()
    await vendors.line.send_text(person, "a moor by night")
    await vendors.picture(person)
    vendors.openai.faults.add(Fault.body(b"not json"), match="/images/")
    await vendors.line.send_text(person, "make it rainy")
    await text_said(vendors, person, WORDS.say("broke"))
    await vendors.line.send_text(person, "a walrus with a trumpet")
    await vendors.picture(person, count=2)
    (call,) = vendors.asked("a walrus with a trumpet")
    assert call.path.endswith("/images/generations")


async def test_an_edit_that_breaks_after_the_chat_went_on(vendors, easel):
    """Words that came since stand for themselves, and so does what follows them."""
    person = await with_a_picture_and_a_photo(vendors, "a moor in spring")
    release = asyncio.Event()
    vendors.openai.faults.add(Fault.held(release), match="/images/edits")
    vendors.openai.faults.add(Fault.body(b"not json"), match="/images/edits")
    await vendors.line.send_text(person, "make it a mosaic")
    since = vendors.line.text(person, "a walrus with a banjo")
    await vendors.line.deliver(since)
    await easel.logged("event_understood", request=since["webhookEventId"])
    release.set()
    await vendors.until(lambda: WORDS.say("broke") in str([one.body for one in vendors.line.chat(person).from_bot]))
    await vendors.line.send_text(person, "a walrus with a harp")
    await vendors.picture(person, count=3)
    assert vendors.asked("a walrus with a harp")[-1].path.endswith("/images/generations")


TRIES = {
    "zh-TW": ("一隻戴草帽的水獺", "一座夜裡的燈塔", "再試一次", "為什麼", "改成白天"),
    "en": ("an otter in a hat", "a lighthouse by night", "try again", "why?", "make it daytime"),
    "ja": ("帽子をかぶったカワウソ", "夜の灯台", "もう一度", "どうしてですか", "昼にして"),
    "th": ("นากใส่หมวกสีฟ้า", "ประภาคารตอนกลางคืน", "ลองใหม่", "ทำไมล่ะ", "เปลี่ยนเป็นตอนกลางวัน"),
}


@pytest.mark.parametrize("language", TRIES)
async def test_a_wish_that_broke_is_tried_again(vendors, language):
    """Please send it again: "try again" is that wish, not the picture that was there before. So is the reason."""
    before, wish, again, why, _ = TRIES[language]
    words, person = sentences_for(language, language), vendors.person(language=language)
    await vendors.line.send_text(person, before)
    await vendors.picture(person)
    vendors.openai.faults.add(Fault.body(b"not json"), match="/images/")
    await vendors.line.send_text(person, wish)
    await text_said(vendors, person, words.say("broke"))
    said, paid = len(vendors.line.chat(person).from_bot), vendors.picture_calls()
    await vendors.line.send_text(person, why)
    await vendors.until(lambda: len(vendors.line.chat(person).from_bot) > said)
    await text_said(vendors, person, words.say("broke"))
    assert vendors.picture_calls() == paid
    await vendors.line.send_text(person, again)
    await vendors.picture(person, count=2)
    assert [call.body["prompt"] for call in vendors.asked(wish)] == [wish, wish]


@pytest.mark.parametrize("language", TRIES)
async def test_a_change_of_a_wish_that_was_refused(vendors, language):
    """It is about the wish that was just refused; the picture before that stays as it is."""
    before, wish, _, _, change = TRIES[language]
    words, person = sentences_for(language, language), vendors.person(language=language)
    await vendors.line.send_text(person, before)
    await vendors.picture(person)
    vendors.openai.refused_words = {wish: "violence"}
    await vendors.line.send_text(person, wish)
    await text_said(vendors, person, words.say("moderation_violence"))
    vendors.openai.refused_words = {}
    await vendors.line.send_text(person, change)
    await vendors.picture(person, count=2)
    call = vendors.asked(change)[-1]
    assert call.path.endswith("/images/generations")
    assert call.body["prompt"] == f"{wish}\n{change}"


async def test_who_looks_at_an_older_picture_goes_on_with_that(vendors):
    """A wish broke; its person brings the menu of the picture before it: "again" is that one."""
    person = vendors.person()
    await vendors.line.send_text(person, "a moor at dawn")
    await vendors.picture(person)
    vendors.openai.faults.add(Fault.body(b"not json"), match="/images/")
    await vendors.line.send_text(person, "a lagoon at dawn")
    await text_said(vendors, person, WORDS.say("broke"))
    await vendors.line.send_text(person, "menu")
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].type == "template")
    await vendors.line.send_text(person, "again")
    await vendors.picture(person, count=2)
    assert len(vendors.asked("a moor at dawn")) == 2

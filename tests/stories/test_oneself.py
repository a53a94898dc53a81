"""Who wants to be in a picture themselves is asked for a photo, and drawn without one all the same. Over sockets."""

import pytest
from line_sandbox.line.chats import actions_in

from tests.stories.test_edits import photo
from tests.stories.test_understanding import answer, edits_the_photo_that_follows, words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]

ME = [
    ("zh-TW", "畫我"),
    ("zh-TW", "畫我穿西裝"),
    ("zh-TW", "把我變成公主"),
    ("en", "draw me"),
    ("en", "draw me as a superhero"),
    ("en", "put me on the moon"),
    ("ja", "私を描いて"),
    ("ja", "私をアニメ風に"),
    ("th", "วาดฉัน"),
    ("th", "วาดฉันเป็นซูเปอร์ฮีโร่"),
    ("th", "เปลี่ยนฉันเป็นการ์ตูน"),
]
NO_PHOTO = {"zh-TW": "我沒有照片", "en": "I don't have a photo", "ja": "写真ないんだけど", "th": "ไม่มีรูป วาดเลย"}


@pytest.mark.parametrize(("language", "text"), ME)
async def test_a_photo_is_asked_for(vendors, language, text):
    """Nobody knows how they look: no other picture is edited, none is drawn, and the photo that follows is."""
    await edits_the_photo_that_follows(vendors, language, text, asks="ask_photo_of_you")


@pytest.mark.parametrize(("language", "text"), [one for one in ME if len(one[1]) > 5])
async def test_who_has_no_photo_is_drawn_all_the_same(vendors, language, text):
    """By the words that asked for it, and what is made of that picture next is of the same person."""
    person = vendors.person(language=language)
    await vendors.line.send_text(person, text)
    await vendors.said(person)
    await vendors.line.send_text(person, NO_PHOTO[language])
    await vendors.picture(person)
    call = vendors.openai.calls[-1]
    assert call.path.endswith("/images/generations")
    assert call.body["prompt"] == text
    await vendors.line.send_text(person, text)
    await vendors.picture(person, count=2)
    assert vendors.openai.calls[-1].path.endswith("/images/edits")


@pytest.mark.parametrize("language", ["zh-TW", "en", "ja", "th"])
async def test_a_tap_draws_without_a_photo(vendors, language):
    """It is under the question, and its label can be typed."""
    for taps in (True, False):
        person = vendors.person(language=language)
        text = dict(ME)[language]
        assert await answer(vendors, person, text) == words(language, "ask_photo_of_you")
        label = words(language, "btn_no_photo")
        assert label in [one["label"] for one in actions_in(vendors.line.chat(person).from_bot[-1].body)]
        if taps:
            await vendors.line.deliver(vendors.line.tap(person, label))
        else:
            await vendors.line.send_text(person, label)
        await vendors.picture(person)
        assert vendors.openai.calls[-1].body["prompt"] == text


async def test_how_they_look_is_drawn_with_the_wish(vendors):
    """Whoever would rather tell than show is asked nothing more."""
    person = vendors.person(language="zh-TW")
    assert await answer(vendors, person, "畫我穿西裝") == words("zh-TW", "ask_photo_of_you")
    await vendors.line.send_text(person, "我是男生 短頭髮 戴眼鏡")
    await vendors.picture(person)
    assert vendors.openai.calls[-1].body["prompt"] == "畫我穿西裝\n我是男生 短頭髮 戴眼鏡"


async def test_a_picture_of_a_photo_shows_them(vendors):
    """So it is changed, and no photo is asked for again."""
    person = vendors.person(language="en")
    await vendors.line.deliver(vendors.line.image(person, photo()))
    await vendors.said(person)
    for number, text in enumerate(("make it a watercolour", "put me on a beach", "draw me as a pirate too"), start=1):
        await vendors.line.send_text(person, text)
        await vendors.picture(person, count=number)
        assert vendors.openai.calls[-1].path.endswith("/images/edits")


async def test_a_photo_that_never_comes_is_not_waited_for(vendors):
    """After a no the next wish is one of its own."""
    person = vendors.person(language="en")
    assert await answer(vendors, person, "draw me as a knight") == words("en", "ask_photo_of_you")
    assert await answer(vendors, person, "no thanks") == words("en", "declined")
    await vendors.line.send_text(person, "a knight on a snail")
    await vendors.picture(person)
    assert vendors.openai.calls[-1].body["prompt"] == "a knight on a snail"

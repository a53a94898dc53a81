"""A conversation about pictures: options in words, buttons, commands. Stories over real sockets."""

import re

import pytest
from line_sandbox.line.chats import actions_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("easel")]


def labels(message: dict) -> list[str]:
    """Return the labels of the quick replies under a message."""
    return [item["action"]["label"] for item in message.get("quickReply", {}).get("items", [])]


def data_of(message: dict, verb: str) -> str:
    """Return the data of the quick reply with this verb."""
    actions = [item["action"] for item in message["quickReply"]["items"]]
    return next(action["data"] for action in actions if action.get("data", "").startswith(f"{verb}:"))


async def last_said(vendors, chat: str) -> dict:
    return dict(vendors.line.chat(chat).from_bot[-1].body)


@pytest.mark.parametrize(
    ("text", "prompt", "size"),
    [
        ("a red fox 16:9", "a red fox", "1360x768"),
        ("一隻會飛的貓 橫式", "一隻會飛的貓", "1248x832"),
        ("富士山の朝、縦長", "富士山の朝", "832x1248"),
        ("a lighthouse --ar 2:3", "a lighthouse", "832x1248"),
        ("a wide bay, 3:2", "a wide bay", "1248x832"),
    ],
)
async def test_options_in_words(vendors, text, prompt, size):
    """A shape at the end of the words is not drawn but obeyed."""
    person = vendors.person()
    await vendors.line.send_text(person, text)
    await vendors.picture(person)
    (call,) = vendors.asked(prompt)[-1:]
    assert call.body["prompt"] == prompt
    width, height = (int(edge) for edge in call.body["size"].split("x"))
    wanted = [int(edge) for edge in size.split("x")]
    assert abs(width / height - wanted[0] / wanted[1]) < 0.03


async def test_several_pictures_of_one_wish_come_in_one_free_reply(vendors):
    """Four pictures: one paid call, one reply with four images."""
    person = vendors.person()
    before = vendors.picture_calls()
    await vendors.line.send_text(person, "four seasons of a pond x4")
    await vendors.picture(person, count=4)
    assert vendors.picture_calls() == before + 1
    assert {message.way for message in vendors.line.chat(person).pictures} == {"reply"}
    assert len({message.request_id for message in vendors.line.chat(person).pictures}) == 1
    assert vendors.line.used_this_month == 0


async def test_what_cannot_be_had_is_said(vendors):
    """Nine at once are not to be had: fewer come, and the answer says so."""
    person = vendors.person()
    await vendors.line.send_text(person, "a meadow x9")
    await vendors.picture(person, count=4)
    said = [message["text"] for message in await vendors.said(person) if message["type"] == "text"]
    assert any(re.search(r"at once", text) for text in said)


async def test_a_picture_comes_with_buttons(vendors):
    """Again draws the same words once more; tapping twice while it is drawn draws once."""
    person = vendors.person()
    await vendors.line.send_text(person, "a heron on a pier")
    await vendors.picture(person)
    under = await last_said(vendors, person)
    again = data_of(under, "again")
    first, second = vendors.line.postback(person, again), vendors.line.postback(person, again)
    await vendors.line.deliver(first, second)
    await vendors.picture(person, count=2)
    await vendors.line.send_text(person, "help")
    await vendors.until(lambda: vendors.line.chat(person).from_bot[-1].type != "image")
    assert len(vendors.asked("a heron on a pier")) == 2


async def test_finer_redraws_the_draft_itself(vendors):
    """The draft is the source of the finer picture, at high quality; its wish stays the same."""
    person = vendors.person()
    await vendors.line.send_text(person, "a clockwork owl")
    await vendors.picture(person)
    await vendors.line.deliver(vendors.line.postback(person, data_of(await last_said(vendors, person), "fine")))
    await vendors.picture(person, count=2)
    draft, fine = vendors.asked("a clockwork owl")
    assert draft.path.endswith("/images/generations")
    assert fine.path.endswith("/images/edits")
    assert fine.body["quality"] == "high"
    assert not any(action.startswith("fine:") for action in _data(await last_said(vendors, person)))


async def test_high_quality_alone_makes_that_picture_finer(vendors):
    """高畫質 after a picture is the button Finer in words, not another picture of the same wish."""
    person = vendors.person(language="zh-TW")
    await vendors.line.send_text(person, "a clockwork heron")
    await vendors.picture(person)
    await vendors.line.send_text(person, "高畫質")
    await vendors.picture(person, count=2)
    _, fine = vendors.asked("a clockwork heron")
    assert fine.path.endswith("/images/edits")
    assert fine.body["quality"] == "high"


def _data(message: dict) -> list[str]:
    return [item["action"].get("data", "") for item in message.get("quickReply", {}).get("items", [])]


async def test_another_shape_by_a_tap_and_by_a_word(vendors):
    """Wide and tall are buttons, and words for computers, where quick replies do not show."""
    person = vendors.person()
    await vendors.line.send_text(person, "a harbour in fog")
    await vendors.picture(person)
    await vendors.line.deliver(vendors.line.postback(person, data_of(await last_said(vendors, person), "wide")))
    await vendors.picture(person, count=2)
    await vendors.line.send_text(person, "tall")
    await vendors.picture(person, count=3)
    sizes = [tuple(int(edge) for edge in call.body["size"].split("x")) for call in vendors.asked("a harbour in fog")]
    assert sizes[1][0] > sizes[1][1]
    assert sizes[2][0] < sizes[2][1]


async def test_a_card_that_stays_for_computers(vendors):
    """Quick replies vanish and do not show on computers: the word menu brings a card of buttons for the picture."""
    person = vendors.person()
    await vendors.line.send_text(person, "a tin robot")
    await vendors.picture(person)
    await vendors.line.send_text(person, "menu")
    await vendors.said(person, count=2)
    await vendors.line.send_tap(person, "Again")
    await vendors.picture(person, count=2)
    assert len(vendors.asked("a tin robot")) == 2


async def test_the_menu_after_a_deletion(vendors):
    """With the last picture deleted the menu is about the one before it, not about nothing."""
    person = vendors.person()
    for number, words in enumerate(("a jade comb", "an ivory comb"), start=1):
        await vendors.line.send_text(person, words)
        await vendors.picture(person, count=number)
    await vendors.line.send_text(person, "delete")
    await vendors.said(person, count=3)
    await vendors.line.send_text(person, "menu")
    *_, card = await vendors.said(person, count=4)
    assert "a jade comb" in card["template"]["text"]


async def test_a_tap_reaches_nothing_of_another_chat(vendors):
    """Whoever learns a picture's id from elsewhere gets told that there is no such picture."""
    owner, stranger = vendors.person(), vendors.person()
    await vendors.line.send_text(owner, "a secret garden gate")
    await vendors.picture(owner)
    for verb in ("again", "see", "delete", "fine", "edit", "menu", "back"):
        data = data_of(await last_said(vendors, owner), "again").replace("again", verb)
        await vendors.line.deliver(vendors.line.postback(stranger, data))
    await vendors.said(stranger, count=7)
    assert not vendors.line.chat(stranger).pictures
    assert len(vendors.asked("a secret garden gate")) == 1


async def test_settings_are_buttons_and_are_kept(vendors):
    """The panel sets the shape for every wish to come; words of a wish win over it."""
    person = vendors.person()
    await vendors.line.send_text(person, "settings")
    await vendors.said(person)
    panel = len(await vendors.said(person))
    await vendors.line.deliver(vendors.line.postback(person, "set:size=16:9"))
    await vendors.said(person, count=panel + 1)
    await vendors.line.send_text(person, "a mill by a river")
    await vendors.picture(person)
    await vendors.line.send_text(person, "a mill by a river, 1:1")
    await vendors.picture(person, count=2)
    wide, square = (call.body["size"].split("x") for call in vendors.asked("a mill by a river"))
    assert int(wide[0]) > int(wide[1])
    assert square[0] == square[1]


SET_AT_FIRST = ["✓ 1:1", "✓ Draft (quick)", "✓ 1", "✓ Same as my phone"]


async def test_settings_are_shown_at_a_glance(vendors):
    """One card with every value to tap, also on computers; what is set bears a tick, and a change is one message."""
    person = vendors.person()
    await vendors.line.send_text(person, "settings")
    (card,) = await vendors.said(person)
    assert card["type"] == "flex"
    assert "1:1" in card["altText"]
    actions = list(actions_in(card["contents"]))
    assert {str(action["data"]).split("=")[0] for action in actions} == {
        f"set:{name}" for name in ("size", "quality", "count", "language")
    }
    assert [action["label"] for action in actions if str(action["label"]).startswith("✓")] == SET_AT_FIRST
    await vendors.line.send_tap(person, "9:16")
    await vendors.said(person, count=2)
    assert "9:16" in (await last_said(vendors, person))["text"]
    await vendors.line.send_tap(person, "Settings")
    await vendors.said(person, count=3)
    assert "✓ 9:16" in str(await last_said(vendors, person))


async def test_words_and_options_for_the_last_picture(vendors):
    """Make it 16:9, or again x2: both are about the last picture, not wishes of their own."""
    person = vendors.person()
    await vendors.line.send_text(person, "a mole with a map")
    await vendors.picture(person)
    await vendors.line.send_text(person, "make it 16:9 please")
    await vendors.picture(person, count=2)
    await vendors.line.send_text(person, "again x2")
    await vendors.picture(person, count=4)
    assert [call.body.get("n", 1) for call in vendors.asked("a mole with a map")] == [1, 1, 2]


async def test_of_several_pictures_words_mean_the_one_with_the_buttons(vendors):
    """The buttons stand under the last one; so does what is said without them."""
    person = vendors.person()
    await vendors.line.send_text(person, "two matching vases x2")
    await vendors.picture(person, count=2)
    by_button = data_of(await last_said(vendors, person), "again").partition(":")[2]
    await vendors.line.send_text(person, "menu")
    await vendors.said(person, count=3)
    assert by_button in str(await last_said(vendors, person))


@pytest.mark.parametrize(
    ("language", "change"),
    [
        ("en", "make the first one darker"),
        ("zh-TW", "第一張改成晚上"),
        ("ja", "1枚目を夜にして"),
        ("th", "เปลี่ยนรูปที่ 1 เป็นกลางคืน"),
    ],
)
async def test_a_change_of_one_of_several_pictures(vendors, language, change):
    """By its number, and not of the last one."""
    person = vendors.person(language=language)
    await vendors.line.send_text(person, "three tin soldiers x3")
    await vendors.picture(person, count=3)
    await vendors.line.send_text(person, change)
    await vendors.picture(person, count=4)
    assert vendors.asked(change)[-1].path.endswith("/images/edits")
    await vendors.line.send_text(person, {"en": "back", "zh-TW": "上一版", "ja": "戻して", "th": "ย้อนกลับ"}[language])
    await vendors.picture(person, count=5)
    pictures = vendors.line.chat(person).pictures
    assert pictures[4].body["originalContentUrl"] == pictures[0].body["originalContentUrl"]


@pytest.mark.parametrize("said", ["second one", "選第二張", "2枚目がいい", "เอารูปที่ 2"])
async def test_one_of_several_pictures_is_chosen(vendors, said):
    """It is shown again with its buttons, free, and is what is spoken of from then on."""
    person = vendors.person()
    await vendors.line.send_text(person, "three tin drums x3")
    await vendors.picture(person, count=3)
    before = vendors.picture_calls()
    await vendors.line.send_text(person, said)
    await vendors.picture(person, count=4)
    assert vendors.picture_calls() == before
    pictures = vendors.line.chat(person).pictures
    assert pictures[3].body["originalContentUrl"] == pictures[1].body["originalContentUrl"]


async def test_the_language_can_be_chosen(vendors):
    """A person whose LINE speaks English may have Easel speak Japanese."""
    person = vendors.person(language="en")
    await vendors.line.deliver(vendors.line.postback(person, "set:language=ja"))
    await vendors.said(person)
    await vendors.line.deliver(vendors.line.location(person, "somewhere"))
    await vendors.until(lambda: "地図" in str(vendors.line.chat(person).from_bot[-1].body))


async def test_my_pictures_are_shown_and_opened(vendors):
    """The last pictures come as a carousel; a tap on one brings it again, for nothing."""
    person = vendors.person()
    for words in ("a first boat", "a second boat"):
        await vendors.line.send_text(person, words)
        await vendors.picture(person, count=1 if words == "a first boat" else 2)
    await vendors.line.send_text(person, "/my pictures")
    await vendors.until(lambda: "image_carousel" in str(vendors.line.chat(person).from_bot[-1].body))
    carousel = (await last_said(vendors, person))["template"]
    assert len(carousel["columns"]) == 2
    before = vendors.picture_calls()
    await vendors.line.deliver(vendors.line.postback(person, carousel["columns"][1]["action"]["data"]))
    await vendors.picture(person, count=3)
    assert vendors.picture_calls() == before


@pytest.mark.parametrize("said", ["please delete this picture", "把這張刪掉"])
async def test_words_that_delete_a_picture_do_not_draw(vendors, said):
    """Delete this picture, 把這張刪掉: it goes, and no other is drawn from it."""
    person = vendors.person()
    await vendors.line.send_text(person, "a lantern that nobody likes")
    await vendors.picture(person)
    before = vendors.picture_calls()
    await vendors.line.send_text(person, said)
    await vendors.until(lambda: "Deleted 1" in str(vendors.line.chat(person).from_bot[-1].body))
    assert vendors.picture_calls() == before


async def test_no_pictures_yet(vendors):
    """Somebody who has none is told so in words."""
    person = vendors.person()
    await vendors.line.send_text(person, "/my pictures")
    (said,) = await vendors.said(person)
    assert said["type"] == "text"


@pytest.mark.parametrize("word", ["help", "/help", "說明", "ヘルプ", "ช่วยเหลือ"])
async def test_help_in_every_language(vendors, word):
    """The word for help works in any of the four languages and costs nothing."""
    person = vendors.person()
    before = vendors.picture_calls()
    await vendors.line.send_text(person, word)
    await vendors.said(person)
    assert vendors.picture_calls() == before


@pytest.mark.parametrize("said", ["謝謝 好可愛", "thanks 😊", "ありがとうございます", "สวัสดีค่ะ", "👍"])
async def test_a_kind_word_costs_nothing(vendors, said):
    """Thanks, hello, how cute: answered in words, and nothing is drawn of it."""
    person = vendors.person()
    before = vendors.picture_calls()
    await vendors.line.send_text(person, said)
    (answer,) = await vendors.said(person)
    assert answer["type"] == "text"
    assert vendors.picture_calls() == before


async def test_a_sticker_offers_its_meaning(vendors):
    """A sticker's keywords are offered; a tap draws them."""
    person = vendors.person()
    await vendors.line.deliver(vendors.line.sticker(person, keywords=["Cony", "dancing"]))
    (offer,) = await vendors.said(person)
    assert not vendors.asked("Cony, dancing")
    await vendors.line.deliver(vendors.line.postback(person, re.search(r"draw:[\w-]+", str(offer))[0]))
    await vendors.picture(person)
    assert len(vendors.asked("Cony, dancing")) == 1


async def test_a_refusal_offers_the_persons_own_words(vendors):
    """The reason is told in plain words, with the wish ready to be changed, and nothing is tried by itself."""
    person = vendors.person()
    before = vendors.picture_calls()
    vendors.openai.refused_words = {"gore": "violence"}
    await vendors.line.send_text(person, "a gore scene in a castle")
    (said,) = await vendors.said(person)
    vendors.openai.refused_words = {}
    assert "a gore scene in a castle" in str(said["quickReply"])
    assert vendors.picture_calls() == before + 1


async def test_a_long_wish_arrives_whole(vendors):
    """Five thousand characters with emoji are drawn as they were written."""
    person = vendors.person()
    wish = "a parade of 🐈‍⬛ and 🐕 " + "under lanterns " * 330
    await vendors.line.send_text(person, wish)
    await vendors.picture(person)
    assert vendors.openai.calls[-1].body["prompt"] == wish.strip()


async def test_options_alone_change_the_last_picture(vendors):
    """Just 16:9 after a picture draws it again in that shape."""
    person = vendors.person()
    await vendors.line.send_text(person, "a windmill at noon")
    await vendors.picture(person)
    await vendors.line.send_text(person, "16:9")
    await vendors.picture(person, count=2)
    _, wide = vendors.asked("a windmill at noon")
    width, height = wide.body["size"].split("x")
    assert int(width) > int(height)
